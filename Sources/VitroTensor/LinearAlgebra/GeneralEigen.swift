internal import COpenBLAS
internal import VitroCore

/// Eigenvalues and right eigenvectors of real matrices: A·V = V·diag(λ), real and imaginary parts apart.
///
/// ```swift
/// let quarterTurn = try Tensor([0.0, -1, 1, 0], shape: [2, 2])
/// let eigen = try quarterTurn.eigen()  // 0 + i and 0 − i
/// ```
public struct GeneralEigen: Sendable {
  /// Re λ, `[… , n]`, descending; a complex pair stands together, the one with positive imaginary part first.
  public let realValues: Tensor
  /// Im λ, `[… , n]`.
  public let imaginaryValues: Tensor
  /// Re V, `[… , n, n]`, vectors as columns: of unit norm, and with a component of largest magnitude real and positive.
  public let realVectors: Tensor
  /// Im V, `[… , n, n]`.
  public let imaginaryVectors: Tensor
}

extension Tensor {
  /// The eigenvalues and right eigenvectors of square matrices: `[… , n, n]` → values `[… , n]`, vectors `[… , n, n]`.
  ///
  /// Every vector has norm 1, and its component of largest magnitude (the first of those that are equally large up to rounding) is real
  /// and positive. A defective matrix has eigenvectors that are equal up to rounding; its eigenvalues carry about half of the digits.
  ///
  /// Values and vectors are differentiable: dλ = diag(V⁻¹dA V), dV = V·(F ∘ V⁻¹dA V) with F_ij = 1/(λj − λi), along with what keeps
  /// the norms and phases. For eigenvalues that are equal up to rounding F is taken as 0: right for functions that do not depend on
  /// the choice of a basis inside an eigenspace. At a defective matrix no gradient exists, and asking it throws.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the matrices are not square or not finite, or the iteration does not converge.
  /// - Complexity: O(n³) a matrix, by QR iteration (LAPACK's `geev`).
  public func eigen() throws -> GeneralEigen {
    let (values, vectors, leading) = try detached.decomposedGeneral()
    let results = try Self.recorded(
      [values.re, values.im, vectors.re, vectors.im], from: [self],
      GeneralEigenOperation(values: values, vectors: vectors, leading: leading))
    return GeneralEigen(
      realValues: results[0], imaginaryValues: results[1], realVectors: results[2], imaginaryVectors: results[3])
  }

  /// Values `[… , n]`, vectors as columns, and for each vector the row of its leading component, `[… , 1, n]`.
  private func decomposedGeneral() throws -> (values: ComplexPair, vectors: ComplexPair, leading: Tensor) {
    let batch = try MatrixBatch(self, "eigen", square: true)
    let n = batch.rows
    let line = batch.batchShape + [n]
    let values = ComplexPair(re: try .zeros(line, dtype: dtype), im: try .zeros(line, dtype: dtype))
    let packed = try Tensor(uninitialized: shape, dtype)
    let matrices = try writableCopy()
    if count > 0 {
      // In LAPACK's eyes the matrix is Aᵀ, whose left eigenvectors are the conjugates of A's right ones.
      let width = dtype.byteWidth
      let infos = try withMemory(matrices, values.re, values.im, packed) { matrices, re, im, packed in
        try batch.run(.queried(integers: 0), work: 25 * Double(n * n * n)) { index, space in
          lapack_geev(
            batch.isWide, Int32(n), matrices + index * batch.byteStride, re + index * n * width, im + index * n * width,
            packed + index * batch.byteStride, space.reals, space.realCount)
        }
      }
      if let index = infos.firstIndex(where: { $0 != 0 }) {
        throw batch.failure(at: index, "does not converge to its eigenvalues")
      }
    }
    let rows = ComplexPair(re: try zerosLike(), im: try zerosLike())
    let leading = try Tensor.zeros(line, dtype: .int64)
    for index in 0..<(count == 0 ? 0 : batch.count) {
      if batch.isWide {
        EigenvectorRows<Double>(index: index, size: n).unpack(packed, values, rows, leading)
      } else {
        EigenvectorRows<Float>(index: index, size: n).unpack(packed, values, rows, leading)
      }
    }
    return (values, try rows.map { try $0.transposed() }, try leading.expandingAxis(-2))
  }
}

/// Turns LAPACK's eigenvectors of one matrix (a complex pair in two real vectors) into ordered, normalized complex ones.
private struct EigenvectorRows<Real: BinaryFloatingPoint> {
  let index, size: Int

  func unpack(_ packed: Tensor, _ values: ComplexPair, _ rows: ComplexPair, _ leading: Tensor) {
    withMemory(values.re, values.im, leading) { re, im, leading in
      let re = re.assumingMemoryBound(to: Real.self) + index * size
      let im = im.assumingMemoryBound(to: Real.self) + index * size
      let old = (0..<size).map { (re: re[$0], im: im[$0]) }
      // Stable, so that a pair, whose real parts are the same bits, keeps its order.
      let order = old.indices.sorted { (old[$1].re, $0) < (old[$0].re, $1) }
      withMemory(packed, rows.re, rows.im) { packed, realRows, imaginaryRows in
        let vectors = packed.assumingMemoryBound(to: Real.self) + index * size * size
        for (place, source) in order.enumerated() {
          (re[place], im[place]) = old[source]
          let x = realRows.assumingMemoryBound(to: Real.self) + (index * size + place) * size
          let y = imaginaryRows.assumingMemoryBound(to: Real.self) + (index * size + place) * size
          let isSecond = old[source].im < 0
          let first = vectors + (isSecond ? source - 1 : source) * size
          for i in 0..<size {
            x[i] = first[i]
            y[i] = old[source].im == 0 ? 0 : isSecond ? first[size + i] : -first[size + i]
          }
          leading.int64s[index * size + place] = Int64(normalize(x, y))
        }
      }
    }
  }

  /// Scales a vector to norm 1 with its leading component real and positive; gives that component's index.
  private func normalize(_ x: UnsafeMutablePointer<Real>, _ y: UnsafeMutablePointer<Real>) -> Int {
    func magnitude(_ i: Int) -> Real { (x[i] * x[i] + y[i] * y[i]).squareRoot() }
    let leading = leadingIndex(size, magnitude)
    var squares = Real.zero
    for i in 0..<size { squares += x[i] * x[i] + y[i] * y[i] }
    let scale = 1 / (squares.squareRoot() * magnitude(leading))
    let (c, s) = (x[leading] * scale, y[leading] * scale)
    for i in 0..<size { (x[i], y[i]) = (x[i] * c + y[i] * s, y[i] * c - x[i] * s) }
    y[leading] = 0
    return leading
  }
}
