internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// A task in which there is nothing to read, made of a real one: what a probe scores on it is the probe's own doing.
///
/// Where rows have types, each type gets one label, drawn from the labels of the training rows (Hewitt & Liang, 2019): a probe can only learn
/// it by heart. Elsewhere the targets are shuffled within each part.
///
/// ```swift
/// let control = result.control.task
/// print(control.explanation)  // what was done, in a sentence
/// print(control.ceiling ?? 1)  // the largest accuracy that learning types by heart can reach, chance aside
/// ```
public struct ControlTask: Sendable, Hashable, Codable {
  /// How targets were taken away from their rows.
  public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
    /// One random target for each type.
    case byType
    /// The targets in another order.
    case shuffled
  }

  /// How targets were taken away from their rows.
  public let rule: Rule
  /// The share of the rows judged on whose type is in the training part, `nil` without types.
  public let ceiling: Double?
  /// Whether the rows were divided anew inside the training part, because the parts share too few types to learn any by heart.
  public let isDividedAnew: Bool
  /// Why there is no control by type though rows have types.
  public let reason: String?

  /// What was done, in a sentence.
  public var explanation: String {
    switch rule {
    case .shuffled:
      return "The control has the targets of each part in another order" + (reason.map { ", because \($0)." } ?? ".")
    case .byType:
      let share = Int(((ceiling ?? 0) * 100).rounded())
      let division =
        isDividedAnew
        ? " The parts share too few types, so that task and control are compared on a new division of the training rows."
        : ""
      return
        "The control gives each type one target, drawn from those of the training rows; \(share) % of the rows judged on are of a type in the training part.\(division)"
    }
  }
}

/// A division of rows, and the control's targets for it.
struct ControlledParts: Sendable {
  let task: ControlTask
  let parts: ProbeParts
  let train, validation, test: ProbeTarget

  /// Below this share of rows of known types a control by type says little.
  private static let leastCeiling = 0.5

  /// Draws a control for parts, which it divides anew if it must.
  init(_ parts: ProbeParts, seed: UInt64) throws {
    guard parts.train.types != nil else {
      self = try .init(shuffling: parts, reason: nil, seed: seed)
      return
    }
    let ceiling = Self.ceiling(parts)
    if ceiling >= Self.leastCeiling {
      self = try .init(byType: parts, ceiling: ceiling, isDividedAnew: false, seed: seed)
    } else if let inner = Self.dividedAnew(parts.train, seed: seed) {
      self = try .init(byType: inner, ceiling: Self.ceiling(inner), isDividedAnew: true, seed: seed)
    } else {
      self = try .init(shuffling: parts, reason: "most types occur only once", seed: seed)
    }
  }

  /// Draws a control for training and validation rows alone, whatever types they share.
  init(sending parts: ProbeParts, seed: UInt64) throws {
    self =
      if parts.train.types == nil {
        try .init(shuffling: parts, reason: nil, seed: seed)
      } else {
        try .init(byType: parts, ceiling: Self.ceiling(parts), isDividedAnew: false, seed: seed)
      }
  }

  private init(shuffling parts: ProbeParts, reason: String?, seed: UInt64) throws {
    task = ControlTask(rule: .shuffled, ceiling: nil, isDividedAnew: false, reason: reason)
    self.parts = parts
    func shuffle(_ rows: ProbeRows, _ part: String) throws -> ProbeTarget {
      var stream = RandomStream(seed: seed, "shuffled \(part) targets")
      return try rows.target.rows(stream.permutation(rows.count))
    }
    train = try shuffle(parts.train, "training")
    validation = try shuffle(parts.validation, "validation")
    test = try shuffle(parts.test, "test")
  }

  private init(byType parts: ProbeParts, ceiling: Double, isDividedAnew: Bool, seed: UInt64) throws {
    task = ControlTask(rule: .byType, ceiling: ceiling, isDividedAnew: isDividedAnew, reason: nil)
    self.parts = parts
    func draw(_ rows: ProbeRows) throws -> ProbeTarget {
      let sources = (rows.types ?? []).map { type in
        var stream = RandomStream(seed: seed, "target of a type", type)
        let word = stream.draw(words: 1)[0]
        return Int(word.multipliedFullWidth(by: UInt32(parts.train.count)).high)
      }
      return try parts.train.target.rows(sources)
    }
    train = try draw(parts.train)
    validation = try draw(parts.validation)
    test = try draw(parts.test)
  }

  private static func ceiling(_ parts: ProbeParts) -> Double {
    let known = Set(parts.train.types ?? [])
    return Double((parts.test.types ?? []).count { known.contains($0) }) / Double(parts.test.count)
  }

  /// Training rows divided so that the parts share types; `nil` when there are too few rows of a type.
  private static func dividedAnew(_ rows: ProbeRows, seed: UInt64) -> ProbeParts? {
    guard let types = rows.types,
      let split = try? Splits.stratified(labels: types, shares: [0.6, 0.2, 0.2], seed: seed),
      let parts = try? ProbeParts(rows, train: split[0], validation: split[1], test: split[2]),
      ceiling(parts) >= leastCeiling
    else { return nil }
    return parts
  }
}
