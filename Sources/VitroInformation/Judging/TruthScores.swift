internal import Foundation
internal import VitroFitting

/// How well scores of words find the words that are known to be relevant.
///
/// ```swift
/// let area = try TruthScores.auc([0.9, 0.1, 0.2], relevant: [true, false, false])  // 1
/// ```
public enum TruthScores {
  /// The probability that a relevant word of the text scores above an irrelevant one, ties counting half; NaN when a text has words of one kind only.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when counts differ or a score is NaN.
  public static func auc(_ scores: [Double], relevant: [Bool]) throws -> Double {
    guard relevant.contains(true), relevant.contains(false) else { return .nan }
    return try Scores.rocAUC(positives: relevant, scores: scores)
  }

  /// Scores as a distribution over words: their sizes, divided by their sum; uniform when all are 0.
  public static func distribution(_ scores: [Double]) -> [Double] {
    let sizes = scores.map { $0.isFinite ? abs($0) : 0 }
    let total = sizes.reduce(0, +)
    guard total > 0 else { return scores.map { _ in 1 / Double(max(scores.count, 1)) } }
    return sizes.map { $0 / total }
  }

  /// D_KL(p ‖ q) = Σ p log(p/q), in nats; infinite when q has 0 where p has not.
  public static func divergence(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  /// The Jensen–Shannon divergence ½ D_KL(p ‖ m) + ½ D_KL(q ‖ m), m = (p + q)/2, in nats; at most log 2.
  public static func jensenShannon(_ p: [Double], _ q: [Double]) -> Double {
    let middle = zip(p, q).map { ($0 + $1) / 2 }
    return (divergence(p, middle) + divergence(q, middle)) / 2
  }
}
