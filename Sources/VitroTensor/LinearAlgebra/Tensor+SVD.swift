internal import COpenBLAS
internal import VitroCore

extension Tensor {
  /// The thin singular value decomposition: A = U·diag(s)·Vᵀ.
  ///
  /// A `[… , m, n]` gives u `[… , m, k]`, s `[… , k]`, descending, and vh = Vᵀ `[… , k, n]`, with k = min(m, n); columns of u and rows
  /// of vh are orthonormal. Of each row of vh the component of largest magnitude is positive; the first of those that are equally large
  /// up to rounding.
  ///
  /// Differentiable (Townsend, 2016), for m ≠ n too. Terms with 1/(sⱼ − sᵢ) for singular values equal up to rounding, and 1/sᵢ for
  /// those that are 0 up to rounding, are left out: right for functions that do not depend on the choice of a basis inside a singular
  /// space, such as a projection onto it or the polar factor U·Vᵀ; for other functions no gradient exists.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not finite, or the iteration does not converge.
  /// - Complexity: O(m·n·k) a matrix, by divide and conquer (LAPACK's `gesdd`), or by QR iteration (`gesvd`) where that fails.
  public func svd() throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let (u, s, vh) = try detached.decomposedSingular("svd", vectors: true)
    let results = try Self.recorded([u, s, vh], from: [self], SVDOperation(u: u, s: s, vh: vh))
    return (results[0], results[1], results[2])
  }

  /// The singular values, descending: `[… , m, n]` → `[… , min(m, n)]`.
  ///
  /// Differentiable; the singular vectors are found only when a gradient is asked.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not finite, or the iteration does not converge.
  /// - Complexity: O(m·n·min(m, n)) a matrix, a fraction of ``svd()``.
  public func singularValues() throws -> Tensor {
    let values = try detached.decomposedSingular("singularValues", vectors: false).s
    return try values.recorded(from: self, SingularValuesOperation(matrix: detached))
  }

  /// The sum of the singular values: `[… , m, n]` → `[…]`.
  ///
  /// At a singular value of 0 the gradient is one of the subgradients.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``singularValues()`` does.
  public func nuclearNorm() throws -> Tensor { try singularValues().sum(axes: [-1]) }

  /// The largest singular value: `[… , m, n]` → `[…]`; 0 for an empty matrix.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``singularValues()`` does.
  public func spectralNorm() throws -> Tensor {
    let values = try singularValues()
    if values.shape.last == 0 { return try values.sum(axes: [-1]) }
    return try values.select(axis: -1, at: 0)
  }

  /// The number of singular values above `tolerance · s_max`: `[… , m, n]` → `[…]`, int64.
  ///
  /// - Parameter tolerance: max(m, n)·ε by default, with ε the type's rounding step.
  /// - Throws: ``/VitroCore/VitroError`` as ``singularValues()`` does, or when the tolerance is negative.
  public func matrixRank(tolerance: Double? = nil) throws -> Tensor {
    let values = try detached.singularValues()
    let isLarge = try values.isGreater(
      than: values.largest(times: relativeTolerance(tolerance, "matrixRank")))
    return try isLarge.cast(to: .int64).sum(axes: [-1])
  }

  func decomposedSingular(
    _ operation: String, vectors: Bool, byIteration: Bool = false
  ) throws -> (u: Tensor, s: Tensor, vh: Tensor) {
    let batch = try MatrixBatch(self, operation)
    let k = Swift.min(batch.rows, batch.columns)
    let s = try Tensor(uninitialized: batch.batchShape + [k], dtype)
    let u = try Tensor(uninitialized: batch.batchShape + [batch.rows, vectors ? k : 0], dtype)
    let vh = try Tensor(uninitialized: batch.batchShape + [vectors ? k : 0, batch.columns], dtype)
    if count == 0 { return (u, s, vh) }
    let routine = SingularValueRoutine(batch: batch, vectors: vectors, u: u, s: s, vh: vh)
    if try byIteration || !routine.divideAndConquer(writableCopy()) { try routine.iterate(writableCopy()) }
    if vectors { orientRows(of: vh, with: u) }
    return (u, s, vh)
  }

  /// A tolerance relative to the largest singular value, or the usual one.
  func relativeTolerance(_ given: Double?, _ operation: String) throws -> Double {
    try requireMatrices(operation)
    let tolerance = given ?? Double(Swift.max(shape[rank - 2], shape[rank - 1])) * dtype.epsilon
    guard tolerance >= 0, tolerance < .infinity else {
      throw VitroError(.argument, operation, "the tolerance is \(tolerance), expected 0 or more")
    }
    return tolerance
  }

  /// A fraction of the first of descending values `[… , k]`, as `[… , 1]`; 0 when there are none.
  func largest(times fraction: Double) throws -> Tensor {
    if shape.last == 0 { return try .zeros(shape.dropLast() + [1], dtype: dtype) }
    return try slice(axis: -1, 0..<1) * fraction
  }
}

