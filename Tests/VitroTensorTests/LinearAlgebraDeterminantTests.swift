import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraDeterminantTests {
  @Test func knownDeterminantsAreFound() throws {
    #expect(try Tensor(rows: [[1.0, 2], [3, 4]]).determinant().item().isApproximately(-2))
    #expect(try Tensor(rows: [[0.0, 1, 0], [0, 0, 1], [1, 0, 0]]).determinant().item() == 1)
    #expect(try Tensor(rows: [[0.0, 1], [1, 0]]).determinant().item() == -1)
    #expect(try Tensor(rows: [[1.0, 2], [2, 4]]).determinant().item() == 0)
    #expect(try Tensor.zeros([2, 0, 0]).determinant().doubles == [1, 1])
    #expect(try Tensor.zeros([0, 2, 2]).determinant().shape == [0])
    // The Hilbert matrix of size 4: 1/6048000.
    #expect(try (hilbertMatrix(4).determinant().item() * 6_048_000).isApproximately(1, 1e-11))
  }

  @Test func logarithmsDoNotOverflow() throws {
    let big = try Tensor.eye(400, dtype: .float64) * -1e3
    let (sign, log) = try big.logAbsDeterminant()
    #expect(try sign.item() == 1)
    #expect(try log.item().isApproximately(400 * 6.907755278982137, 1e-14))
    let singular = try Tensor(rows: [[1.0, 2], [2, 4]]).logAbsDeterminant()
    #expect(try singular.sign.item() == 0 && singular.log.item() == -.infinity)
    let odd = try Tensor.stack([.eye(3) * -1, .eye(3)]).logAbsDeterminant()
    #expect(try odd.sign.doubles == [-1, 1] && odd.log.doubles == [0, 0])
  }

  @Test(arguments: [[1, 1], [4, 4], [3, 3, 3], [2, 0, 0]]) func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    try checkGradient(at: [a]) { try $0[0].determinant() }
    try checkGradient(at: [a]) { try $0[0].logAbsDeterminant().log }
  }

  @Test func determinantsHaveGradientsAtSingularMatrices() throws {
    let rankTwo = try randomMatrix([3, 2]).matmul(randomMatrix([2, 3], seed: 2))
    let exact = try Tensor(rows: [[1.0, 2, 0], [2, 4, 0], [0, 0, 3]])
    let zero = try Tensor.zeros([3, 3], dtype: .float64)
    let regular = try randomMatrix([3, 3])
    try checkGradient(at: [.stack([rankTwo, exact, zero, regular])]) { try $0[0].determinant() }
    expectFailure(.numerical, "singular") {
      try valueWithGradients(at: [exact]) { try $0[0].logAbsDeterminant().log }
    }
  }

  @Test func brokenInputIsRefused() throws {
    expectFailure(.shape, "square") { try Tensor.ones([2, 3]).determinant() }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .nan).determinant() }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .nan).logAbsDeterminant() }
  }
}

extension Double {
  fileprivate func isApproximately(_ other: Double, _ tolerance: Double = 1e-14) -> Bool {
    abs(self - other) <= tolerance * abs(other)
  }
}
