internal import VitroCore
public import VitroGroups
internal import VitroTensor

extension Decomposition {
  /// The interaction graph of the copies of this decomposition, or of a generic copy of each simple.
  ///
  /// Where multiplicities are above one a summand is a choice, and graphs differ: a special copy may reach less than a generic one. The rows of a copy's basis are compared
  /// in floating point: two that agree up to a sign (for a·x + b·|x|: up to a factor) within 10⁻⁸ count as proportional, and the graph is refused when a pair comes nearer than 10⁻⁵ without doing so.
  ///
  /// - Parameters:
  ///   - activation: The function.
  ///   - level: What nodes are.
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` for more than 1024 points, `numerical` when rows are too near to tell.
  /// - Complexity: O(n²·d) a source of dimension d.
  public func interactionGraph(
    _ activation: PointwiseActivation, level: InteractionGraph.Level
  ) throws -> InteractionGraph {
    if level == .isotypic { return try LayerRepresentation(set, table).interactionGraph(activation) }
    guard set.count <= 1024 else {
      throw VitroError(
        .unsupported, "the graph of copies on \(set.name)", "it has \(set.count) points, expected at most 1024",
        hint: "The isotypic graph has no such bound.")
    }
    var nodes: [InteractionGraph.Node] = []
    var sources: [Tensor] = []
    var targets: [Tensor] = []
    for part in parts {
      let simple = simple(part)
      let bases = level == .copy ? part.copies : [try genericCopy(of: part)]
      for (number, basis) in bases.enumerated() {
        let suffix = level == .copy && part.multiplicity > 1 ? "#\(number + 1)" : ""
        nodes.append(
          .init(
            name: simple.name + suffix, dimension: simple.dimension, type: simple.type.rawValue, multiplicity: 1,
            kernelOrder: simple.kernelOrder))
        sources.append(basis)
      }
      targets += level == .copy ? part.copies : [try part.basis()]
    }
    let flow = GaussianFlow(activation)
    var edges: [InteractionGraph.Edge] = []
    var truncation = 0.0
    for (number, basis) in sources.enumerated() {
      let images = try CopyImage(basis, activation, points: set.count).vectors
      let weights = try self.weights(from: basis, to: targets, flow)
      truncation = Swift.max(truncation, weights.truncation)
      for (target, other) in targets.enumerated() {
        let isSelf = activation.parts.powers.contains(1) && (level == .copy ? target == number : number == target)
        let component = try images.map { try other.transposed().matmul($0).abs().max().item() } ?? 0
        guard isSelf || component > 1e-8 else { continue }
        edges.append(.init(from: nodes[number].name, to: nodes[target].name, weight: weights.values[target]))
      }
    }
    return InteractionGraph(
      group: table.group.name, set: set.name, activation: activation.name, level: level, nodes: nodes, edges: edges,
      truncation: truncation)
  }

  /// A copy of a part's simple in general position: Σ_j B_j·q_j for random elements q_j of the commutant.
  func genericCopy(of part: Part) throws -> Tensor {
    let simple = simple(part)
    let dimension = simple.dimension
    let identity = try Tensor.eye(dimension, dtype: .float64)
    let units = try [identity] + imaginaryUnits(of: part)
    var stream = RandomStream(seed: 0, "generic copy", part.simple)
    let weights = try stream.normal([part.multiplicity, units.count], dtype: .float64).doubles
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var sum = try Tensor.zeros([set.count, dimension], dtype: .float64)
    for (copy, basis) in part.copies.enumerated() {
      for (number, unit) in units.enumerated() {
        sum = try sum + basis.matmul(unit) * (weights[copy * units.count + number] / norm)
      }
    }
    return sum
  }

  /// tr(P_K·κ(P_L))/|X| for a source and all targets.
  private func weights(
    from basis: Tensor, to targets: [Tensor], _ flow: GaussianFlow
  ) throws -> (values: [Double], truncation: Double) {
    let n = set.count
    let scale = Double(n) / Double(basis.shape[1])
    let projector = try basis.matmul(basis.transposed()).doubles
    // The projector commutes with the group, so its entries are constant on orbitals.
    var first = [Int](repeating: -1, count: orbitals.count)
    for (place, label) in orbitals.labels.enumerated() where first[Int(label)] < 0 { first[Int(label)] = place }
    var truncation = 0.0
    let kernels = first.map { place -> Double in
      let (x, y) = (projector[place / n * (n + 1)], projector[place % n * (n + 1)])
      let isSilent = x <= 1e-12 || y <= 1e-12
      let kernel = flow.kernel(
        deviations: ((scale * Swift.max(x, 0)).squareRoot(), (scale * Swift.max(y, 0)).squareRoot()),
        correlation: isSilent ? 0 : projector[place] / (x * y).squareRoot())
      truncation = Swift.max(truncation, kernel.truncation)
      return kernel.value
    }
    let matrix = try orbitals.matrix(kernels)
    let values = try targets.map { try $0.transposed().matmul(matrix).matmul($0).trace().item() / Double(n) }
    return (values, truncation)
  }
}

/// What an activation makes of a subspace: vectors that span {f(v) : v ∈ V}, but for the linear part, by the rule of proportional rows.
struct CopyImage {
  /// The vectors as columns, `[points, …]`; `nil` where there are none.
  let vectors: Tensor?

  init(_ basis: Tensor, _ activation: PointwiseActivation, points: Int) throws {
    let width = basis.shape[1]
    let values = try basis.doubles
    let rows = (0..<points).map { Array(values[$0 * width..<($0 + 1) * width]) }
    let norms = rows.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let largest = norms.max() ?? 0
    let parts = activation.parts
    var columns: [[Double]] = []
    if parts.powers.contains(0) || activation(0) != 0 { columns.append([Double](repeating: 1, count: points)) }
    if parts.hasEvenPart || parts.hasOddPart {
      var isDone = [Bool](repeating: false, count: points)
      for point in 0..<points where !isDone[point] && norms[point] > 1e-8 * largest {
        var even = [Double](repeating: 0, count: points)
        var odd = even
        for other in point..<points where norms[other] > 1e-8 * largest {
          let cosine = zip(rows[point], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
          let sign = cosine < 0 ? -1.0 : 1
          var square = 0.0
          for (a, b) in zip(rows[point], rows[other]) {
            let difference = a / norms[point] - sign * b / norms[other]
            square += difference * difference
          }
          let angle = square.squareRoot()
          let length = abs(norms[other] - norms[point]) / largest
          let distance = parts.isPositivelyHomogeneous ? angle : angle + length
          guard distance < 1e-5 else { continue }
          guard distance < 1e-8 else {
            throw VitroError(
              .numerical, "the rule of proportional rows",
              "the rows of the points \(point + 1) and \(other + 1) differ by \(distance): too little to tell from rounding",
              hint: "The isotypic graph is decided exactly.")
          }
          isDone[other] = true
          even[other] = parts.isPositivelyHomogeneous ? norms[other] / norms[point] : 1
          odd[other] = cosine < 0 ? -even[other] : even[other]
        }
        if parts.hasEvenPart { columns.append(even) }
        if parts.hasOddPart { columns.append(odd) }
      }
    }
    for power in parts.powers where power > 1 {
      let product = try basis.matmul(basis.transposed())
      // High powers of small entries would vanish in rounding.
      let gram = try (product / product.abs().max().item()).doubles
      for column in 0..<points {
        columns.append(
          (0..<points).map { row in (0..<power).reduce(1) { product, _ in product * gram[row * points + column] } })
      }
    }
    // Of length 1, so that components can be told from rounding.
    let scaled = columns.map { column in
      let norm = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? column.map { $0 / norm } : column
    }
    vectors = scaled.isEmpty ? nil : try Tensor(rows: scaled).transposed()
  }
}
