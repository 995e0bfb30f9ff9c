internal import Foundation
public import VitroFitting

/// How alike two lists of scores rank the same words.
///
/// ```swift
/// let agreement = RankAgreement.spearman([0.1, 0.9, 0.4], [1, 30, 2])  // 1
/// ```
public enum RankAgreement {
  /// Spearman's rank correlation, equal scores sharing their mean rank; NaN when one list says nothing: when all its scores are equal.
  ///
  /// - Complexity: O(n log n).
  public static func spearman(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count, a.count > 1, !(a + b).contains(where: \.isNaN) else { return .nan }
    let (x, y) = (ranks(a), ranks(b))
    let middle = Double(a.count - 1) / 2
    var (product, left, right) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      product += (x - middle) * (y - middle)
      left += (x - middle) * (x - middle)
      right += (y - middle) * (y - middle)
    }
    return left > 0 && right > 0 ? product / (left * right).squareRoot() : .nan
  }

  /// Ranks from 0; equal values share their mean rank.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { result[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return result
  }

  /// The mean over texts of their correlations, with Student's interval; texts of which one list says nothing are left out.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for settings that cannot be.
  public static func mean(_ a: [[Double]], _ b: [[Double]]) throws -> Estimate? {
    try Estimate.mean(ofTexts: zip(a, b).map(spearman))
  }
}

extension Estimate {
  /// The mean of one number for each text, with Student's interval; NaN counts as no number.
  ///
  /// Nothing when there are fewer than three numbers: an interval of two says nothing.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for settings that cannot be.
  public static func mean(ofTexts values: [Double], confidence: Double = 0.95) throws -> Estimate? {
    let known = values.filter { !$0.isNaN }
    return known.count >= 3 ? try .mean(of: known, confidence: confidence) : nil
  }
}
