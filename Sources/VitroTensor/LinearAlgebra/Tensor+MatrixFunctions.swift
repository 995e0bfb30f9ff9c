internal import VitroCore

extension Tensor {
  /// Aⁿ for square matrices `[… , k, k]`; n = 0 gives the identity, n < 0 powers of the inverse.
  ///
  /// Differentiable.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square, or n < 0 and one is singular.
  /// - Complexity: O(k³·log n) a matrix, by repeated squaring.
  public func matrixPower(_ exponent: Int) throws -> Tensor {
    let batch = try MatrixBatch(self, "matrixPower", square: true)
    if exponent == 0 { return try Tensor.eye(batch.rows, dtype: dtype).expanded(to: shape) }
    var base = exponent < 0 ? try inverse() : self
    var remaining = exponent.magnitude
    var result: Tensor?
    while true {
      if remaining & 1 == 1 { result = try result?.matmul(base) ?? base }
      remaining >>= 1
      if remaining == 0 { break }
      base = try base.matmul(base)
    }
    return result!
  }

  /// The exponential of square matrices, Σ Aⁿ/n!: `[… , n, n]` → `[… , n, n]`.
  ///
  /// Scaling and squaring with the Padé approximant of order 13 (Higham, 2005). Differentiable: the gradient is the corner of
  /// exp([[Aᵀ, g], [0, Aᵀ]]). Where eˣ would overflow, elements become infinite or NaN.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite, or a norm exceeds 1/ε, where no digit would be right.
  /// - Complexity: O(n³·log‖A‖) a matrix.
  public func matrixExponential() throws -> Tensor {
    let result = try detached.exponential()
    return try result.recorded(from: self, MatrixExponentialOperation(a: detached))
  }

  fileprivate func exponential() throws -> Tensor {
    let batch = try MatrixBatch(self, "matrixExponential", square: true)
    if count == 0 { return try zerosLike() }
    let squarings = try exponentialSquarings(batch)
    let axes = batch.batchShape + [1, 1]
    let scales = try Tensor(squarings.map { 1 / Double(1 << $0) }, shape: axes).cast(to: dtype)
    var result = try (self * scales).padeExponential()
    for step in 0..<(squarings.max() ?? 0) {
      let isLeft = try Tensor(squarings.map { $0 > step }, shape: axes)
      result = try isLeft.select(result.matmul(result), result)
    }
    return result
  }

  /// How often each matrix is halved so that the approximant holds.
  private func exponentialSquarings(_ batch: MatrixBatch) throws -> [Int] {
    // Higham's bound on the norm for full accuracy in float64.
    let bound = 5.371920351148152
    let norms = try abs().sum(axes: [-2]).max(axes: [-1]).doubles
    return try norms.enumerated().map { index, norm in
      guard norm <= 1 / dtype.epsilon else {
        throw batch.failure(
          at: index,
          "has norm \(norm), expected \(1 / dtype.epsilon) or less: no digit of its exponential would be right")
      }
      var (squarings, scaled) = (0, norm)
      while scaled > bound {
        scaled /= 2
        squarings += 1
      }
      return squarings
    }
  }

  /// (V − U)⁻¹·(V + U), with U and V the odd and the even part of the approximant's numerator.
  private func padeExponential() throws -> Tensor {
    let b: [Double] = [
      64_764_752_532_480_000, 32_382_376_266_240_000, 7_771_770_303_897_600, 1_187_353_796_428_800, 129_060_195_264_000,
      10_559_470_521_600, 670_442_572_800, 33_522_128_640, 1_323_241_920, 40_840_800, 960_960, 16_380, 182, 1,
    ]
    let identity = try Tensor.eye(shape[rank - 1], dtype: dtype)
    let a2 = try matmul(self)
    let a4 = try a2.matmul(a2)
    let a6 = try a4.matmul(a2)
    func polynomial(_ from: Int) throws -> Tensor {
      let high = try a6 * b[from + 12] + a4 * b[from + 10] + a2 * b[from + 8]
      return try a6.matmul(high) + a6 * b[from + 6] + a4 * b[from + 4] + a2 * b[from + 2] + identity * b[from]
    }
    let u = try matmul(polynomial(1))
    let v = try polynomial(0)
    return try (v - u).solve(v + u)
  }
}

struct MatrixExponentialOperation: SingleOutputOperation {
  let a: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    if a.count == 0 { return [gradient] }
    let n = a.shape[a.rank - 1]
    let turned = try a.transposed()
    // The derivative is linear in g, whose size must not decide the scaling.
    let size = try (gradient.abs().max(axes: [-2, -1], keepingAxes: true) * Double(n))
      .maximum(.full([], 1e-30, dtype: a.dtype))
    let upper = try Tensor.concatenate([turned, gradient / size], axis: -1)
    let lower = try Tensor.concatenate([a.zerosLike(), turned], axis: -1)
    let exponential = try Tensor.concatenate([upper, lower], axis: -2).exponential()
    return [try exponential.slice(axis: -2, 0..<n).slice(axis: -1, n..<2 * n) * size]
  }
}
