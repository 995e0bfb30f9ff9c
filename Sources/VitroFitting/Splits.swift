internal import VitroCore
internal import VitroTensor

/// Seeded divisions of rows into parts: for training, validation and test, and for cross-validation.
///
/// All return row numbers in ascending order. The same seed and arguments give the same parts on every machine.
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
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive.
  public static func stratified(labels: [Int], shares: [Double], seed: UInt64) throws -> [[Int]] {
    try divide(Dictionary(grouping: labels.indices) { labels[$0] }, shares, seed)
  }

  /// Divides rows at random, whatever their class.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive.
  public static func random(rows: Int, shares: [Double], seed: UInt64) throws -> [[Int]] {
    try divide([0: Array(0..<rows)], shares, seed)
  }

  /// Divides whole groups, so that no group stands in two parts; shares count rows and are met as nearly as groups allow.
  ///
  /// Groups in random order go, largest first, to the part that lacks the most rows.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive, or there are fewer groups than parts.
  public static func grouped(groups: [Int], shares: [Double], seed: UInt64) throws -> [[Int]] {
    let shares = try normalized(shares)
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    guard members.count >= shares.count else {
      throw VitroError(
        .argument, "Splits.grouped", "there are \(members.count) groups for \(shares.count) parts")
    }
    let keys = members.keys.sorted()
    var stream = RandomStream(seed: seed, "split")
    let shuffled = stream.permutation(keys.count).map { keys[$0] }
    let order = shuffled.enumerated().sorted {
      let (a, b) = (members[$0.element]?.count ?? 0, members[$1.element]?.count ?? 0)
      return a == b ? $0.offset < $1.offset : a > b
    }
    var parts = [[Int]](repeating: [], count: shares.count)
    for (_, key) in order {
      let lacking = shares.indices.map { shares[$0] * Double(groups.count) - Double(parts[$0].count) }
      let part = lacking.indices.max { lacking[$0] < lacking[$1] } ?? 0
      parts[part] += members[key] ?? []
    }
    return parts.map { $0.sorted() }
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

  /// The folds of a cross-validation in which no group is both trained on and tested.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than 2 folds or fewer groups than folds.
  public static func folds(
    _ count: Int, groups: [Int], seed: UInt64
  ) throws -> [(training: [Int], test: [Int])] {
    guard count >= 2 else { throw VitroError(.argument, "Splits.folds", "\(count) folds are not possible") }
    let parts = try grouped(groups: groups, shares: [Double](repeating: 1, count: count), seed: seed)
    return parts.indices.map { number in
      (training: parts.indices.filter { $0 != number }.flatMap { parts[$0] }.sorted(), test: parts[number])
    }
  }

  private static func normalized(_ shares: [Double]) throws -> [Double] {
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
    return parts.map { $0.sorted() }
  }
}
