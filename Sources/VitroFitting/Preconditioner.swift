internal import VitroCore
internal import VitroTensor

/// `H⁻¹` for `H = I + c·XᵀDX`, the approximate Hessian of a penalized loss for each class, the intercept unpenalized.
///
/// With fewer rows than features it is applied as `I − XᵀD^½ (I/c + D^½XXᵀD^½)⁻¹ D^½X` (Woodbury), which factors a matrix of the
/// rows; there the intercept is taken by itself.
struct Preconditioner: Sendable {
  private enum Form {
    case features(CholeskyFactor)
    case rows(CholeskyFactor, weighted: Tensor, intercept: Double)
  }

  private let form: Form
  private let features, leading: Int

  /// Factors for `scale` (c) and the rows' curvatures `D`, `nil` for 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the features are so badly scaled that no factor is found.
  init(_ rows: PaddedRows, scale: Double, curvature: [Double]?, intercept: Bool) throws {
    features = rows.features
    leading = rows.leading
    form =
      2 * rows.rows < rows.features
      ? try Self.overRows(rows, scale, curvature, intercept)
      : try Self.overFeatures(rows, scale, curvature, intercept)
  }

  private static func overFeatures(
    _ rows: PaddedRows, _ scale: Double, _ curvature: [Double]?, _ intercept: Bool
  ) throws -> Form {
    let (features, leading) = (rows.features, rows.leading)
    let size = features + 1
    let gram = try rows.gram(weights: curvature)
    var matrix = [Double](repeating: 0, count: size * size)
    var largest = 1.0
    for i in 0..<size {
      for j in 0..<size { matrix[i * size + j] = scale * gram[i * leading + j] }
      largest = max(largest, matrix[i * size + i])
    }
    if intercept {
      matrix[size * size - 1] += 1e-9 * largest
    } else {
      for i in 0..<size {
        matrix[i * size + features] = 0
        matrix[features * size + i] = 0
      }
      matrix[size * size - 1] = 1
    }
    let single = rows.values.dtype == .float32
    // Rounding of the Gram matrix may outweigh the penalty of 1; a larger diagonal makes the steps shorter, no more.
    for penalty in [1, 1 + 1e-7 * largest, 1 + 1e-5 * largest, 1 + 1e-3 * largest] {
      var penalized = matrix
      for i in 0..<features { penalized[i * size + i] += penalty }
      if let factor = CholeskyFactor(penalized, size: size, inSinglePrecision: single) { return .features(factor) }
    }
    throw VitroError(
      .numerical, "LogisticRegression.fit", "the features' Gram matrix has no factor", hint: "Standardize the features."
    )
  }

  private static func overRows(
    _ rows: PaddedRows, _ scale: Double, _ curvature: [Double]?, _ intercept: Bool
  ) throws -> Form {
    let count = rows.rows
    var weighted = try rows.values.slice(0..<count)
    if let curvature {
      let roots = try Tensor(curvature.map { $0.squareRoot() }, shape: [count, 1]).cast(to: weighted.dtype)
      weighted = try weighted * roots
    }
    // The column of ones must not enter: its part is added apart.
    var mask = [Double](repeating: 1, count: rows.leading)
    mask[rows.features] = 0
    weighted = try weighted * Tensor(mask).cast(to: weighted.dtype)
    var matrix = try weighted.matmul(weighted, transposeB: true).doubles
    for i in 0..<count { matrix[i * count + i] += 1 / scale }
    let factor = try CholeskyFactor(
      matrix, size: count, "LogisticRegression.fit", hint: "Standardize the features or use a smaller C.")
    let total = scale * (curvature?.reduce(0, +) ?? Double(count))
    return .rows(factor, weighted: weighted, intercept: intercept ? max(total, 1e-9 * scale) : 1)
  }

  /// `H⁻¹·v` for `columns` vectors `[columns, leading]`.
  func apply(_ v: [Double], columns: Int) throws -> [Double] {
    switch form {
    case .features(let factor):
      let size = features + 1
      var packed = [Double](repeating: 0, count: columns * size)
      for k in 0..<columns { for j in 0..<size { packed[k * size + j] = v[k * leading + j] } }
      let solved = factor.solve(packed, columns: columns)
      var result = [Double](repeating: 0, count: columns * leading)
      for k in 0..<columns { for j in 0..<size { result[k * leading + j] = solved[k * size + j] } }
      return result
    case .rows(let factor, let weighted, let intercept):
      let direction = try Tensor(v, shape: [columns, leading]).cast(to: weighted.dtype)
      let inRows = try direction.matmul(weighted, transposeB: true).doubles
      let solved = factor.solve(inRows, columns: columns)
      let back = try Tensor(solved, shape: [columns, factor.size]).cast(to: weighted.dtype).matmul(weighted).doubles
      var result = zip(v, back).map { $0 - $1 }
      for k in 0..<columns { result[k * leading + features] = v[k * leading + features] / intercept }
      return result
    }
  }
}
