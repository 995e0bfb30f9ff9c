internal import COpenBLAS
internal import VitroCore

extension Tensor {
  /// The eigenvalues and eigenvectors of symmetric matrices: A = V·diag(λ)·Vᵀ.
  ///
  /// A `[… , n, n]` gives values `[… , n]`, ascending, and vectors `[… , n, n]`, orthonormal, as columns. Of each vector the component
  /// of largest magnitude is positive; the first of those that are equally large up to rounding. The decomposition is that of the
  /// symmetric part (A + Aᵀ)/2, so that every element of A has its share of the gradient.
  ///
  /// Differentiable: dV = V·(F ∘ VᵀdA V), F_ij = 1/(λj − λi). For eigenvalues that are equal up to rounding F is taken as 0: right for
  /// functions that do not depend on the choice of a basis inside an eigenspace, such as a projection onto it; for other functions no
  /// gradient exists.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite, or the iteration does not converge.
  /// - Complexity: O(n³) a matrix, by divide and conquer (LAPACK's `syevd`).
  public func symmetricEigen() throws -> (values: Tensor, vectors: Tensor) {
    let (values, rows) = try detached.decomposedSymmetric("symmetricEigen", vectors: true)
    orientRows(of: rows)
    let vectors = try rows.transposed()
    let results = try Self.recorded(
      [values, vectors], from: [self], SymmetricEigenOperation(values: values, vectors: vectors))
    return (results[0], results[1])
  }

  /// The eigenvalues of symmetric matrices, ascending: `[… , n, n]` → `[… , n]`; those of the symmetric part (A + Aᵀ)/2.
  ///
  /// Differentiable: dλ = diag(VᵀdA V). The eigenvectors are found only when a gradient is asked.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite, or the iteration does not converge.
  /// - Complexity: O(n³) a matrix, a fraction of ``symmetricEigen()``.
  public func symmetricEigenvalues() throws -> Tensor {
    let values = try detached.decomposedSymmetric("symmetricEigenvalues", vectors: false).values
    return try values.recorded(from: self, SymmetricEigenvaluesOperation(matrix: detached))
  }

  /// Eigenvalues, and eigenvectors as rows.
  private func decomposedSymmetric(_ operation: String, vectors: Bool) throws -> (values: Tensor, rows: Tensor) {
    let batch = try MatrixBatch(self, operation, square: true)
    let n = batch.columns
    let rows = try symmetricPart()
    let values = try Tensor(uninitialized: batch.batchShape + [n], dtype)
    if count == 0 { return (values, rows) }
    let infos = try withMemory(rows, values) { matrices, results in
      try batch.run(.queried(), work: 10 * Double(n * n * n)) { index, space in
        lapack_syevd(
          batch.isWide, vectors, Int32(n), matrices + index * batch.byteStride, results + index * n * dtype.byteWidth,
          space.reals, space.realCount, space.integers, space.integerCount)
      }
    }
    if let index = infos.firstIndex(where: { $0 != 0 }) {
      throw batch.failure(at: index, "does not converge to its eigenvalues")
    }
    return (values, rows)
  }

  /// (A + Aᵀ)/2.
  func symmetricPart() throws -> Tensor { try (self * 0.5) + (transposed() * 0.5) }
}

struct SymmetricEigenOperation: Operation {
  let values, vectors: Tensor

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    if vectors.count == 0 { return [try vectors.zerosLike()] }
    guard let ofVectors = gradients[1] else { return [try gradient(ofValues: gradients[0]!)] }
    let gaps = try values.expandingAxis(-2) - values.expandingAxis(-1)
    let floor = try values.abs().max(axes: [-1], keepingAxes: true).expandingAxis(-1)
    let rounding = Double(values.shape.last!) * values.dtype.epsilon
    var inner = try vectors.matmul(ofVectors, transposeA: true) * gaps.reciprocal(above: floor * rounding)
    if let ofValues = gradients[0] { inner = try inner + .diagonal(from: ofValues) }
    return [try vectors.matmul(inner).matmul(vectors, transposeB: true).symmetricPart()]
  }

  /// V·diag(g)·Vᵀ.
  func gradient(ofValues gradient: Tensor) throws -> Tensor {
    try (vectors * gradient.expandingAxis(-2)).matmul(vectors, transposeB: true)
  }
}

struct SymmetricEigenvaluesOperation: SingleOutputOperation {
  let matrix: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let (values, vectors) = try matrix.symmetricEigen()
    return try SymmetricEigenOperation(values: values, vectors: vectors).pullback([gradient, nil], wants: wants)
  }
}
