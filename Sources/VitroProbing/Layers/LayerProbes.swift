public import VitroCore
public import VitroData
public import VitroFitting
public import VitroNetworks
internal import VitroTensor

/// Linear probes on every layer: what each makes linearly readable (Alain & Bengio, 2016), never without its control.
///
/// For each value of the network a softmax regression with an L2 penalty is fitted to its standardized activations on the training part, its
/// strength chosen on the validation part, and its error measured on the test part. Beside it stand two comparisons: the same probe fitted
/// to shuffled labels (what it reads where there is nothing to read), and the same probe on the same network with random weights (what
/// the architecture makes readable without training).
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
  /// The strengths to choose from: C, the weight of the losses against the penalty.
  public var candidates = [0.003, 0.03, 0.3]
  /// The most examples that are used of each part.
  public var limits = (train: 4000, validation: 1000, test: 4000)
  /// The widest value that is probed; wider ones are left out and named.
  public var widest = 65_536

  /// Creates the study with its default settings.
  public init() {}

  /// What a probe reads at one value of the network.
  public struct Reading: Sendable, Hashable {
    /// The value's tap.
    public var tap: String
    /// The number of features.
    public var width: Int
    /// The test error of the probe, and its 95 % interval (Clopper & Pearson, 1934).
    public var error: Estimate
    /// The test error of the same probe fitted to shuffled labels.
    public var control: Estimate
    /// The test error of the same probe on the network with random weights.
    public var untrained: Estimate
    /// The strength that was chosen.
    public var inverseRegularization: Double
    /// Whether every fit reached its stated tolerance.
    public var converged: Bool
  }

  /// What the study found.
  public struct Result: Sendable {
    /// The readings, in the order of the network.
    public var readings: [Reading]
    /// The taps that were left out, with the reason.
    public var skipped: [(tap: String, reason: String)]
    /// The test error of always answering the most frequent class of the training part.
    public var majorityError: Double
    /// How many examples each part has.
    public var counts: (train: Int, validation: Int, test: Int)
  }

  /// Fits the probes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two classes or too few examples, or the observer asks to stop.
  public func run(
    _ network: Network, _ data: LabeledData, parts: DataParts, seed: UInt64, observer: any Observer
  ) throws -> Result {
    let parts = parts.limited(train: limits.train, validation: limits.validation, test: limits.test)
    let sets = try ProbeSets(data, parts, seed: seed)
    let untrained = try Network(network.graph, dtype: network.parameters.dtype, seed: seed)
    var result = Result(
      readings: [], skipped: [], majorityError: sets.majorityError,
      counts: (parts.train.count, parts.validation.count, parts.test.count))
    let taps = network.outputTaps
    for (index, tap) in taps.enumerated() {
      try observer.checkpoint("probing")
      observer.update(ProgressUpdate("probing layers", completed: index, of: taps.count, detail: tap))
      guard let features = try sets.features(network, at: tap) else {
        result.skipped.append((tap, "not a vector of numbers"))
        continue
      }
      guard features.width <= widest, features.width > 0 else {
        result.skipped.append((tap, "\(features.width) features, more than \(widest)"))
        continue
      }
      guard features.isFinite else {
        result.skipped.append((tap, "NaN or infinite values"))
        continue
      }
      let trained = try probe(features, sets, observer)
      let isInput = network.graph.inputs.contains { $0.name == tap }
      var random = trained
      if !isInput, let other = try sets.features(untrained, at: tap), other.isFinite {
        random = try probe(other, sets, observer)
      }
      result.readings.append(
        Reading(
          tap: tap, width: features.width, error: trained.error, control: trained.control, untrained: random.error,
          inverseRegularization: trained.strength, converged: trained.converged && random.converged))
    }
    observer.update(ProgressUpdate("probing layers", completed: taps.count, of: taps.count))
    return result
  }

  private struct Probe {
    var error, control: Estimate
    var strength: Double
    var converged: Bool
  }

  private func probe(_ features: ProbeFeatures, _ sets: ProbeSets, _ observer: any Observer) throws -> Probe {
    let features = try features.compressed()
    var best: (errors: Int, fits: [LogisticFit], strength: Double)?
    for strength in candidates {
      let regression = LogisticRegression(
        inverseRegularization: strength, standardizing: !features.isStandardized, tolerance: 1e-4)
      let fits = try regression.fit(
        features.train, labelSets: [sets.labels, sets.shuffled], starts: best?.fits.map(\.model)
      ) { _ in !observer.shouldStop }
      let errors = try sets.errors(fits[0].model.predict(features.validation), against: sets.validation)
      if errors < best?.errors ?? .max { best = (errors, fits, strength) }
    }
    guard let best else { throw VitroError(.argument, "probing", "there are no strengths to choose from") }
    return Probe(
      error: try .clopperPearson(
        successes: sets.errors(best.fits[0].model.predict(features.test), against: sets.test), trials: sets.test.count),
      control: try .clopperPearson(
        successes: sets.errors(best.fits[1].model.predict(features.test), against: sets.shuffledTest),
        trials: sets.test.count),
      strength: best.strength, converged: best.fits.allSatisfy(\.converged))
  }
}
