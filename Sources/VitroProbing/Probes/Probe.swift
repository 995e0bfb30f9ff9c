public import VitroCore
internal import VitroFitting
internal import VitroTensor

/// A function that is fitted to read something from features: what a layer makes readable, measured.
///
/// ```swift
/// let probe = Probe(ProbeSettings(.logistic, seed: 1))
/// let result = try probe.run(parts)  // never without its control
/// print(result.scores[.accuracy]?.value ?? 0, result.control.selectivity.value)
/// ```
///
/// ``fit(_:validation:observer:)`` fits alone; ``run(_:observer:)`` fits, judges and puts the control beside it.
public struct Probe: Sendable {
  /// How it is fitted.
  public var settings: ProbeSettings

  /// Creates a probe.
  public init(_ settings: ProbeSettings = ProbeSettings()) { self.settings = settings }

  /// Fits to training rows; strengths are chosen, and training is stopped, by validation rows.
  ///
  /// Of several strengths the one with the least validation loss is taken: cross entropy for the logistic kinds, squared error for ridge.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a setting cannot work, the kind does not read this target, a class has no training row, a covariance is
  ///   singular, or the observer asks to stop.
  /// - Complexity: As ``/VitroFitting/LogisticRegression`` and ``/VitroFitting/Ridge`` for each strength; O(rows · width² + width³) for a
  ///   covariance; O(rows · width · units) for each epoch of a network, at most 100.
  public func fit(
    _ train: ProbeRows, validation: ProbeRows, observer: any Observer = SilentObserver()
  ) throws -> ProbeFit {
    let parts = try ProbeParts(train: train, validation: validation, test: validation)
    return try fit(parts.train, validation: parts.validation, companions: [], observer: observer)[0]
  }

  /// Fits the target of the rows and, in the same way and with the strength that was chosen for it, other targets of the same rows.
  ///
  /// A class or label that does not vary in the training rows is not refused here: it is fixed at what it is.
  func fit(
    _ train: ProbeRows, validation: ProbeRows, companions: [(train: ProbeTarget, validation: ProbeTarget)],
    observer: any Observer
  ) throws -> [ProbeFit] {
    try settings.validate()
    try settings.kind.require(takes: train.target)
    try observer.checkpoint("probe")
    let targets = [train.target] + companions.map(\.train)
    let problem = ProbeProblem(
      settings: settings, train: train.features, targets: try targets.map { try FittableTarget($0) },
      validation: validation.features, validationTarget: validation.target, observer: observer)
    switch settings.kind {
    case .logistic: return try problem.logistic()
    case .ridge: return try problem.ridge()
    case .massMean, .lda: return try problem.discriminants()
    case .kSparse: return try problem.sparse()
    case .mlp:
      let held = [validation.target] + companions.map(\.validation)
      return try zip(problem.targets, held).map { target, held in
        if target.isFixed { return problem.fixed(target) }
        let network = try ProbeNetwork.train(
          settings, train.features, target, validation: validation.features, held, observer: observer)
        return ProbeFit(
          settings: settings, strength: nil, neurons: nil, converged: true,
          readout: target.readout(network, width: train.width))
      }
    }
  }
}

/// Several targets of the same training rows, and the validation rows of the first by which a strength is chosen for all.
struct ProbeProblem {
  let settings: ProbeSettings
  let train: Tensor
  let targets: [FittableTarget]
  let validation: Tensor
  let validationTarget: ProbeTarget
  let observer: any Observer

  var width: Int { train.shape[1] }

  /// The fit of a target in which nothing varies.
  func fixed(_ target: FittableTarget, strength: Double? = nil) -> ProbeFit {
    ProbeFit(
      settings: settings, strength: strength, neurons: nil, converged: true, readout: target.fixedReadout(width: width))
  }

  /// The candidate with the least loss on the validation rows, the first of equals; a loss that is not a number is the worst.
  func best<Candidate>(_ candidates: [Candidate], by loss: (Candidate) throws -> Double) throws -> Candidate {
    var chosen: (candidate: Candidate, loss: Double)?
    for candidate in candidates {
      try observer.checkpoint("probe")
      let value = candidates.count == 1 ? 0 : try loss(candidate)
      let comparable = value.isNaN ? .infinity : value
      if comparable < chosen?.loss ?? .infinity || chosen == nil { chosen = (candidate, comparable) }
    }
    guard let chosen else { throw VitroError(.argument, "probe", "there are no strengths to choose from") }
    return chosen.candidate
  }

  /// The mean cross entropy on the validation rows, in bits, each class counting as it does while fitting.
  func crossEntropy(_ readout: ProbeReadout) throws -> Double {
    // Chance has the weight of one row in a million, so that a class that was not fitted costs 20 bits, not infinitely many.
    let bits = try readout.predictions(validation).bits(for: validationTarget, seen: 1e6)
    var weights: [Double]?
    if case .classes(let labels, _) = validationTarget {
      weights = FittableTarget.rowWeights(labels, settings.classWeights)
    }
    return bits.indices.reduce(0) { $0 + bits[$1] * (weights?[$1] ?? 1) } / Double(max(bits.count, 1))
  }
}