/// LAPACK's two ways to singular values.
///
/// In its column-major eyes a row-major A is Aᵀ = V·diag(s)·Uᵀ, so that what it calls the left
/// vectors are ours on the right, and all outputs stand in memory as wanted.
private struct SingularValueRoutine {
  let batch: MatrixBatch
  let vectors: Bool
  let u, s, vh: Tensor

  private var m: Int32 { Int32(batch.columns) }
  private var n: Int32 { Int32(batch.rows) }
  private var k: Int { Swift.min(batch.rows, batch.columns) }
  private var work: Double { 10 * Double(batch.rows * batch.columns * k) }

  /// False when it did not converge for some matrix.
  func divideAndConquer(_ a: Tensor) throws -> Bool {
    try withPointers(a) { a, u, s, vh, index, space in
      lapack_gesdd(batch.isWide, vectors, m, n, a, s, vh, u, space.reals, space.realCount, space.integers)
    }.allSatisfy { $0 == 0 }
  }

  func iterate(_ a: Tensor) throws {
    let infos = try withPointers(a) { a, u, s, vh, index, space in
      lapack_gesvd(batch.isWide, vectors, m, n, a, s, vh, u, space.reals, space.realCount)
    }
    if let index = infos.firstIndex(where: { $0 != 0 }) {
      throw batch.failure(at: index, "does not converge to its singular values")
    }
  }

  private typealias Pointer = UnsafeMutableRawPointer

  private func withPointers(
    _ a: Tensor, _ body: (Pointer, Pointer, Pointer, Pointer, Int, Workspace) -> Int32
  ) throws -> [Int32] {
    let width = batch.dtype.byteWidth
    return try withMemory(a, u, s, vh) { a, u, s, vh in
      try batch.run(.queried(integers: 8 * k), work: work) { index, space in
        body(
          a + index * batch.byteStride, u + (vectors ? index * batch.rows * k * width : 0), s + index * k * width,
          vh + (vectors ? index * k * batch.columns * width : 0), index, space)
      }
    }
  }
}

struct SVDOperation: Operation {
  let u, s, vh: Tensor

  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    if s.count == 0 { return [try .zeros(u.shape.dropLast() + [vh.shape.last!], dtype: s.dtype)] }
    let (ofU, ofS, ofVh) = (gradients[0], gradients[1], gradients[2])
    let (rows, columns) = (u.shape[u.rank - 2], vh.shape[vh.rank - 1])
    if ofU == nil, ofVh == nil { return [try (u * ofS!.expandingAxis(-2)).matmul(vh)] }

    let rounding = Double(Swift.max(rows, columns)) * s.dtype.epsilon
    let floor = try s.largest(times: rounding)
    let inverse = try s.reciprocal(above: floor).expandingAxis(-2)
    // (Xᵢⱼ·sⱼ + sᵢ·Yᵢⱼ)/(sⱼ² − sᵢ²) for turns X of u and Y of v, split into what hangs on the gap between two values, which is 0 for
    // functions that do not depend on a basis, and what does not.
    let turnOfU = try ofU.map { try u.matmul($0, transposeA: true).antisymmetrized() } ?? .zeros([], dtype: s.dtype)
    let turnOfV = try ofVh.map { try vh.matmul($0, transposeB: true).antisymmetrized() } ?? .zeros([], dtype: s.dtype)
    let gap = try s.expandingAxis(-2) - s.expandingAxis(-1)
    let sum = try s.expandingAxis(-2) + s.expandingAxis(-1)
    let spread = try floor.expandingAxis(-1)
    var inner =
      try
      ((turnOfU + turnOfV) * gap.reciprocal(above: spread)
      + (turnOfU - turnOfV) * sum.reciprocal(above: spread)) * 0.5
    if let ofS { inner = try inner + .diagonal(from: ofS) }
    var result = try u.matmul(inner).matmul(vh)
    if let ofU, rows > columns {
      let outside = try ofU - u.matmul(u.matmul(ofU, transposeA: true))
      result = try result + (outside * inverse).matmul(vh)
    }
    if let ofVh, columns > rows {
      let outside = try ofVh - ofVh.matmul(vh, transposeB: true).matmul(vh)
      result = try result + (u * inverse).matmul(outside)
    }
    return [result]
  }
}

struct SingularValuesOperation: SingleOutputOperation {
  let matrix: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let (u, s, vh) = try matrix.svd()
    return try SVDOperation(u: u, s: s, vh: vh).pullback([nil, gradient, nil], wants: wants)
  }
}

extension Tensor {
  /// X − Xᵀ.
  fileprivate func antisymmetrized() throws -> Tensor { try self - transposed() }
}
