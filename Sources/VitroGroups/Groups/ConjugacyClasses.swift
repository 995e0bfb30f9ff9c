/// The classes of conjugate elements of a group: x ~ g·x·g⁻¹.
///
/// Class 0 is the identity's; the others follow by the order of their elements, then by size.
public struct ConjugacyClasses: Sendable {
  /// How many classes there are.
  public var count: Int { sizes.count }
  /// The class of each element.
  public let label: [Int32]
  /// How many elements each class has.
  public let sizes: [Int]
  /// An element of each class, by number.
  public let representatives: [Int]
  /// The order of the elements of each class.
  public let orders: [Int]
  /// The class of g⁰, g¹, …, gᵒ⁻¹ for an element g of each class, o its order.
  public let powers: [[Int]]

  /// The least common multiple of all orders.
  public var exponent: Int { orders.reduce(1, leastCommonMultiple) }

  /// The class of the inverses of a class.
  public func inverse(_ number: Int) -> Int { powers[number][orders[number] - 1] }

  /// The class of the k-th powers of a class.
  public func power(_ number: Int, _ k: Int) -> Int {
    powers[number][((k % orders[number]) + orders[number]) % orders[number]]
  }

  /// Finds the classes.
  ///
  /// - Complexity: O(|G|·generators·b²) for a base of b points.
  public init(_ elements: GroupElements) {
    let (labels, count) = elements.conjugacyLabels()
    var sizes = [Int](repeating: 0, count: count)
    var first = [Int](repeating: -1, count: count)
    for (element, label) in labels.enumerated() {
      sizes[Int(label)] += 1
      if first[Int(label)] < 0 { first[Int(label)] = element }
    }
    let powersOfFirst = first.map { element in
      var powers = [0]
      var power = element
      while power != 0 {
        powers.append(power)
        power = elements.product(element, power)
      }
      return powers
    }
    let orders = powersOfFirst.map(\.count)
    let sorted = (0..<count).sorted { (orders[$0], sizes[$0], first[$0]) < (orders[$1], sizes[$1], first[$1]) }
    var place = [Int](repeating: 0, count: count)
    for (index, old) in sorted.enumerated() { place[old] = index }
    label = labels.map { Int32(place[Int($0)]) }
    self.sizes = sorted.map { sizes[$0] }
    representatives = sorted.map { first[$0] }
    self.orders = sorted.map { orders[$0] }
    let label = self.label
    powers = sorted.map { old in powersOfFirst[old].map { Int(label[$0]) } }
  }
}
