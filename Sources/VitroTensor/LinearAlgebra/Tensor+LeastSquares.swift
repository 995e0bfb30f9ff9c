internal import COpenBLAS
internal import VitroCore

/// A solution of a linear least squares problem.
///
/// ```swift
/// let design = try Tensor(rows: [[0.0, 1], [1, 1], [2, 1]])
/// let fit = try design.leastSquares(Tensor([1.0, 3, 5]))
/// let line = try fit.solution.doubles  // slope 2, intercept 1
/// ```
public struct LeastSquares: Sendable {
  /// X, `[… , n, k]`, or `[n]` for a vector on the right side.
  public let solution: Tensor
  /// Σ(A·X − B)² over the rows: `[… , k]`, or a scalar for a vector.
  public let residuals: Tensor
  /// How many singular values of A (with the rows of the ridge, if any) counted: `[…]`, int64.
  public let rank: Tensor
}

extension Tensor {
  /// The X that makes ‖A·X − B‖² + ridge·‖X‖² smallest, with A this matrix; of several, the one of least norm.
  ///
  /// A `[… , m, n]`, B `[… , m, k]` or a vector `[m]`; leading axes broadcast. Singular values of A up to `tolerance · s_max` count as 0.
  /// A ridge is added as rows √ridge·I below A, which keeps all digits.
  ///
  /// Solution and residuals are differentiable in A and B (Golub & Pereyra, 1973): everywhere with a ridge or full rank, otherwise along
  /// changes that keep the rank.
  ///
  /// - Parameters:
  ///   - b: The right side, `[… , m, k]` or `[m]`.
  ///   - ridge: The weight of the penalty, 0 or more.
  ///   - tolerance: max(m, n)·ε by default, with ε the type's rounding step.
  /// - Throws: ``/VitroCore/VitroError`` when shapes do not fit, elements are not finite, or the iteration does not converge.
  /// - Complexity: O(m·n·(min(m, n) + k)) a matrix, by singular values (LAPACK's `gelsd`).
  public func leastSquares(_ b: Tensor, ridge: Double = 0, tolerance: Double? = nil) throws -> LeastSquares {
    if b.rank == 1 {
      let result = try leastSquares(b.expandingAxis(-1), ridge: ridge, tolerance: tolerance)
      return try LeastSquares(
        solution: result.solution.droppingAxis(-1), residuals: result.residuals.droppingAxis(-1), rank: result.rank)
    }
    let name = "leastSquares"
    guard ridge >= 0, ridge < .infinity else {
      throw VitroError(.argument, name, "the ridge is \(ridge), expected 0 or more")
    }
    let tolerance = try relativeTolerance(tolerance, name)
    _ = try MatrixBatch(self, name)
    let leading = try Self.requireSystem(self, b, name)
    let a = try expanded(to: leading + shape.suffix(2))
    let right = try b.expanded(to: leading + b.shape.suffix(2))
    var (system, target) = (a, right)
    if ridge > 0 {
      let n = shape[rank - 1]
      let rows = try (Tensor.eye(n, dtype: dtype) * ridge.squareRoot()).expanded(to: leading + [n, n])
      system = try .concatenate([a, rows], axis: -2)
      target = try .concatenate([right, .zeros(leading + [n, b.shape[b.rank - 1]], dtype: dtype)], axis: -2)
    }
    let (x, rank) = try system.detached.leastNormSolution(target.detached, tolerance)
    let solution = try x.recorded(
      from: system, target,
      LeastSquaresOperation(a: system.detached, b: target.detached, x: x, tolerance: tolerance))
    return LeastSquares(
      solution: solution, residuals: try (a.matmul(solution) - right).square().sum(axes: [-2]), rank: rank)
  }

  private func leastNormSolution(_ b: Tensor, _ tolerance: Double) throws -> (x: Tensor, rank: Tensor) {
    if b.shape[b.rank - 1] == 0 {
      // LAPACK wants a column.
      let (x, rank) = try leastNormSolution(.zeros(b.shape.dropLast() + [1], dtype: dtype), tolerance)
      return (try x.slice(axis: -1, 0..<0), rank)
    }
    let batch = try MatrixBatch(self, "leastSquares")
    let (m, n, k) = (batch.rows, batch.columns, b.shape[b.rank - 1])
    let ranks = try Tensor.zeros(batch.batchShape, dtype: .int32)
    if count == 0 {
      return (try .zeros(batch.batchShape + [n, k], dtype: dtype), try ranks.cast(to: .int64))
    }
    let matrices = try transposed()
    let height = Swift.max(m, n)
    var after = [Int](repeating: 0, count: rank)
    after[rank - 1] = height - m
    let before = [Int](repeating: 0, count: rank)
    let columns = try b.transposed().padded(before: before, after: after)
    let values = try Tensor(uninitialized: [batch.count, Swift.min(m, n)], dtype)
    let width = dtype.byteWidth
    let infos = try withMemory(matrices, columns, values, ranks) { matrices, columns, values, ranks in
      let ranks = ranks.assumingMemoryBound(to: Int32.self)
      return try batch.run(.queried(), work: 4 * Double(m * n * (Swift.min(m, n) + k))) { index, space in
        lapack_gelsd(
          batch.isWide, Int32(m), Int32(n), Int32(k), matrices + index * batch.byteStride,
          columns + index * height * k * width, values + index * Swift.min(m, n) * width, tolerance, ranks + index,
          space.reals, space.realCount, space.integers)
      }
    }
    if let index = infos.firstIndex(where: { $0 != 0 }) {
      throw batch.failure(at: index, "does not converge to its singular values")
    }
    return (try columns.slice(axis: -1, 0..<n).transposed(), try ranks.cast(to: .int64))
  }
}

/// With P = A⁺, R = B − A·X and W = Pᵀ·g: gB = W, gA = −W·Xᵀ + R·(P·W)ᵀ + Pᵀ·X·((I − P·A)·g)ᵀ.
struct LeastSquaresOperation: SingleOutputOperation {
  let a, b, x: Tensor
  let tolerance: Double

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let p = try a.pseudoinverse(tolerance: tolerance)
    let w = try p.matmul(gradient, transposeA: true)
    guard wants[0] else { return [nil, w] }
    let residual = try b - a.matmul(x)
    let outsideColumns = try residual.matmul(p.matmul(w), transposeB: true)
    let free = try gradient - p.matmul(a.matmul(gradient))
    let outsideRows = try p.matmul(x, transposeA: true).matmul(free, transposeB: true)
    return [try outsideColumns + outsideRows - w.matmul(x, transposeB: true), wants[1] ? w : nil]
  }
}
