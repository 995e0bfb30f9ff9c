extension PolyhedralComplex {
  /// The number of vertices.
  public var vertexCount: Int { incidence[0].count }

  /// The coordinates of a vertex, by input.
  public func vertex(_ index: Int) -> [Double] {
    Array(coordinates[index * dimension..<(index + 1) * dimension])
  }

  /// All vertices' coordinates.
  public var vertices: [[Double]] { (0..<vertexCount).map(vertex) }

  /// The outputs at a vertex.
  public func outputs(atVertex index: Int) -> [Double] {
    let count = program.outputs.count
    return Array(outputValues[index * count..<(index + 1) * count])
  }

  /// The edges: pairs of vertices.
  public var edges: [(start: Int, end: Int)] {
    (0..<incidence[1].count).map { edge in
      let ends = incidence[1][edge]
      return (Int(ends[ends.startIndex]), Int(ends[ends.startIndex + 1]))
    }
  }

  /// The facets of a cell: cells of one dimension less.
  ///
  /// - Parameters:
  ///   - cell: The cell's number among those of its dimension.
  ///   - order: Its dimension; by itself that of the box.
  public func facets(of cell: Int, dimension order: Int? = nil) -> [Int] {
    incidence[order ?? dimension][cell].map(Int.init)
  }

  /// The vertices of a cell, ascending.
  public func vertices(of cell: Int, dimension order: Int? = nil) -> [Int] {
    var level = Set([cell])
    for order in stride(from: order ?? dimension, to: 0, by: -1) {
      level = Set(level.flatMap { incidence[order][$0].lazy.map(Int.init) })
    }
    return level.sorted()
  }

  /// The corners of a cell of dimension 2, in order around it: counter-clockwise where the box is a plane.
  public func polygon(of cell: Int) -> [Int] {
    let sides = incidence[2][cell].map { edge in incidence[1][Int(edge)].map(Int.init) }
    var neighbors: [Int: [Int]] = [:]
    for side in sides {
      neighbors[side[0], default: []].append(side[1])
      neighbors[side[1], default: []].append(side[0])
    }
    guard let start = sides.first?.first else { return [] }
    var corners = [start]
    var (previous, current) = (start, neighbors[start]?.first ?? start)
    while current != start, corners.count < sides.count {
      corners.append(current)
      let next = neighbors[current]?.first { $0 != previous } ?? start
      (previous, current) = (current, next)
    }
    return dimension == 2 && signedArea(corners) < 0 ? [corners[0]] + corners.dropFirst().reversed() : corners
  }

  private func signedArea(_ corners: [Int]) -> Double {
    zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(0) { sum, side in
      let (start, end) = (vertex(side.0), vertex(side.1))
      return sum + (start[0] * end[1] - end[0] * start[1]) / 2
    }
  }

  /// The mean of a cell's vertices, which lies inside it.
  public func center(of cell: Int, dimension order: Int? = nil) -> [Double] {
    let corners = vertices(of: cell, dimension: order)
    return (0..<dimension).map { axis in
      corners.reduce(0) { $0 + coordinates[$1 * dimension + axis] } / Double(corners.count)
    }
  }

  /// The length, area or volume of a cell of the highest dimension.
  ///
  /// The cell is taken apart into simplices that fan out from one vertex, and so are its faces.
  public func volume(of cell: Int) -> Double {
    if dimension == 2 { return abs(signedArea(polygon(of: cell))) }
    let factorial = (1...dimension).reduce(1.0) { $0 * Double($1) }
    return simplices(of: cell, dimension).reduce(0) { sum, simplex in
      let origin = vertex(simplex[0])
      let rows = simplex.dropFirst().map { corner in zip(vertex(corner), origin).map(-) }
      return sum + abs(Self.determinant(rows)) / factorial
    }
  }

  private func simplices(of cell: Int, _ order: Int) -> [[Int]] {
    if order == 0 { return [[cell]] }
    let apex = vertices(of: cell, dimension: order)[0]
    return incidence[order][cell].map(Int.init).filter { !vertices(of: $0, dimension: order - 1).contains(apex) }
      .flatMap { facet in simplices(of: facet, order - 1).map { [apex] + $0 } }
  }

  private static func determinant(_ matrix: [[Double]]) -> Double {
    var rows = matrix
    var product = 1.0
    for column in rows.indices {
      let pivot = (column..<rows.count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      guard rows[pivot][column] != 0 else { return 0 }
      rows.swapAt(pivot, column)
      product *= rows[column][column]
      for row in column + 1..<rows.count {
        let factor = rows[row][column] / rows[column][column]
        for index in column..<rows.count { rows[row][index] -= factor * rows[column][index] }
      }
    }
    return product
  }
}
