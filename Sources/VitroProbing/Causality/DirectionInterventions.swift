public import VitroCore
internal import VitroFitting
public import VitroNetworks
internal import VitroTensor

/// Takes the directions that probes read out of a network's values, or adds to them, and counts what the network answers then.
///
/// At each value the directions of the probe, those of the same probe fitted to shuffled labels, and random subspaces of the same rank are taken
/// out in turn (``DirectionSubspace``), and the network runs on from there. Random directions are normal in standardized coordinates, as the
/// probe's penalty sees them. Every value is computed once for all that is done to it.
///
/// ```swift
/// let found = try DirectionInterventions().run(
///   network, test, directions: probes, seed: 0, observer: SilentObserver())
/// for value in found.values { print(value.tap, value.verdict, value.removal.change.accuracy.value) }
/// ```
///
/// What another probe would still read after the removal is not measured here.
public struct DirectionInterventions: Sendable {
  /// How many random subspaces are taken out at each value.
  public var draws = 8
  /// What is added along a direction, in standard deviations of the value along it over the examples.
  public var strengths: [Double] = [-4, -3, -2, -1, 0, 1, 2, 3, 4]
  /// The most examples that are answered, evenly spread.
  public var mostExamples = 4000
  /// The most examples that are steered, evenly spread among those.
  public var mostSteered = 256
  /// The most classes that are steered to and taken out one by one, evenly spread.
  public var mostClasses = 12
  /// The most bytes that the values at one tap may take.
  public var mostBytes = 1 << 30

  /// Creates the study with its default settings.
  public init() {}

  /// The same with as few examples as values of a width allow.
  ///
  /// - Parameter width: The features of the widest value, in float32.
  public func limited(toWidth width: Int) -> DirectionInterventions {
    var result = self
    let most = mostBytes / (4 * max(width, 1))
    result.mostExamples = min(
      mostExamples, max(1, most >= Self.batchSize ? most / Self.batchSize * Self.batchSize : most))
    return result
  }

  static let batchSize = 256

  /// Intervenes at each value for which directions are given.
  ///
  /// - Parameters:
  ///   - network: The network, one instance, with a score for each class as its output `[examples, classes]`.
  ///   - examples: Labelled examples that neither the network nor the probes were fitted to.
  ///   - directions: What probes read, in the order of the network.
  ///   - groups: What each example belongs to, for the intervals.
  ///   - seed: What random directions, shuffled labels and resamples are drawn from.
  ///   - observer: The one who watches.
  /// - Throws: ``/VitroCore/VitroError``: `argument` and `shape` when directions, examples and network do not fit; `numerical` for values that are
  ///   not finite; `memory` when the values at a tap are too many; `interrupted` when the observer asks to stop.
  /// - Complexity: O(examples · draws + steered · classes · strengths) runs of what follows each tap.
  public func run(
    _ network: Network, _ examples: any BatchSource, directions: [ProbeDirections], groups: [Int]? = nil, seed: UInt64,
    observer: any Observer
  ) throws -> ReadableAndUsed {
    for direction in directions { try direction.validate() }
    guard examples.count > 0, draws >= 1, !strengths.isEmpty, strengths.allSatisfy(\.isFinite), mostExamples >= 1,
      mostSteered >= 1, mostClasses >= 1
    else {
      throw VitroError(
        .argument, "intervening", "\(examples.count) examples, \(draws) random subspaces and strengths \(strengths)",
        hint: "One or more of each are needed, and the strengths must be finite.")
    }
    guard groups.map({ $0.count == examples.count }) ?? true else {
      throw VitroError(
        .shape, "intervening", "there are \(groups?.count ?? 0) groups for \(examples.count) examples")
    }
    let positions = Self.spread(mostExamples, of: examples.count)
    let subjects = InterventionExamples(
      batches: stride(from: 0, to: positions.count, by: Self.batchSize).map {
        Array(positions[$0..<min($0 + Self.batchSize, positions.count)])
      }, groups: groups.map { groups in positions.map { groups[$0] } })
    var labels: [Int] = []
    var answers: [Int] = []
    for batch in subjects.batches {
      try observer.checkpoint("intervening")
      let batch = try examples.batch(batch)
      labels += try batch.target.flattened().ints
      answers += try TapBranch.answers(network.run(batch.inputs).output, "intervening")
    }
    let right = zip(answers, labels).map { $0 == $1 }
    var result = ReadableAndUsed(
      accuracy: try .clopperPearson(successes: right.count { $0 }, trials: right.count), count: right.count,
      steeredCount: min(mostSteered, right.count), draws: draws, values: [])
    for (index, direction) in directions.enumerated() {
      observer.update(
        ProgressUpdate("intervening", completed: index, of: directions.count, detail: direction.tap))
      let tap = try InterventionTap(
        self, network, direction, examples, subjects, answers: answers, right: right, seed: seed, observer: observer)
      result.values.append(try tap.value())
    }
    observer.update(ProgressUpdate("intervening", completed: directions.count, of: directions.count))
    return result
  }

  /// At most so many of the numbers `0 ..< count`, evenly spread.
  static func spread(_ most: Int, of count: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
  }
}

/// Which examples are answered, in batches, and what each belongs to.
struct InterventionExamples {
  let batches: [[Int]]
  let groups: [Int]?
}
