/// The normal subgroups of a group, each as the classes it is made of: all intersections of kernels of characters.
///
/// ```swift
/// let normal = NormalSubgroups(try RealTable(Group("S4")))
/// let orders = normal.orders  // [1, 4, 12, 24]
/// ```
public struct NormalSubgroups: Sendable, Hashable {
  /// The subgroups as sets of classes, the smallest first.
  public let members: [Set<Int>]
  /// Their orders.
  public let orders: [Int]
  /// Whether there are more, and the search stopped at ``most``.
  public let isCut: Bool

  /// The most that are listed: elementary abelian groups have more than anyone looks at.
  public static let most = 400

  /// Finds them.
  ///
  /// - Complexity: O(subgroups · simples · classes).
  public init(_ table: RealTable) {
    let kernels = Set(table.simples.map { Set($0.kernel) })
    var found = kernels.union([Set(0..<table.classes.count)])
    var frontier = found.sorted { $0.sorted().lexicographicallyPrecedes($1.sorted()) }
    let ordered = frontier
    while let next = frontier.popLast(), found.count < Self.most {
      for kernel in ordered {
        let meet = next.intersection(kernel)
        if found.insert(meet).inserted { frontier.append(meet) }
      }
    }
    isCut = found.count >= Self.most
    let sizes = table.classes.sizes
    func order(_ classes: Set<Int>) -> Int { classes.reduce(0) { $0 + sizes[$1] } }
    members = found.sorted {
      (order($0), $0.count) == (order($1), $1.count)
        ? $0.sorted().lexicographicallyPrecedes($1.sorted()) : (order($0), $0.count) < (order($1), $1.count)
    }
    orders = members.map(order)
  }
}
