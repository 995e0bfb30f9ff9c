internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// How accuracy grows with depth, and on it the two points of Jin and others (2025), with intervals.
///
/// Of accuracies α₀ … α_d and ratios βᵢ = αᵢ / αᵢ₋₁ the jump point is the first i with βᵢ ≥ 1.1, the converge point the last i with |βᵢ − 1| < 0.03. Either may be missing.
struct DepthCurve: Codable, Sendable, Hashable {
  /// One of the two points.
  struct Point: Codable, Sendable, Hashable {
    /// The layer, counted from 0; nothing when no layer has the property.
    var layer: Int?
    /// The layers between which 95 % of the draws lie that have the point.
    var low, high: Double?
    /// The share of draws that have the point.
    var share: Double
  }

  /// The mean accuracy at each layer.
  var accuracies: [Double]
  var jump: Point
  var converge: Point
  /// The mean accuracy of the layers in the first third of the depth, and in its second half.
  var early, late: Estimate
  /// The second less the first, on the same draws.
  var rise: Estimate

  static let jumpRatio = 1.1
  static let convergeChange = 0.03

  private static let draws = 1000

  /// The points of hits of several layers.
  ///
  /// Each draw takes divisions with replacement, and of each division test examples with replacement, or whole groups; all layers see the same draw.
  ///
  /// - Parameters:
  ///   - hits: For each layer and each division, which test examples are read right.
  ///   - groups: What the test examples of each division belong to, if they belong to anything.
  ///   - seed: What the draws come from.
  init(_ hits: [[[Bool]]], groups: [[Int]]?, seed: UInt64) {
    let divisions = (hits.first?.indices ?? 0..<0).map { number in
      Division(hits.map { $0[number] }, groups: groups?[number])
    }
    accuracies = Self.mean(divisions.map { $0.accuracies(counts: nil) })
    let whole = Self.summary(accuracies)
    var samples = [[Double]](repeating: [], count: whole.count)
    for draw in 0..<Self.draws {
      var stream = RandomStream(seed: seed, "depth", draw)
      let drawn = stream.numbers(divisions.count, below: divisions.count).map { number in
        divisions[number].accuracies(counts: divisions[number].draw(&stream))
      }
      for (place, value) in Self.summary(Self.mean(drawn)).enumerated() where !value.isNaN {
        samples[place].append(value)
      }
    }
    func range(_ place: Int) -> (low: Double, high: Double)? {
      let sorted = samples[place].sorted()
      return sorted.isEmpty
        ? nil : (Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975))
    }
    func point(_ place: Int) -> Point {
      let ends = range(place)
      return Point(
        layer: whole[place].isNaN ? nil : Int(whole[place]), low: ends?.low, high: ends?.high,
        share: Double(samples[place].count) / Double(Self.draws))
    }
    func estimate(_ place: Int) -> Estimate {
      let ends = range(place)
      return Estimate(value: whole[place], low: ends?.low ?? .nan, high: ends?.high ?? .nan)
    }
    (jump, converge) = (point(0), point(1))
    (early, late, rise) = (estimate(2), estimate(3), estimate(4))
  }

  /// The first layer that is so much better than the one before.
  static func jump(_ accuracies: [Double]) -> Int? {
    accuracies.indices.dropFirst().first { accuracies[$0] >= jumpRatio * accuracies[$0 - 1] && accuracies[$0] > 0 }
  }

  /// The last layer that hardly differs from the one before.
  static func converge(_ accuracies: [Double]) -> Int? {
    accuracies.indices.dropFirst().last {
      accuracies[$0 - 1] > 0 && abs(accuracies[$0] / accuracies[$0 - 1] - 1) < convergeChange
    }
  }

  /// The layers in the first third of the depth.
  static func earlyLayers(of count: Int) -> Range<Int> { 0..<max(1, (count - 1) / 3 + 1) }

  /// The layers after the middle.
  static func lateLayers(of count: Int) -> Range<Int> { min(count / 2 + 1, count - 1)..<count }

  /// Jump, converge, early and late accuracy, and the rise; NaN where there is none.
  private static func summary(_ accuracies: [Double]) -> [Double] {
    guard !accuracies.isEmpty else { return [.nan, .nan, .nan, .nan, .nan] }
    let early = accuracies[earlyLayers(of: accuracies.count)].mean
    let late = accuracies[lateLayers(of: accuracies.count)].mean
    return [jump(accuracies).map(Double.init) ?? .nan, converge(accuracies).map(Double.init) ?? .nan]
      + [early, late, late - early]
  }

  private static func mean(_ curves: [[Double]]) -> [Double] {
    (curves.first?.indices ?? 0..<0).map { layer in curves.map { $0[layer] }.mean }
  }

  /// The test examples of one division, or their groups: what is drawn together.
  private struct Division {
    /// The number of examples of each unit.
    let sizes: [Int]
    /// The hits of each layer's units.
    let hits: [[Int]]

    init(_ layers: [[Bool]], groups: [Int]?) {
      let rows = layers.first?.count ?? 0
      var numbers: [Int: Int] = [:]
      let units = (0..<rows).map { row -> Int in
        guard let group = groups?[row] else { return row }
        if let known = numbers[group] { return known }
        numbers[group] = numbers.count
        return numbers.count - 1
      }
      let count = (units.max() ?? -1) + 1
      sizes = units.reduce(into: [Int](repeating: 0, count: count)) { $0[$1] += 1 }
      hits = layers.map { layer in
        zip(units, layer).reduce(into: [Int](repeating: 0, count: count)) { $0[$1.0] += $1.1 ? 1 : 0 }
      }
    }

    /// How often each unit is drawn.
    func draw(_ stream: inout RandomStream) -> [Int] {
      stream.numbers(sizes.count, below: sizes.count).reduce(into: [Int](repeating: 0, count: sizes.count)) {
        $0[$1] += 1
      }
    }

    /// The accuracy of each layer, each unit counted so often.
    func accuracies(counts: [Int]?) -> [Double] {
      let total = counts.map { zip($0, sizes).reduce(0) { $0 + $1.0 * $1.1 } } ?? sizes.reduce(0, +)
      return hits.map { layer in
        let sum = counts.map { zip($0, layer).reduce(0) { $0 + $1.0 * $1.1 } } ?? layer.reduce(0, +)
        return Double(sum) / Double(total)
      }
    }
  }
}

extension RandomStream {
  fileprivate mutating func numbers(_ count: Int, below limit: Int) -> [Int] {
    draw(words: count).map { Int($0.multipliedFullWidth(by: UInt32(limit)).high) }
  }
}

extension Collection<Double> {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
