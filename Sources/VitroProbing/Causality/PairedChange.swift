internal import VitroCore
public import VitroFitting

/// What an intervention did to the share of right answers, on the same examples before and after.
///
/// ```swift
/// let change = try PairedChange(before: right, after: rightAfterRemoval, seed: 0)
/// print(change.accuracy.value, change.lost, change.gained, change.pValue)
/// ```
public struct PairedChange: Sendable, Hashable, Codable {
  /// Accuracy after less accuracy before, with its bootstrap interval over examples, or over groups of them.
  public var accuracy: Estimate
  /// How many answers were right before and are wrong now.
  public var lost: Int
  /// How many answers were wrong before and are right now.
  public var gained: Int

  /// Compares the answers to the same examples.
  ///
  /// - Parameters:
  ///   - before: Whether each answer was right.
  ///   - after: Whether it is right now.
  ///   - groups: What each example belongs to; then whole groups are drawn.
  ///   - seed: What the resamples come from.
  /// - Throws: ``/VitroCore/VitroError`` when the counts differ or there are no examples.
  public init(before: [Bool], after: [Bool], groups: [Int]? = nil, seed: UInt64) throws {
    guard before.count == after.count else {
      throw VitroError(.shape, "comparing answers", "there are \(before.count) before and \(after.count) after")
    }
    let changes = zip(before, after).map { before, after in (after ? 1.0 : 0) - (before ? 1.0 : 0) }
    lost = changes.count { $0 < 0 }
    gained = changes.count { $0 > 0 }
    accuracy = try Self.mean(of: changes, groups: groups, seed: seed)
  }

  /// McNemar's exact p-value (1947), two-sided: how often ``lost`` and ``gained`` would differ as much if either were as likely.
  ///
  /// It takes the examples as independent, also where they come in groups.
  public var pValue: Double {
    let (fewer, more) = (min(lost, gained), max(lost, gained))
    guard more > fewer else { return 1 }
    // P(X ≤ k) of n fair coins is the incomplete beta function at 1/2 with n − k and k + 1.
    return min(1, 2 * BetaDistribution(Double(more), Double(fewer + 1)).probability(below: 0.5))
  }

  /// The mean of a number for each example, with its percentile interval over 1000 resamples of examples or of their groups.
  ///
  /// Resamples of equal numbers say nothing about the rest of the world. Then the interval reaches as far as a share of such examples that would
  /// not have shown among so many (Clopper & Pearson, 1934).
  static func mean(of values: [Double], groups: [Int]? = nil, seed: UInt64) throws -> Estimate {
    guard let first = values.first, values.contains(where: { $0 != first }) else {
      let unseen = try Estimate.clopperPearson(
        successes: 0, trials: max(1, groups.map { Set($0).count } ?? values.count)
      ).high
      let value = values.first ?? .nan
      return Estimate(value: value, low: max(-1, value - unseen), high: min(1, value + unseen))
    }
    return try Bootstrap.interval(rows: values.count, groups: groups, seed: seed) { rows in
      rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
    }
  }
}
