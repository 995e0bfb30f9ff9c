public import Foundation
public import VitroCore
public import VitroData
public import VitroFitting
public import VitroNetworks
internal import VitroTensor

/// Linear probes on every layer: what each makes linearly readable (Alain & Bengio, 2016), never without its control.
///
/// For each value of the network a softmax regression is fitted to its standardized activations on the training part, and its error measured
/// on the test part. Beside it stands the same probe fitted to shuffled labels: what it reads where there is nothing to read. ``run(_:_:parts:seed:scratch:observer:)`` adds
/// the same probes on the same network with random weights: what the architecture makes readable without training.
///
/// Values up to ``widestKept`` features are kept on disk (`ActivationStore`) in one pass over the examples and fitted by a solver, L2-penalized, the strength
/// chosen on the validation part. Where a value is wider, all probes of the network are trained in its forward pass instead, by the same
/// procedure everywhere (``OnlineProbeSettings``), for errors of different procedures do not compare; the kept values are fitted by the
/// solver besides, as a check.
///
/// ```swift
/// let split = try Splits.stratified(labels: data.labels, shares: [0.6, 0.2, 0.2], seed: 0)
/// let parts = DataParts(train: split[0], validation: split[1], test: split[2])
/// let probes = try LayerProbes().run(network, data, parts: parts, seed: 0, observer: SilentObserver())
/// for reading in probes.readings {
///   print(reading.tap, reading.error.value, reading.control.value, reading.untrained.value)
/// }
/// ```
public struct LayerProbes: Sendable {
  /// The taps to probe; `nil` for the inputs and every operation that changes what it reads.
  public var taps: [String]?
  /// How to fit; `nil` chooses as is told above.
  public var method: LayerReading.Method?
  /// The widest value that is kept and fitted by the solver.
  public var widestKept = 4096
  /// The widest value that is probed; wider ones are left out and named.
  public var widest = 1 << 20
  /// The strengths to choose from: C · rows, the weight of the mean loss against the penalty.
  public var candidates: [Double] = [3, 30, 300]
  /// How probes are trained in the forward pass.
  public var online = OnlineProbeSettings()
  /// How kept activations are stored.
  public var precision = ActivationStore.Precision.float32
  /// The most bytes of activations that are held in memory while they are written.
  public var memoryBudget = 256 << 20
  /// The most bytes that kept activations may take on disk; `nil` for what there is.
  public var diskBudget: Int?
  /// The most training, validation and test examples that are used.
  public var limits = (train: Int.max, validation: Int.max, test: Int.max)

  /// The certified relative distance of an exact fit's objective from the optimum: far below what an error can tell.
  static let tolerance = 1e-3
  /// Where features are rare, as pixels at the border, the last part of the way is long and changes no answer.
  static let mostIterations = 200

  /// Creates the study with its default settings.
  public init() {}

  /// What a probe reads at one value of the network, and at the same value of a network with random weights.
  public struct Reading: Sendable, Hashable {
    /// The value's tap.
    public var tap: String
    /// The number of features.
    public var width: Int
    /// The test error of the probe, and its 95 % interval.
    public var error: Estimate
    /// The test error of the same probe fitted to shuffled labels.
    public var control: Estimate
    /// The test error of the same probe on the network with random weights; NaN where that cannot be probed.
    public var untrained: Estimate
    /// The strength that was chosen, of an exact fit.
    public var inverseRegularization: Double?
    /// Whether every fit reached its stated tolerance.
    public var converged: Bool
  }

  /// What the study found.
  public struct Result: Sendable {
    /// The readings, in the order of the network.
    public var readings: [Reading]
    /// How all of them were fitted.
    public var method: LayerReading.Method
    /// The probes of the network, in the same order.
    public var probes: [TapProbe]
    /// The taps that were left out, with the reason.
    public var skipped: [(tap: String, reason: String)]
    /// The test error of always answering the most frequent class of the training part.
    public var majorityError: Double
    /// Classes without a training example, and the test examples they have.
    public var unseenClasses: [(name: String, tests: Int)]
    /// How many examples each part has.
    public var counts: (train: Int, validation: Int, test: Int)
  }

  /// Fits the probes on a network and on the same network with random weights.
  ///
  /// - Parameters:
  ///   - network: The network, one instance.
  ///   - data: Labelled examples of its kind.
  ///   - parts: Which examples are for fitting, choosing and judging.
  ///   - seed: What random weights, shuffled labels and orders are drawn from.
  ///   - scratch: Where activations are kept and an interrupted study goes on from; without it a folder that is removed at the end.
  ///   - observer: The one who watches.
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two classes or too few examples, or the observer asks to stop.
  public func run(
    _ network: Network, _ data: some LabeledSource, parts: DataParts, seed: UInt64, scratch: URL? = nil,
    observer: any Observer
  ) throws -> Result {
    try withScratch(scratch) { scratch in
      let problem = try LayerProblem(data, limited(parts), seed: seed)
      let untrained = try Network(network.graph, dtype: network.parameters.dtype, seed: seed)
      let trained = try read(
        network, problem, seed: seed, scratch: scratch.appending(path: "trained"), stage: "probing layers", observer)
      var same = self
      same.method = trained.readings.first?.method ?? method
      let random = try same.read(
        untrained, problem, seed: seed, scratch: scratch.appending(path: "untrained"),
        stage: "probing random weights", taps: trained.readings.map(\.tap), observer)
      let others = Dictionary(random.readings.map { ($0.tap, $0.error) }) { $1 }
      return Result(
        readings: trained.readings.map {
          Reading(
            tap: $0.tap, width: $0.width, error: $0.error, control: $0.control, untrained: others[$0.tap] ?? .missing,
            inverseRegularization: $0.inverseRegularization, converged: $0.converged)
        },
        method: trained.readings.first?.method ?? .exact, probes: trained.probes,
        skipped: trained.skipped.map { ($0.tap, $0.reason) }
          + random.skipped.map { ("\($0.tap) of random weights", $0.reason) }, majorityError: problem.majorityError,
        unseenClasses: problem.unseenClasses,
        counts: (problem.train.count, problem.validation.count, problem.test.count))
    }
  }

  /// Fits the probes on one network.
  ///
  /// - Parameters:
  ///   - network: The network, one instance.
  ///   - data: Labelled examples of its kind.
  ///   - parts: Which examples are for fitting, choosing and judging.
  ///   - seed: What shuffled labels and orders are drawn from.
  ///   - scratch: Where activations are kept and an interrupted study goes on from; without it a folder that is removed at the end.
  ///   - stage: What the observer calls the work.
  ///   - observer: The one who watches.
  /// - Throws: As ``run(_:_:parts:seed:scratch:observer:)``.
  public func read(
    _ network: Network, _ data: some LabeledSource, parts: DataParts, seed: UInt64, scratch: URL? = nil,
    stage: String = "probing layers", observer: any Observer
  ) throws -> LayerReadings {
    try withScratch(scratch) { scratch in
      try read(
        network, LayerProblem(data, limited(parts), seed: seed), seed: seed, scratch: scratch, stage: stage, observer)
    }
  }

  private func limited(_ parts: DataParts) -> DataParts {
    parts.limited(train: limits.train, validation: limits.validation, test: limits.test)
  }

  private func withScratch<Value>(_ given: URL?, _ body: (URL) throws -> Value) throws -> Value {
    if let given { return try body(given) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-probes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
