internal import VitroCore

extension Tensor {
  /// The solution X of A·X = B, with A this square matrix.
  ///
  /// A `[… , n, n]`, B `[… , n, k]` or a vector `[n]`, X as B; leading axes broadcast, and a single A is decomposed once for all B.
  /// Differentiable in A and B: gB = A⁻ᵀ·g, gA = −gB·Xᵀ.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit or elements are not finite; `numerical` when a matrix is singular.
  /// - Complexity: O(n³ + n²·k) a matrix, by LU decomposition with row pivoting.
  public func solve(_ b: Tensor) throws -> Tensor {
    if b.rank == 1 { return try solve(b.expandingAxis(-1)).droppingAxis(-1) }
    let batch = try MatrixBatch(self, "solve", square: true)
    let leading = try Self.requireSystem(self, b, "solve")
    let a = batch.count == 1 ? self : try expanded(to: leading + shape.suffix(2))
    let right = try b.expanded(to: leading + b.shape.suffix(2))
    let factors = try LUFactors(of: a.detached, "solve")
    try factors.requireRegular()
    let x = try factors.solve(right.detached)
    return try x.recorded(from: a, right, SolveOperation(shape: a.shape, factors: factors, x: x))
  }

  /// The inverse of square matrices: `[… , n, n]` → `[… , n, n]`.
  ///
  /// To solve A·X = B, ``solve(_:)`` is faster and more accurate.
  ///
  /// Differentiable: gA = −A⁻ᵀ·g·A⁻ᵀ.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite; `numerical` when one is singular.
  /// - Complexity: O(n³) a matrix.
  public func inverse() throws -> Tensor {
    let factors = try LUFactors(of: detached, "inverse")
    try factors.requireRegular()
    let result = try factors.inverse()
    return try result.recorded(from: self, InverseOperation(inverse: result))
  }
}

struct SolveOperation: SingleOutputOperation {
  let shape: [Int]
  let factors: LUFactors
  let x: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let ofB = try factors.solve(gradient, transposed: true)
    let ofA = wants[0] ? try ofB.matmul(x, transposeB: true).negated().summed(to: shape) : nil
    return [ofA, wants[1] ? ofB : nil]
  }
}

struct InverseOperation: SingleOutputOperation {
  let inverse: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try inverse.matmul(gradient, transposeA: true).matmul(inverse, transposeB: true).negated()]
  }
}
