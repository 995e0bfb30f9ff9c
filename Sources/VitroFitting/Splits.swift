internal import VitroCore
internal import VitroTensor

/// Seeded divisions of rows into parts: for training, validation and test, and for cross-validation.
///
/// All return row numbers in ascending order. The same seed and arguments give the same parts on every machine. No part is
/// empty: what is not possible is an error.
///
/// ```swift
/// let parts = try Splits.stratified(labels: labels, shares: [0.8, 0.2], seed: 1)
/// let folds = try Splits.folds(5, labels: labels, seed: 1)  // five pairs (training, test)
/// ```
public enum Splits {
  /// Divides rows so that each part has its share of each class.
  ///
  /// Of each class, part i gets the rows between its cumulated shares, rounded; so no part is off by more than one row of
  /// a class.
  ///
  /// - Parameters:
  ///   - labels: The class of each row.
  ///   - shares: Positive numbers; they are divided by their sum.
  ///   - seed: What the order of rows is drawn from.
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive, or a part would be empty.
  public static func stratified(labels: [Int], shares: [Double], seed: UInt64) throws -> [[Int]] {
    try divide(Dictionary(grouping: labels.indices) { labels[$0] }, shares, seed)
  }

  /// Divides rows at random, whatever their class.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive, or a part would be empty.
  public static func random(rows: Int, shares: [Double], seed: UInt64) throws -> [[Int]] {
    guard rows >= 0 else { throw VitroError(.argument, "Splits.random", "\(rows) rows cannot be divided") }
    return try divide([0: Array(0..<rows)], shares, seed)
  }

  /// The folds of a cross-validation: each row is tested in exactly one, and classes are spread evenly.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than 2 folds or fewer rows than folds.
  public static func folds(
    _ count: Int, labels: [Int], seed: UInt64
  ) throws -> [(training: [Int], test: [Int])] {
    guard count >= 2, count <= labels.count else {
      throw VitroError(.argument, "Splits.folds", "\(count) folds of \(labels.count) rows are not possible")
    }
    let byClass = Dictionary(grouping: labels.indices) { labels[$0] }
    var fold = [Int](repeating: 0, count: labels.count)
    var next = 0
    for key in byClass.keys.sorted() {
      let rows = byClass[key] ?? []
      var stream = RandomStream(seed: seed, "folds", key)
      for position in stream.permutation(rows.count) {
        fold[rows[position]] = next % count
        next += 1
      }
    }
    return (0..<count).map { number in
      (training: fold.indices.filter { fold[$0] != number }, test: fold.indices.filter { fold[$0] == number })
    }
  }

  static func normalized(_ shares: [Double]) throws -> [Double] {
    guard !shares.isEmpty, shares.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw VitroError(.argument, "Splits", "the shares are \(shares), expected positive numbers")
    }
    let sum = shares.reduce(0, +)
    return shares.map { $0 / sum }
  }

  private static func divide(_ strata: [Int: [Int]], _ shares: [Double], _ seed: UInt64) throws -> [[Int]] {
    let shares = try normalized(shares)
    var parts = [[Int]](repeating: [], count: shares.count)
    for key in strata.keys.sorted() {
      let rows = strata[key] ?? []
      var stream = RandomStream(seed: seed, "split", key)
      let order = stream.permutation(rows.count)
      var (cumulated, start) = (0.0, 0)
      for (part, share) in shares.enumerated() {
        cumulated += share
        let end =
          part == shares.count - 1
          ? rows.count : min(rows.count, Int((cumulated * Double(rows.count)).rounded()))
        parts[part] += order[start..<max(start, end)].map { rows[$0] }
        start = max(start, end)
      }
    }
    if let empty = parts.firstIndex(where: \.isEmpty) {
      let rows = strata.values.reduce(0) { $0 + $1.count }
      throw VitroError(
        .argument, "Splits",
        "part \(empty + 1) of \(parts.count) would be empty: there are \(rows) rows in \(strata.count) classes",
        hint: "Give it a larger share, or take more rows of each class.",
        details: ["found": "\(rows) rows in \(strata.count) classes", "expected": "rows for \(parts.count) parts"])
    }
    return parts.map { $0.sorted() }
  }
}
