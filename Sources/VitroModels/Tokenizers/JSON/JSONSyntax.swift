import VitroCore
import VitroFormats

/// Checks JSON's syntax (RFC 8259), strictly, and finds where values end in text that has been checked.
///
/// Nesting is bounded and nothing recurses, so that no input exhausts the stack.
struct JSONSyntax {
  private let file: FileBytes
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private static let maximumDepth = 64

  init(_ bytes: UnsafeRawBufferPointer, of file: FileBytes) { (self.bytes, self.file) = (bytes, file) }

  /// Checks the whole text and returns where its one value stands.
  mutating func document() throws -> Range<Int> {
    // A byte order mark.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    skipSpace()
    let start = position
    try value()
    let end = position
    skipSpace()
    guard position == bytes.count else { throw fault("the end of the file") }
    return start..<end
  }

  private func fault(_ expected: String) -> VitroError {
    let rest = bytes[min(position, bytes.count)...].prefix(16)
    let found = rest.isEmpty ? "the end" : "'\(shortened(String(decoding: rest, as: UTF8.self), limit: 16))'"
    return .malformed(file: file.name, field: "byte \(position)", found: found, expected: expected)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() { position = JSONSyntax.skipSpace(bytes, position) }

  /// Steps over a value of any kind; `open` holds the brackets that wait to be closed.
  private mutating func value() throws {
    var open: [UInt8] = []
    repeat {
      skipSpace()
      guard let first = next else { throw fault("a value") }
      switch first {
      case 0x7b, 0x5b:
        guard open.count < JSONSyntax.maximumDepth else {
          throw fault("at most \(JSONSyntax.maximumDepth) levels of nesting")
        }
        open.append(first)
        position += 1
        skipSpace()
        if next == first + 2 { break }
        if first == 0x7b { try name() }
        continue
      case 0x22: try string()
      default: try word()
      }
      try closeOrContinue(&open)
    } while !open.isEmpty
  }

  /// After a value: closes what ends here, or steps over the comma before the next value.
  private mutating func closeOrContinue(_ open: inout [UInt8]) throws {
    while let bracket = open.last {
      skipSpace()
      if next == bracket + 2 {
        position += 1
        open.removeLast()
        continue
      }
      guard next == 0x2c else { throw fault(bracket == 0x7b ? "',' or '}'" : "',' or ']'") }
      position += 1
      if bracket == 0x7b {
        skipSpace()
        try name()
      }
      return
    }
  }

  private mutating func name() throws {
    guard next == 0x22 else { throw fault("a name in quotes") }
    try string()
    skipSpace()
    guard next == 0x3a else { throw fault("':'") }
    position += 1
  }

  private mutating func string() throws {
    position += 1
    while let byte = next, byte != 0x22 {
      guard byte >= 0x20 else { throw fault("no control character in a string") }
      position += byte == 0x5c ? 2 : 1
    }
    guard next != nil else {
      position = bytes.count
      throw fault("the end of a string")
    }
    position += 1
  }

  /// A number, or one of the three names.
  private mutating func word() throws {
    let start = position
    while position - start < 64, let byte = next, JSONSyntax.isWord(byte) { position += 1 }
    let word = bytes[start..<position]
    let isName = ["true", "false", "null"].contains { word.elementsEqual($0.utf8) }
    guard isName || JSONSyntax.isNumber(word) else {
      position = start
      throw fault("a value")
    }
  }

  /// Whether a word is a number as RFC 8259 spells them: no leading zeros, and digits on both sides of a point.
  private static func isNumber(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
    var position = word.startIndex
    func skip(_ first: Character, or second: Character? = nil) -> Bool {
      guard position < word.endIndex else { return false }
      let found = word[position] == first.asciiValue || word[position] == second?.asciiValue
      position += found ? 1 : 0
      return found
    }
    func skipDigits() -> Bool {
      let start = position
      while position < word.endIndex, (0x30...0x39).contains(word[position]) { position += 1 }
      return position > start
    }
    _ = skip("-")
    guard skip("0") || skipDigits() else { return false }
    if skip("."), !skipDigits() { return false }
    guard skip("e", or: "E") else { return position == word.endIndex }
    _ = skip("+", or: "-")
    return skipDigits() && position == word.endIndex && Double(String(decoding: word, as: UTF8.self))?.isFinite == true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte == 0x2b || byte == 0x2d || byte == 0x2e || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
      || (0x61...0x7a).contains(byte)
  }

  /// The first byte from `start` on that is not white space.
  static func skipSpace(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return position
      }
    }
    return position
  }

  /// Where the value that begins at `start` ends, in text that has been checked.
  static func endOfValue(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var position = start
    var depth = 0
    repeat {
      switch bytes[position] {
      case 0x22:
        position += 1
        while bytes[position] != 0x22 { position += bytes[position] == 0x5c ? 2 : 1 }
        position += 1
      case 0x7b, 0x5b:
        depth += 1
        position += 1
      case 0x7d, 0x5d:
        depth -= 1
        position += 1
      default:
        guard depth == 0 else {
          position += 1
          break
        }
        while position < bytes.count, isWord(bytes[position]) { position += 1 }
      }
    } while depth > 0
    return position
  }

  /// A string's bytes with its escapes resolved, or nothing when one of them is no character.
  static func unescape(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      guard text[position] == 0x5c else {
        result.append(text[position])
        position += 1
        continue
      }
      guard position + 1 < text.count else { return nil }
      if let plain = plainEscape(text[position + 1]) {
        result.append(plain)
        position += 2
        continue
      }
      guard let high = codeUnit(text, position) else { return nil }
      position += 6
      var value = UInt32(high)
      if (0xd800..<0xdc00).contains(high) {
        guard let low = codeUnit(text, position), (0xdc00..<0xe000).contains(low) else { return nil }
        position += 6
        value = 0x10000 + (UInt32(high) - 0xd800) << 10 + (UInt32(low) - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      result.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
    }
    return result
  }

  private static func plainEscape(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x22, 0x5c, 0x2f: letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  private static func codeUnit(_ text: UnsafeRawBufferPointer, _ position: Int) -> UInt16? {
    guard position + 6 <= text.count, text[position] == 0x5c, text[position + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var value: UInt16 = 0
    for byte in text[(position + 2)..<(position + 6)] {
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
