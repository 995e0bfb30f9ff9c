import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraQRTests {
  static let shapes = [
    [0, 0], [0, 3], [3, 0], [1, 1], [1, 5], [5, 1], [7, 7], [61, 13], [13, 61], [3, 6, 4], [2, 2, 4, 6], [0, 3, 2],
  ]

  @Test(arguments: Precision.allCases, shapes)
  func factorsRebuildTheMatrix(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomMatrix(shape, precision.dtype)
    let (q, r) = try a.qr()
    let k = min(shape[shape.count - 1], shape[shape.count - 2])
    #expect(q.shape == shape.dropLast() + [k] && r.shape == shape.dropLast(2) + [k, shape.last!])
    try expectClose(q.matmul(r), a, precision.tolerance)
    try expectOrthonormalColumns(q, precision.tolerance)
    #expect(try r.isIdentical(to: r.upperTriangle()))
    #expect(try r.diagonal().doubles.allSatisfy { $0 >= 0 })
  }

  @Test func knownFactorsAreFound() throws {
    let (q, r) = try Tensor(rows: [[3.0, 5], [4, 5]]).qr()
    try expectClose(q, Tensor(rows: [[0.6, 0.8], [0.8, -0.6]]), 1e-15)
    try expectClose(r, Tensor(rows: [[5.0, 7], [0, 1]]), 1e-15)
  }

  @Test(arguments: [[1, 1], [4, 4], [6, 3], [3, 6], [2, 4, 3], [2, 2, 5], [1, 3]])
  func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    try checkGradient(at: [a]) { try $0[0].qr().q }
    try checkGradient(at: [a]) { try $0[0].qr().r }
    try checkGradient(at: [a]) { p -> [Tensor] in
      let (q, r) = try p[0].qr()
      return [q, r]
    }
  }

  @Test func emptyMatricesHaveEmptyGradients() throws {
    try checkGradient(at: [.zeros([2, 0, 3], dtype: .float64)]) { p -> [Tensor] in
      let (q, r) = try p[0].qr()
      return [q, r]
    }
  }

  @Test func dependentColumnsHaveFactorsButNoGradient() throws {
    let a = try Tensor(rows: [[1.0, 2], [2, 4], [3, 6]])
    let (q, r) = try a.qr()
    try expectClose(q.matmul(r), a, 1e-14)
    expectFailure(.numerical, "pivot 1", "linearly dependent") {
      try valueWithGradients(at: [a]) { try $0[0].qr().q.sum() }
    }
    expectFailure(.numerical, "matrix [1]", "pivot 0") {
      try valueWithGradients(at: [.stack([.eye(2), .zeros([2, 2])])]) { try $0[0].qr().q.sum() }
    }
  }

  @Test func brokenInputIsRefused() throws {
    expectFailure(.numerical, "NaN") { try Tensor([1.0, .nan], shape: [1, 2]).qr() }
    expectFailure(.shape) { try Tensor([1.0]).qr() }
  }
}
