internal import VitroCore

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
  public let exponent: Int
  /// How many elements commute with all.
  public var centreOrder: Int { sizes.count { $0 == 1 } }

  /// The most classes of a group that is looked into.
  public static let most = 2048

  /// The class of the inverses of a class.
  public func inverse(_ number: Int) -> Int { powers[number][orders[number] - 1] }

  /// The class of the k-th powers of a class.
  public func power(_ number: Int, _ k: Int) -> Int {
    powers[number][((k % orders[number]) + orders[number]) % orders[number]]
  }

  /// Finds the classes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when there are more than ``most``.
  /// - Complexity: O(|G|·generators·b²) for a base of b points.
  public init(_ elements: GroupElements) throws {
    let (labels, count) = elements.conjugacyLabels()
    guard count <= Self.most else {
      throw VitroError(
        .unsupported, "the classes of \(elements.group.name)", "there are \(count), expected at most \(Self.most)",
        hint: "Orbits and maps of such a group can be had without characters.")
    }
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
    exponent = orders.reduce(1, leastCommonMultiple)
    let label = self.label
    powers = sorted.map { old in powersOfFirst[old].map { Int(label[$0]) } }
  }
}
