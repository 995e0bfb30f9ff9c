import Testing
import VitroCore
import VitroTensor
import VitroTestSupport

@Suite struct LinearAlgebraGeneralEigenTests {
  @Test(arguments: Precision.allCases, [[0, 0], [1, 1], [2, 2], [7, 7], [31, 31], [3, 5, 5], [0, 2, 2]])
  func vectorsAreStretchedByTheirValues(_ precision: Precision, _ shape: [Int]) throws {
    let a = try randomMatrix(shape, precision.dtype)
    let e = try a.eigen()
    let (re, im) = (try e.realValues.expandingAxis(-2), try e.imaginaryValues.expandingAxis(-2))
    let stretchedRe = try e.realVectors * re - e.imaginaryVectors * im
    let stretchedIm = try e.realVectors * im + e.imaginaryVectors * re
    try expectClose(a.matmul(e.realVectors), stretchedRe, precision.tolerance)
    try expectClose(a.matmul(e.imaginaryVectors), stretchedIm, precision.tolerance)
    let norms = try (e.realVectors.square() + e.imaginaryVectors.square()).sum(axes: [-2])
    try expectClose(norms, .ones(norms.shape, dtype: precision.dtype), precision.tolerance)
    #expect(try e.realValues.isIdentical(to: e.realValues.sorted(descending: true).values), "descending")
  }

  @Test func theLargestComponentIsRealAndPositive() throws {
    let e = try randomMatrix([12, 12]).eigen()
    let squares = try e.realVectors.square() + e.imaginaryVectors.square()
    let leading = try squares.argmax(axis: -2, keepingAxis: true)
    #expect(try e.realVectors.takeAlong(leading, axis: -2).min().item() > 0)
    #expect(try e.imaginaryVectors.takeAlong(leading, axis: -2).abs().max().item() <= 1e-14)
  }

  @Test func rotationsHaveComplexValues() throws {
    let (c, s) = (0.6, 0.8)
    let e = try Tensor(rows: [[c, -s], [s, c]]).eigen()
    try expectClose(e.realValues, Tensor([c, c]), 1e-15)
    try expectClose(e.imaginaryValues, Tensor([s, -s]), 1e-15)
    let half = 0.5.squareRoot()
    try expectClose(e.realVectors, Tensor(rows: [[half, half], [0, 0]]), 1e-15)
    try expectClose(e.imaginaryVectors, Tensor(rows: [[0, 0], [-half, half]]), 1e-15)
  }

  @Test func cyclicShiftsHaveTheRootsOfUnity() throws {
    let shift = try Tensor(rows: [[0.0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    let e = try shift.eigen()
    try expectClose(e.realValues, Tensor([1.0, 0, 0, -1]), 1e-14)
    try expectClose(e.imaginaryValues, Tensor([0.0, 1, -1, 0]), 1e-14)
  }

  @Test(arguments: [[1, 1], [4, 4], [5, 5], [2, 3, 3]]) func gradientsAreThoseOfDifferences(_ shape: [Int]) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let a = try randomMatrix(shape, seed: seed)
      try checkGradient(at: [a]) { try $0[0].eigen().realValues }
      try checkGradient(at: [a]) { try $0[0].eigen().imaginaryValues }
      try checkGradient(at: [a]) { try $0[0].eigen().realVectors }
      try checkGradient(at: [a]) { try $0[0].eigen().imaginaryVectors }
      try checkGradient(at: [a]) { p -> [Tensor] in
        let e = try p[0].eigen()
        return [e.realValues, e.imaginaryValues, e.realVectors, e.imaginaryVectors]
      }
    }
  }

  @Test func defectiveMatricesHaveValuesButNoGradient() throws {
    let jordan = try Tensor(rows: [[2.0, 1], [0, 2]])
    let e = try jordan.eigen()
    try expectClose(e.realValues, Tensor([2.0, 2]), 1e-7)
    expectFailure(.numerical, "linearly dependent", "defective") {
      try valueWithGradients(at: [jordan]) { try $0[0].eigen().realValues.sum() }
    }
  }

  @Test func repeatedValuesOfFullEigenspacesHaveAGradient() throws {
    let (value, gradients) = try valueWithGradients(at: [.eye(3, dtype: .float64)]) {
      try $0[0].eigen().realValues.sum()
    }
    #expect(try value.item() == 3)
    try expectClose(gradients[0], .eye(3, dtype: .float64), 1e-15, "the trace's")
  }

  @Test func whatIsNotASquareFiniteMatrixIsRefused() throws {
    expectFailure(.shape, "square") { try Tensor.zeros([2, 3]).eigen() }
    expectFailure(.numerical, "NaN") { try Tensor(rows: [[1, Double.nan], [0, 1]]).eigen() }
    expectFailure(.numerical, "NaN") { try Tensor(rows: [[1, Double.infinity], [0, 1]]).eigen() }
  }
}
