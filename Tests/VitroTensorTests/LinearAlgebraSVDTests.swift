import Testing
import VitroCore
import VitroTestSupport

@testable import VitroTensor

@Suite struct LinearAlgebraSVDTests {
  static let shapes = [
    [0, 0], [0, 3], [3, 0], [1, 1], [1, 5], [5, 1], [7, 7], [31, 13], [13, 31], [3, 6, 4], [2, 2, 4, 6], [0, 3, 2],
  ]

  @Test(arguments: Precision.allCases, shapes)
  func factorsRebuildTheMatrix(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomMatrix(shape, precision.dtype)
    let (u, s, vh) = try a.svd()
    let k = min(shape[shape.count - 1], shape[shape.count - 2])
    #expect(s.shape == shape.dropLast(2) + [k])
    try expectClose((u * s.expandingAxis(-2)).matmul(vh), a, precision.tolerance)
    try expectOrthonormalColumns(u, precision.tolerance)
    try expectOrthonormalColumns(vh.transposed(), precision.tolerance)
    try expectClose(s, a.singularValues(), precision.tolerance)
    #expect(try s.isIdentical(to: s.sorted(descending: true).values), "descending")
  }

  @Test(arguments: [[5, 5], [9, 4], [4, 9], [3, 4, 2]])
  func theFallBackGivesTheSameDecomposition(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    let (u, s, vh) = try a.svd()
    let other = try a.decomposedSingular("svd", vectors: true, byIteration: true)
    try expectClose(other.u, u, 1e-13)
    try expectClose(other.s, s, 1e-13)
    try expectClose(other.vh, vh, 1e-13)
    try expectClose(a.decomposedSingular("svd", vectors: false, byIteration: true).s, s, 1e-13)
  }

  @Test func theLargestComponentOfEveryRightVectorIsPositive() throws {
    let vh = try randomMatrix([9, 14]).svd().vh
    let largest = try vh.takeAlong(vh.abs().argmax(axis: -1, keepingAxis: true), axis: -1)
    #expect(try largest.min().item() > 0)
  }

  @Test func gradedMatricesKeepSmallValues() throws {
    let u = try randomOrthonormal([8, 4], seed: 2)
    let v = try randomOrthonormal([5, 4], seed: 3)
    let a = try (u * Tensor([1.0, 1e-4, 1e-8, 0])).matmul(v, transposeB: true)
    let s = try a.singularValues()
    #expect(s.shape == [5])
    try expectClose(s, Tensor([1.0, 1e-4, 1e-8, 0, 0]), 1e-15)
    #expect(try a.matrixRank().ints == [3])
    #expect(try a.matrixRank(tolerance: 1e-6).ints == [2])
  }

  @Test(arguments: [[1, 1], [4, 4], [6, 3], [3, 6], [2, 4, 3], [1, 4], [4, 1]])
  func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    try checkGradient(at: [a]) { try $0[0].svd().u }
    try checkGradient(at: [a]) { try $0[0].svd().s }
    try checkGradient(at: [a]) { try $0[0].svd().vh }
    try checkGradient(at: [a]) { p -> [Tensor] in
      let (u, s, vh) = try p[0].svd()
      return [u, s, vh]
    }
    try checkGradient(at: [a]) { try $0[0].singularValues() }
    try checkGradient(at: [a]) { try $0[0].nuclearNorm() }
    try checkGradient(at: [a]) { try $0[0].spectralNorm() }
  }

  @Test func smoothFunctionsKeepTheirGradientAtRepeatedValues() throws {
    let u = try randomOrthonormal([5, 3], seed: 2)
    let v = try randomOrthonormal([3, 3], seed: 3)
    let a = try (u * Tensor([2.0, 2, 1])).matmul(v, transposeB: true)
    try checkGradient(at: [a]) { p in
      let space = try p[0].svd().u.slice(axis: -1, 0..<2)
      return try space.matmul(space, transposeB: true)
    }
    // The polar factor.
    try checkGradient(at: [a]) { p in
      let (u, _, vh) = try p[0].svd()
      return try u.matmul(vh)
    }
  }

  @Test func emptyMatricesHaveEmptyGradients() throws {
    try checkGradient(at: [.zeros([2, 0, 3], dtype: .float64)]) { p -> [Tensor] in
      let (u, s, vh) = try p[0].svd()
      return try [u, s, vh, p[0].nuclearNorm(), p[0].spectralNorm(), p[0].pseudoinverse()]
    }
  }

  @Test(arguments: Precision.allCases, [[4, 4], [7, 3], [3, 7], [2, 5, 3], [0, 3], [3, 0]])
  func pseudoinversesSatisfyPenrose(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomMatrix(shape, precision.dtype)
    let p = try a.pseudoinverse()
    try expectClose(a.matmul(p).matmul(a), a, precision.tolerance)
    try expectClose(p.matmul(a).matmul(p), p, precision.tolerance)
    try expectClose(a.matmul(p), a.matmul(p).transposed(), precision.tolerance)
    try expectClose(p.matmul(a), p.matmul(a).transposed(), precision.tolerance)
  }

  @Test(arguments: [[3, 3], [5, 3], [3, 5], [2, 4, 2]])
  func gradientsOfPseudoinversesAreThoseOfDifferences(_ shape: [Int]) throws {
    try checkGradient(at: [randomMatrix(shape)]) { try $0[0].pseudoinverse() }
  }

  @Test func gradientsOfPseudoinversesFollowTheRank() throws {
    // Changes of the factors keep the rank.
    try checkGradient(at: [randomMatrix([5, 2]), randomMatrix([2, 4], seed: 2)]) {
      try $0[0].matmul($0[1]).pseudoinverse(tolerance: 1e-9)
    }
  }

  @Test func brokenInputIsRefused() throws {
    expectFailure(.numerical, "NaN") { try Tensor([1.0, .nan], shape: [1, 2]).svd() }
    expectFailure(.numerical, "NaN") { try Tensor([1.0, .infinity], shape: [1, 2]).singularValues() }
    expectFailure(.shape) { try Tensor([1.0]).svd() }
    expectFailure(.argument, "-1") { try Tensor.eye(2).pseudoinverse(tolerance: -1) }
    expectFailure(.argument, "nan") { try Tensor.eye(2).matrixRank(tolerance: .nan) }
  }
}
