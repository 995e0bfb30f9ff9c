internal import COpenBLAS
internal import VitroCore

extension Tensor {
  /// The solution X of op(T)·X = B, with T this triangular matrix and op the transpose when asked.
  ///
  /// T `[… , n, n]`, B `[… , n, k]` or `[n]`, X as B; leading axes broadcast. The other triangle of T is not looked at, nor is the
  /// diagonal when it is taken as 1. Differentiable in T and B; gradients of what is not looked at are 0.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit, elements are not finite, or a diagonal element is 0.
  /// - Complexity: O(n²·k) a matrix.
  public func triangularSolve(
    _ b: Tensor, lower: Bool, transposed: Bool = false, unitDiagonal: Bool = false
  ) throws -> Tensor {
    let name = "triangularSolve"
    if b.rank == 1 {
      return try triangularSolve(
        b.expandingAxis(-1), lower: lower, transposed: transposed, unitDiagonal: unitDiagonal
      ).droppingAxis(-1)
    }
    let batch = try MatrixBatch(self, name, square: true)
    let leading = try Self.requireSystem(self, b, name)
    if !unitDiagonal { try requirePivots(batch) }
    let n = batch.columns
    let t = try expanded(to: leading + [n, n])
    let right = try b.expanded(to: leading + [n, b.shape[b.rank - 1]])
    let form = TriangularForm(lower: lower, transposed: transposed, unitDiagonal: unitDiagonal)
    let x = try form.solve(t.detached, right.detached, fromRight: false)
    return try x.recorded(from: t, right, TriangularSolveOperation(form: form, t: t.detached, x: x))
  }

  /// The solution X of A·X = B for A = L·Lᵀ, with L this lower triangle, as ``cholesky()`` gives it.
  ///
  /// L `[… , n, n]`, B `[… , n, k]` or `[n]`; leading axes broadcast. Differentiable in both.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``triangularSolve(_:lower:transposed:unitDiagonal:)`` does.
  public func choleskySolve(_ b: Tensor) throws -> Tensor {
    try triangularSolve(triangularSolve(b, lower: true), lower: true, transposed: true)
  }

  /// X = self·op(T)⁻¹ for a triangular T whose diagonal has no 0; not recorded.
  func dividedFromRight(by t: Tensor, lower: Bool, transposed: Bool) throws -> Tensor {
    try TriangularForm(lower: lower, transposed: transposed, unitDiagonal: false).solve(t, self, fromRight: true)
  }

  private func requirePivots(_ batch: MatrixBatch) throws {
    guard let index = try detached.diagonal().doubles.firstIndex(of: 0) else { return }
    throw batch.failure(
      at: index / batch.columns, "is singular: its diagonal element \(index % batch.columns) is 0")
  }

  /// The leading axes of A·X = B.
  static func requireSystem(_ a: Tensor, _ b: Tensor, _ operation: String, rows: Int? = nil) throws -> [Int] {
    try requireSameType(a, b, operation)
    guard b.rank >= 2, b.shape[b.rank - 2] == a.shape[a.rank - 2] else {
      throw VitroError(
        .shape, operation, "the matrix is \(a.shape), the right side \(b.shape)",
        hint: "Expected \(a.shape[a.rank - 2]) rows on the right side: [… , \(a.shape[a.rank - 2]), k], or a vector.",
        details: ["left": "\(a.shape)", "right": "\(b.shape)"])
    }
    guard b.isFinite else {
      throw VitroError(.numerical, operation, "the right side \(b.shape) has elements that are NaN or infinite")
    }
    return try Shapes.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)), operation)
  }
}

/// Which half of a matrix counts, and how it is applied.
struct TriangularForm {
  var lower, transposed, unitDiagonal: Bool

  /// op(T)⁻¹·B, or B·op(T)⁻¹, over equal leading axes.
  func solve(_ t: Tensor, _ b: Tensor, fromRight: Bool) throws -> Tensor {
    let batch = try MatrixBatch(b, "triangularSolve")
    let result = try b.writableCopy()
    if result.count == 0 { return result }
    let size = t.shape[t.rank - 1]
    _ = try withMemory(t, result) { triangle, values in
      try batch.run(work: Double(batch.rows * batch.columns * size)) { index, _ in
        blas_trsm(
          batch.isWide, fromRight, lower, transposed, unitDiagonal, Int32(batch.rows), Int32(batch.columns),
          triangle + index * size * size * batch.dtype.byteWidth, values + index * batch.byteStride)
        return 0
      }
    }
    return result
  }
}

struct TriangularSolveOperation: SingleOutputOperation {
  let form: TriangularForm
  let t, x: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    var opposite = form
    opposite.transposed.toggle()
    let ofB = try opposite.solve(t, gradient, fromRight: false)
    guard wants[0] else { return [nil, ofB] }
    let full = try form.transposed ? x.matmul(ofB, transposeB: true) : ofB.matmul(x, transposeB: true)
    let border = form.unitDiagonal ? 1 : 0
    let ofT = try form.lower ? full.lowerTriangle(-border) : full.upperTriangle(border)
    return [try ofT.negated(), wants[1] ? ofB : nil]
  }
}
