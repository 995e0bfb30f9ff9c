internal import COpenBLAS
internal import VitroCore

extension Tensor {
  /// The reduced QR decomposition A = Q·R with a non-negative diagonal of R, which makes it unique for full rank.
  ///
  /// A `[… , m, n]` gives q `[… , m, k]` with orthonormal columns and r `[… , k, n]`, upper triangular, with k = min(m, n).
  ///
  /// Differentiable (Walter & Lehmann, 2010), for m < n too. The gradient exists only where the first k columns of A are linearly
  /// independent; elsewhere asking it throws.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not finite.
  /// - Complexity: O(m·n·k) a matrix, by Householder reflections.
  public func qr() throws -> (q: Tensor, r: Tensor) {
    let (q, r) = try detached.decomposedOrthogonal()
    let results = try Self.recorded([q, r], from: [self], QROperation(a: detached, q: q, r: r))
    return (results[0], results[1])
  }

  /// In LAPACK's column-major eyes a row-major A is Aᵀ = Rᵀ·Qᵀ: its LQ decomposition leaves both factors in memory as wanted.
  private func decomposedOrthogonal() throws -> (q: Tensor, r: Tensor) {
    let batch = try MatrixBatch(self, "qr")
    let (rows, columns) = (batch.rows, batch.columns)
    let k = Swift.min(rows, columns)
    if count == 0 {
      return (
        try .zeros(batch.batchShape + [rows, k], dtype: dtype),
        try .zeros(batch.batchShape + [k, columns], dtype: dtype)
      )
    }
    let work = 4 * Double(rows * columns * k)
    let factors = try writableCopy()
    let scales = try Tensor(uninitialized: [batch.count, k], dtype)
    func requireSuccess(_ infos: [Int32]) throws {
      if let index = infos.firstIndex(where: { $0 != 0 }) { throw batch.failure(at: index, "has no QR decomposition") }
    }
    try withMemory(factors, scales) { factors, scales in
      try requireSuccess(
        batch.run(.queried(integers: 0), work: work) { index, space in
          lapack_gelqf(
            batch.isWide, Int32(columns), Int32(rows), factors + index * batch.byteStride,
            scales + index * k * dtype.byteWidth, space.reals, space.realCount)
        })
    }
    let r = try factors.slice(axis: -2, 0..<k)
    // The reflections stand in the first k columns of the row-major memory.
    let q = try factors.slice(axis: -1, 0..<k).writableCopy()
    try withMemory(q, scales) { q, scales in
      try requireSuccess(
        batch.run(.queried(integers: 0), work: work) { index, space in
          lapack_orglq(
            batch.isWide, Int32(k), Int32(rows), Int32(k), q + index * rows * k * dtype.byteWidth,
            scales + index * k * dtype.byteWidth, space.reals, space.realCount)
        })
    }
    let isNegative = try r.diagonal().isLess(than: 0)
    let signs = try isNegative.select(.full([], -1, dtype: dtype), .ones([], dtype: dtype))
    return (try q * signs.expandingAxis(-2), try (r * signs.expandingAxis(-1)).triangle(lower: false, 0))
  }
}

struct QROperation: Operation {
  let a, q, r: Tensor

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    if a.count == 0 { return [try a.zerosLike()] }
    let (k, columns) = (r.shape[r.rank - 2], r.shape[r.rank - 1])
    try requireIndependentColumns()
    let ofQ = try gradients[0] ?? q.zerosLike()
    let ofR = try gradients[1] ?? r.zerosLike()
    if k == columns { return [try gradient(ofQ: ofQ, ofR: ofR, r)] }
    // A = [X | Y] with X square: Y = Q·R₂ hangs on Q, and Q and R₁ on X alone.
    let rest = k..<columns
    let ofRest = try ofR.slice(axis: -1, rest)
    let ofX = try gradient(
      ofQ: ofQ + a.slice(axis: -1, rest).matmul(ofRest, transposeB: true), ofR: ofR.slice(axis: -1, 0..<k),
      r.slice(axis: -1, 0..<k))
    return [try .concatenate([ofX, q.matmul(ofRest)], axis: -1)]
  }

  /// (gQ + Q·copyltu(R·gRᵀ − gQᵀ·Q))·R⁻ᵀ, with copyltu the symmetric matrix that has its argument's lower triangle.
  private func gradient(ofQ: Tensor, ofR: Tensor, _ r: Tensor) throws -> Tensor {
    let m = try r.matmul(ofR, transposeB: true) - ofQ.matmul(q, transposeA: true)
    let symmetric = try m.lowerTriangle() + m.lowerTriangle(-1).transposed()
    return try (ofQ + q.matmul(symmetric)).dividedFromRight(by: r, lower: false, transposed: true)
  }

  private func requireIndependentColumns() throws {
    let pivots = try r.diagonal().abs()
    let length = pivots.shape.last!
    let largest = try r.abs().max(axes: [-1, -2]).expandingAxis(-1)
    let isSmall = try pivots.isAtMost(largest * (Double(length) * r.dtype.epsilon)).cast(to: .uint8).ints
    guard let index = isSmall.firstIndex(of: 1) else { return }
    throw try MatrixBatch(a, "gradient of qr").failure(
      at: index / length, "has linearly dependent columns: pivot \(index % length) of R is 0 up to rounding",
      hint: "There QR has no gradient.")
  }
}
