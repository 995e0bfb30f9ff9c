internal import VitroCore
internal import VitroTensor

/// Intervals by resampling.
///
/// ```swift
/// let mean = try Bootstrap.interval(rows: values.count, seed: 0) { rows in
///   rows.map { values[$0] }.reduce(0, +) / Double(rows.count)
/// }
/// ```
public enum Bootstrap {
  /// The percentile interval of a statistic of rows (Efron, 1979): rows are drawn anew with replacement, by groups if given.
  ///
  /// Each resample has its own random stream, so it depends on nothing but the seed and its number.
  ///
  /// - Parameters:
  ///   - rows: The number of rows.
  ///   - groups: A group for each row; then whole groups are drawn.
  ///   - resamples: How often rows are drawn anew.
  ///   - confidence: The probability that the interval covers, between 0 and 1.
  ///   - seed: What the draws come from.
  ///   - statistic: The statistic of a list of row numbers, with repetitions.
  /// - Throws: ``/VitroCore/VitroError`` when there are no rows or settings are out of range, and what `statistic` throws.
  public static func interval(
    rows: Int, groups: [Int]? = nil, resamples: Int = 1000, confidence: Double = 0.95, seed: UInt64,
    statistic: ([Int]) throws -> Double
  ) throws -> Estimate {
    let estimates = try intervals(
      rows: rows, groups: groups, resamples: resamples, confidence: confidence, seed: seed
    ) { [try statistic($0)] }
    return estimates[0]
  }

  /// The percentile intervals of several statistics of the same draws.
  ///
  /// A draw in which a statistic is NaN, such as the recall of a class that was not drawn, does not count for it.
  ///
  /// - Parameters:
  ///   - rows: The number of rows.
  ///   - groups: A group for each row; then whole groups are drawn.
  ///   - resamples: How often rows are drawn anew.
  ///   - confidence: The probability that each interval covers, between 0 and 1.
  ///   - seed: What the draws come from.
  ///   - statistics: The statistics, always equally many, of a list of row numbers, with repetitions.
  /// - Throws: ``/VitroCore/VitroError`` when there are no rows or settings are out of range, and what `statistics` throws.
  public static func intervals(
    rows: Int, groups: [Int]? = nil, resamples: Int = 1000, confidence: Double = 0.95, seed: UInt64,
    statistics: ([Int]) throws -> [Double]
  ) throws -> [Estimate] {
    guard rows > 0, resamples > 0, confidence > 0, confidence < 1, groups.map({ $0.count == rows }) ?? true else {
      throw VitroError(
        .argument, "bootstrap", "\(resamples) resamples of \(rows) rows at confidence \(confidence) are not possible")
    }
    let members = groups.map { groups in
      let byGroup = Dictionary(grouping: groups.indices) { groups[$0] }
      return byGroup.keys.sorted().map { byGroup[$0] ?? [] }
    }
    let units = members?.count ?? rows
    let estimates = try statistics(Array(0..<rows))
    var values = [[Double]](repeating: [], count: estimates.count)
    for resample in 0..<resamples {
      var stream = RandomStream(seed: seed, "bootstrap", resample)
      let drawn = stream.draw(words: units).map { Int(($0.multipliedFullWidth(by: UInt32(units))).high) }
      let sample = members.map { members in drawn.flatMap { members[$0] } } ?? drawn
      for (index, value) in try statistics(sample).prefix(estimates.count).enumerated() where !value.isNaN {
        values[index].append(value)
      }
    }
    let tail = (1 - confidence) / 2
    return zip(estimates, values).map { estimate, values in
      let values = values.sorted()
      return Estimate(
        value: estimate, low: quantile(values, tail), high: quantile(values, 1 - tail), confidence: confidence)
    }
  }

  /// The quantile of sorted values, linear between neighbours (NumPy's default); NaN when there are none.
  public static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    guard let first = sorted.first else { return .nan }
    let place = min(max(probability, 0), 1) * Double(sorted.count - 1)
    let index = Int(place)
    guard index + 1 < sorted.count else { return sorted.last ?? first }
    return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
