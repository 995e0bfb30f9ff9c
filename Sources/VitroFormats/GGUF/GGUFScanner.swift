internal import VitroCore

/// Walks over the beginning of a GGUF file; every step is checked against the bytes that are left.
struct GGUFScanner {
  let file: FileBytes
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer, of file: FileBytes) { (self.bytes, self.file) = (bytes, file) }

  var remaining: Int { bytes.count - position }

  /// The next integer.
  mutating func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type, _ field: @autoclosure () -> String
  ) throws -> Integer {
    guard let value = bytes.integer(type, at: position) else {
      throw truncated(field(), needed: "\(MemoryLayout<Integer>.size) bytes")
    }
    position += MemoryLayout<Integer>.size
    return value
  }

  /// The next 64-bit count, of things that take at least `least` bytes each.
  mutating func count(ofAtLeast least: Int, _ field: @autoclosure () -> String) throws -> Int {
    let value = try integer(UInt64.self, field())
    guard value <= UInt64(remaining / least) else {
      throw file.malformed(
        field: field(), found: "\(value)", expected: "at most \(remaining / least), for which the rest has room")
    }
    return Int(value)
  }

  /// Steps over bytes.
  mutating func skip(_ length: Int, _ field: @autoclosure () -> String) throws {
    guard length <= remaining else { throw truncated(field(), needed: "\(length) bytes") }
    position += length
  }

  /// The bytes of the next string: a length, then so many bytes.
  mutating func stringBytes(_ field: @autoclosure () -> String) throws -> UnsafeRawBufferPointer {
    let length = try count(ofAtLeast: 1, "\(field()), length")
    defer { position += length }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + length)])
  }

  /// The next string.
  mutating func string(_ field: @autoclosure () -> String) throws -> String {
    let contents = try stringBytes(field())
    guard let text = String(validating: contents, as: UTF8.self) else {
      throw file.malformed(field: field(), found: quoted(contents), expected: "valid UTF-8")
    }
    return text
  }

  private func truncated(_ field: String, needed: String) -> VitroError {
    file.malformed(
      field: field, found: "the end of the file at byte \(bytes.count)", expected: "\(needed) at byte \(position)",
      hint: "The file may be truncated; fetch it again.")
  }
}
