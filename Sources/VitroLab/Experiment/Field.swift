public import VitroCore

/// A field of an experiment: its name, its type, its default, its bounds and its help, said once.
///
/// From the list of its fields an experiment gets its flags, its help, the check of its configurations, its documentation and the
/// reading of old runs. The default is what the experiment's `init()` puts there.
public struct Field<Root>: Sendable {
  /// What the field is.
  public let description: FieldDescription
  let get: @Sendable (Root) -> JSONValue
  let set: @Sendable (inout Root, JSONValue) -> Bool

  /// A field of a value type, with bounds for its numbers.
  ///
  /// - Parameters:
  ///   - name: The name in configurations, in camel case; `batchSize` is `--batch-size` on the command line.
  ///   - path: Where the value is kept.
  ///   - range: The bounds of a number, or of each number of a list.
  ///   - isPositional: Whether the command line takes it by its place and not by its name.
  ///   - valueName: What stands for the value in help, such as `n`.
  ///   - mayBeginWithMinus: Whether a text may begin with a minus sign, as numbers may.
  ///   - takesBareSweep: Whether `--sweep VALUE`, without the name of a field, gives its value too.
  ///   - help: One sentence.
  public init<Value: FieldValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, in range: ClosedRange<Double>? = nil,
    isPositional: Bool = false, valueName: String? = nil, mayBeginWithMinus: Bool = false,
    takesBareSweep: Bool = false, help: String
  ) {
    self.init(
      FieldDescription(
        name: name, kind: Value.fieldKind.limited(to: range), isPositional: isPositional, valueName: valueName,
        mayBeginWithMinus: mayBeginWithMinus, takesBareSweep: takesBareSweep, help: help), path)
  }

  /// A field that names a file or directory, or one of `names` that mean something else.
  public init<Value: FieldValue>(
    _ name: String, path: any WritableKeyPath<Root, Value> & Sendable, names: [String] = [],
    isPositional: Bool = false, valueName: String? = nil, help: String
  ) {
    let kind = Value.fieldKind.replacingText(by: .path(names: names))
    self.init(
      FieldDescription(name: name, kind: kind, isPositional: isPositional, valueName: valueName, help: help), path)
  }

  private init<Value: FieldValue>(
    _ description: FieldDescription, _ path: any WritableKeyPath<Root, Value> & Sendable
  ) {
    self.description = description
    get = { $0[keyPath: path].fieldValue }
    set = { root, value in
      guard let value = Value(fieldValue: value) else { return false }
      root[keyPath: path] = value
      return true
    }
  }
}

/// What a field is, without the experiment it belongs to: enough for help and forms.
public struct FieldDescription: Sendable, Hashable {
  /// The name in configurations, in camel case.
  public var name: String
  /// What values it takes.
  public var kind: FieldKind
  /// The value that it has unless another is given.
  public var defaultValue: JSONValue = .null
  /// Whether the command line takes it by its place.
  public var isPositional: Bool
  /// What stands for the value in help.
  public var valueName: String?
  /// Whether the command line takes a text that begins with a minus sign for a value, not for a flag.
  public var mayBeginWithMinus = false
  /// Whether `--sweep VALUE`, without the name of a field, gives its value too.
  public var takesBareSweep = false
  /// One sentence.
  public var help: String

  /// The name on the command line, without the dashes: `batchSize` is `batch-size`.
  public var flagName: String {
    name.reduce(into: "") { result, character in
      if character.isUppercase { result += "-" }
      result += character.lowercased()
    }
  }

  /// What stands for the value in help.
  public var placeholder: String { valueName ?? (isPositional ? flagName : kind.placeholder) }
}

extension FieldKind {
  fileprivate func limited(to range: ClosedRange<Double>?) -> FieldKind {
    guard let range else { return self }
    switch self {
    case .integer:
      return .integer((Int(exactly: range.lowerBound) ?? .min)...(Int(exactly: range.upperBound) ?? .max))
    case .number: return .number(range)
    case .list(let kind): return .list(kind.limited(to: range))
    case .optional(let kind): return .optional(kind.limited(to: range))
    case .flag, .text, .choice, .path: preconditionFailure("Only numbers have bounds.")
    }
  }

  fileprivate func replacingText(by kind: FieldKind) -> FieldKind {
    switch self {
    case .text: return kind
    case .list(let element): return .list(element.replacingText(by: kind))
    case .optional(let element): return .optional(element.replacingText(by: kind))
    case .integer, .number, .flag, .choice, .path: preconditionFailure("Only text names a file.")
    }
  }
}
