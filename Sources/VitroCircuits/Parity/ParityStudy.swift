public import VitroCore
public import VitroLab

/// Parity: written by folds and checked on every integer, bounded by counting pieces, and trained from many seeds, which seldom works.
public struct ParityStudy: Sendable, Hashable {
  /// n of the trained networks: they learn 2ⁿ integers.
  public var bits: Int
  /// Networks of each training.
  public var seeds: Int
  /// Steps of each training.
  public var steps: Int

  /// Creates a study.
  public init(bits: Int = 4, seeds: Int = 200, steps: Int = 5000) {
    (self.bits, self.seeds, self.steps) = (bits, seeds, steps)
  }

  /// The hidden layers that are trained, or refused with the reason.
  static let widths = [[4], [8], [32], [8, 8], [32, 32]]
  /// The architecture whose stuck networks are held against the written one, and that starts from written weights.
  static let narrow = ParityArchitecture(hidden: [8, 8], isNormalized: true)
  /// The architecture that follows a curriculum.
  static let wide = ParityArchitecture(hidden: [32, 32], isNormalized: true)
  /// The deviations of the noise on written weights.
  static let noises = [0.01, 0.03, 0.1, 0.3]
  /// n of the written circuits.
  var written: [Int] { Set([4, 10, 20, bits]).sorted() }

  /// Checks the settings.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) unless 2 ≤ bits ≤ 6 and there are seeds and steps.
  public func validate() throws {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard range.contains(value) else {
        throw VitroError(
          .argument, "parity", "\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)",
          details: ["field": name, "found": "\(value)", "expected": "\(range.lowerBound) to \(range.upperBound)"])
      }
    }
    try check("bits", bits, 2...6)
    try check("seeds", seeds, 1...100_000)
    try check("steps", steps, 1...10_000_000)
  }

  /// Writes, checks and trains.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for settings that cannot be, `interrupted` when the observer asks to stop.
  public func result(seed: UInt64, observer: any Observer) throws -> ParityResult {
    try validate()
    var result = try begun(observer)
    for plan in plans { result.add(try train(plan, seed: seed, observer: observer)) }
    return result
  }

  /// The study as a run: each training a stage of its own, so that an interrupted study goes on where it was.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``result(seed:observer:)``.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    var result = try run.stage("writing parity") { try begun($0) }
    for plan in plans {
      result.add(try run.stage("training parity, \(plan.name)") { try train(plan, seed: $0.seed, observer: $0) })
    }
    return Outcome(report: try result.report(), facts: result.facts)
  }

  private func begun(_ observer: any Observer) throws -> ParityResult {
    let checks = try written.flatMap { bits in
      try ParityCircuit.Style.allCases.map { try ParityCircuit(bits: bits, style: $0).check(observer: observer) }
    }
    return ParityResult(bits: bits, steps: steps, checks: checks, plain: [], helped: [])
  }

  /// The trainings, not yet done.
  private var plans: [ParityTraining] {
    func plan(_ architecture: ParityArchitecture, _ method: ParityTraining.Method) -> ParityTraining {
      ParityTraining(architecture: architecture, method: method, bits: bits, losses: [], solved: 0)
    }
    return [false, true].flatMap { normalized in
      Self.widths.map { plan(ParityArchitecture(hidden: $0, isNormalized: normalized), .plain) }
    } + [plan(Self.wide, .curriculum), plan(Self.narrow, .warmStart(noise: 0))]
      + Self.noises.map { plan(Self.narrow, .warmStart(noise: $0)) }
  }

  private func train(_ plan: ParityTraining, seed: UInt64, observer: any Observer) throws -> ParityTraining {
    observer.update(ProgressUpdate("training parity", completed: 0, of: nil, detail: plan.name))
    return try train(
      plan.architecture, plan.method, drawsLine: plan.architecture == Self.narrow && plan.method == .plain, seed: seed,
      observer: observer)
  }
}

extension ParityResult {
  fileprivate mutating func add(_ training: ParityTraining) {
    if training.method == .plain { plain.append(training) } else { helped.append(training) }
  }
}
