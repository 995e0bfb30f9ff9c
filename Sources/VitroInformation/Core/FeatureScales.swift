internal import VitroCore
internal import VitroNetworks
public import VitroTensor

/// How far features spread over a set of texts: what makes layers and networks comparable.
///
/// For each feature the standard deviation R_m of each of its coordinates, over the texts and, where the feature is the states of all words, over words.
/// Coordinates that hardly vary are given a floor, a share of the mean of all R_m, so that dead ones do not decide. The words' own spread,
/// √(mean over coordinates of their variance) of the vectors at the entry, is the measure's unit of noise.
///
/// ```swift
/// let scales = try FeatureScales(network, ["blocks.1.hook_resid_post"], over: texts)
/// let spread = try scales.spread(of: "blocks.1.hook_resid_post")
/// ```
public struct FeatureScales: Sendable {
  /// The texts' number of words, all together.
  public let words: Int
  /// The number of texts.
  public let texts: Int
  /// The spread of words' vectors at the entry: the root of the mean variance of a coordinate.
  public let wordSpread: Double
  /// The mean of the words' vectors at the entry, `[width]`.
  public let meanWord: Tensor
  /// The share of the mean spread that every coordinate has at least.
  public let floor: Double
  /// The spread of each coordinate of a feature, without the floor.
  private let spreads: [Feature: [Double]]
  /// The mean of each coordinate.
  private let means: [Feature: [Double]]

  /// Measures spreads.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - features: The features.
  ///   - texts: The texts to measure over; some dozens of real ones at least.
  ///   - floor: The share of the mean spread that every coordinate is given at least.
  ///   - progress: Is told how many texts are done; may throw to stop.
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two rows to measure over, or a feature has rows of different lengths.
  public init(
    _ network: WordNetwork, _ features: [Feature], over texts: [WordText], floor: Double = 0.1,
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws {
    try network.check(features)
    var entry = RowMoments()
    var moments = [Feature: RowMoments](uniqueKeysWithValues: Set(features).map { ($0, RowMoments()) })
    let taps = Array(Set(features.map(\.tap))).sorted()
    var done = 0
    // A text that has no such word says nothing of it.
    let positions = features.compactMap(\.position)
    let needed = positions.map { $0 < 0 ? -$0 : $0 + 1 }.max() ?? 1
    let long = texts.filter { $0.count >= needed }
    for batch in try WordText.batches(long, rows: network.rows(recording: taps)) {
      let run = try network.run(batch.map { long[$0] }, recording: taps)
      try entry.add(.stack(batch.map { long[$0].vectors }).reshaped([-1, network.width]))
      for feature in moments.keys {
        if feature.position == nil, try network.hasRows(feature.tap) {
          let value = try run.value(at: feature.tap)
          try moments[feature]?.add(value.reshaped([value.shape[0] * value.shape[1], -1]))
        } else {
          try moments[feature]?.add(network.value(of: feature, in: run))
        }
      }
      done += batch.count
      try progress(done, long.count)
    }
    guard entry.count >= 2, moments.values.allSatisfy({ $0.count >= 2 }) else {
      throw VitroError(
        .argument, "measuring the spread of features",
        "\(long.count) texts of \(needed) words or more leave fewer than two rows",
        hint: "Give more reference texts.", details: ["field": "reference"])
    }
    words = entry.count
    self.texts = long.count
    let variances = entry.variances
    guard variances.contains(where: { $0 > 0 }) else {
      throw VitroError(
        .argument, "measuring the spread of features", "all words of the reference texts have the same vector",
        hint: "Give other reference texts.", details: ["field": "reference"])
    }
    wordSpread = (variances.reduce(0, +) / Double(max(variances.count, 1))).squareRoot()
    meanWord = try Tensor(entry.means).cast(to: network.dtype)
    self.floor = floor
    spreads = moments.mapValues { $0.variances.map { $0.squareRoot() } }
    means = moments.mapValues(\.means)
  }

  /// The spread of each coordinate, with the floor; nothing for a feature that does not vary at all.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the feature was not measured.
  public func spread(of feature: Feature) throws -> [Double]? {
    let spread = try known(feature, spreads)
    let mean = spread.reduce(0, +) / Double(max(spread.count, 1))
    let size = try (known(feature, means).reduce(0) { $0 + $1 * $1 } / Double(max(spread.count, 1))).squareRoot()
    // What differs by rounding alone does not vary.
    guard mean > Self.rounding * size, mean > 0, mean.isFinite else { return nil }
    return spread.map { max($0, floor * mean) }
  }

  /// The spread, in the size of a coordinate, below which a value does not vary.
  private static let rounding = 1e-5

  /// The mean of each coordinate.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the feature was not measured.
  public func mean(of feature: Feature) throws -> [Double] { try known(feature, means) }

  private func known(_ feature: Feature, _ table: [Feature: [Double]]) throws -> [Double] {
    guard let found = table[feature] else {
      throw VitroError(.argument, "the spread of '\(feature)'", "it was not measured")
    }
    return found
  }

  /// 1/R_m for each entry of a feature of one text, `[1, entries]`; zeros for a feature that does not vary.
  func weights(of feature: Feature, entries: Int, dtype: DType) throws -> Tensor {
    guard let spread = try spread(of: feature) else { return try .zeros([1, entries], dtype: dtype) }
    guard !spread.isEmpty, entries % spread.count == 0 else {
      throw VitroError(
        .shape, "the spread of '\(feature)'",
        "it has \(spread.count) coordinates, and a text's value has \(entries) entries")
    }
    let row = try Tensor(spread.map { 1 / $0 }, shape: [1, 1, spread.count]).cast(to: dtype)
    return try row.expanded(to: [1, entries / spread.count, spread.count]).reshaped([1, entries])
  }
}

/// Mean and variance of columns, by Chan's formula for parts.
struct RowMoments {
  private(set) var count = 0
  private(set) var means: [Double] = []
  private var squares: [Double] = []

  /// The variance of each column, of the rows as they are.
  var variances: [Double] { squares.map { $0 / Double(max(count, 1)) } }

  mutating func add(_ rows: Tensor) throws {
    let rows = try rows.cast(to: .float64)
    let added = Double(rows.shape[0])
    guard added > 0 else { return }
    if means.isEmpty {
      means = [Double](repeating: 0, count: rows.shape[1])
      squares = means
    }
    guard rows.shape[1] == means.count else {
      throw VitroError(
        .unsupported, "measuring the spread of features",
        "texts of different lengths leave rows of \(means.count) and \(rows.shape[1]) numbers",
        hint: "Ask for a value with a row for each word, or for one word's: tap@-1.")
    }
    let mean = try rows.mean(axes: [0])
    let spread = try (rows - mean).square().sum(axes: [0]).doubles
    let total = Double(count) + added
    for (column, value) in try mean.doubles.enumerated() {
      let difference = value - means[column]
      squares[column] += spread[column] + difference * difference * Double(count) * added / total
      means[column] += difference * added / total
    }
    count += rows.shape[0]
  }
}

extension WordText {
  /// Texts that can run together, by number: of one length, with at most so many words unless one text has more.
  static func batches(_ texts: [WordText], rows: Int) -> [[Int]] {
    let lengths = Dictionary(grouping: texts.indices) { texts[$0].count }.sorted { $0.key < $1.key }
    return lengths.flatMap { length, members in
      let size = Swift.max(1, rows / Swift.max(length, 1))
      return stride(from: 0, to: members.count, by: size).map {
        Array(members[$0..<Swift.min($0 + size, members.count)])
      }
    }
  }
}
