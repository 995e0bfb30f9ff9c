internal import VitroCore

/// The few Python literals that an `.npy` header is made of: a dictionary of strings, booleans, integers and tuples.
enum PythonLiteral: Hashable {
  case string(String), bool(Bool), integer(Int), tuple([PythonLiteral]), list([PythonLiteral])
}

/// Reads a dictionary of Python literals, strictly; nothing is ever evaluated.
struct PythonLiteralParser {
  private let text: [UInt8]
  private let file: FileBytes
  private var position = 0

  private static let maximumDepth = 8

  init(_ text: [UInt8], of file: FileBytes) { (self.text, self.file) = (text, file) }

  /// The dictionary that is the whole text.
  mutating func dictionary() throws -> [String: PythonLiteral] {
    var members: [String: PythonLiteral] = [:]
    try expect("{")
    while !skip("}") {
      guard case .string(let key) = try value(depth: 0) else { throw fault(expected: "a string as key") }
      try expect(":")
      let member = try value(depth: 0)
      guard members.updateValue(member, forKey: key) == nil else {
        throw file.malformed(field: "header", found: "\(quoted(key)) twice", expected: "each key once")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    guard peek() == nil else { throw fault(expected: "the end of the header") }
    return members
  }

  private func fault(expected: String) -> VitroError {
    let found = position < text.count ? quoted(text[position...].prefix(16), limit: 16) : "the end"
    return file.malformed(field: "header, byte \(position)", found: found, expected: expected)
  }

  private mutating func peek() -> UInt8? {
    while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) { position += 1 }
    return position < text.count ? text[position] : nil
  }

  private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws {
    guard skip(mark) else { throw fault(expected: "'\(mark)'") }
  }

  private mutating func value(depth: Int) throws -> PythonLiteral {
    guard depth < PythonLiteralParser.maximumDepth else { throw fault(expected: "less nesting") }
    switch peek() {
    case 0x22, 0x27: return .string(try string())
    case 0x28:
      return .tuple(try sequence(depth: depth, from: "(", to: ")"))
    case 0x5b:
      return .list(try sequence(depth: depth, from: "[", to: "]"))
    case .some(0x30...0x39), 0x2d: return .integer(try integer())
    default:
      for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return .bool(value)
      }
      throw fault(expected: "a string, a number, True, False or a tuple")
    }
  }

  private mutating func sequence(
    depth: Int, from opening: Unicode.Scalar, to closing: Unicode.Scalar
  ) throws -> [PythonLiteral] {
    try expect(opening)
    var values: [PythonLiteral] = []
    while !skip(closing) {
      values.append(try value(depth: depth + 1))
      if !skip(",") {
        try expect(closing)
        break
      }
    }
    return values
  }

  private mutating func string() throws -> String {
    let mark = text[position]
    let start = position + 1
    guard let end = text[start...].firstIndex(where: { $0 == mark || $0 == 0x5c || $0 < 0x20 }), text[end] == mark
    else {
      throw fault(expected: "a string without escapes that ends")
    }
    position = end + 1
    guard let string = String(validating: text[start..<end], as: UTF8.self) else {
      position = start - 1
      throw fault(expected: "valid UTF-8")
    }
    return string
  }

  private mutating func integer() throws -> Int {
    let start = position
    if text[position] == 0x2d { position += 1 }
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      position = start
      throw fault(expected: "a number below 2⁶³")
    }
    // Python 2 wrote long integers as 3L.
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}
