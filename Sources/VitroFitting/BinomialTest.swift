internal import VitroCore

/// Exact probabilities of counts as large as the one that was seen, if chance alone were at work.
///
/// ```swift
/// let p = try BinomialTest.probability(ofAtLeast: 9, trials: 10)  // 11/1024, of nine or ten heads
/// let paired = try BinomialTest.signTest([1, 1, 1, 0], against: [0, 0, 0, 0])  // 1/8: three of three that differ
/// ```
public enum BinomialTest {
  /// P(X ≥ successes) of a binomial X: the one-sided p-value of a count against a chance.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts are impossible, or the chance is not between 0 and 1.
  public static func probability(ofAtLeast successes: Int, trials: Int, chance: Double = 0.5) throws -> Double {
    guard trials >= 0, successes >= 0, successes <= trials, chance > 0, chance < 1 else {
      throw VitroError(
        .argument, "binomial test", "\(successes) successes of \(trials) trials at chance \(chance) are not possible")
    }
    if successes == 0 { return 1 }
    // P(X ≥ k) is the probability that the k-th smallest of n uniform numbers lies below the chance.
    return BetaDistribution(Double(successes), Double(trials - successes + 1)).probability(below: chance)
  }

  /// The exact paired sign test, one-sided: how probable it is that so many of the pairs that differ favour the first, by a fair coin.
  ///
  /// Of outcomes 0 and 1 it is McNemar's exact test. Rows of one group are added up first, so that a group is one pair.
  ///
  /// - Parameters:
  ///   - first: The outcomes that are asked to be larger.
  ///   - second: The outcomes of the same rows that they are paired with.
  ///   - groups: A group for each row, when rows are not independent.
  /// - Throws: ``/VitroCore/VitroError`` when the counts differ or an outcome is NaN.
  /// - Complexity: O(n).
  public static func signTest(_ first: [Double], against second: [Double], groups: [Int]? = nil) throws -> Double {
    guard first.count == second.count, groups.map({ $0.count == first.count }) ?? true else {
      throw VitroError(.shape, "sign test", "there are \(first.count) and \(second.count) outcomes of the same rows")
    }
    var differences = zip(first, second).map { $0 - $1 }
    guard !differences.contains(where: \.isNaN) else { throw VitroError(.argument, "sign test", "an outcome is NaN") }
    if let groups {
      let sums = Dictionary(zip(groups, differences), uniquingKeysWith: +)
      differences = sums.keys.sorted().map { sums[$0] ?? 0 }
    }
    let (larger, smaller) = (differences.count { $0 > 0 }, differences.count { $0 < 0 })
    return try probability(ofAtLeast: larger, trials: larger + smaller)
  }
}
