internal import VitroCore
internal import VitroTensor

extension Splits {
  /// Divides whole groups, so that no group stands in two parts; shares are met as nearly as groups allow, in each class.
  ///
  /// Groups in random order go, largest first, to the part p that lacks most of what they hold, by Σ_c g_c · (t_pc − n_pc) / n_c:
  /// g_c are the group's rows of class c, n_pc those that the part has, t_pc those that its share asks for, n_c all. That is the
  /// steepest descent of the squared deviation Σ_pc (n_pc − t_pc)² / n_c.
  ///
  /// ```swift
  /// let people = [0, 0, 1, 1, 2, 2, 3, 3]
  /// let byPerson = try Splits.grouped(groups: people, labels: [0, 1, 0, 1, 0, 1, 0, 1], shares: [0.5, 0.5], seed: 0)
  /// ```
  ///
  /// - Parameters:
  ///   - groups: What each row belongs to.
  ///   - labels: The class of each row; nothing when only the number of rows counts.
  ///   - shares: Positive numbers; they are divided by their sum.
  ///   - seed: What the order of groups of one size is drawn from.
  /// - Throws: ``/VitroCore/VitroError`` when shares are missing or not positive, there are fewer groups than parts, or not as many
  ///   labels as groups.
  public static func grouped(
    groups: [Int], labels: [Int]? = nil, shares: [Double], seed: UInt64
  ) throws -> [[Int]] {
    let shares = try normalized(shares)
    if let labels, labels.count != groups.count {
      throw VitroError(.shape, "Splits.grouped", "there are \(labels.count) labels for \(groups.count) rows")
    }
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    guard members.count >= shares.count else {
      throw VitroError(
        .argument, "Splits.grouped", "there are \(members.count) groups for \(shares.count) parts",
        hint: "A group is never divided: take fewer parts.",
        details: ["found": "\(members.count) groups", "expected": "at least \(shares.count)"])
    }
    let classes = ranks(labels ?? [Int](repeating: 0, count: groups.count))
    var totals = [Int](repeating: 0, count: (classes.max() ?? 0) + 1)
    for label in classes { totals[label] += 1 }
    var parts = [[Int]](repeating: [], count: shares.count)
    var filled = [[Int]](repeating: [Int](repeating: 0, count: totals.count), count: shares.count)
    let order = largestFirst(members, seed)
    for (place, key) in order.enumerated() {
      let rows = members[key] ?? []
      let counts = Dictionary(rows.map { (classes[$0], 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
      let gains = shares.indices.map { part in
        counts.reduce(0.0) { sum, entry in
          let (label, count) = entry
          return sum + Double(count)
            * (shares[part] * Double(totals[label]) - Double(filled[part][label])) / Double(totals[label])
        }
      }
      // The last groups are kept for parts that have none yet.
      let empty = parts.indices.filter { parts[$0].isEmpty }
      let candidates = order.count - place <= empty.count ? empty : Array(parts.indices)
      let part = candidates.max { gains[$0] < gains[$1] } ?? 0
      parts[part] += rows
      for (label, count) in counts { filled[part][label] += count }
    }
    return parts.map { $0.sorted() }
  }

  /// The folds of a cross-validation in which no group is both trained on and tested.
  ///
  /// - Parameters:
  ///   - count: The number of folds.
  ///   - groups: What each row belongs to.
  ///   - labels: The class of each row, to be spread evenly; nothing when only the number of rows counts.
  ///   - seed: What the order of groups of one size is drawn from.
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than 2 folds, fewer groups than folds, or not as many labels as groups.
  public static func folds(
    _ count: Int, groups: [Int], labels: [Int]? = nil, seed: UInt64
  ) throws -> [(training: [Int], test: [Int])] {
    guard count >= 2, count <= groups.count else {
      throw VitroError(.argument, "Splits.folds", "\(count) folds of \(groups.count) rows are not possible")
    }
    let shares = [Double](repeating: 1, count: count)
    let parts = try grouped(groups: groups, labels: labels, shares: shares, seed: seed)
    return parts.indices.map { number in
      (training: parts.indices.filter { $0 != number }.flatMap { parts[$0] }.sorted(), test: parts[number])
    }
  }

  private static func largestFirst(_ members: [Int: [Int]], _ seed: UInt64) -> [Int] {
    let keys = members.keys.sorted()
    var stream = RandomStream(seed: seed, "split")
    let shuffled = stream.permutation(keys.count).map { keys[$0] }
    return shuffled.enumerated().sorted {
      let (a, b) = (members[$0.element]?.count ?? 0, members[$1.element]?.count ?? 0)
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
  }

  /// Classes counted from 0 without gaps, in ascending order.
  private static func ranks(_ labels: [Int]) -> [Int] {
    let numbers = Dictionary(uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
    return labels.map { numbers[$0] ?? 0 }
  }
}
