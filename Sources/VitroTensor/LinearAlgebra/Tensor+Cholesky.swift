internal import COpenBLAS
internal import VitroCore

extension Tensor {
  /// The Cholesky factor of positive definite matrices: A = L·Lᵀ with L lower triangular: `[… , n, n]` → `[… , n, n]`.
  ///
  /// The factor is that of the symmetric part (A + Aᵀ)/2, so that every element of A has its share of the gradient. Differentiable
  /// (Murray, 2016).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite; `numerical` when one is not positive definite.
  /// - Complexity: O(n³) a matrix.
  public func cholesky() throws -> Tensor {
    let batch = try MatrixBatch(self, "cholesky", square: true)
    let factors = try detached.symmetricPart()
    if count > 0 {
      // LAPACK's upper triangle, column-major, is ours below the diagonal.
      let infos = try withMemory(factors) { memory in
        try batch.run(work: Double(batch.rows * batch.rows * batch.rows) / 3) { index, _ in
          lapack_potrf(batch.isWide, Int32(batch.rows), memory + index * batch.byteStride)
        }
      }
      if let index = infos.firstIndex(where: { $0 != 0 }) {
        throw batch.failure(
          at: index, "is not positive definite: pivot \(infos[index] - 1) is not above 0",
          hint: "Add a small multiple of the identity if it should be.")
      }
    }
    let lower = try factors.triangle(lower: true, 0)
    return try lower.recorded(from: self, CholeskyOperation(lower: lower))
  }
}

/// With Φ the lower triangle, its diagonal halved: the symmetric part of L⁻ᵀ·Φ(Lᵀ·G)·L⁻¹.
struct CholeskyOperation: SingleOutputOperation {
  let lower: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    if lower.count == 0 { return [gradient] }
    let product = try lower.matmul(gradient.lowerTriangle(), transposeA: true)
    let halved = try (product.lowerTriangle() + product.lowerTriangle(-1)) * 0.5
    let left = try TriangularForm(lower: true, transposed: true, unitDiagonal: false)
      .solve(lower, halved, fromRight: false)
    return [try left.dividedFromRight(by: lower, lower: true, transposed: false).symmetricPart()]
  }
}
