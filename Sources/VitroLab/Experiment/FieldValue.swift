public import VitroCore

/// A type that a field of an experiment can have.
///
/// `Int`, `Double`, `Bool`, `String`, optionals and lists of these conform; an enumeration of strings conforms by saying so:
///
/// ```swift
/// enum Hand: String, CaseIterable, FieldValue { case left, right }
/// ```
public protocol FieldValue: Sendable {
  /// What values it takes.
  static var fieldKind: FieldKind { get }
  /// The value that a checked JSON value stands for.
  init?(fieldValue: JSONValue)
  /// The value as JSON.
  var fieldValue: JSONValue { get }
}

extension Int: FieldValue {
  /// A whole number.
  public static var fieldKind: FieldKind { .integer() }
  /// Reads a whole number.
  public init?(fieldValue: JSONValue) {
    guard case .integer(let value) = fieldValue else { return nil }
    self = value
  }
  /// A whole number.
  public var fieldValue: JSONValue { .integer(self) }
}

extension Double: FieldValue {
  /// A number.
  public static var fieldKind: FieldKind { .number() }
  /// Reads a number.
  public init?(fieldValue: JSONValue) {
    switch fieldValue {
    case .integer(let value): self = Double(value)
    case .number(let value): self = value
    default: return nil
    }
  }
  /// A number.
  public var fieldValue: JSONValue { .number(self) }
}

extension Bool: FieldValue {
  /// Yes or no.
  public static var fieldKind: FieldKind { .flag }
  /// Reads a truth value.
  public init?(fieldValue: JSONValue) {
    guard case .bool(let value) = fieldValue else { return nil }
    self = value
  }
  /// A truth value.
  public var fieldValue: JSONValue { .bool(self) }
}

extension String: FieldValue {
  /// Text.
  public static var fieldKind: FieldKind { .text }
  /// Reads text.
  public init?(fieldValue: JSONValue) {
    guard case .string(let value) = fieldValue else { return nil }
    self = value
  }
  /// Text.
  public var fieldValue: JSONValue { .string(self) }
}

extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// One of the cases' names.
  public static var fieldKind: FieldKind { .choice(allCases.map(\.rawValue)) }
  /// Reads a case's name.
  public init?(fieldValue: JSONValue) {
    guard case .string(let name) = fieldValue else { return nil }
    self.init(rawValue: name)
  }
  /// The case's name.
  public var fieldValue: JSONValue { .string(rawValue) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
  /// A value or none.
  public static var fieldKind: FieldKind { .optional(Wrapped.fieldKind) }
  /// Reads a value; `null` is none.
  public init?(fieldValue: JSONValue) {
    if fieldValue == .null {
      self = .none
    } else {
      guard let value = Wrapped(fieldValue: fieldValue) else { return nil }
      self = value
    }
  }
  /// The value, or `null`.
  public var fieldValue: JSONValue { map(\.fieldValue) ?? .null }
}

extension Array: FieldValue where Element: FieldValue {
  /// A list.
  public static var fieldKind: FieldKind { .list(Element.fieldKind) }
  /// Reads a list.
  public init?(fieldValue: JSONValue) {
    guard case .array(let values) = fieldValue else { return nil }
    let elements = values.compactMap(Element.init(fieldValue:))
    guard elements.count == values.count else { return nil }
    self = elements
  }
  /// A list.
  public var fieldValue: JSONValue { .array(map(\.fieldValue)) }
}
