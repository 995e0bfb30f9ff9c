internal import CVitroKernels
internal import VitroCore
internal import VitroTensor

/// The one copy of the features that a fit works on: centred, scaled, with a column of ones, padded for the kernels.
struct PaddedRows: Sendable {
  /// `[padded rows, leading]`.
  let values: Tensor
  let rows, features, leading: Int
  let mean, factor: [Double]

  /// Centres by the means and divides by the scales.
  ///
  /// Centring is no change of the problem when the intercept is free; it makes the problem better conditioned.
  init(_ x: Tensor, mean: [Double], scale: [Double], dtype: DType) throws {
    rows = x.shape[0]
    features = x.shape[1]
    leading = Int(vitro_padded_features(Int64(features)))
    self.mean = mean
    factor = scale.map { 1 / $0 }
    let shape = [Int(vitro_padded_rows(Int64(rows))), leading]
    let (mean, factor, rows, features) = (mean, factor, rows, features)
    let raw = try RawArray(dtype: dtype, shape: shape) { target in
      x.raw.withBytes { source in
        vitro_standardize(
          x.dtype.kernel, dtype.kernel, source.baseAddress, Int64(rows), Int64(features), mean, factor,
          target.baseAddress)
      }
    }
    values = Tensor(raw)
  }

  /// `Σ_r w_r x_r x_rᵀ`, `[leading, leading]`, both triangles.
  ///
  /// - Complexity: O(rows · features²), half of a matrix product.
  func gram(weights: [Double]? = nil) throws -> [Double] {
    var gram = [Double](repeating: 0, count: leading * leading)
    let done = values.raw.withBytes { bytes in
      vitro_weighted_gram(values.dtype.kernel, bytes.baseAddress, Int64(rows), Int64(leading), weights, &gram)
    }
    guard done else {
      throw VitroError(.memory, "fitting", "there is no memory for a Gram matrix of \(features) features")
    }
    return gram
  }

  /// `xᵀ·y` for y `[rows, columns]`: `[columns, leading]` in double precision.
  func transposedProduct(_ y: [Double], columns: Int) throws -> [Double] {
    let right = try Tensor(y, shape: [rows, columns]).cast(to: values.dtype)
    return try right.matmul(values.slice(0..<rows), transposeA: true).doubles
  }

  /// Weights and intercept of the raw features, given those `[outputs, leading]` of the centred and scaled ones.
  func folded(_ coefficients: [Double], outputs: Int) -> (weights: [Double], intercepts: [Double]) {
    var weights = [Double](repeating: 0, count: outputs * features)
    var intercepts = [Double](repeating: 0, count: outputs)
    for output in 0..<outputs {
      var intercept = coefficients[output * leading + features]
      for feature in 0..<features {
        let weight = coefficients[output * leading + feature] * factor[feature]
        weights[output * features + feature] = weight
        intercept -= weight * mean[feature]
      }
      intercepts[output] = intercept
    }
    return (weights, intercepts)
  }

  /// The inverse of ``folded(_:outputs:)``: where a warm start stands.
  func unfolded(weights: [Double], intercepts: [Double]) -> [Double] {
    var coefficients = [Double](repeating: 0, count: intercepts.count * leading)
    for output in intercepts.indices {
      var intercept = intercepts[output]
      for feature in 0..<features {
        let weight = weights[output * features + feature]
        coefficients[output * leading + feature] = weight / factor[feature]
        intercept += weight * mean[feature]
      }
      coefficients[output * leading + features] = intercept
    }
    return coefficients
  }
}
