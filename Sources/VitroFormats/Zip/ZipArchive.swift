internal import VitroCore

/// A zip archive's directory (APPNOTE 6.3), with zip64, read and checked from the bytes of a file.
///
/// Members must lie before the directory and may not overlap, which rules out the zip bombs that share data.
struct ZipArchive: Sendable {
  let file: FileBytes
  private(set) var members: [ZipMember] = []

  /// Where the central directory lies, and what it should hold.
  private struct Directory {
    var offset: UInt64
    var size: UInt64
    var count: UInt64
    var end: Int
  }

  init(_ file: FileBytes, limits: FormatLimits) throws {
    self.file = file
    try file.withBytes { bytes in
      let directory = try locate(in: bytes)
      guard directory.count <= limits.maximumEntries else {
        throw file.tooLarge(
          field: "central directory", found: "\(directory.count) members", limit: "\(limits.maximumEntries) members")
      }
      let (end, overflow) = directory.offset.addingReportingOverflow(directory.size)
      guard !overflow, end == directory.end else {
        throw file.malformed(
          field: "central directory", found: "\(directory.size) bytes at \(directory.offset)",
          expected: "a directory that ends at byte \(directory.end)")
      }
      try readMembers(bytes, from: Int(directory.offset), to: directory.end, count: Int(directory.count))
      try placeMembers(bytes, before: Int(directory.offset))
    }
  }

  private func locate(in bytes: UnsafeRawBufferPointer) throws -> Directory {
    let (recordLength, longestComment) = (22, 0xffff)
    var end = bytes.count - recordLength
    while end >= max(0, bytes.count - recordLength - longestComment) {
      if bytes.integer(UInt32.self, at: end) == 0x0605_4b50,
        bytes.integer(UInt16.self, at: end + 20).map({ Int($0) == bytes.count - end - recordLength }) == true
      {
        return try readEnd(bytes, at: end)
      }
      end -= 1
    }
    throw file.malformed(
      field: "end of central directory", found: "none", expected: "a record at the end of the archive",
      hint: "The file may be truncated; fetch it again.")
  }

  private func readEnd(_ bytes: UnsafeRawBufferPointer, at end: Int) throws -> Directory {
    func field<Integer: FixedWidthInteger>(_ type: Integer.Type, _ offset: Int) throws -> Integer {
      guard let value = bytes.integer(type, at: offset) else {
        throw file.malformed(field: "end of central directory", found: "the end", expected: "a whole record")
      }
      return value
    }
    let disks = try (field(UInt16.self, end + 4), field(UInt16.self, end + 6))
    let locator = end - 20
    guard locator >= 0, bytes.integer(UInt32.self, at: locator) == 0x0706_4b50 else {
      guard disks == (0, 0) else {
        throw file.unsupported(field: "disks", found: "an archive in several parts", expected: "one part")
      }
      return Directory(
        offset: UInt64(try field(UInt32.self, end + 16)), size: UInt64(try field(UInt32.self, end + 12)),
        count: UInt64(try field(UInt16.self, end + 10)), end: end)
    }
    let recordOffset = try field(UInt64.self, locator + 8)
    guard recordOffset <= UInt64(locator), bytes.integer(UInt32.self, at: Int(recordOffset)) == 0x0606_4b50,
      Int(recordOffset) + 56 <= locator
    else {
      throw file.malformed(
        field: "zip64 end of central directory", found: "no record at \(recordOffset)", expected: "a record")
    }
    let record = Int(recordOffset)
    return Directory(
      offset: try field(UInt64.self, record + 48), size: try field(UInt64.self, record + 40),
      count: try field(UInt64.self, record + 32), end: record)
  }

