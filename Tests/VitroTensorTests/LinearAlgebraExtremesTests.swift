import Testing
import VitroCore
import VitroTensor

@Suite struct LinearAlgebraExtremesTests {
  /// All decompositions of a matrix; a thrown `VitroError` is an answer, too.
  private func decompose(_ a: Tensor) throws {
    let deeds: [() throws -> Void] = [
      { _ = try a.symmetricEigen() }, { _ = try a.eigen() }, { _ = try a.svd() }, { _ = try a.qr() },
      { _ = try a.cholesky() }, { _ = try a.inverse() }, { _ = try a.determinant() }, { _ = try a.logAbsDeterminant() },
      { _ = try a.pseudoinverse() }, { _ = try a.matrixExponential() }, { _ = try a.matrixPower(7) },
      { _ = try a.leastSquares(a) }, { _ = try a.solve(a) }, { _ = try a.triangularSolve(a, lower: true) },
    ]
    for deed in deeds {
      do { try deed() } catch is VitroError { continue }
    }
  }

  @Test(arguments: Precision.allCases) func elementsOfAnySizeAreTaken(_ precision: Precision) throws {
    let (huge, tiny) = precision == .float64 ? (1e308, Double.leastNormalMagnitude / 64) : (3e38, 1e-42)
    let patterns = try randomMatrix([4, 6, 6], precision.dtype).sign()
    try decompose(patterns * huge)
    try decompose(patterns * tiny)
    try decompose(
      patterns * randomMatrix([4, 6, 6], precision.dtype, seed: 2).isGreater(than: 0).cast(to: precision.dtype))
    let zeros = try Tensor.zeros([3, 5, 5], dtype: precision.dtype)
    try decompose(zeros)
    #expect(try zeros.singularValues().doubles.allSatisfy { $0 == 0 })
  }

  @Test func scaleDoesNotCostDigits() throws {
    for scale in [1e-280, 1e280] {
      let a = try randomMatrix([5, 5])
      let values = try a.singularValues()
      try expectClose((a * scale).singularValues() * (1 / scale), values, 1e-13)
      let symmetric = try randomSymmetric([5, 5])
      try expectClose(
        (symmetric * scale).symmetricEigenvalues() * (1 / scale), symmetric.symmetricEigenvalues(), 1e-13)
    }
  }

  @Test func moreThanOneThousandMatricesAreDecomposedInParallel() throws {
    let a = try randomPositive([1500, 3, 3])
    let l = try a.cholesky()
    try expectClose(l.matmul(l, transposeB: true), a, 1e-13)
    let (u, s, vh) = try a.svd()
    try expectClose((u * s.expandingAxis(-2)).matmul(vh), a, 1e-13)
  }
}
