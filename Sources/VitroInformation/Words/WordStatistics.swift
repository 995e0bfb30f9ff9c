internal import VitroFitting

/// Numbers of how much of each word is kept, over many texts.
enum WordStatistics {
  /// Ranks from 0 to 1, equal values sharing the mean of theirs; one half for a single value.
  static func ranks(_ values: [Double]) -> [Double] {
    guard values.count > 1 else { return values.map { _ in 0.5 } }
    let order = values.indices.sorted { values[$0] < values[$1] }
    var result = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in order[start..<end] { result[place] = Double(start + end - 1) / 2 / Double(values.count - 1) }
      start = end
    }
    return result
  }

  /// Pearson's correlation; nothing where one side does not vary.
  static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    guard a.count == b.count, a.count >= 3 else { return nil }
    let (meanA, meanB) = (mean(a), mean(b))
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - meanA) * (y - meanB)
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
  }

  /// Spearman's correlation: Pearson's of ranks.
  static func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double? { correlation(ranks(a), ranks(b)) }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  /// How alike neighbours are: the correlation of each word's value with the next one's, from the text's own mean; nothing below four words.
  static func neighbourCorrelation(_ values: [Double]) -> Double? {
    guard values.count >= 4 else { return nil }
    let mean = mean(values)
    let total = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    guard total > 0 else { return nil }
    let products = zip(values, values.dropFirst()).map { ($0 - mean) * ($1 - mean) }
    // Values in random order give −1/(n − 1) on average; adding it leaves 0 for them.
    return products.reduce(0, +) / Double(products.count) / total + 1 / Double(values.count - 1)
  }

  /// The number of runs of words above and not above the text's median, over that of a random order on average, `2ab/n + 1` (Wald & Wolfowitz, 1940): 1 by chance, less where
  /// neighbours are alike.
  static func runRatio(_ values: [Double]) -> Double? {
    guard values.count >= 4 else { return nil }
    let median = Bootstrap.quantile(values.sorted(), 0.5)
    let above = values.map { $0 > median }
    let kept = Double(above.count { $0 })
    guard kept > 0, kept < Double(values.count) else { return nil }
    let runs = 1 + zip(above, above.dropFirst()).count { $0 != $1 }
    let expected = 1 + 2 * kept * (Double(values.count) - kept) / Double(values.count)
    return Double(runs) / expected
  }

  static func deviation(_ values: [Double]) -> Double? {
    guard values.count >= 2 else { return nil }
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// The fewest texts that are drawn again for an interval; of fewer the percentiles are too narrow.
  static let fewestToDraw = 30

  /// The mean over those texts that have a value, with Student's t interval, or, of 30 texts or more, one from drawing texts again.
  static func estimate(_ values: [Double?], seed: UInt64, confidence: Double = 0.95) throws -> Estimate? {
    let known = values.compactMap(\.self).filter(\.isFinite)
    guard known.count >= 3 else { return nil }
    guard known.count >= fewestToDraw else { return try Estimate.mean(of: known, confidence: confidence) }
    // So many that some forty fall outside.
    let resamples = max(1000, Int(40 / (1 - confidence)))
    return try Bootstrap.interval(rows: known.count, resamples: resamples, confidence: confidence, seed: seed) { rows in
      rows.reduce(0) { $0 + known[$1] } / Double(rows.count)
    }
  }

  /// The mean with a t interval over seeds; without an interval when there is one seed.
  static func overSeeds(_ values: [Double], confidence: Double = 0.95) throws -> Estimate? {
    let known = values.filter(\.isFinite)
    guard let first = known.first else { return nil }
    guard known.count >= 2 else { return Estimate(value: first, low: -.infinity, high: .infinity) }
    return try Estimate.mean(of: known, confidence: confidence)
  }
}

/// How local a network is: whether neighbours of a text are kept alike.
struct Locality: Sendable, Hashable, Codable {
  /// The correlation of neighbours, by text.
  var neighbours: [Double?]
  /// The number of runs over that of a random order, by text: less than 1 where neighbours are alike.
  var runs: [Double?]
  /// The deviation of H within a text.
  var deviations: [Double?]

  /// Of texts' words, without those that only mark places.
  init(kept: [[Double]], entropy: [[Double]], isSpecial: [[Bool]]) {
    func words(_ values: [[Double]]) -> [[Double]] {
      zip(values, isSpecial).map { values, special in zip(values, special).filter { !$0.1 }.map(\.0) }
    }
    neighbours = words(entropy).map { WordStatistics.neighbourCorrelation($0.map { -$0 }) }
    runs = words(entropy).map { WordStatistics.runRatio($0.map { -$0 }) }
    deviations = words(entropy).map(WordStatistics.deviation)
  }

  /// Says nothing of a text.
  mutating func leaveOut(_ text: Int) {
    neighbours[text] = nil
    runs[text] = nil
    deviations[text] = nil
  }
}

/// How much is kept by class of words, in one text.
struct ClassMeans: Sendable, Hashable, Codable {
  /// The mean rank of H among the text's words (0 kept most, 1 least), by class.
  var ranks: [WordClass: Double]
  /// The mean of kept, by class.
  var kept: [WordClass: Double]

  init(_ classes: [WordClass], kept: [Double], entropy: [Double]) {
    let order = WordStatistics.ranks(entropy)
    var (ranks, means): ([WordClass: Double], [WordClass: Double]) = ([:], [:])
    for kind in WordClass.allCases {
      let members = classes.indices.filter { classes[$0] == kind }
      guard !members.isEmpty else { continue }
      ranks[kind] = WordStatistics.mean(members.map { order[$0] })
      means[kind] = WordStatistics.mean(members.map { kept[$0] })
    }
    (self.ranks, self.kept) = (ranks, means)
  }
}
