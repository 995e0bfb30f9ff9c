internal import VitroCore
public import VitroTensor

/// The equivariant map nearest to a matrix, and how far it is.
public struct EquivariantProjection: Sendable {
  /// The nearest matrix that commutes with the group, in the shape of the given one.
  public let nearest: Tensor
  /// Its free weights, `[orbits]` or, for blocks, `[orbits, outputs, inputs]`, as ``EquivariantLinear`` takes them.
  public let weight: Tensor
  /// ‖W − P(W)‖, in the Frobenius norm.
  public let distance: Double
  /// ‖W − P(W)‖ / ‖W‖: 0 for an equivariant matrix, and 0 for the zero matrix; 1 when nothing of it is equivariant.
  public let relativeDistance: Double
  /// The relative distance that independent random entries of one variance have on average: √(1 − orbits / pairs).
  ///
  /// What a trained matrix is to be compared with. It is the root of the mean square, exactly.
  public let relativeDistanceByChance: Double
}

extension OrbitLabels {
  /// The orthogonal projection of a matrix on the equivariant ones: each entry becomes the mean over its orbit.
  ///
  /// The indicators of the orbits are orthogonal, so the orbits' means are the nearest equivariant matrix in the Frobenius norm. The
  /// distance measures how equivariant a trained layer is.
  ///
  /// ```swift
  /// let cyclic = try OrbitLabels(
  ///   rows: 3, columns: 3, labels: [0, 1, 2, 2, 0, 1, 1, 2, 0], biasLabels: [0, 0, 0])
  /// let found = try cyclic.project(Tensor(rows: [[3.0, 1, 2], [2, 0, 1], [1, 2, 0]]))
  /// let (diagonal, distance) = (try found.weight.doubles[0], found.distance)  // 1 and √6
  /// ```
  ///
  /// - Parameter matrix: `[rows, columns]`, or blocks of channels `[rows, outputs, columns, inputs]`; it is read as float64.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) for another shape.
  /// - Complexity: O(elements).
  public func project(_ matrix: Tensor) throws -> EquivariantProjection {
    let isScalar = matrix.rank == 2
    guard isScalar || matrix.rank == 4, matrix.shape[0] == rows, matrix.shape[isScalar ? 1 : 2] == columns else {
      throw VitroError(
        .shape, "projecting on equivariant maps",
        "the matrix is \(matrix.shape), expected [\(rows), \(columns)] or [\(rows), outputs, \(columns), inputs]",
        details: ["found": "\(matrix.shape)", "expected": "[\(rows), \(columns)]"])
    }
    let values = try matrix.detached.cast(to: .float64)
    let (outputs, inputs) = isScalar ? (1, 1) : (matrix.shape[1], matrix.shape[3])
    let blocks = try values.reshaped([rows, outputs, columns, inputs]).permuted([0, 2, 1, 3])
      .reshaped([rows * columns, outputs, inputs])
    let sums = try Tensor.zeros([count, outputs, inputs], dtype: .float64).scatterAdd(blocks, at: positions.pairs)
    let weight = try sums * Tensor(sizes.map { 1 / Double($0) }, shape: [count, 1, 1])
    let nearest = try weight.gather(positions.pairs).reshaped([rows, columns, outputs, inputs]).permuted([0, 2, 1, 3])
      .reshaped(matrix.shape)
    let distance = try (values - nearest).square().sum().item().squareRoot()
    let norm = try values.square().sum().item().squareRoot()
    return EquivariantProjection(
      nearest: nearest, weight: isScalar ? try weight.reshaped([count]) : weight, distance: distance,
      relativeDistance: norm == 0 ? 0 : distance / norm,
      relativeDistanceByChance: (1 - Double(count) / Double(labels.count)).squareRoot())
  }
}
