internal import CZlib
internal import VitroCore

/// Inflates deflated data that lies in memory, a stretch at a time.
final class Inflater {
  /// How the deflated data is wrapped.
  enum Wrapping {
    /// Bare deflate, as in zip archives.
    case raw
    /// One or more gzip members (RFC 1952), each with its checksum; zero bytes may pad the end.
    case gzip
  }

  private let file: FileBytes
  private let field: String
  private let wrapping: Wrapping
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var isFinished = false

  init(_ file: FileBytes, wrapping: Wrapping, field: String) throws {
    self.file = file
    self.field = field
    self.wrapping = wrapping
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(
      stream, wrapping == .gzip ? 15 + 16 : -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw VitroError(.memory, "reading \(file.name)", "zlib cannot start (status \(status))")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The compressed bytes not yet looked at.
  var unread: Int { file.count - consumed }

  /// Fills as much of `target` as the data gives; less than all of it only at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < target.count, !isFinished {
      filled += try step(UnsafeMutableRawBufferPointer(rebasing: target[filled...]))
    }
    return filled
  }

  private func step(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
    try file.withBytes { bytes in
      let (offered, wanted) = (min(unread, 1 << 30), min(target.count, 1 << 30))
      // zlib only reads through next_in; its C declaration lacks the const.
      let input = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0 + consumed) }
      stream.pointee.next_in = input?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(offered)
      stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(wanted)
      let status = inflate(stream, Z_NO_FLUSH)
      consumed += offered - Int(stream.pointee.avail_in)
      let produced = wanted - Int(stream.pointee.avail_out)
      switch status {
      case Z_OK: break
      case Z_STREAM_END: try finishMember(bytes)
      case Z_BUF_ERROR where produced == 0:
        throw file.malformed(field: field, found: "the end after \(consumed) bytes", expected: "more deflated data")
      case Z_BUF_ERROR: break
      case Z_MEM_ERROR: throw VitroError(.memory, "reading \(file.name)", "zlib has no memory")
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "a preset dictionary"
        throw file.malformed(
          field: field, found: "\(reason) near byte \(consumed)", expected: "intact deflated data")
      }
      return produced
    }
  }

  private func finishMember(_ bytes: UnsafeRawBufferPointer) throws {
    let rest = bytes[consumed...]
    if wrapping == .gzip, rest.starts(with: [0x1f, 0x8b]) {
      guard inflateReset(stream) == Z_OK else {
        throw VitroError(.memory, "reading \(file.name)", "zlib cannot start again")
      }
      return
    }
    isFinished = true
    guard wrapping == .raw ? rest.isEmpty : rest.allSatisfy({ $0 == 0 }) else {
      throw file.malformed(
        field: field, found: "\(rest.count) more bytes after the deflated data", expected: "the end")
    }
  }
}

/// The bytes of a gzip file, as a source.
struct GzipSource: ByteSource {
  let file: FileBytes
  private let inflater: Inflater
  private var produced = 0

  init(_ file: FileBytes) throws {
    self.file = file
    inflater = try Inflater(file, wrapping: .gzip, field: "gzip data")
  }

  var remainingBound: Int { FormatLimits.deflateBound(compressedCount: file.count) - produced }
  var isExact: Bool { false }

  mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    let length = try inflater.read(into: target)
    produced += length
    return length
  }
}
