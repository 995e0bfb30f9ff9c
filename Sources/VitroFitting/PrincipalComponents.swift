internal import VitroCore
public import VitroTensor

/// The directions in which rows vary most: the eigenvectors of their covariance (Pearson, 1901; Hotelling, 1933).
///
/// ```swift
/// let components = try PrincipalComponents(fitting: x, count: 3)
/// let shares = components.varianceShares  // of each direction, largest first
/// let places = try components.project(unseen)  // [rows, components]
/// ```
public struct PrincipalComponents: Sendable {
  /// The mean of the rows, `[features]`, float64.
  public let mean: Tensor
  /// Unit vectors, `[components, features]`, float64; the largest element of each is positive.
  public let directions: Tensor
  /// The variance of the rows along each direction, largest first.
  public let variances: [Double]
  /// The part of the variance of all features that lies along each direction.
  public let varianceShares: [Double]

  /// Finds the first directions of rows `[rows, features]`.
  ///
  /// There are at most as many as there are directions with variance, `min(rows − 1, features)`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when values are NaN or infinite, there are fewer than two rows, or no row differs from another.
  /// - Complexity: O(rows · features · m + m³) with m = min(rows, features): the covariance, or the inner products of the rows.
  public init(fitting x: Tensor, count: Int) throws {
    let operation = "PrincipalComponents"
    try Checks.features(x, operation)
    guard x.shape[0] >= 2, count >= 1 else {
      throw VitroError(.argument, operation, "\(count) directions of \(x.shape[0]) rows are asked for")
    }
    guard x.isFinite else { throw VitroError(.argument, operation, "a feature is NaN or infinite") }
    let rows = try x.cast(to: .float64)
    mean = try rows.mean(axes: [0])
    let centred = try rows - mean
    let isDual = x.shape[0] < x.shape[1]
    let products = try centred.matmul(centred, transposeA: !isDual, transposeB: isDual)
    let (values, vectors) = try products.symmetricEigen()
    let ascending = try values.doubles
    let largest = ascending.last ?? 0
    let found = ascending.indices.reversed().prefix(count).filter { ascending[$0] > 1e-12 * largest && largest > 0 }
    guard let least = found.last else {
      throw VitroError(.numerical, operation, "all rows are alike: there is no direction of variance")
    }
    let chosen = try vectors.slice(axis: 1, least..<ascending.count).flipped(axes: [1]).transposed()
    let kept = found.map { ascending[$0] }
    let unscaled = try isDual ? chosen.matmul(centred) / Tensor(kept.map { $0.squareRoot() }).expandingAxis(1) : chosen
    directions = try Self.orientated(unscaled)
    variances = kept.map { $0 / Double(x.shape[0] - 1) }
    let total = ascending.reduce(0) { $0 + max($1, 0) }
    varianceShares = kept.map { $0 / total }
  }

  /// The coordinates of rows `[rows, features]` along the directions, `[rows, components]`, float64.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the rows have another number of features.
  public func project(_ x: Tensor) throws -> Tensor {
    guard x.rank == 2, x.shape[1] == mean.count else {
      throw VitroError(.shape, "PrincipalComponents", "the rows are \(x.shape), expected [rows, \(mean.count)]")
    }
    return try (x.cast(to: .float64) - mean).matmul(directions, transposeB: true)
  }

  /// Directions have no sign of their own; this one does not depend on the machine.
  static func orientated(_ directions: Tensor) throws -> Tensor {
    let (rows, width) = (directions.shape[0], directions.shape[1])
    let values = try directions.doubles
    let signs = (0..<rows).map { row -> Double in
      let direction = values[row * width..<(row + 1) * width]
      return direction.max { abs($0) < abs($1) } ?? 0 < 0 ? -1 : 1
    }
    return try directions * Tensor(signs, shape: [rows, 1])
  }
}
