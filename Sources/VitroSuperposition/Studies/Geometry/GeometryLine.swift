internal import VitroFitting
internal import VitroLab

/// Whether features gather at a fraction of a dimension: D_i within 0.005 of it, held against the flanks beside it.
///
/// It is a line when at least 10 features lie on it, at least twice as many as on a flank on average (D_i within 0.005 of the fraction ∓ 0.0125), and its share
/// among the three windows is above 1/3 with its whole interval: a continuum that crosses a fraction has 1/3. Since D is at most 1, the fraction 1 has no flank above
/// and half a window of its own, so that a continuum up to 1 has 1/3 there too.
struct GeometryLine: Codable, Sendable, Hashable {
  /// The fraction's name.
  var name: String
  /// The fraction.
  var fraction: Double
  /// The features on it.
  var onLine: Int
  /// The features on the flank below and the one above.
  var flanks: [Int]
  /// The share on the line among the three windows; the interval takes the features of one part of the graph for one.
  var share: Estimate?

  /// What counts as near.
  static let width = 0.005
  /// Where the flanks are.
  static let flank = 0.0125
  /// The fewest features of a line.
  static let fewest = 10
  /// The share of a continuum.
  static let continuum = 1 / 3.0
  /// The D below which features are as good as absent, in the authors' notebook and here.
  static let least = 0.01

  /// The fractions of perfect shapes: a feature alone, and the polytopes that the paper names.
  static let fractions = [
    ("1", 1.0), ("3/4", 3 / 4.0), ("2/3", 2 / 3.0), ("1/2", 1 / 2.0), ("2/5", 2 / 5.0), ("3/8", 3 / 8.0),
    ("1/3", 1 / 3.0),
  ]

  /// What a fraction stands for.
  static let shapes = [
    "1": "a feature alone", "3/4": "tetrahedra", "2/3": "triangles", "1/2": "antipodal pairs", "2/5": "pentagons",
    "3/8": "square antiprisms", "1/3": "hexagons",
  ]

  /// Counts features around a fraction.
  ///
  /// - Parameters:
  ///   - parts: D_i of the features, by parts of the graph: features of one part are not independent.
  init(_ name: String, _ fraction: Double, of parts: [[Double]]) {
    let windows = [fraction, fraction - Self.flank, fraction + Self.flank]
    let counts = parts.map { part in windows.map { middle in part.count { abs($0 - middle) <= Self.width } } }
    let sums = windows.indices.map { window in counts.reduce(0) { $0 + $1[window] } }
    self.name = name
    self.fraction = fraction
    onLine = sums[0]
    flanks = [sums[1], sums[2]]
    share = Self.share(onLine, of: counts.map { $0.reduce(0, +) })
  }

  /// The share on the line with Wilson's interval for (Σk)²/Σk² independent features (Kish, 1965), as if all k of a part were alike.
  private static func share(_ onLine: Int, of sizes: [Int]) -> Estimate? {
    let all = sizes.reduce(0, +)
    guard all > 0 else { return nil }
    let trials = max(1, all * all / sizes.reduce(0) { $0 + $1 * $1 })
    let value = Double(onLine) / Double(all)
    let expected = value * Double(trials)
    guard let below = try? Estimate.wilson(successes: Int(expected.rounded(.down)), trials: trials),
      let above = try? Estimate.wilson(successes: min(trials, Int(expected.rounded(.up))), trials: trials)
    else { return nil }
    return Estimate(value: value, low: below.low, high: above.high)
  }

  /// Whether features gather there: it holds for a line, and fails where there are none or less than half in the windows are on it, whatever the interval allows.
  var verdict: Claim.Verdict {
    guard let share else { return .fails }
    if Self.standsOut(onLine, flanks), share.low > Self.continuum { return .holds }
    return share.high < 0.5 ? .fails : .undecided
  }

  /// Whether counts alone make a line; twice the mean of two flanks is their sum.
  static func standsOut(_ onLine: Int, _ flanks: [Int]) -> Bool {
    onLine >= fewest && onLine >= flanks.reduce(0, +)
  }

  /// All fractions over the D_i of features, by parts.
  static func all(of parts: [[Double]]) -> [GeometryLine] { fractions.map { GeometryLine($0.0, $0.1, of: parts) } }
}
