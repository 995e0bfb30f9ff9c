import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraMatrixFunctionTests {
  @Test func powersAreProducts() throws {
    let a = try randomMatrix([2, 3, 3])
    try expectClose(a.matrixPower(5), a.matmul(a).matmul(a).matmul(a).matmul(a), 1e-13)
    try expectClose(a.matrixPower(-2), a.inverse().matmul(a.inverse()), 1e-13)
    #expect(try a.matrixPower(0).isIdentical(to: Tensor.eye(3, dtype: .float64).expanded(to: [2, 3, 3])))
    #expect(try a.matrixPower(1).isIdentical(to: a))
    // Fibonacci.
    #expect(try Tensor(rows: [[1.0, 1], [1, 0]]).matrixPower(50).doubles[1] == 12_586_269_025)
    for power in [-3, 0, 1, 6] { try checkGradient(at: [a]) { try $0[0].matrixPower(power) } }
    expectFailure(.shape, "square") { try Tensor.ones([2, 3]).matrixPower(2) }
    expectFailure(.numerical, "singular") { try Tensor.ones([2, 2]).matrixPower(-1) }
    #expect(try Tensor.eye(2).matrixPower(.min).floats == [1, 0, 0, 1])
  }

  @Test(arguments: Precision.allCases) func exponentialsOfRotationsAndShears(_ precision: Precision) throws {
    let angle = 20.0
    let turn = try Tensor(rows: [[0, -angle], [angle, 0]]).cast(to: precision.dtype)
    let (c, s) = (0.40808206181339196, 0.9129452507276277)
    try expectClose(
      turn.matrixExponential(), Tensor(rows: [[c, -s], [s, c]]).cast(to: precision.dtype), precision.tolerance)
    let shear = try Tensor(rows: [[0.0, 1, 2], [0, 0, 3], [0, 0, 0]]).cast(to: precision.dtype)
    try expectClose(
      shear.matrixExponential(), Tensor(rows: [[1.0, 1, 3.5], [0, 1, 3], [0, 0, 1]]).cast(to: precision.dtype),
      precision.tolerance)
  }

  @Test(arguments: [0.0, 1e-8, 0.1, 1, 3, 30]) func exponentialsAreThoseOfTheEigenvalues(_ scale: Double) throws {
    let a = try randomSymmetric([3, 5, 5]) * scale
    let (values, vectors) = try a.symmetricEigen()
    let expected = try (vectors * values.exp().expandingAxis(-2)).matmul(vectors, transposeB: true)
    try expectClose(a.matrixExponential(), expected, 1e-12)
  }

  @Test func everyMatrixOfABatchHasItsOwnScaling() throws {
    let a = try randomMatrix([4, 4])
    let batch = try Tensor.stack([a * 1e-3, a * 40, a])
    let results = try batch.matrixExponential()
    for index in 0..<3 {
      #expect(try results.select(at: index).isIdentical(to: batch.select(at: index).matrixExponential()))
    }
    #expect(try Tensor.zeros([0, 0]).matrixExponential().shape == [0, 0])
    #expect(try Tensor.zeros([0, 2, 2]).matrixExponential().shape == [0, 2, 2])
  }

  @Test(arguments: [0.1, 1, 4]) func gradientsOfExponentialsAreThoseOfDifferences(_ scale: Double) throws {
    try checkGradient(at: [randomMatrix([2, 3, 3]) * scale]) { try $0[0].matrixExponential() }
    try checkGradient(at: [randomMatrix([2, 2]) * scale]) { try $0[0].matrixExponential() * 1e12 }
    try checkGradient(at: [.zeros([0, 0], dtype: .float64)]) { try $0[0].matrixExponential() }
  }

  @Test func exponentialsWithoutAnyDigitAreRefused() throws {
    expectFailure(.numerical, "norm") { try (Tensor.eye(2, dtype: .float64) * 1e17).matrixExponential() }
    expectFailure(.numerical, "NaN") { try Tensor.full([2, 2], .nan).matrixExponential() }
    #expect(try (Tensor.eye(2, dtype: .float64) * -1e6).matrixExponential().doubles == [0, 0, 0, 0])
  }

  @Test(arguments: [[3, 3], [2, 4], [4, 2], [2, 3, 2], [0, 3], [3, 0], [2, 0, 0]])
  func diagonalsAndTriangles(_ shape: [Int]) throws {
    let a = try randomMatrix(shape)
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let values = try a.doubles
    #expect(
      try a.diagonal().doubles
        == values.indices.filter { $0 % columns == $0 / columns % rows }.map { values[$0] })
    for k in -5...5 {
      let position = { (index: Int) in index % columns - index / columns % rows }
      #expect(try a.lowerTriangle(k).doubles == values.indices.map { position($0) <= k ? values[$0] : 0 })
      #expect(try a.upperTriangle(k).doubles == values.indices.map { position($0) >= k ? values[$0] : 0 })
      try checkGradient(at: [a]) { try $0[0].lowerTriangle(k) }
      try checkGradient(at: [a]) { try $0[0].upperTriangle(k) }
    }
    try checkGradient(at: [a]) { try $0[0].diagonal() }
    #expect(try a.lowerTriangle(.max).isIdentical(to: a) && a.upperTriangle(.min).isIdentical(to: a))
  }

  @Test func matricesAreMadeFromDiagonals() throws {
    let values = try Tensor([1.0, 2, 3, 4], shape: [2, 2])
    #expect(try Tensor.diagonal(from: values).doubles == [1, 0, 0, 2, 3, 0, 0, 4])
    #expect(try Tensor.diagonal(from: .zeros([3, 0])).shape == [3, 0, 0])
    try checkGradient(at: [values]) { try Tensor.diagonal(from: $0[0]) }
    expectFailure(.shape, "scalar") { try Tensor.diagonal(from: Tensor(1.0)) }
  }

  @Test func tracesAddTheDiagonal() throws {
    let a = try randomMatrix([3, 4, 4])
    try expectClose(a.trace(), a.diagonal().sum(axes: [-1]), 0)
    #expect(try Tensor.eye(5).trace().item() == 5)
    try checkGradient(at: [a]) { try $0[0].trace() }
    expectFailure(.shape, "square") { try Tensor.ones([2, 3]).trace() }
    expectFailure(.shape) { try Tensor.ones([2]).trace() }
  }
}
