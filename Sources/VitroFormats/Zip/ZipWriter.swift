internal import VitroCore

/// Writes a zip archive, member after member; the same members always give the same bytes.
package final class ZipWriter {
  private let emit: (UnsafeRawBufferPointer) throws -> Void
  private let forcesZip64: Bool
  private var directory: [UInt8] = []
  private var count = 0
  private var offset = 0

  /// Writes to `emit`; `forcesZip64` uses the long fields even where short ones would do, for tests.
  package init(forcesZip64: Bool = false, emit: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    (self.emit, self.forcesZip64) = (emit, forcesZip64)
  }

  /// Appends a member made of these parts.
  package func append(name: String, parts: [UnsafeRawBufferPointer], compressed: Bool) throws {
    let size = parts.reduce(0) { $0 + $1.count }
    var checksum = CRC32()
    var deflated: [UInt8] = []
    let deflater = compressed ? try Deflater(wrapping: .raw) : nil
    for part in parts {
      checksum.update(part)
      try deflater?.write(part) { deflated.append(contentsOf: $0) }
    }
    try deflater?.finish { deflated.append(contentsOf: $0) }
    let stored = compressed ? deflated.count : size

    let isLong = forcesZip64 || max(size, stored, offset) >= Int(UInt32.max)
    let sizes = isLong ? (UInt32.max, UInt32.max) : (UInt32(stored), UInt32(size))
    var common: [UInt8] = []
    common.appendInteger(UInt16(isLong ? 45 : 20))
    common.appendInteger(UInt16(1 << 11))  // names are UTF-8
    common.appendInteger(UInt16(compressed ? 8 : 0))
    common.appendInteger(UInt16(0))
    common.appendInteger(UInt16(0x21))  // 1980-01-01, the earliest date that the format has
    common.appendInteger(checksum.value)
    common.appendInteger(sizes.0)
    common.appendInteger(sizes.1)
    common.appendInteger(UInt16(name.utf8.count))

    var header: [UInt8] = []
    header.appendInteger(UInt32(0x0403_4b50))
    header += common
    header.appendInteger(UInt16(isLong ? 20 : 0))
    header += Array(name.utf8)
    if isLong { header += longField([size, stored]) }

    directory.appendInteger(UInt32(0x0201_4b50))
    directory.appendInteger(UInt16(isLong ? 45 : 20))
    directory += common
    directory.appendInteger(UInt16(isLong ? 28 : 0))
    directory += [UInt8](repeating: 0, count: 10)
    directory.appendInteger(isLong ? UInt32.max : UInt32(offset))
    directory += Array(name.utf8)
    if isLong { directory += longField([size, stored, offset]) }
    count += 1

    try write(header)
    if compressed { return try write(deflated) }
    for part in parts {
      try emit(part)
      offset += part.count
    }
  }

  /// Writes the directory, after the last member.
  package func finish() throws {
    let (start, size) = (offset, directory.count)
    try write(directory)
    let isLong = forcesZip64 || start >= Int(UInt32.max) || size >= Int(UInt32.max) || count >= Int(UInt16.max)
    var end: [UInt8] = []
    if isLong {
      end.appendInteger(UInt32(0x0606_4b50))
      end.appendInteger(UInt64(44))
      end.appendInteger(UInt16(45))
      end.appendInteger(UInt16(45))
      end.appendInteger(UInt64(0))
      for value in [count, count, size, start] { end.appendInteger(UInt64(value)) }
      end.appendInteger(UInt32(0x0706_4b50))
      end.appendInteger(UInt32(0))
      end.appendInteger(UInt64(start + size))
      end.appendInteger(UInt32(1))
    }
    end.appendInteger(UInt32(0x0605_4b50))
    end.appendInteger(UInt32(0))
    for _ in 0..<2 { end.appendInteger(isLong ? UInt16.max : UInt16(count)) }
    for value in [size, start] { end.appendInteger(isLong ? UInt32.max : UInt32(value)) }
    end.appendInteger(UInt16(0))
    try write(end)
  }

  private func longField(_ values: [Int]) -> [UInt8] {
    var field: [UInt8] = []
    field.appendInteger(UInt16(1))
    field.appendInteger(UInt16(8 * values.count))
    for value in values { field.appendInteger(UInt64(value)) }
    return field
  }

  private func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes(emit)
    offset += bytes.count
  }
}
