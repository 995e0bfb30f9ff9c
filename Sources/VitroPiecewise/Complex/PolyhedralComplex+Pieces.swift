/// A facet between cells where an output is zero: a point, a segment, a polygon.
public struct BoundaryFacet: Sendable, Hashable {
  /// The facet's number among the cells of one dimension less than the box.
  public var facet: Int
  /// Its corners, by number; of a polygon in order around it.
  public var vertices: [Int]
}

extension PolyhedralComplex {
  /// The cells of the highest dimension on the two sides of each of their facets; −1 beyond the border of the box.
  public var neighbors: [(Int, Int)] {
    var result = Array(repeating: (-1, -1), count: incidence[dimension - 1].count)
    for cell in 0..<cellCount {
      for facet in incidence[dimension][cell] {
        if result[Int(facet)].0 < 0 { result[Int(facet)].0 = cell } else { result[Int(facet)].1 = cell }
      }
    }
    return result
  }

  /// The unit that bends the network along a facet, `nil` on the border of the box and where an output's zero set cuts.
  public func unit(ofFacet facet: Int) -> Int? {
    let origin = Int(origins[facet])
    return program.units.indices.contains(origin) ? origin : nil
  }

  /// The number of different activation patterns: that of cells, but for cells that only an output's zero set parts.
  public var patternCount: Int {
    var words = Array(repeating: UInt64(0), count: patterns.count)
    for unit in program.units.indices { words[places[unit] / 64] |= 1 << UInt64(places[unit] % 64) }
    return Set((0..<cellCount).map { cell in patterns.indices.map { patterns[$0][cell] & words[$0] } }).count
  }

  /// The linear pieces of the function: which piece each cell belongs to.
  ///
  /// Neighbours on which all outputs are the same affine function, to a share of the size of their slopes, are one piece: a unit that nothing reads,
  /// or two kinks that cancel, part cells and not pieces.
  ///
  /// - Complexity: O(cells · weights of units that are on).
  public func pieces(tolerance: Double = 1e-9) -> LinearPieces {
    let maps = (0..<cellCount).map { affineMap(of: $0) }
    let center = zip(box.lower, box.upper).map { (Double($0) + Double($1)) / 2 }
    let halves = zip(box.lower, box.upper).map { (Double($1) - Double($0)) / 2 }
    // What a map does over the box, so that slopes and constants are held against one another in the outputs' own unit.
    let heights = maps.map { map -> [[Double]] in
      zip(map.gradients, map(center)).map { gradient, value in zip(gradient, halves).map(*) + [value] }
    }
    let outputs = program.outputs.indices
    let sizes = outputs.map { output in
      heights.reduce(0) { max($0, $1[output].reduce(0) { max($0, abs($1)) }) }
    }
    func isSame(_ first: Int, _ second: Int) -> Bool {
      outputs.allSatisfy { output in
        zip(heights[first][output], heights[second][output]).allSatisfy {
          abs($0 - $1) <= tolerance * sizes[output]
        }
      }
    }
    var roots = Array(0..<cellCount)
    func root(_ cell: Int) -> Int {
      var cell = cell
      while roots[cell] != cell {
        roots[cell] = roots[roots[cell]]
        cell = roots[cell]
      }
      return cell
    }
    for (first, second) in neighbors where second >= 0 && isSame(first, second) {
      let (low, high) = (min(root(first), root(second)), max(root(first), root(second)))
      roots[high] = low
    }
    var numbers: [Int: Int] = [:]
    let members = (0..<cellCount).map { cell in
      let own = root(cell)
      numbers[own] = numbers[own] ?? numbers.count
      return numbers[own] ?? 0
    }
    return LinearPieces(pieceOfCell: members, count: numbers.count, maps: maps)
  }

  /// Where an output is zero: facets along which it vanishes and beside which it does not.
  ///
  /// Empty unless the complex is cut by the zero set.
  public func decisionBoundary(of output: Int = 0) -> [BoundaryFacet] {
    guard hasZeroSet, program.outputs.indices.contains(output) else { return [] }
    let bit = UInt64(output)
    let sides = neighbors
    func isNonzero(_ cell: Int) -> Bool { cell >= 0 && nonzeroOutputs[cell] >> bit & 1 == 1 }
    return zeroOutputs.indices.filter {
      zeroOutputs[$0] >> bit & 1 == 1 && (isNonzero(sides[$0].0) || isNonzero(sides[$0].1))
    }.map { facet in
      let corners = dimension == 3 ? polygon(of: facet) : vertices(of: facet, dimension: dimension - 1)
      return BoundaryFacet(facet: facet, vertices: corners)
    }
  }
}

/// The linear pieces of a function: cells joined where it does not bend.
public struct LinearPieces: Sendable {
  /// The piece of each cell, in order of the first cells.
  public var pieceOfCell: [Int]
  /// The number of pieces.
  public var count: Int
  /// The affine map of each cell.
  public var maps: [AffineMap]
}
