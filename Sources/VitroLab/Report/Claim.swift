public import VitroCore
public import VitroFitting

/// Something that is said of models, and whether the numbers of a run bear it out.
///
/// ```swift
/// let claim = Claim(
///   "relu-below-linear-0.9", "At sparsity 0.9 the ReLU model has a lower loss than the linear one.",
///   verdict: .ofSign(difference, expected: .minus), numbers: ["difference": difference.value])
/// ```
public struct Claim: Codable, Sendable, Hashable {
  /// What the numbers say of a claim.
  public enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
    /// The numbers bear it out.
    case holds
    /// The numbers speak against it.
    case fails
    /// The numbers allow either.
    case undecided

    /// Whether a difference has the expected sign: it holds when the whole interval has, and fails when the whole interval has the other.
    public static func ofSign(_ difference: Estimate, expected: FloatingPointSign) -> Verdict {
      switch expected {
      case .minus: difference.high < 0 ? .holds : difference.low > 0 ? .fails : .undecided
      case .plus: difference.low > 0 ? .holds : difference.high < 0 ? .fails : .undecided
      }
    }

    /// Whether an estimate lies in a range: it holds when the whole interval does, and fails when none of it does.
    public static func of(_ estimate: Estimate, within range: ClosedRange<Double>) -> Verdict {
      if estimate.low >= range.lowerBound && estimate.high <= range.upperBound { return .holds }
      return estimate.high < range.lowerBound || estimate.low > range.upperBound ? .fails : .undecided
    }

    /// Whether several things are so: all must hold, and one that fails is enough to fail.
    public static func all(_ verdicts: [Verdict]) -> Verdict {
      verdicts.contains(.fails) ? .fails : verdicts.allSatisfy { $0 == .holds } ? .holds : .undecided
    }

    /// Whether something that needs no interval is so.
    public static func of(_ isSo: Bool) -> Verdict { isSo ? .holds : .fails }
  }

  /// A name for scripts.
  public var id: String
  /// The claim, one sentence.
  public var statement: String
  /// What the numbers say.
  public var verdict: Verdict
  /// The numbers, by name.
  public var numbers: [String: Double]
  /// How the verdict follows from the numbers, one sentence.
  public var reason: String

  /// Creates a claim with its verdict.
  public init(_ id: String, _ statement: String, verdict: Verdict, numbers: [String: Double], reason: String = "") {
    self.id = id
    self.statement = statement
    self.verdict = verdict
    self.numbers = numbers
    self.reason = reason
  }

  /// The claim for programs: `id`, `verdict`, `numbers`.
  public var fact: JSONValue {
    .object([
      "id": .string(id), "verdict": .string(verdict.rawValue), "numbers": .object(numbers.mapValues(JSONValue.number)),
    ])
  }

  /// Claims as a table: what is said, the verdict, and why.
  public static func table(_ claims: [Claim], title: String? = nil) -> Table {
    Table(
      title: title, columns: [.init("claim"), .init("verdict"), .init("measured")],
      rows: claims.map { [.text($0.statement), .text($0.verdict.rawValue), .text($0.reason)] })
  }
}
