internal import BigInt

/// A convex polytope by its vertices, each with the constraints on which it lies.
///
/// Cutting by a hyperplane is one step of the double description method (Motzkin, 1953; Fukuda & Prodon, 1996): new vertices lie on the edges that
/// the hyperplane crosses, and two vertices span an edge when no third lies on all constraints that they share.
struct ExactPolytope: Sendable {
  struct Vertex: Sendable {
    let point: HomogeneousVector
    /// The numbers of the constraints that hold with equality, rising.
    var constraints: [Int32]
  }

  var vertices: [Vertex]
  let dimension: Int

  /// A box.
  init(_ box: InputBox) {
    dimension = box.dimension
    vertices = [Vertex(point: HomogeneousVector([]), constraints: [])]
    var corners: [(coordinates: [Rational], constraints: [Int32])] = [([], [])]
    for axis in 0..<box.dimension {
      corners = corners.flatMap { corner in
        [(box.lower[axis], Int32(2 * axis)), (box.upper[axis], Int32(2 * axis + 1))].map {
          (corner.coordinates + [$0.0], corner.constraints + [$0.1])
        }
      }
    }
    vertices = corners.map { corner in
      let scale = corner.coordinates.reduce(BigInt(1)) {
        $0 / $0.greatestCommonDivisor(with: $1.denominator) * $1.denominator
      }
      let whole = corner.coordinates.map { $0.numerator * (scale / $0.denominator) }
      return Vertex(point: HomogeneousVector(whole + [scale]), constraints: corner.constraints)
    }
  }

  private init(vertices: [Vertex], dimension: Int) { (self.vertices, self.dimension) = (vertices, dimension) }

  /// The parts below and above a hyperplane that crosses the polytope, which becomes their constraint `number`.
  func cut(by form: HomogeneousVector, signs: [Int], number: Int32) -> (below: ExactPolytope, above: ExactPolytope) {
    var (below, above): ([Vertex], [Vertex]) = ([], [])
    for (index, vertex) in vertices.enumerated() {
      switch signs[index] {
      case ..<0: below.append(vertex)
      case 0:
        var touching = vertex
        touching.constraints.append(number)
        below.append(touching)
        above.append(touching)
      default: above.append(vertex)
      }
    }
    var heights: [BigInt?] = Array(repeating: nil, count: vertices.count)
    func height(_ index: Int) -> BigInt {
      if let known = heights[index] { return known }
      let value = form.product(vertices[index].point)
      heights[index] = value
      return value
    }
    for low in vertices.indices where signs[low] < 0 {
      for high in vertices.indices where signs[high] > 0 {
        guard let shared = edge(low, high) else { continue }
        let (depth, rise) = (-height(low), height(high))
        let point = zip(vertices[low].point.exact, vertices[high].point.exact).map { $0 * rise + $1 * depth }
        let crossing = Vertex(point: .primitive(point), constraints: shared + [number])
        below.append(crossing)
        above.append(crossing)
      }
    }
    return (
      ExactPolytope(vertices: below, dimension: dimension), ExactPolytope(vertices: above, dimension: dimension)
    )
  }

  /// The constraints shared by two vertices if they span an edge.
  private func edge(_ first: Int, _ second: Int) -> [Int32]? {
    let (left, right) = (vertices[first].constraints, vertices[second].constraints)
    var shared: [Int32] = []
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if left[i] == right[j] {
        shared.append(left[i])
        (i, j) = (i + 1, j + 1)
      } else if left[i] < right[j] {
        i += 1
      } else {
        j += 1
      }
    }
    guard shared.count >= dimension - 1 else { return nil }
    for third in vertices.indices where third != first && third != second {
      if Self.isContained(shared, in: vertices[third].constraints) { return nil }
    }
    return shared
  }

  private static func isContained(_ part: [Int32], in whole: [Int32]) -> Bool {
    guard part.count <= whole.count else { return false }
    var position = 0
    for number in part {
      while position < whole.count, whole[position] < number { position += 1 }
      guard position < whole.count, whole[position] == number else { return false }
      position += 1
    }
    return true
  }
}
