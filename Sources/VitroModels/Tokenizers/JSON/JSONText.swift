import VitroCore
import VitroFormats

/// A value inside a JSON file whose syntax has been checked, read only when it is asked for.
///
/// No tree is built: a vocabulary of any size costs what its reader keeps and nothing else. Every fault is an error that
/// names the file and the path of the field, such as `model.merges[3]`.
struct JSONText: Sendable {
  /// The kinds of values.
  enum Kind: String { case object, array, string, number, boolean, null }

  let file: FileBytes
  private let range: Range<Int>
  private let parent: String
  private let key: String

  /// What components may list: far more than real files have.
  static let maximumComponents = 256

  private init(file: FileBytes, range: Range<Int>, parent: String, key: String) {
    (self.file, self.range, self.parent, self.key) = (file, range, parent, key)
  }

  /// Checks the syntax of a whole file.
  init(_ file: FileBytes) throws {
    let range = try file.withBytes { bytes in
      var check = JSONSyntax(bytes, of: file)
      return try check.document()
    }
    self.init(file: file, range: range, parent: "", key: "")
  }

  /// The value's path from the top of the file.
  var field: String {
    if parent.isEmpty { return key.isEmpty ? "the whole file" : key }
    return key.hasPrefix("[") ? parent + key : "\(parent).\(key)"
  }

  private var path: String { parent.isEmpty && key.isEmpty ? "" : field }

  /// What kind of value this is.
  var kind: Kind {
    switch file.withBytes({ $0[range.lowerBound] }) {
    case 0x7b: .object
    case 0x5b: .array
    case 0x22: .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
    case UInt8(ascii: "n"): .null
    default: .number
    }
  }

  /// The error that something else should stand here.
  func fault(_ expected: String, found: String? = nil) -> VitroError {
    let text =
      found ?? file.withBytes { excerpt(of: $0[range.clamped(to: range.lowerBound..<(range.lowerBound + 65))]) }
    return .malformed(file: file.name, field: field, found: text, expected: expected)
  }

  /// The error for a component that exists but is not supported.
  func unsupported(_ what: String, supported: String) -> VitroError {
    VitroError(
      .unsupported, "reading \(file.name)", "\(field): \(what) is not supported; known are \(supported)",
      details: ["file": file.name, "field": field, "found": what, "expected": supported])
  }

  /// Calls `body` for each member of an object, in the file's order.
  func forEachMember(_ body: (String, JSONText) throws -> Void) throws {
    guard kind == .object else { throw fault("an object") }
    let path = path
    var position = range.lowerBound + 1
    while true {
      let (next, name, value): (Int, String, Range<Int>) = try file.withBytes { bytes in
        position = JSONSyntax.skipSpace(bytes, position)
        guard bytes[position] != 0x7d else { return (-1, "", 0..<0) }
        if bytes[position] == 0x2c { position = JSONSyntax.skipSpace(bytes, position + 1) }
        let end = JSONSyntax.endOfValue(bytes, position)
        let name = try string(in: bytes, position..<end)
        let colon = JSONSyntax.skipSpace(bytes, end)
        let start = JSONSyntax.skipSpace(bytes, colon + 1)
        let last = JSONSyntax.endOfValue(bytes, start)
        return (last, name, start..<last)
      }
      if next < 0 { return }
      position = next
      try body(name, JSONText(file: file, range: value, parent: path, key: name))
    }
  }

  /// The members of an object that describes a component, by name.
  func members() throws -> JSONMembers {
    var found: [String: JSONText] = [:]
    try forEachMember { name, value in
      guard found.count < JSONText.maximumComponents else {
        throw fault("at most \(JSONText.maximumComponents) members", found: "more")
      }
      guard found.updateValue(value, forKey: name) == nil else {
        throw fault("each name once", found: "'\(shortened(name))' twice")
      }
    }
    return JSONMembers(of: self, found)
  }

