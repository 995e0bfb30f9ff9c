import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraSymmetricEigenTests {
  @Test(
    arguments: Precision.allCases,
    [[0, 0], [1, 1], [2, 2], [7, 7], [53, 53], [3, 5, 5], [2, 3, 4, 4], [0, 3, 3]])
  func vectorsAndValuesRebuildTheMatrix(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomSymmetric(shape, precision.dtype)
    let (values, vectors) = try a.symmetricEigen()
    #expect(values.shape == Array(shape.dropLast()) && vectors.shape == shape)
    let rebuilt = try (vectors * values.expandingAxis(-2)).matmul(vectors, transposeB: true)
    try expectClose(rebuilt, a, precision.tolerance)
    try expectOrthonormalColumns(vectors, precision.tolerance)
    try expectClose(values, a.symmetricEigenvalues(), precision.tolerance)
    #expect(try values.isIdentical(to: values.sorted().values), "ascending")
  }

  @Test func theLargestComponentOfEveryVectorIsPositive() throws {
    let vectors = try randomSymmetric([20, 20]).symmetricEigen().vectors
    let largest = try vectors.takeAlong(vectors.abs().argmax(axis: 0, keepingAxis: true), axis: 0)
    #expect(try largest.min().item() > 0)
    // Both components of these are equally large: the first one decides.
    let swap = try Tensor(rows: [[0.0, 1], [1, 0]]).symmetricEigen()
    let half = 0.5.squareRoot()
    try expectClose(swap.vectors, Tensor(rows: [[half, half], [-half, half]]), 1e-15)
    #expect(try swap.values.doubles == [-1, 1])
  }

  @Test func knownValuesAreFound() throws {
    // The path graph's Laplacian: 2 − 2cos(πk/n).
    let laplacian = try Tensor(rows: [[1.0, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 1]])
    let root = 2.0.squareRoot()
    try expectClose(laplacian.symmetricEigenvalues(), Tensor([0, 2 - root, 2, 2 + root]), 1e-15)
    // scipy.linalg.eigvalsh(scipy.linalg.hilbert(5))
    let hilbert = try Tensor([
      3.287928772171e-06, 3.058980401511e-04, 1.140749162342e-02, 2.085342186110e-01, 1.567050691098e+00,
    ])
    try expectClose(hilbertMatrix(5).symmetricEigenvalues(), hilbert, 1e-12)
  }

  @Test func repeatedValuesGiveAnOrthonormalBasis() throws {
    let q = try randomOrthonormal([6, 6])
    let a = try (q * Tensor([1.0, 1, 1, 2, 2, 5])).matmul(q, transposeB: true)
    let (values, vectors) = try a.symmetricEigen()
    try expectClose(values, Tensor([1.0, 1, 1, 2, 2, 5]), 1e-14)
    try expectOrthonormalColumns(vectors, 1e-14)
  }

  @Test func batchesGiveTheBitsOfSingleMatrices() throws {
    let a = try randomSymmetric([40, 24, 24])
    let (values, vectors) = try a.symmetricEigen()
    for index in [0, 17, 39] {
      let one = try a.select(at: index).symmetricEigen()
      #expect(try values.select(at: index).isIdentical(to: one.values))
      #expect(try vectors.select(at: index).isIdentical(to: one.vectors))
    }
  }

  @Test(arguments: [[1, 1], [4, 4], [2, 3, 3]]) func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    try checkGradient(at: [a]) { try $0[0].symmetricEigen().values }
    try checkGradient(at: [a]) { try $0[0].symmetricEigen().vectors }
    try checkGradient(at: [a]) { p -> [Tensor] in
      let (values, vectors) = try p[0].symmetricEigen()
      return [values, vectors]
    }
    try checkGradient(at: [a]) { try $0[0].symmetricEigenvalues() }
  }

  @Test func functionsThatAreSmoothAtRepeatedValuesKeepTheirGradient() throws {
    let q = try randomOrthonormal([5, 5])
    let a = try (q * Tensor([1.0, 1, 1, 4, 4])).matmul(q, transposeB: true)
    // The projection onto an eigenspace does not depend on its basis.
    try checkGradient(at: [a]) { p in
      let space = try p[0].symmetricEigen().vectors.slice(axis: -1, 0..<3)
      return try space.matmul(space, transposeB: true)
    }
  }

  @Test func emptyMatricesHaveEmptyGradients() throws {
    try checkGradient(at: [.zeros([2, 0, 0], dtype: .float64)]) { p -> [Tensor] in
      let (values, vectors) = try p[0].symmetricEigen()
      return [values, vectors]
    }
  }

  @Test func whatIsNotASquareFiniteMatrixIsRefused() throws {
    expectFailure(.shape, "[2, 3]", "square") { try Tensor.zeros([2, 3]).symmetricEigen() }
    expectFailure(.shape, "[4]") { try Tensor.zeros([4]).symmetricEigen() }
    expectFailure(.dtype, "int64") { try Tensor.zeros([2, 2], dtype: .int64).symmetricEigen() }
    for bad in [Double.nan, .infinity] {
      expectFailure(.numerical, "NaN") { try Tensor(rows: [[1, bad], [bad, 1]]).symmetricEigen() }
      expectFailure(.numerical, "NaN") { try Tensor(rows: [[1, bad], [bad, 1]]).symmetricEigenvalues() }
    }
  }
}
