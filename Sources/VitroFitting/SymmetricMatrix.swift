internal import COpenBLAS
internal import VitroCore

/// The lower Cholesky factor of a symmetric positive definite matrix, in single or double precision.
struct CholeskyFactor: Sendable {
  let size: Int
  private let narrow: [Float]
  private let wide: [Double]

  /// Factors a matrix `[size, size]`; `nil` when it is not positive definite in this precision.
  init?(_ matrix: [Double], size: Int, inSinglePrecision: Bool) {
    _ = oneBlasThread
    var (n, info) = (Int32(size), Int32(0))
    self.size = size
    if inSinglePrecision {
      var factor = matrix.map { Float($0) }
      spotrf_("L", &n, &factor, &n, &info, 1)
      (narrow, wide) = (factor, [])
    } else {
      var factor = matrix
      dpotrf_("L", &n, &factor, &n, &info, 1)
      (narrow, wide) = ([], factor)
    }
    if info != 0 { return nil }
  }

  /// Factors a matrix in double precision.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (``/VitroCore/VitroError/Code/numerical``) when it is not positive definite.
  init(_ matrix: [Double], size: Int, _ operation: String, hint: String) throws {
    guard let factor = CholeskyFactor(matrix, size: size, inSinglePrecision: false) else {
      throw VitroError(.numerical, operation, "the matrix of \(size) features is singular", hint: hint)
    }
    self = factor
  }

  /// `A⁻¹·b` for each of `columns` vectors, one after the other in `b`.
  ///
  /// - Complexity: O(size²) for each.
  func solve(_ b: [Double], columns: Int) -> [Double] {
    let (n, k) = (Int32(size), Int32(columns))
    if wide.isEmpty {
      var x = b.map { Float($0) }
      if columns == 1 {
        cblas_strsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, narrow, n, &x, 1)
        cblas_strsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, narrow, n, &x, 1)
      } else {
        cblas_strsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, k, 1, narrow, n, &x, n)
        cblas_strsm(CblasColMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, n, k, 1, narrow, n, &x, n)
      }
      return x.map { Double($0) }
    }
    var x = b
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, k, 1, wide, n, &x, n)
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, n, k, 1, wide, n, &x, n)
    return x
  }
}

/// Eigenvalues, ascending, and eigenvectors (one after the other) of a symmetric matrix `[size, size]`.
///
/// - Complexity: O(size³), about nine times a Cholesky factorization.
func symmetricEigen(_ matrix: [Double], size: Int) throws -> (values: [Double], vectors: [Double]) {
  _ = oneBlasThread
  var vectors = matrix
  var values = [Double](repeating: 0, count: size)
  var (n, info) = (Int32(size), Int32(0))
  var (workCount, integerCount) = (Int32(-1), Int32(-1))
  var (work, integers): ([Double], [Int32]) = ([0], [0])
  dsyevd_("V", "L", &n, &vectors, &n, &values, &work, &workCount, &integers, &integerCount, &info, 1, 1)
  workCount = Int32(work[0])
  integerCount = integers[0]
  work = [Double](repeating: 0, count: Int(workCount))
  integers = [Int32](repeating: 0, count: Int(integerCount))
  dsyevd_("V", "L", &n, &vectors, &n, &values, &work, &workCount, &integers, &integerCount, &info, 1, 1)
  guard info == 0 else {
    throw VitroError(.numerical, "symmetricEigen", "the eigenvalues of a matrix of size \(size) did not converge")
  }
  return (values, vectors)
}

/// How a library cuts one product among its own threads changes the bits of the result; so BLAS gets one.
private let oneBlasThread: Void = openblas_set_num_threads(1)
