internal import VitroCore
public import VitroGroups

/// A layer `Fun(X)` as what characters say of it: which simples occur, how often, and the projectors to their parts, all without a basis.
///
/// ```swift
/// let elements = try Group("C8").elements()
/// let layer = try LayerRepresentation(.regular(elements), RealTable(CharacterTable(elements)))
/// let graph = try layer.interactionGraph(PointwiseActivation("relu"))
/// let targets = graph.targets(of: "L1")  // L0, L1, L2, L4
/// ```
public struct LayerRepresentation: Sendable {
  /// The set.
  public let set: GSet
  /// The simples of the group.
  public let table: RealTable
  /// The simples that occur, by number of the table.
  public let simples: [Int]
  /// How often each of them occurs.
  public let multiplicities: [Int]
  /// The names of the simples that occur.
  public let names: [String]
  /// Its orbits.
  public let sums: [OrbitSums]
  /// P_L[x₀, y] for each occurring simple, orbit and suborbit.
  let projectors: [[[Double]]]

  /// The layer on a set.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when set and table belong to different groups, `unsupported` for an orbit too large for its
  ///   suborbits.
  /// - Complexity: O(|G|) an orbit, O(suborbits) a simple.
  public init(_ set: GSet, _ table: RealTable) throws {
    try set.checkGroup(of: table)
    self.set = set
    self.table = table
    sums = try OrbitSums.all(of: set, table)
    var simples: [Int] = []
    var multiplicities: [Int] = []
    for simple in 0..<table.count {
      let multiplicity = sums.reduce(0) { $0 + $1.multiplicity(of: simple) }
      guard multiplicity > 0 else { continue }
      simples.append(simple)
      multiplicities.append(multiplicity)
    }
    self.simples = simples
    self.multiplicities = multiplicities
    names = simples.map { table.simples[$0].name }
    let sums = self.sums
    // Where a simple does not occur, rounding must not stand for it.
    projectors = simples.map { simple in
      sums.map { orbit in
        orbit.multiplicity(of: simple) > 0
          ? orbit.projector(of: simple) : [Double](repeating: 0, count: orbit.sizes.count)
      }
    }
  }

  /// The dimension of the isotypic part at a place of ``simples``.
  public func dimension(_ place: Int) -> Int { multiplicities[place] * table.simples[simples[place]].dimension }

  /// Σ m²·dim End: the number of parameters of an equivariant linear map of the layer to itself.
  public var commutantDimension: Int {
    zip(simples, multiplicities).reduce(0) { $0 + $1.1 * $1.1 * table.simples[$1.0].type.dimension }
  }

  /// The place of a simple among those that occur.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest name when it does not.
  public func place(of name: String) throws -> Int {
    guard let place = names.firstIndex(of: name) else {
      throw VitroError.unknownName(
        name, kind: "simple", known: names, operation: "Fun(\(set.name)) of \(table.group.name)")
    }
    return place
  }

  /// The kernel of P_V over one orbit, V the sum of some parts: P_V[x₀, y] for each suborbit.
  func projector(_ places: [Int], orbit: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: sums[orbit].sizes.count)
    for place in places { for (suborbit, value) in projectors[place][orbit].enumerated() { sum[suborbit] += value } }
    return sum
  }
}
