import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraLeastSquaresTests {
  @Test(arguments: Precision.allCases, [[7, 3], [3, 7], [5, 5], [2, 6, 4], [2, 4, 6], [1, 1], [60, 11]])
  func solutionsAreThoseOfThePseudoinverse(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomMatrix(shape, precision.dtype)
    let b = try randomMatrix(shape.dropLast() + [2], precision.dtype, seed: 2)
    let result = try a.leastSquares(b)
    let loose = precision.tolerance * 100
    try expectClose(result.solution, a.pseudoinverse().matmul(b), loose)
    try expectClose(
      result.residuals, (a.matmul(result.solution) - b).square().sum(axes: [-2]), loose)
    #expect(result.rank.dtype == .int64)
    #expect(try result.rank.ints.allSatisfy { $0 == shape.suffix(2).min() })
  }

  @Test func aLineIsFitted() throws {
    // numpy.linalg.lstsq on its own example: y = 1·x − 0.95.
    let a = try Tensor(rows: [[0.0, 1], [1, 1], [2, 1], [3, 1]])
    let fit = try a.leastSquares(Tensor([-1, 0.2, 0.9, 2.1]))
    try expectClose(fit.solution, Tensor([1, -0.95]), 1e-14)
    try expectClose(fit.residuals, Tensor(0.05), 1e-14)
    #expect(try fit.rank.item() == 2)
  }

  @Test func dependentColumnsGiveTheLeastNorm() throws {
    let a = try Tensor(rows: [[1.0, 1], [2, 2], [3, 3]])
    let fit = try a.leastSquares(Tensor([2.0, 4, 6]))
    try expectClose(fit.solution, Tensor([1.0, 1]), 1e-14)
    #expect(try fit.rank.item() == 1)
    #expect(try a.leastSquares(.zeros([3], dtype: .float64), tolerance: 0.5).solution.doubles == [0, 0])
  }

  @Test func aRidgeSolvesTheNormalEquations() throws {
    let a = try randomMatrix([6, 4])
    let b = try randomMatrix([2, 6, 3], seed: 2)
    let ridge = 0.7
    let normal = try a.matmul(a, transposeA: true) + Tensor.eye(4, dtype: .float64) * ridge
    let expected = try normal.solve(a.expanded(to: [2, 6, 4]).matmul(b, transposeA: true))
    let fit = try a.leastSquares(b, ridge: ridge)
    try expectClose(fit.solution, expected, 1e-13)
    try expectClose(fit.residuals, (a.matmul(expected) - b).square().sum(axes: [-2]), 1e-13)
    let tiny = try hilbertMatrix(10).leastSquares(.ones([10], dtype: .float64), ridge: 1e-6)
    #expect(tiny.solution.isFinite)
  }

  @Test(arguments: [[5, 3], [3, 5], [4, 4], [2, 4, 2]]) func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    let b = try randomMatrix(shape.dropLast() + [2], seed: 2)
    for ridge in [0, 0.3] {
      try checkGradient(at: [a, b]) { try $0[0].leastSquares($0[1], ridge: ridge).solution }
      try checkGradient(at: [a, b]) { p -> [Tensor] in
        let fit = try p[0].leastSquares(p[1], ridge: ridge)
        return [fit.solution, fit.residuals]
      }
    }
  }

  @Test func gradientsFollowTheRank() throws {
    try checkGradient(at: [randomMatrix([5, 2]), randomMatrix([2, 4], seed: 2), randomMatrix([5], seed: 3)]) {
      try $0[0].matmul($0[1]).leastSquares($0[2], tolerance: 1e-9).solution
    }
  }

  @Test func emptySystemsHaveZeroSolutions() throws {
    let none = try Tensor.zeros([0, 3]).leastSquares(.zeros([0, 2]))
    #expect(none.solution.shape == [3, 2])
    #expect(try none.solution.doubles.allSatisfy { $0 == 0 } && none.rank.item() == 0)
    #expect(try none.residuals.doubles == [0, 0])
    let narrow = try Tensor.zeros([2, 0]).leastSquares(Tensor([3 as Float, 4]))
    #expect(try narrow.solution.shape == [0] && narrow.residuals.item() == 25)
    #expect(try Tensor.ones([3, 2]).leastSquares(.zeros([3, 0])).solution.shape == [2, 0])
    #expect(try Tensor.zeros([0, 3]).leastSquares(.zeros([0, 2]), ridge: 1).solution.doubles.allSatisfy { $0 == 0 })
  }

  @Test func brokenInputIsRefused() throws {
    let a = try Tensor.ones([3, 2])
    expectFailure(.shape, "[3, 2]", "[2, 1]") { try a.leastSquares(.ones([2, 1])) }
    expectFailure(.argument, "ridge") { try a.leastSquares(.ones([3]), ridge: -1) }
    expectFailure(.argument, "ridge") { try a.leastSquares(.ones([3]), ridge: .nan) }
    expectFailure(.argument, "tolerance") { try a.leastSquares(.ones([3]), tolerance: .infinity) }
    expectFailure(.numerical, "NaN") { try a.leastSquares(.full([3], .nan)) }
    expectFailure(.numerical, "NaN") { try Tensor.full([3, 2], .infinity).leastSquares(.ones([3])) }
  }
}
