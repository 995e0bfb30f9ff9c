internal import VitroGroups

/// The kernels of a layer's simples by inclusion: what bounds a network of any depth.
///
/// For every normal subgroup N the vectors that N fixes, Fun(X)^N = ⊕{K : N ⊆ ker K}, are kept by every equivariant linear map, bias and pointwise activation. So a signal
/// in Fun(X)^N stays there through the whole network; single edges and their paths bound nothing of the kind, because sums of simples reach more than their summands.
public struct KernelFiltration: Sendable, Hashable, Codable {
  /// The kernels of simples and their intersections, the smallest first.
  public var levels: [Level]
  /// Pairs of places of levels, smaller kernel and larger, with none between: the Hasse diagram.
  public var covers: [[Int]]

  /// A kernel N.
  public struct Level: Sendable, Hashable, Codable {
    /// |N|.
    public var order: Int
    /// The conjugacy classes of N.
    public var classes: [Int]
    /// The simples whose kernel is N; none where only sums of simples have it.
    public var simples: [String]
    /// The simples of Fun(X)^N: those whose kernel contains N.
    public var fixed: [String]
    /// The dimension of Fun(X)^N.
    public var dimension: Int
  }

  /// The filtration of a layer.
  public init(_ layer: LayerRepresentation) {
    let table = layer.table
    let kernels = layer.simples.map { table.simples[$0].kernel }
    func order(_ kernel: [Int]) -> Int { kernel.reduce(0) { $0 + table.classes.sizes[$1] } }
    let distinct = Self.closed(Set(kernels)).sorted {
      (order($0), $0.count) == (order($1), $1.count)
        ? $0.lexicographicallyPrecedes($1) : (order($0), $0.count) < (order($1), $1.count)
    }
    let sets = distinct.map { Set($0) }
    let kernelSets = kernels.map { Set($0) }
    levels = distinct.indices.map { place in
      let fixed = layer.simples.indices.filter { sets[place].isSubset(of: kernelSets[$0]) }
      return Level(
        order: order(distinct[place]), classes: distinct[place],
        simples: layer.simples.indices.filter { kernels[$0] == distinct[place] }.map { layer.names[$0] },
        fixed: fixed.map { layer.names[$0] }, dimension: fixed.reduce(0) { $0 + layer.dimension($1) })
    }
    var covers: [[Int]] = []
    for lower in sets.indices {
      for upper in sets.indices where lower != upper && sets[lower].isSubset(of: sets[upper]) {
        let isBetween = sets.indices.contains {
          $0 != lower && $0 != upper && sets[lower].isSubset(of: sets[$0]) && sets[$0].isSubset(of: sets[upper])
        }
        if !isBetween { covers.append([lower, upper]) }
      }
    }
    self.covers = covers
  }

  /// The kernels and their intersections, which sums of simples have; the kernels alone where there are more than anyone looks at.
  private static func closed(_ kernels: Set<[Int]>) -> Set<[Int]> {
    var found = kernels
    var frontier = kernels.sorted { $0.lexicographicallyPrecedes($1) }
    let ordered = frontier
    while let next = frontier.popLast() {
      for kernel in ordered {
        let meet = Set(next).intersection(kernel).sorted()
        if found.insert(meet).inserted { frontier.append(meet) }
      }
      if found.count > 200 { return kernels }
    }
    return found
  }

  /// The rank of each kernel: the longest chain of kernels from it up to the largest; 0 for the trivial representation's.
  public var heights: [Int] {
    var heights = [Int](repeating: 0, count: levels.count)
    // Larger kernels stand later, so what covers a kernel is known before it.
    for place in levels.indices.reversed() {
      heights[place] = (covers.filter { $0[0] == place }.map { heights[$0[1]] + 1 }).max() ?? 0
    }
    return heights
  }

  /// The place of a simple's kernel.
  public func level(of simple: String) -> Int? { levels.firstIndex { $0.simples.contains(simple) } }
}

/// Which nonzero equivariant piecewise-linear maps exist between all simples of a group, and which of them activations make.
///
/// A nonzero one L → K exists exactly when ker L ⊆ ker K; linear ones, by Schur, only for L ≅ K.
public struct TheoremTable: Sendable, Hashable, Codable {
  /// The names of all simples.
  public var names: [String]
  /// The orders of their kernels.
  public var kernelOrders: [Int]
  /// Whether a map from a simple (row) to a simple (column) exists.
  public var isAllowed: [[Bool]]
  /// Whether ReLU alone, on `set`, makes one; `nil` where the simples do not occur.
  public var reluUses: [[Bool?]]
  /// Whether ReLU with a bias does.
  public var biasUses: [[Bool?]]
  /// The set that ReLU was looked at on.
  public var set: String

  /// The table of a group, with ReLU looked at on a layer.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as graphs do.
  public init(_ layer: LayerRepresentation) throws {
    let table = layer.table
    names = table.simples.map(\.name)
    kernelOrders = table.simples.map(\.kernelOrder)
    set = layer.set.name
    let kernels = table.simples.map { Set($0.kernel) }
    isAllowed = kernels.map { from in kernels.map { from.isSubset(of: $0) } }
    var places = [Int?](repeating: nil, count: table.count)
    for (place, simple) in layer.simples.enumerated() { places[simple] = place }
    func uses(_ activation: PointwiseActivation) -> [[Bool?]] {
      let rows = layer.simples.indices.map { layer.reached(from: [$0], activation) }
      return places.map { from in
        places.map { to in
          guard let from, let to else { return nil }
          return rows[from][to]
        }
      }
    }
    reluUses = uses(PointwiseActivation(.relu))
    biasUses = uses(PointwiseActivation(.reluWithBias(0.3)))
  }

  /// The allowed pairs, by name.
  public var allowed: [[String]] {
    names.indices.flatMap { from in names.indices.filter { isAllowed[from][$0] }.map { [names[from], names[$0]] } }
  }
}
