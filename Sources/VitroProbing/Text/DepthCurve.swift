internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// How accuracy grows with depth, and the two points of Jin and others (2025) on it, with intervals.
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

  /// The layer whose accuracy is the largest multiple of that of the one before, and how large.
  struct Step: Codable, Sendable, Hashable {
    var layer: Int
    var ratio: Estimate
  }

  /// The mean accuracy at each layer.
  var accuracies: [Double]
  var jump: Point
  var converge: Point
  /// The largest step, if there is one; its interval is that of this layer's ratio in all draws.
  var steepest: Step?
  /// The mean accuracy of the layers in the first third of the depth, and in its second half.
  var early, late: Estimate
  /// The second less the first, on the same draws.
  var rise: Estimate
  /// The largest ratio of each draw, whichever layer has it, ascending.
  private var largestRatios: [Double]

  static let jumpRatio = 1.1
  static let convergeChange = 0.03

  private static let draws = 1000

  /// The points of hits of several layers.
  ///
  /// Each draw takes test examples with replacement, or whole groups, the same for all layers and all divisions, for divisions judge on rows of one pool; and
  /// it takes divisions with replacement. What the choice of divisions changes is widened by √(1 + n · test/training rows) (Nadeau & Bengio, 2003), for
  /// divisions share training rows too.
  ///
  /// - Parameters:
  ///   - hits: For each layer and each division, which test examples are read right.
  ///   - units: The number of each test example of each division, or of its group: what is drawn together.
  ///   - testShare: How many rows a division is judged on for one that it is fitted to.
  ///   - seed: What the draws come from.
  init(_ hits: [[[Bool]]], units: [[Int]], testShare: Double, seed: UInt64) {
    let known = Set(units.joined()).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
    let divisions = (hits.first?.indices ?? 0..<0).map { number in
      Division(hits.map { $0[number] }, units: units[number].map { numbers[$0] ?? 0 })
    }
    accuracies = Self.mean(divisions.compactMap { $0.accuracies(counts: nil) })
    let step = Self.steepest(accuracies)
    let whole = Self.summary(accuracies, step)
    let widening = Self.widening(divisions: divisions.count, testShare: testShare)
    var samples = [[Double]](repeating: [], count: whole.count)
    for draw in 0..<Self.draws {
      var stream = RandomStream(seed: seed, "depth", draw)
      let counts = stream.counts(of: known.count)
      let curves = divisions.map { $0.accuracies(counts: counts) }
      let chosen = stream.numbers(divisions.count, below: divisions.count).compactMap { curves[$0] }
      let all = curves.compactMap(\.self)
      guard !chosen.isEmpty else { continue }
      let sample = zip(Self.mean(all), Self.mean(chosen)).map { mean, drawn in
        min(1, max(0, mean + widening * (drawn - mean)))
      }
      for (place, value) in Self.summary(sample, step).enumerated() where !value.isNaN {
        samples[place].append(value)
      }
    }
    let sorted = samples.map { $0.sorted() }
    func range(_ place: Int) -> (low: Double, high: Double)? {
      sorted[place].isEmpty
        ? nil : (Bootstrap.quantile(sorted[place], 0.025), Bootstrap.quantile(sorted[place], 0.975))
    }
    func point(_ place: Int) -> Point {
      let ends = range(place)
      return Point(
        layer: whole[place].isNaN ? nil : Int(whole[place]), low: ends?.low, high: ends?.high,
        share: Double(sorted[place].count) / Double(Self.draws))
    }
    func estimate(_ place: Int) -> Estimate {
      let ends = range(place)
      return Estimate(value: whole[place], low: ends?.low ?? .nan, high: ends?.high ?? .nan)
    }
    largestRatios = sorted[6]
    steepest = step.map { Step(layer: $0, ratio: estimate(5)) }
    (jump, converge) = (point(0), point(1))
    (early, late, rise) = (estimate(2), estimate(3), estimate(4))
  }

  /// The share of draws in which some layer's ratio is at least so large.
  func share(ofRatio ratio: Double) -> Double {
    Double(largestRatios.count { $0 >= ratio }) / Double(Self.draws)
  }

  /// By how much the deviations of drawn divisions from all of them are widened: n/(n − 1) makes a draw's variance that of a mean, the rest is Nadeau and Bengio's.
  private static func widening(divisions count: Int, testShare: Double) -> Double {
    guard count > 1 else { return 1 }
    let count = Double(count)
    return ((1 + count * testShare) * count / (count - 1)).squareRoot()
  }

  /// The layer that is the largest multiple of the one before.
  static func steepest(_ accuracies: [Double]) -> Int? {
    accuracies.indices.dropFirst().filter { accuracies[$0 - 1] > 0 }
      .max { accuracies[$0] / accuracies[$0 - 1] < accuracies[$1] / accuracies[$1 - 1] }
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

  /// Jump, converge, early and late accuracy, the rise, the ratio of one layer, and the largest; NaN where there is none.
  private static func summary(_ accuracies: [Double], _ step: Int?) -> [Double] {
    guard !accuracies.isEmpty else { return [Double](repeating: .nan, count: 7) }
    func ratio(_ layer: Int?) -> Double {
      guard let layer, accuracies[layer - 1] > 0 else { return .nan }
      return accuracies[layer] / accuracies[layer - 1]
    }
    let early = accuracies[earlyLayers(of: accuracies.count)].mean
    let late = accuracies[lateLayers(of: accuracies.count)].mean
    let points = [jump(accuracies).map(Double.init) ?? .nan, converge(accuracies).map(Double.init) ?? .nan]
    return points + [early, late, late - early, ratio(step), ratio(steepest(accuracies))]
  }

  private static func mean(_ curves: [[Double]]) -> [Double] {
    (curves.first?.indices ?? 0..<0).map { layer in curves.map { $0[layer] }.mean }
  }

  /// The test examples of one division, or their groups: what is drawn together.
  private struct Division {
    /// The units that the division is judged on.
    let members: [Int]
    /// The number of examples of each.
    let sizes: [Int]
    /// The hits of each layer's units.
    let hits: [[Int]]

    init(_ layers: [[Bool]], units: [Int]) {
      members = Set(units).sorted()
      let places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
      let local = units.map { places[$0] ?? 0 }
      let none = [Int](repeating: 0, count: members.count)
      sizes = local.reduce(into: none) { $0[$1] += 1 }
      hits = layers.map { layer in
        zip(local, layer).reduce(into: none) { $0[$1.0] += $1.1 ? 1 : 0 }
      }
    }

    /// The accuracy of each layer, each unit counted so often; nothing when none of the division's is.
    func accuracies(counts: [Int]?) -> [Double]? {
      let weights = members.map { counts?[$0] ?? 1 }
      func sum(_ values: [Int]) -> Int { zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } }
      let total = sum(sizes)
      return total == 0 ? nil : hits.map { Double(sum($0)) / Double(total) }
    }
  }
}

extension RandomStream {
  fileprivate mutating func numbers(_ count: Int, below limit: Int) -> [Int] {
    draw(words: count).map { Int($0.multipliedFullWidth(by: UInt32(limit)).high) }
  }

  /// How often each of so many is drawn, of as many draws with replacement.
  fileprivate mutating func counts(of count: Int) -> [Int] {
    numbers(count, below: count).reduce(into: [Int](repeating: 0, count: count)) { $0[$1] += 1 }
  }
}

extension Collection<Double> {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
