/// The one error of the house: what was attempted, what was found, what was expected, and what to do.
///
/// ```swift
/// do {
///   _ = try a.matmul(b)
/// } catch let error as VitroError where error.code == .shape {
///   print(error)  // matmul: the inner axes differ: [2, 3] · [4, 5] (3 against 4)
/// }
/// ```
public struct VitroError: Error, Sendable, Hashable {
  /// What kind of failure this is; stable, so that programs may match on it.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name, as printed in `--json` output.
    public let description: String

    init(_ description: String) { self.description = description }

    /// Shapes do not fit together or do not fit the operation.
    public static let shape = Code("shape")
    /// An element type that the operation does not take.
    public static let dtype = Code("dtype")
    /// An argument out of its range, an unknown name, a setting that cannot work.
    public static let argument = Code("argument")
    /// A file that is not what it claims to be.
    public static let malformed = Code("malformed")
    /// A file that is not there, or cannot be opened, read or written.
    public static let file = Code("file")
    /// Something valid that Vitro does not do.
    public static let unsupported = Code("unsupported")
    /// A computation that has no answer: a singular matrix, an optimizer that diverged.
    public static let numerical = Code("numerical")
    /// Memory that the system does not have.
    public static let memory = Code("memory")
    /// A failure that is none of the others: something that does not throw errors of this type.
    public static let failed = Code("failed")
    /// Work that the user stopped; what was finished is kept.
    public static let interrupted = Code("interrupted")
  }

  /// What kind of failure this is.
  public var code: Code
  /// What was attempted: an operation's name (`matmul`) or a deed (`reading model.safetensors`).
  public var operation: String
  /// What is wrong, with the names, shapes and values that matter.
  public var message: String
  /// What to do about it, if that is known.
  public var hint: String?
  /// The same facts for programs, such as `file`, `field`, `found` and `expected`.
  public var details: [String: String]
  /// The facts that are numbers, such as the `position` in a text.
  public var numbers: [String: Int]

  /// Creates an error.
  public init(
    _ code: Code, _ operation: String, _ message: String, hint: String? = nil, details: [String: String] = [:],
    numbers: [String: Int] = [:]
  ) {
    self.code = code
    self.operation = operation
    self.message = message
    self.hint = hint
    self.details = details
    self.numbers = numbers
  }

  /// A file that is not what it claims to be: names the file, the field, what stands there and what should.
  public static func malformed(
    file: String, field: String, found: String, expected: String, hint: String? = nil
  ) -> VitroError {
    VitroError(
      .malformed, "reading \(file)", "\(field): found \(found), expected \(expected)", hint: hint,
      details: ["file": file, "field": field, "found": found, "expected": expected])
  }

  /// A name that is not among the known ones; suggests the nearest.
  public static func unknownName(
    _ name: String, kind: String, known: some Sequence<String>, operation: String
  ) -> VitroError {
    let known = Array(known)
    var hint: String?
    if let nearest = nearestName(to: name, in: known) {
      hint = "Did you mean '\(nearest)'?"
    } else if !known.isEmpty {
      hint = "Known: \(known.prefix(24).joined(separator: ", "))\(known.count > 24 ? ", …" : "")."
    }
    return VitroError(
      .argument, operation, "there is no \(kind) named '\(name)'", hint: hint, details: ["kind": kind, "found": name])
  }
}

extension VitroError: CustomStringConvertible {
  /// `operation: message. hint`, as shown to people.
  public var description: String {
    guard let hint else { return "\(operation): \(message)" }
    return "\(operation): \(message). \(hint)"
  }
}
