internal import COpenBLAS
internal import VitroCore

/// The LU decomposition of square matrices, with row pivoting.
///
/// In memory it is that of Aᵀ, which LAPACK sees in row-major A; solving with the transpose undoes it.
struct LUFactors: Sendable {
  /// Both triangles, `[… , n, n]`.
  let packed: Tensor
  /// Which row each step took, from 1, int32 `[… , n]`.
  let pivots: Tensor
  let batch: MatrixBatch
  /// The first matrix that has a pivot of exactly 0, and where.
  let zeroPivot: (matrix: Int, pivot: Int)?

  init(of a: Tensor, _ operation: String) throws {
    batch = try MatrixBatch(a, operation, square: true)
    let n = batch.rows
    packed = try a.writableCopy()
    pivots = try Tensor(uninitialized: batch.batchShape + [n], .int32)
    guard a.count > 0 else {
      zeroPivot = nil
      return
    }
    let infos = try withMemory(packed, pivots) { [batch] matrices, pivots in
      let pivots = pivots.assumingMemoryBound(to: Int32.self)
      return try batch.run(work: Double(n * n * n)) { index, _ in
        lapack_getrf(batch.isWide, Int32(n), matrices + index * batch.byteStride, pivots + index * n)
      }
    }
    zeroPivot = infos.firstIndex { $0 > 0 }.map { ($0, Int(infos[$0]) - 1) }
  }

  /// - Throws: ``/VitroCore/VitroError`` when a matrix is singular.
  func requireRegular() throws {
    guard let zeroPivot else { return }
    throw batch.failure(
      at: zeroPivot.matrix, "is singular: pivot \(zeroPivot.pivot) is 0",
      hint: "leastSquares and pseudoinverse take singular matrices.")
  }

  /// op(A)⁻¹·B for B `[… , n, k]`; one matrix A serves all of B, otherwise leading axes are equal.
  func solve(_ b: Tensor, transposed: Bool = false) throws -> Tensor {
    let (n, k) = (b.shape[b.rank - 2], b.shape[b.rank - 1])
    // LAPACK's columns stand as rows in memory.
    let rows = k == 1 ? try b.writableCopy() : try b.transposed()
    if b.count == 0 { return rows.view(shape: b.shape) }
    let columns = rows.count / n / batch.count
    _ = try withMemory(packed, pivots, rows) { factors, pivots, rows in
      let pivots = pivots.assumingMemoryBound(to: Int32.self)
      return try batch.run(work: Double(n * n * columns)) { index, _ in
        lapack_getrs(
          batch.isWide, !transposed, Int32(n), Int32(columns), factors + index * batch.byteStride, pivots + index * n,
          rows + index * n * columns * batch.dtype.byteWidth)
      }
    }
    return k == 1 ? rows : try rows.transposed()
  }

  /// A⁻¹.
  func inverse() throws -> Tensor {
    let result = try packed.writableCopy()
    let n = batch.rows
    if result.count == 0 { return result }
    _ = try withMemory(result, pivots) { matrices, pivots in
      let pivots = pivots.assumingMemoryBound(to: Int32.self)
      return try batch.run(.queried(integers: 0), work: 2 * Double(n * n * n)) { index, space in
        lapack_getri(
          batch.isWide, Int32(n), matrices + index * batch.byteStride, pivots + index * n, space.reals, space.realCount)
      }
    }
    return result
  }

  /// The sign of each permutation of rows.
  func permutationSigns() throws -> [Double] {
    let n = batch.rows
    let rows = try pivots.ints
    return (0..<batch.count).map { index in
      (0..<n).reduce(1) { sign, step in rows[index * n + step] == step + 1 ? sign : -sign }
    }
  }

  /// The ratio of the smallest pivot to the largest over all matrices: a cheap sign of near singularity.
  func pivotRatio() throws -> Double {
    let n = batch.rows
    let diagonal = try packed.diagonal().doubles.map { Swift.abs($0) }
    return stride(from: 0, to: diagonal.count, by: Swift.max(n, 1)).map { start in
      let pivots = diagonal[start..<start + n]
      let largest = pivots.max() ?? 1
      return largest == 0 ? 0 : (pivots.min() ?? 1) / largest
    }.min() ?? 1
  }
}