  private mutating func readMembers(
    _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, count: Int
  ) throws {
    let directory = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    var names: Set<String> = []
    var position = start
    for index in 0..<count {
      guard directory.integer(UInt32.self, at: position) == 0x0201_4b50, position + 46 <= end,
        let flags = directory.integer(UInt16.self, at: position + 8),
        let method = directory.integer(UInt16.self, at: position + 10),
        let checksum = directory.integer(UInt32.self, at: position + 16),
        let compressedSize = directory.integer(UInt32.self, at: position + 20),
        let size = directory.integer(UInt32.self, at: position + 24),
        let nameLength = directory.integer(UInt16.self, at: position + 28).map(Int.init),
        let extraLength = directory.integer(UInt16.self, at: position + 30).map(Int.init),
        let commentLength = directory.integer(UInt16.self, at: position + 32).map(Int.init),
        let headerOffset = directory.integer(UInt32.self, at: position + 42),
        position + 46 + nameLength + extraLength + commentLength <= end
      else {
        throw file.malformed(
          field: "central directory, member \(index)", found: "no whole entry at byte \(position)",
          expected: "\(count) entries")
      }
      let name = String(decoding: directory[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      guard names.insert(name).inserted else {
        throw file.malformed(field: "central directory", found: "\(quoted(name)) twice", expected: "each name once")
      }
      let extra = position + 46 + nameLength
      let long = try longFields(
        directory, extra..<(extra + extraLength), member: name,
        short: [UInt64(size), UInt64(compressedSize), UInt64(headerOffset)])
      members.append(
        ZipMember(
          name: name, flags: flags, method: method, checksum: checksum, compressedSize: long[1], size: long[0],
          headerOffset: long[2]))
      position = extra + extraLength + commentLength
    }
    guard position == end else {
      throw file.malformed(
        field: "central directory", found: "\(end - position) bytes after \(count) members", expected: "its end")
    }
  }

  /// Size, compressed size and offset, with those that do not fit 32 bits taken from the zip64 extra field.
  private func longFields(
    _ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>, member: String, short: [UInt64]
  ) throws -> [Int] {
    var values = short
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound, let tag = bytes.integer(UInt16.self, at: position),
      let length = bytes.integer(UInt16.self, at: position + 2).map(Int.init)
    {
      if tag == 1 {
        var (at, end) = (position + 4, min(position + 4 + length, extra.upperBound))
        end = min(end, bytes.count)
        for index in values.indices where short[index] == UInt64(UInt32.max) {
          guard at + 8 <= end, let value = bytes.integer(UInt64.self, at: at) else { break }
          values[index] = value
          at += 8
        }
        break
      }
      position += 4 + length
    }
    return try values.map { value in
      guard value <= UInt64(Int.max) >> 8 else {
        throw file.malformed(
          field: "member \(quoted(member)), size", found: "\(value)", expected: "at most \(Int.max >> 8)")
      }
      return Int(value)
    }
  }

  /// Finds each member's data behind its local header, and checks that none overlap.
  private mutating func placeMembers(_ bytes: UnsafeRawBufferPointer, before end: Int) throws {
    members.sort { $0.headerOffset < $1.headerOffset }
    var free = 0
    for index in members.indices {
      let member = members[index]
      let field = "member \(quoted(member.name)), local header"
      let offset = member.headerOffset
      guard offset >= free else {
        throw file.malformed(
          field: field, found: "byte \(offset), inside the member before", expected: "byte \(free) or later")
      }
      guard offset + 30 <= end, bytes.integer(UInt32.self, at: offset) == 0x0403_4b50,
        let nameLength = bytes.integer(UInt16.self, at: offset + 26).map(Int.init),
        let extraLength = bytes.integer(UInt16.self, at: offset + 28).map(Int.init)
      else {
        throw file.malformed(field: field, found: "none at byte \(offset)", expected: "a header before byte \(end)")
      }
      let start = offset + 30 + nameLength + extraLength
      guard start <= end, member.compressedSize <= end - start else {
        throw file.malformed(
          field: "member \(quoted(member.name)), compressed size", found: "\(member.compressedSize) bytes",
          expected: "at most the \(max(0, end - start)) before the central directory")
      }
      guard String(decoding: bytes[(offset + 30)..<(offset + 30 + nameLength)], as: UTF8.self) == member.name else {
        throw file.malformed(
          field: field, found: quoted(bytes[(offset + 30)..<(offset + 30 + nameLength)]), expected: quoted(member.name))
      }
      members[index].dataRange = start..<(start + member.compressedSize)
      free = start + member.compressedSize
    }
  }
}
