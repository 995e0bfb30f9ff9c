public import VitroFitting
internal import VitroCore

/// How well a probe reads, by one of the usual measures.
public enum ProbeMetric: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable {
  /// The share of rows, or of a row's labels, that are right.
  case accuracy
  /// One minus the accuracy.
  case error
  /// The mean over classes (over labels, of both answers) of the share that is right.
  case balancedAccuracy
  /// The mean over classes or labels of F1, the harmonic mean of precision and recall.
  case macroF1
  /// The area under the ROC curve: of two classes, or the mean of each class or label against the rest.
  case auc
  /// The share of the values' variance that is explained, the mean over outputs.
  case rSquared
}

/// The scores of a probe on rows it was not fitted to, each with its 95 % interval.
///
/// The interval of a plain accuracy of independent rows is exact (Clopper & Pearson, 1934). All others come from a bootstrap over rows, or over
/// groups where there are groups.
///
/// ```swift
/// let scores = try fit.scores(parts.test)
/// if let area = scores[.auc] { print(area.value, area.low, area.high) }
/// ```
public struct ProbeScores: Sendable, Hashable, Codable {
  /// The scores that this target has.
  public let estimates: [ProbeMetric: Estimate]
  /// What the probe is compared by: accuracy, or R² of values.
  public let primary: ProbeMetric
  /// The number of rows judged on.
  public let rows: Int
  /// The number of groups judged on, when there are groups.
  public let groups: Int?

  /// The score by a measure, `nil` if the target or the rows have none (such as the area of a single class).
  public subscript(metric: ProbeMetric) -> Estimate? { estimates[metric] }

  /// The score that probes are compared by.
  public var value: Estimate { estimates[primary] ?? Estimate(value: .nan, low: .nan, high: .nan) }

  /// Compares answers with what is true.
  ///
  /// - Parameters:
  ///   - predictions: What the probe answers for the rows.
  ///   - rows: The rows.
  ///   - resamples: How often rows are drawn anew for an interval.
  ///   - seed: What the draws come from.
  /// - Throws: ``/VitroCore/VitroError`` when they do not fit together, or values do not vary over the rows, so that there is no R².
  /// - Complexity: O(resamples · rows · outputs); the area of very many classes takes fewer resamples, at least 100.
  public init(_ predictions: ProbePredictions, of rows: ProbeRows, resamples: Int = 1000, seed: UInt64) throws {
    let judge = try ProbeJudge(predictions, rows.target)
    let groupCount = rows.groups.map { Set($0).count }
    var estimates: [ProbeMetric: Estimate] = [:]
    let cheap = try Bootstrap.intervals(rows: rows.count, groups: rows.groups, resamples: resamples, seed: seed) {
      judge.quickScores(counts: judge.counts($0))
    }
    for (metric, estimate) in zip(judge.quickMetrics, cheap) { estimates[metric] = estimate }
    if judge.hasAreas {
      let affordable = 400_000_000 / max(1, rows.count * rows.target.outputCount)
      let area = try Bootstrap.interval(
        rows: rows.count, groups: rows.groups, resamples: min(resamples, max(100, affordable)), seed: seed
      ) { judge.area(counts: judge.counts($0)) }
      if area.value.isFinite { estimates[.auc] = area }
    }
    if case .classes = rows.target, rows.groups == nil {
      estimates[.accuracy] = try .clopperPearson(
        successes: judge.merits.count { $0 == 1 }, trials: rows.count)
    }
    if let accuracy = estimates[.accuracy] {
      estimates[.error] = Estimate(
        value: 1 - accuracy.value, low: 1 - accuracy.high, high: 1 - accuracy.low, confidence: accuracy.confidence)
    }
    self.estimates = estimates
    primary = judge.primary
    self.rows = rows.count
    groups = groupCount
  }
}