  /// Calls `body` for each element of an array.
  func forEachElement(_ body: (JSONText) throws -> Void) throws {
    guard kind == .array else { throw fault("an array") }
    let path = path
    var position = range.lowerBound + 1
    var index = 0
    while true {
      let value: Range<Int>? = file.withBytes { bytes in
        position = JSONSyntax.skipSpace(bytes, position)
        guard bytes[position] != 0x5d else { return nil }
        if bytes[position] == 0x2c { position = JSONSyntax.skipSpace(bytes, position + 1) }
        let end = JSONSyntax.endOfValue(bytes, position)
        return position..<end
      }
      guard let value else { return }
      position = value.upperBound
      try body(JSONText(file: file, range: value, parent: path, key: "[\(index)]"))
      index += 1
    }
  }

  /// The elements of an array that lists components.
  func elements(atMost limit: Int = JSONText.maximumComponents) throws -> [JSONText] {
    var found: [JSONText] = []
    try forEachElement { element in
      guard found.count < limit else { throw fault("at most \(limit) elements", found: "more") }
      found.append(element)
    }
    return found
  }

  /// The string.
  func string() throws -> String {
    guard kind == .string else { throw fault("a string") }
    return try file.withBytes { try string(in: $0, range) }
  }

  /// A whole number that is not negative and at most `limit`.
  func count(atMost limit: Int = 1 << 40) throws -> Int {
    let text = file.withBytes { String(decoding: $0[range.prefix(32)], as: UTF8.self) }
    guard kind == .number, let value = Int(text), value >= 0, value <= limit else {
      throw fault("a whole number from 0 to \(limit)")
    }
    return value
  }

  /// A number.
  func number() throws -> Double {
    let text = file.withBytes { String(decoding: $0[range.prefix(64)], as: UTF8.self) }
    guard kind == .number, let value = Double(text), value.isFinite else { throw fault("a number") }
    return value
  }

  /// A truth value.
  func boolean() throws -> Bool {
    guard kind == .boolean else { throw fault("true or false") }
    return range.count == 4
  }

  private func string(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws -> String {
    let contents = UnsafeRawBufferPointer(rebasing: bytes[(range.lowerBound + 1)..<(range.upperBound - 1)])
    guard contents.contains(0x5c) else {
      guard let text = String(validating: contents, as: UTF8.self) else { throw fault("valid UTF-8") }
      return text
    }
    guard let unescaped = JSONSyntax.unescape(contents), let text = String(validating: unescaped, as: UTF8.self) else {
      throw fault("escapes of whole characters")
    }
    return text
  }
}

/// The members of an object that describes a component.
struct JSONMembers {
  /// The object.
  let owner: JSONText
  private let found: [String: JSONText]

  init(of owner: JSONText, _ found: [String: JSONText]) { (self.owner, self.found) = (owner, found) }

  /// A member, unless it is missing or null.
  subscript(name: String) -> JSONText? {
    guard let value = found[name], value.kind != .null else { return nil }
    return value
  }

  /// A member that must be there.
  func required(_ name: String) throws -> JSONText {
    guard let value = self[name] else { throw owner.fault("a '\(name)'", found: "no '\(name)'") }
    return value
  }

  /// The component's type.
  func type() throws -> String { try required("type").string() }

  /// A truth value, or what holds when the file does not say.
  func boolean(_ name: String, default value: Bool) throws -> Bool { try self[name]?.boolean() ?? value }

  /// A string, if there is one.
  func string(_ name: String) throws -> String? { try self[name]?.string() }

  /// A single character, or what holds when the file does not say.
  func scalar(_ name: String, default value: Unicode.Scalar) throws -> Unicode.Scalar {
    guard let member = self[name] else { return value }
    let text = try member.string()
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
      throw member.fault("one character")
    }
    return scalar
  }
}

/// Text from an untrusted file as errors show it: cut to a readable length, without control characters.
func shortened(_ text: String, limit: Int = 64) -> String {
  var shown = ""
  for (position, scalar) in text.unicodeScalars.enumerated() {
    if position >= limit { return shown + "…" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}

/// The beginning of some bytes as errors show it.
private func excerpt(of bytes: Slice<UnsafeRawBufferPointer>) -> String {
  bytes.isEmpty ? "nothing" : shortened(String(decoding: bytes, as: UTF8.self))
}
