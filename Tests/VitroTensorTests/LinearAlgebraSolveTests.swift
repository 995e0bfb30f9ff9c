import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraSolveTests {
  @Test(arguments: Precision.allCases, [(0, 2), (1, 1), (5, 0), (7, 1), (7, 3), (97, 5)])
  func solutionsSolve(_ precision: Precision, _ size: (n: Int, k: Int)) throws {
    let a = try randomMatrix([size.n, size.n], precision.dtype)
    let b = try randomMatrix([size.n, size.k], precision.dtype, seed: 2)
    let x = try a.solve(b)
    #expect(x.shape == [size.n, size.k])
    try expectClose(a.matmul(x), b, precision.tolerance * 100)
    try expectClose(a.inverse().matmul(b), x, precision.tolerance * 100)
  }

  @Test func leadingAxesBroadcast() throws {
    let a = try randomMatrix([3, 4, 4])
    let b = try randomMatrix([2, 3, 4, 2], seed: 2)
    try expectClose(a.matmul(a.solve(b)), b, 1e-12)
    let one = try a.select(at: 0)
    try expectClose(one.matmul(one.solve(b)), b, 1e-12)
    let right = try randomMatrix([4, 2], seed: 3)
    #expect(try a.solve(right).shape == [3, 4, 2])
    try expectClose(a.matmul(a.solve(right)), right.expanded(to: [3, 4, 2]), 1e-12)
    let vector = try randomMatrix([4], seed: 4)
    #expect(try a.solve(vector).shape == [3, 4])
    try expectClose(one.matmul(one.solve(vector)), vector, 1e-12)
    #expect(try Tensor.zeros([0, 4, 4], dtype: .float64).solve(right).shape == [0, 4, 2])
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    let a = try randomMatrix([4, 4])
    try checkGradient(at: [a, randomMatrix([4, 2], seed: 2)]) { try $0[0].solve($0[1]) }
    try checkGradient(at: [a, randomMatrix([4], seed: 2)]) { try $0[0].solve($0[1]) }
    try checkGradient(at: [a, randomMatrix([3, 4, 2], seed: 2)]) { try $0[0].solve($0[1]) }
    try checkGradient(at: [randomMatrix([3, 4, 4]), randomMatrix([4, 1], seed: 2)]) { try $0[0].solve($0[1]) }
    try checkGradient(at: [randomMatrix([1, 3, 3]), randomMatrix([2, 3, 2], seed: 2)]) { try $0[0].solve($0[1]) }
    try checkGradient(at: [randomMatrix([2, 3, 3])]) { try $0[0].inverse() }
    try checkGradient(at: [.zeros([0, 0], dtype: .float64), .zeros([0, 2], dtype: .float64)]) {
      try $0[0].solve($0[1])
    }
  }

  @Test func singularMatricesAreNamed() throws {
    let singular = try Tensor(rows: [[1.0, 2], [2, 4]])
    expectFailure(.numerical, "solve", "the matrix", "pivot 1") { try singular.solve(.ones([2], dtype: .float64)) }
    expectFailure(.numerical, "matrix [1, 0]") {
      let good = try Tensor.eye(2, dtype: .float64)
      return try Tensor.stack([good, good, singular, good]).reshaped([2, 2, 2, 2]).inverse()
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let a = try Tensor.eye(3)
    expectFailure(.shape, "[3, 3]", "[2, 1]") { try a.solve(.ones([2, 1])) }
    expectFailure(.shape) { try a.solve(.ones([])) }
    expectFailure(.dtype) { try a.solve(.ones([3], dtype: .float64)) }
    expectFailure(.shape, "square") { try Tensor.ones([2, 3]).solve(.ones([2])) }
    expectFailure(.shape, "broadcast") { try a.expanded(to: [2, 3, 3]).solve(.ones([4, 3, 1])) }
    expectFailure(.numerical, "right side") { try a.solve(.full([3], .nan)) }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .nan).solve(.ones([2])) }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .infinity).inverse() }
  }

  @Test(arguments: [true, false], [true, false])
  func triangularSolutionsSolve(_ lower: Bool, _ transposed: Bool) throws {
    for (precision, unit) in Precision.allCases.flatMap({ [($0, true), ($0, false)] }) {
      let full = try randomMatrix([2, 5, 5], precision.dtype) + Tensor.eye(5, dtype: precision.dtype) * 4
      let b = try randomMatrix([5, 3], precision.dtype, seed: 2)
      let x = try full.triangularSolve(b, lower: lower, transposed: transposed, unitDiagonal: unit)
      var t = try lower ? full.lowerTriangle(unit ? -1 : 0) : full.upperTriangle(unit ? 1 : 0)
      if unit { t = try t + Tensor.eye(5, dtype: precision.dtype) }
      try expectClose(t.matmul(x, transposeA: transposed), b.expanded(to: [2, 5, 3]), precision.tolerance * 100)
    }
  }

  @Test(arguments: [true, false], [true, false])
  func gradientsOfTriangularSolutionsAreThoseOfDifferences(_ lower: Bool, _ transposed: Bool) throws {
    let t = try randomMatrix([2, 4, 4]) + Tensor.eye(4, dtype: .float64) * 3
    let b = try randomMatrix([4, 2], seed: 2)
    for unit in [true, false] {
      try checkGradient(at: [t, b]) {
        try $0[0].triangularSolve($0[1], lower: lower, transposed: transposed, unitDiagonal: unit)
      }
    }
    try checkGradient(at: [t.select(at: 0), randomMatrix([4], seed: 3)]) {
      try $0[0].triangularSolve($0[1], lower: lower, transposed: transposed)
    }
  }

  @Test func triangularMatricesWithoutAPivotAreNamed() throws {
    let t = try Tensor(rows: [[1.0, 2], [3, 0]])
    expectFailure(.numerical, "diagonal element 1") { try t.triangularSolve(.ones([2], dtype: .float64), lower: true) }
    #expect(
      try t.triangularSolve(.ones([2], dtype: .float64), lower: true, unitDiagonal: true).doubles == [1, -2])
    #expect(try Tensor.zeros([0, 0]).triangularSolve(.zeros([0, 3]), lower: true).shape == [0, 3])
  }
}
