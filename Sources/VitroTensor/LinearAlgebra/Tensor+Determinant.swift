internal import VitroCore

extension Tensor {
  /// The determinant of square matrices: `[… , n, n]` → `[…]`; 1 for a matrix without rows.
  ///
  /// Differentiable everywhere, at singular matrices too: the gradient is the matrix of cofactors, det A·A⁻ᵀ when A is invertible.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite.
  /// - Complexity: O(n³) a matrix, by LU decomposition.
  public func determinant() throws -> Tensor {
    let factors = try LUFactors(of: detached, "determinant")
    let n = factors.batch.rows
    let pivots = try factors.packed.diagonal().doubles
    let values = try factors.permutationSigns().enumerated().map { index, sign in
      pivots[index * n..<(index + 1) * n].reduce(sign, *)
    }
    let result = try Tensor(values, shape: factors.batch.batchShape).cast(to: dtype)
    return try result.recorded(from: self, DeterminantOperation(a: detached, factors: factors, determinant: result))
  }

  /// The sign of the determinant and the logarithm of its magnitude, which does not overflow: `[… , n, n]` → `[…]`, `[…]`.
  ///
  /// A singular matrix has sign 0 and logarithm −∞. The logarithm is differentiable, with gradient A⁻ᵀ; the sign is not.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite; and, when a gradient is asked, if one is singular.
  /// - Complexity: O(n³) a matrix, by LU decomposition.
  public func logAbsDeterminant() throws -> (sign: Tensor, log: Tensor) {
    let factors = try LUFactors(of: detached, "logAbsDeterminant")
    let pivots = try factors.packed.diagonal()
    let swaps = try Tensor(factors.permutationSigns(), shape: factors.batch.batchShape).cast(to: dtype)
    let sign = try pivots.sign().product(axes: [-1]) * swaps
    let log = try pivots.abs().log().sum(axes: [-1])
    return (sign, try log.recorded(from: self, LogDeterminantOperation(factors: factors)))
  }
}

struct DeterminantOperation: SingleOutputOperation {
  let a: Tensor
  let factors: LUFactors
  let determinant: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    if a.count == 0 { return [try a.zerosLike()] }
    let g = try gradient.expandingAxis(-1).expandingAxis(-1)
    let rounding = a.dtype.epsilon * Double(factors.batch.rows)
    if try factors.zeroPivot == nil && factors.pivotRatio() > rounding.squareRoot() {
      let determinant = try determinant.expandingAxis(-1).expandingAxis(-1)
      return [try factors.inverse().transposed() * (g * determinant)]
    }
    return [try cofactors() * g]
  }

  /// det(U)·det(V)·U·diag(∏_{j≠i} sⱼ)·Vᵀ, which needs no inverse.
  private func cofactors() throws -> Tensor {
    let (u, s, vh) = try a.svd()
    let others = try ProductOperation(x: s, axes: [s.rank - 1])
      .pullback(.ones(determinant.shape, dtype: a.dtype), wants: [true])[0]!
    let sign = try u.matmul(vh).logAbsDeterminant().sign.expandingAxis(-1).expandingAxis(-1)
    return try (u * others.expandingAxis(-2)).matmul(vh) * sign
  }
}

struct LogDeterminantOperation: SingleOutputOperation {
  let factors: LUFactors

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    try factors.requireRegular()
    return [try factors.inverse().transposed() * gradient.expandingAxis(-1).expandingAxis(-1)]
  }
}
