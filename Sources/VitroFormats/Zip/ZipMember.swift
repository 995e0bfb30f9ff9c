internal import VitroCore

/// What a zip archive's directory says of one member.
struct ZipMember: Sendable {
  var name: String
  var flags: UInt16
  var method: UInt16
  var checksum: UInt32
  var compressedSize: Int
  var size: Int
  var headerOffset: Int
  /// Where the member's data stand in the archive.
  var dataRange = 0..<0
}

/// The bytes of a zip member, inflated if need be, with size and checksum verified at the end.
struct ZipMemberSource: ByteSource {
  let file: FileBytes
  private let member: ZipMember
  private let data: FileBytes
  private let inflater: Inflater?
  private var produced = 0
  private var checksum = CRC32()

  init(_ member: ZipMember, in archive: FileBytes) throws {
    let file = archive.renamed("\(archive.name)[\(member.name)]")
    self.file = file
    self.member = member
    data = archive.slice(member.dataRange).renamed(file.name)
    guard member.flags & 1 == 0 else {
      throw file.unsupported(field: "flags", found: "encryption", expected: "a plain member")
    }
    switch member.method {
    case 0:
      guard member.size == member.compressedSize else {
        throw file.malformed(
          field: "size", found: "\(member.size) bytes, stored in \(member.compressedSize)", expected: "the same")
      }
      inflater = nil
    case 8:
      let bound = FormatLimits.deflateBound(compressedCount: member.compressedSize)
      guard member.size <= bound else {
        throw file.malformed(
          field: "size", found: "\(member.size) bytes from \(member.compressedSize) compressed ones",
          expected: "at most the \(bound) that deflate can give")
      }
      inflater = try Inflater(data, wrapping: .raw, field: "deflated data")
    default:
      throw file.unsupported(
        field: "compression method", found: "\(member.method)", expected: "0 (stored) or 8 (deflated)")
    }
  }

  var remainingBound: Int { member.size - produced }
  var isExact: Bool { inflater == nil }

  mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = UnsafeMutableRawBufferPointer(rebasing: target[..<min(target.count, remainingBound)])
    let length: Int
    if let inflater {
      length = try inflater.read(into: wanted)
    } else {
      data.withBytes { wanted.copyBytes(from: $0[produced..<(produced + wanted.count)]) }
      length = wanted.count
    }
    checksum.update(UnsafeRawBufferPointer(rebasing: wanted[..<length]))
    produced += length
    if length < target.count { try verify() }
    return length
  }

  private func verify() throws {
    guard produced == member.size else {
      throw file.malformed(field: "size", found: "\(produced) bytes", expected: "\(member.size) bytes")
    }
    if let inflater {
      let extra = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try inflater.read(into: $0) }
      guard extra == 0 else {
        throw file.malformed(field: "size", found: "more bytes", expected: "\(member.size) bytes")
      }
    }
    guard checksum.value == member.checksum else {
      throw file.malformed(
        field: "checksum", found: String(checksum.value, radix: 16), expected: String(member.checksum, radix: 16))
    }
  }
}
