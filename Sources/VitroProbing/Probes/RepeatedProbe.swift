public import VitroCore
internal import VitroData
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
    /// The division into training, validation and test rows, and the random numbers with it.
    case divisions
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
  public var caveat: String { Self.caveat(repetition, count: results.count) }

  static func caveat(_ repetition: Repetition, count: Int) -> String {
    switch repetition {
    case .folds:
      "Folds are not independent, for any two share training rows: the interval over \(count) folds is widened by √(1 + k/(k − 1)) "
        + "(Nadeau & Bengio, 2003), which is a correction and no proof."
    case .seeds:
      "The interval over \(count) seeds says how much chance in fitting matters, not how much the choice of rows does."
    case .divisions:
      "Divisions are not independent, for they draw from the same rows: the interval over \(count) divisions is widened by "
        + "√(1 + n·test/training rows) (Nadeau & Bengio, 2003), which is a correction and no proof."
    }
  }

  /// By how much Student's intervals are widened because the runs share rows.
  private let widening: Double

  /// Puts runs together.
  ///
  /// - Parameters:
  ///   - repetition: What differs between the runs.
  ///   - results: The runs.
  ///   - testShare: How many rows each run is judged on for one that it is fitted to; of folds it follows from their number.
  /// - Throws: ``/VitroCore/VitroError`` with less than two runs.
  public init(_ repetition: Repetition, _ results: [ControlledProbe], testShare: Double? = nil) throws {
    self.repetition = repetition
    self.results = results
    let count = Double(results.count)
    // The variance of a mean over k runs: s²·(1/k + test/training rows), and a fold's rows are 1/(k − 1) of the others.
    let share: Double =
      switch repetition {
      case .folds: count > 1 ? 1 / (count - 1) : 0
      case .divisions: testShare ?? 0
      case .seeds: 0
      }
    widening = (1 + count * share).squareRoot()
    score = try Self.mean(results.map(\.scores.value.value), widening)
    control = try Self.mean(results.map(\.control.scores.value.value), widening)
    selectivity = try Self.mean(results.map(\.control.selectivity.value), widening)
  }

  /// The mean of any other score, with the same kind of interval; `nil` where a run has none.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a score is not finite.
  public func mean(_ metric: ProbeMetric) throws -> Estimate? {
    let values = results.compactMap { $0.scores[metric]?.value }
    return values.count == results.count ? try Self.mean(values, widening) : nil
  }

  private static func mean(_ values: [Double], _ widening: Double) throws -> Estimate {
    var estimate = try Estimate.mean(of: values)
    estimate.low = estimate.value - widening * (estimate.value - estimate.low)
    estimate.high = estimate.value + widening * (estimate.high - estimate.value)
    return estimate
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
    let divided = try DataParts.folds(
      folds, labels: labels, groups: rows.groups, rows: rows.count, seed: settings.seed)
    let results = try divided.enumerated().map { index, fold in
      observer.update(ProgressUpdate("folds", completed: index, of: folds))
      let parts = try ProbeParts(rows, train: fold.train, validation: fold.validation, test: fold.test)
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
