public import VitroCore

/// What values a field of an experiment takes: enough to parse a flag, check a configuration and build a form.
public indirect enum FieldKind: Sendable, Hashable {
  /// A whole number, within bounds if there are any.
  case integer(ClosedRange<Int>? = nil)
  /// A finite number, within bounds if there are any.
  case number(ClosedRange<Double>? = nil)
  /// Yes or no.
  case flag
  /// Any text.
  case text
  /// One of these names.
  case choice([String])
  /// A file or directory that exists, or one of these names that mean something else.
  case path(names: [String] = [])
  /// Several values of a kind, separated by commas on the command line.
  case list(FieldKind)
  /// A value, or none.
  case optional(FieldKind)

  /// What is expected, for people: "a whole number from 1 to 1000000".
  public var expectation: String {
    switch self {
    case .integer(let bounds): "a whole number" + (bounds.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? "")
    case .number(let bounds):
      "a number" + (bounds.map { " from \(Self.text($0.lowerBound)) to \(Self.text($0.upperBound))" } ?? "")
    case .flag: "true or false"
    case .text: "text"
    case .choice(let names): names.count == 1 ? names[0] : "one of " + names.joined(separator: ", ")
    case .path(let names): (["a file or directory"] + names.map { "'\($0)'" }).joined(separator: " or ")
    case .list(let kind): "a list, each \(kind.expectation)"
    case .optional(let kind): kind.expectation
    }
  }

  /// Whether the command line takes it as a switch, without a value.
  public var isFlag: Bool { self == .flag || self == .optional(.flag) }

  /// The kind of one value of an option that may be repeated on the command line: of a list of lists.
  public var repeated: FieldKind? {
    if case .list(let inner) = self, case .list = inner { inner } else { nil }
  }

  /// What stands between the values of a sweep on the command line; lists have commas of their own.
  public var sweepSeparator: Character { if case .list = self { ";" } else { "," } }

  /// The word of a command line that stands for a value: what ``value(ofText:field:)`` reads.
  public static func word(of value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .array(let values):
      values.map(word).joined(separator: values.contains { if case .array = $0 { true } else { false } } ? ";" : ",")
    case .null: "none"
    default: "\(value)"
    }
  }

  /// A placeholder for help: `n`, `x`, `text`, `path`.
  var placeholder: String {
    switch self {
    case .integer: "n"
    case .number: "x"
    case .flag, .text: "text"
    case .choice(let names): names.joined(separator: "|")
    case .path: "path"
    case .list(let kind): repeated == nil ? "\(kind.placeholder),…" : kind.placeholder
    case .optional(let kind): kind.placeholder
    }
  }

  /// The value that stands in a word of a command line.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that says what was found and what was expected.
  public func value(ofText text: String, field: String) throws -> JSONValue {
    switch self {
    case .integer:
      guard let number = Int(text) else { throw mismatch("'\(text)'", field) }
      return try checked(.integer(number), field: field)
    case .number:
      guard let number = Double(text) else { throw mismatch("'\(text)'", field) }
      return try checked(.number(number), field: field)
    case .flag:
      guard let value = ["true": true, "yes": true, "false": false, "no": false][text.lowercased()] else {
        throw mismatch("'\(text)'", field)
      }
      return .bool(value)
    case .text, .choice, .path: return try checked(.string(text), field: field)
    case .list(let kind):
      let words = text.split(separator: repeated == nil ? "," : ";", omittingEmptySubsequences: false)
      return .array(try words.map { try kind.value(ofText: $0.trimming, field: field) })
    case .optional(let kind): return text == "none" ? .null : try kind.value(ofText: text, field: field)
    }
  }

  /// The value, if it is of this kind and within its bounds; a whole number is a number.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that says what was found and what was expected, with the nearest right name.
  public func checked(_ value: JSONValue, field: String) throws -> JSONValue {
    switch (self, value) {
    case (.integer(let bounds), .integer(let number)):
      if let bounds, !bounds.contains(number) { throw mismatch("\(number)", field) }
    case (.number, .integer(let number)): return try checked(.number(Double(number)), field: field)
    case (.number(let bounds), .number(let number)):
      if !number.isFinite || bounds.map({ !$0.contains(number) }) == true { throw mismatch(Self.text(number), field) }
    case (.flag, .bool), (.text, .string), (.path, .string): break
    case (.choice(let names), .string(let text)):
      if !names.contains(text) {
        let hint = nearestName(to: text, in: names).map { "Did you mean '\($0)'?" }
        throw mismatch("'\(text)'", field, hint: hint)
      }
    case (.list(let kind), .array(let values)):
      return .array(try values.map { try kind.checked($0, field: field) })
    case (.optional, .null): break
    case (.optional(let kind), _): return try kind.checked(value, field: field)
    default: throw mismatch("\(value)", field)
    }
    return value
  }

  private func mismatch(_ found: String, _ field: String, hint: String? = nil) -> VitroError {
    VitroError(
      .argument, field, "found \(found.prefix(200)), expected \(expectation)", hint: hint,
      details: ["field": field, "found": String(found.prefix(200)), "expected": expectation])
  }

  /// A number without a needless ".0".
  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}

extension Substring {
  fileprivate var trimming: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
