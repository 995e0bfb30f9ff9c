public import VitroCore
public import VitroFitting
internal import VitroTensor

/// A probe that was run several times, over folds or over seeds, each time with its control.
///
/// ```swift
/// let folds = try Probe().crossValidated(rows, folds: 5)
/// print(folds.score.value, folds.score.low, folds.score.high, folds.caveat)
/// ```
public struct RepeatedProbe: Sendable {
  /// What differs between the runs.
  public enum Repetition: String, Sendable, Hashable, Codable {
    /// The rows judged on, each in one fold, and with them the rows fitted to.
    case folds
    /// The random numbers: control targets, initial weights, orders.
    case seeds
  }

  /// What differs between the runs.
  public let repetition: Repetition
  /// The runs.
  public let results: [ControlledProbe]
  /// The mean score, by ``ProbeScores/primary``, with Student's interval.
  public let score: Estimate
  /// The mean score of the control on the same rows.
  public let control: Estimate
  /// The mean difference of the two.
  public let selectivity: Estimate

  /// What the intervals mean, in a sentence.
  public var caveat: String {
    switch repetition {
    case .folds:
      "Folds are not independent, for any two share training rows: the interval over \(results.count) folds is widened by √(1 + k/(k − 1)) "
        + "(Nadeau & Bengio, 2003), which is a correction and no proof."
    case .seeds:
      "The interval over \(results.count) seeds says how much chance in fitting matters, not how much the choice of rows does."
    }
  }

  /// Puts runs together.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with less than two runs.
  public init(_ repetition: Repetition, _ results: [ControlledProbe]) throws {
    self.repetition = repetition
    self.results = results
    let count = Double(results.count)
    // The variance of a mean over k folds: s²·(1/k + test/training rows), and the fold's rows are 1/(k − 1) of the others.
    let widening = repetition == .folds && count > 1 ? (1 + count / (count - 1)).squareRoot() : 1
    func mean(_ values: [Double]) throws -> Estimate {
      var estimate = try Estimate.mean(of: values)
      estimate.low = estimate.value - widening * (estimate.value - estimate.low)
      estimate.high = estimate.value + widening * (estimate.high - estimate.value)
      return estimate
    }
    score = try mean(results.map(\.scores.value.value))
    control = try mean(results.map(\.control.scores.value.value))
    selectivity = try mean(results.map(\.control.selectivity.value))
  }
}

extension Probe {
  /// Runs the probe on every fold of rows: no row, and no group, is both fitted to and judged on.
  ///
  /// Of the rows outside a fold, a fifth is for validation. Classes are spread evenly.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than 2 folds, fewer rows or groups than folds, and as ``run(_:observer:)``.
  public func crossValidated(
    _ rows: ProbeRows, folds: Int = 5, observer: any Observer = SilentObserver()
  ) throws -> RepeatedProbe {
    var labels: [Int]?
    if case .classes(let all, _) = rows.target { labels = all }
    let zeros = [Int](repeating: 0, count: rows.count)
    let divided =
      if let groups = rows.groups {
        try Splits.folds(folds, groups: groups, labels: labels, seed: settings.seed)
      } else {
        try Splits.folds(folds, labels: labels ?? zeros, seed: settings.seed)
      }
    let results = try divided.enumerated().map { index, fold in
      observer.update(ProgressUpdate("folds", completed: index, of: folds))
      func outside(_ values: [Int]) -> [Int] { fold.training.map { values[$0] } }
      let inner =
        if let groups = rows.groups {
          try Splits.grouped(
            groups: outside(groups), labels: labels.map(outside), shares: [0.8, 0.2], seed: settings.seed)
        } else {
          try Splits.stratified(labels: outside(labels ?? zeros), shares: [0.8, 0.2], seed: settings.seed)
        }
      let parts = try ProbeParts(
        rows, train: inner[0].map { fold.training[$0] }, validation: inner[1].map { fold.training[$0] },
        test: fold.test)
      return try run(parts, observer: observer)
    }
    return try RepeatedProbe(.folds, results)
  }

  /// Runs the probe with several seeds on the same division of rows.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with less than two seeds, and as ``run(_:observer:)``.
  public func repeated(
    _ parts: ProbeParts, seeds: [UInt64], observer: any Observer = SilentObserver()
  ) throws -> RepeatedProbe {
    guard Set(seeds).count == seeds.count, seeds.count >= 2 else {
      throw VitroError(.argument, "probe", "the seeds are \(seeds), expected two or more different ones")
    }
    let results = try seeds.enumerated().map { index, seed in
      observer.update(ProgressUpdate("seeds", completed: index, of: seeds.count))
      var settings = settings
      settings.seed = seed
      return try Probe(settings).run(parts, observer: observer)
    }
    return try RepeatedProbe(.seeds, results)
  }
}
