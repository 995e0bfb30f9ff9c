internal import VitroCore

/// Corrections for having asked many questions at once.
///
/// ```swift
/// let adjusted = try MultipleComparisons.holm([0.01, 0.04, 0.03])  // [0.03, 0.06, 0.06]
/// let found = try MultipleComparisons.holdAfterHolm([0.01, 0.04, 0.03], level: 0.05)  // 1: the first alone
/// ```
public enum MultipleComparisons {
  /// The p-values adjusted by Holm's step-down procedure (1979): of the i-th smallest of n, the largest (n − j + 1)·p₍ⱼ₎ with j ≤ i, at most 1.
  ///
  /// Calling those below a level true is wrong about any of them with no more than that probability, however they depend on each other.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when one is not between 0 and 1.
  /// - Complexity: O(n log n).
  public static func holm(_ pValues: [Double]) throws -> [Double] {
    if let index = pValues.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
      throw VitroError(
        .argument, "Holm's correction", "p-value \(index) is \(pValues[index]), expected a number from 0 to 1")
    }
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }

  /// How many of the findings hold at a level after Holm's correction.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a p-value or the level is not between 0 and 1.
  public static func holdAfterHolm(_ pValues: [Double], level: Double = 0.05) throws -> Int {
    guard level > 0, level < 1 else {
      throw VitroError(.argument, "Holm's correction", "the level is \(level), expected between 0 and 1")
    }
    return try holm(pValues).count { $0 <= level }
  }
}
