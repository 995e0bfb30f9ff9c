internal import VitroCore

/// Walks over JSON text (RFC 8259), strictly, without building a tree.
///
/// Every fault is an error that names the byte where it stands. Nesting is bounded, so that no input exhausts the stack.
struct JSONScanner {
  private let file: FileBytes
  private let bytes: UnsafeRawBufferPointer
  private let field: String
  private(set) var position: Int

  private static let maximumDepth = 64

  /// Scans `bytes`, the part of `file` that errors call `field`.
  init(_ bytes: UnsafeRawBufferPointer, of file: FileBytes, field: String) {
    (self.bytes, self.file, self.field, position) = (bytes, file, field, 0)
  }

  /// The error that something else should stand here.
  func fault(expected: String) -> VitroError {
    let found = position < bytes.count ? quoted(bytes[position...].prefix(16), limit: 16) : "the end"
    return file.malformed(field: "\(field), byte \(position)", found: found, expected: expected)
  }

  /// The next byte that is not white space.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return bytes[position]
      }
    }
    return nil
  }

  /// Steps over a punctuation mark that must stand here.
  mutating func expect(_ mark: Unicode.Scalar) throws {
    guard peek() == UInt8(ascii: mark) else { throw fault(expected: "'\(mark)'") }
    position += 1
  }

  /// Steps over a punctuation mark if it stands here.
  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  /// Calls `member` for each key of an object, with the scanner before its value.
  mutating func object(_ member: (inout JSONScanner, String) throws -> Void) throws {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while skip(",")
    try expect("}")
  }

  /// Calls `element` for each element of an array, with the scanner before it.
  mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect("[")
    if skip("]") { return }
    repeat { try element(&self) } while skip(",")
    try expect("]")
  }

  /// A whole number that is not negative.
  mutating func count() throws -> Int {
    guard let first = peek(), (0x30...0x39).contains(first) else {
      throw fault(expected: "a whole number that is not negative")
    }
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !overflow, !carry else {
        position = start
        throw fault(expected: "a number below 2⁶³")
      }
      value = sum
      position += 1
    }
    let hasLeadingZero = bytes[start] == 0x30 && position > start + 1
    let goesOn = position < bytes.count && [0x2e, 0x65, 0x45].contains(bytes[position])
    guard !hasLeadingZero, !goesOn else {
      position = start
      throw fault(expected: "a whole number")
    }
    return value
  }

  /// A string, with its escapes resolved.
  mutating func string() throws -> String {
    guard peek() == 0x22 else { throw fault(expected: "a string") }
    let start = position
    position += 1
    let contents = position
    while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5c, bytes[position] >= 0x20 {
      position += 1
    }
    var text = Array(bytes[contents..<position])
    while position < bytes.count, bytes[position] != 0x22 {
      let byte = bytes[position]
      guard byte >= 0x20 else { throw fault(expected: "no control character in a string") }
      if byte == 0x5c {
        try appendEscape(to: &text)
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard position < bytes.count else { throw fault(expected: "the end of the string of byte \(start)") }
    position += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      position = start
      throw fault(expected: "valid UTF-8")
    }
    return string
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws {
    guard position + 1 < bytes.count else { throw fault(expected: "an escape") }
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
    ]
    if let byte = plain[bytes[position + 1]] {
      text.append(byte)
      position += 2
      return
    }
    let high = try codeUnit()
    var value = UInt32(high)
    if (0xd800..<0xdc00).contains(high) {
      let low = try codeUnit()
      guard (0xdc00..<0xe000).contains(low) else { throw fault(expected: "the second half of a surrogate pair") }
      value = 0x10000 + (UInt32(high) - 0xd800) << 10 + (UInt32(low) - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fault(expected: "a Unicode character") }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func codeUnit() throws -> UInt16 {
    guard position + 6 <= bytes.count, bytes[position] == 0x5c, bytes[position + 1] == 0x75 else {
      throw fault(expected: "an escape such as \\n or \\u00e9")
    }
    var value: UInt16 = 0
    for byte in bytes[(position + 2)..<(position + 6)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault(expected: "four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
    }
    position += 6
    return value
  }

  /// Steps over a value of any kind.
  mutating func skipValue(depth: Int = 0) throws {
    guard depth < JSONScanner.maximumDepth else {
      throw fault(expected: "at most \(JSONScanner.maximumDepth) levels of nesting")
    }
    switch peek() {
    case 0x22: _ = try string()
    case 0x7b: try object { scanner, _ in try scanner.skipValue(depth: depth + 1) }
    case 0x5b: try array { scanner in try scanner.skipValue(depth: depth + 1) }
    default:
      let start = position
      let isWord: (UInt8) -> Bool = { byte in
        byte == 0x2b || byte == 0x2d || byte == 0x2e || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte)
      }
      while position < bytes.count, position - start < 64, isWord(bytes[position]) { position += 1 }
      let word = String(decoding: bytes[start..<position], as: UTF8.self)
      guard ["true", "false", "null"].contains(word) || (word.first?.isLetter == false && Double(word) != nil) else {
        position = start
        throw fault(expected: "a value")
      }
    }
  }

  /// Checks that only white space is left.
  mutating func expectEnd() throws {
    guard peek() == nil else { throw fault(expected: "the end of the header") }
  }
}
