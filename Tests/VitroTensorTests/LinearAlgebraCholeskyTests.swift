import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraCholeskyTests {
  @Test(arguments: Precision.allCases, [[0, 0], [1, 1], [5, 5], [67, 67], [3, 4, 4], [0, 3, 3]])
  func factorsRebuildTheMatrix(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomPositive(shape, precision.dtype)
    let l = try a.cholesky()
    try expectClose(l.matmul(l, transposeB: true), a, precision.tolerance)
    #expect(try l.isIdentical(to: l.lowerTriangle()))
    #expect(try l.diagonal().doubles.allSatisfy { $0 > 0 })
  }

  @Test func knownFactorsAreFound() throws {
    let a = try Tensor(rows: [[4.0, 12, -16], [12, 37, -43], [-16, -43, 98]])
    #expect(try a.cholesky().doubles == [2, 0, 0, 6, 1, 0, -8, 5, 3])
    #expect(throws: Never.self) { try hilbertMatrix(10).cholesky() }
  }

  @Test func whatIsNotPositiveDefiniteIsNamed() throws {
    expectFailure(.numerical, "not positive definite", "pivot 1") { try Tensor(rows: [[1.0, 2], [2, 1]]).cholesky() }
    expectFailure(.numerical, "matrix [1]", "pivot 0") {
      try Tensor.stack([.eye(2), .eye(2).negated()]).cholesky()
    }
    expectFailure(.shape, "square") { try Tensor.ones([2, 3]).cholesky() }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .nan).cholesky() }
  }

  @Test(arguments: [[1, 1], [5, 5], [2, 3, 3], [0, 0]]) func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomPositive(shape) + randomMatrix(shape, seed: 5) * 0.01
    try checkGradient(at: [a]) { try $0[0].cholesky() }
  }

  @Test func solutionsThroughTheFactorSolve() throws {
    let a = try randomPositive([2, 6, 6])
    let b = try randomMatrix([6, 3], seed: 2)
    try expectClose(a.cholesky().choleskySolve(b), a.solve(b), 1e-12)
    try checkGradient(at: [a, b]) { try $0[0].cholesky().choleskySolve($0[1]) }
  }
}
