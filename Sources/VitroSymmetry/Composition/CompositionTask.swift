internal import Foundation
internal import VitroCore

/// The multiplication of a finite group as something to learn: its table, and the characters of its simples.
///
/// Elements are numbers from 0, the identity first. A character is that of the real simple, whose projector on the functions of the group
/// under left translation is `P[g, h] = (d/N)·c·ψ(g·h⁻¹)`, with `c` = 1/2 for type ℍ and 1 otherwise.
public struct CompositionTask: Sendable, Codable, Hashable {
  /// What reports call the group.
  public var name: String
  /// The number of elements, N.
  public var order: Int
  /// The table, `[N, N]`: the number of a·b stands at `a·N + b`.
  public var products: [Int32]
  /// The number of each element's inverse, `[N]`.
  public var inverses: [Int32]
  /// The simples of the functions on the group.
  public var simples: [Simple]

  /// A simple real representation.
  public struct Simple: Sendable, Codable, Hashable {
    /// What reports call it.
    public var name: String
    /// Its dimension over the reals.
    public var dimension: Int
    /// The degree of one of its complex constituents, d.
    public var degree: Int
    /// `R`, `C` or `H`: the algebra of its endomorphisms.
    public var type: String
    /// How many elements act as the identity.
    public var kernelOrder: Int
    /// ψ of every element, `[N]`.
    public var values: [Double]

    /// Creates a simple.
    public init(name: String, dimension: Int, degree: Int, type: String, kernelOrder: Int, values: [Double]) {
      self.name = name
      self.dimension = dimension
      self.degree = degree
      self.type = type
      self.kernelOrder = kernelOrder
      self.values = values
    }

    /// The dimension of all its copies in the functions on the group.
    public var multiplicity: Int { type == "C" ? 2 * degree * degree : degree * degree }

    /// d·c/N, the projector's factor.
    func projectorFactor(order: Int) -> Double { Double(degree) * (type == "H" ? 0.5 : 1) / Double(order) }
  }

  /// Creates a task; ``validate()`` says whether it is one.
  public init(name: String, order: Int, products: [Int32], inverses: [Int32], simples: [Simple]) {
    self.name = name
    self.order = order
    self.products = products
    self.inverses = inverses
    self.simples = simples
  }

  /// The greatest order whose N³ logits are looked at together.
  public static let largestOrder = 256

  /// Checks that the table is a group's and that the simples fill the functions on it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that says what does not fit.
  /// - Complexity: O(N³) look-ups for associativity.
  public func validate() throws {
    func check(_ holds: Bool, _ message: @autoclosure () -> String) throws {
      if !holds { throw VitroError(.argument, "the group \(name)", message()) }
    }
    try check(
      (2...Self.largestOrder).contains(order),
      "it has \(order) elements, expected 2 to \(Self.largestOrder)")
    try check(
      products.count == order * order && inverses.count == order,
      "its table has \(products.count) entries and \(inverses.count) inverses, expected \(order * order) and \(order)")
    let range = Int32(0)..<Int32(order)
    try check(products.allSatisfy(range.contains) && inverses.allSatisfy(range.contains), "an entry is no element")
    try check(
      (0..<order).allSatisfy { Int(products[$0]) == $0 && Int(products[$0 * order]) == $0 },
      "element 0 is not the identity")
    try check((0..<order).allSatisfy { product($0, inverse($0)) == 0 }, "an inverse is none")
    for a in 0..<order {
      for b in 0..<order {
        let ab = product(a, b)
        try check(
          (0..<order).allSatisfy { product(ab, $0) == product(a, product(b, $0)) },
          "its multiplication is not associative at elements \(a) and \(b)")
      }
    }
    for simple in simples {
      try check(
        simple.values.count == order && simple.values.allSatisfy(\.isFinite) && ["R", "C", "H"].contains(simple.type)
          && simple.degree > 0,
        "the simple \(simple.name) has no character of \(order) values")
    }
    let filled = simples.reduce(0) { $0 + $1.multiplicity }
    try check(filled == order, "its simples fill \(filled) of \(order) dimensions")
  }

  /// The number of a·b.
  @inline(__always)
  func product(_ a: Int, _ b: Int) -> Int { Int(products[a * order + b]) }

  /// The number of a⁻¹.
  @inline(__always)
  func inverse(_ a: Int) -> Int { Int(inverses[a]) }

  /// Whether a·b = b·a throughout.
  public var isAbelian: Bool {
    (0..<order).allSatisfy { a in (0..<a).allSatisfy { product(a, $0) == product($0, a) } }
  }

  /// The powers of an element that generates the group, from the identity on; nothing for a group that is not cyclic.
  public var cyclicOrdering: [Int]? {
    for generator in 0..<order {
      var powers = [0]
      var power = generator
      while power != 0, powers.count <= order {
        powers.append(power)
        power = product(power, generator)
      }
      if powers.count == order { return powers }
    }
    return nil
  }

  /// The frequency of each simple of a cyclic group, from 0 to N/2, counted by ``cyclicOrdering``; nothing for a group that is not cyclic.
  var cyclicFrequencies: [Int]? {
    cyclicOrdering.map { powers in
      simples.map { simple in
        let cosine = simple.values[powers[1]] / Double(max(simple.dimension, 1))
        return Int((acos(max(-1, min(1, cosine))) * Double(order) / (2 * .pi)).rounded())
      }
    }
  }
}
