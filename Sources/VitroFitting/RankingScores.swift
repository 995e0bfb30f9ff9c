import Foundation
internal import VitroCore
public import VitroTensor

/// Scores of predictions that are numbers.
///
/// ```swift
/// let area = try Scores.rocAUC(positives: truth.map { $0 == 1 }, scores: fit.model.scores(unseen).doubles)
/// ```
public enum Scores {
  /// The area under the ROC curve: the probability that a positive row scores above a negative one, ties counting half.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a score is NaN, counts differ, or one side has no rows.
  /// - Complexity: O(n log n).
  public static func rocAUC(positives: [Bool], scores: [Double]) throws -> Double {
    guard positives.count == scores.count else {
      throw VitroError(.shape, "rocAUC", "there are \(scores.count) scores for \(positives.count) labels")
    }
    guard !scores.contains(where: \.isNaN) else { throw VitroError(.argument, "rocAUC", "a score is NaN") }
    let positiveCount = positives.count { $0 }
    guard positiveCount > 0, positiveCount < positives.count else {
      throw VitroError(
        .argument, "rocAUC", "\(positiveCount) of \(positives.count) rows are positive",
        hint: "The area needs rows on both sides.")
    }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var (rankSum, start) = (0.0, 0)
    while start < order.count {
      var end = start
      var positivesHere = 0
      while end < order.count, scores[order[end]] == scores[order[start]] {
        if positives[order[end]] { positivesHere += 1 }
        end += 1
      }
      rankSum += Double(positivesHere) * Double(start + end + 1) / 2
      start = end
    }
    let (p, n) = (Double(positiveCount), Double(positives.count - positiveCount))
    return (rankSum - p * (p + 1) / 2) / (p * n)
  }

  /// The mean of `−log p(label)` for probabilities `[rows, classes]`, each at least the smallest number above 0 of their type.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit or labels are out of range.
  public static func logLoss(labels: [Int], probabilities: Tensor) throws -> Double {
    guard probabilities.rank == 2, !labels.isEmpty else {
      throw VitroError(.shape, "logLoss", "the probabilities are \(probabilities.shape), expected [rows, classes]")
    }
    let classes = probabilities.shape[1]
    try Checks.labels(labels, classCount: classes, rows: probabilities.shape[0], "logLoss")
    let values = try probabilities.doubles
    let least = probabilities.dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let sum = labels.enumerated().reduce(0.0) { $0 - log(max(values[$1.offset * classes + $1.element], least)) }
    return sum / Double(labels.count)
  }

  /// The share of variance explained: `1 − Σ(y − ŷ)² / Σ(y − ȳ)²`, averaged over outputs; 1 or 0 where y does not vary.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes differ or there are no rows.
  public static func rSquared(targets: Tensor, predictions: Tensor) throws -> Double {
    guard targets.count == predictions.count, targets.count > 0, targets.rank > 0 else {
      throw VitroError(.shape, "rSquared", "the targets are \(targets.shape), the predictions \(predictions.shape)")
    }
    let shape = [targets.shape[0], targets.count / targets.shape[0]]
    let y = try targets.cast(to: .float64).reshaped(shape)
    let residuals = try (y - predictions.cast(to: .float64).reshaped(shape)).square().sum(axes: [0]).doubles
    let totals = try (y - y.mean(axes: [0])).square().sum(axes: [0]).doubles
    let scores = zip(residuals, totals).map { $1 > 0 ? 1 - $0 / $1 : ($0 == 0 ? 1 : 0) }
    return scores.reduce(0, +) / Double(scores.count)
  }
}
