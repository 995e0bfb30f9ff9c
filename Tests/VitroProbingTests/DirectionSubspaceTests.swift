import Testing
import VitroCore
import VitroFitting
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct DirectionSubspaceTests {
  private func normal(_ shape: [Int], _ purpose: String) throws -> Tensor {
    var stream = RandomStream(seed: 6, purpose)
    return try stream.normal(shape, dtype: .float64)
  }

  private func largest(_ tensor: Tensor) throws -> Double { try tensor.abs().max().item() }

  @Test func afterTheRemovalEveryScoreOfTheProbeIsAConstant() throws {
    let (rows, width) = (4, 30)
    let weights = try normal([rows, width], "weights") * 3
    let model = try LinearModel(kind: .logistic, weights: weights, intercepts: normal([rows], "intercepts"))
    let mean = try normal([width], "mean").doubles
    let centred = try ProbeDirections.classRows(of: model)
    let subspace = try DirectionSubspace(spannedBy: centred, mean: mean, scale: .init(repeating: 1, count: width))
    #expect(subspace.rank == rows - 1, "centring takes one dimension off")
    for dtype in [DType.float64, .float32] {
      let x = try normal([50, width], "x").cast(to: dtype)
      let scores = try model.scores(subspace.removing(from: x)).cast(to: .float64)
      let differences = try scores - scores.mean(axes: [1], keepingAxes: true)
      let spread = try differences - differences.slice(0..<1)
      #expect(try largest(spread) < (dtype == .float64 ? 1e-12 : 1e-4), "every example has the same log-odds")
      let constant = try model.scores(Tensor(mean, shape: [1, width]))
      let expected = try constant - constant.mean(axes: [1], keepingAxes: true)
      #expect(try largest(differences - expected) < (dtype == .float64 ? 1e-12 : 1e-4), "those of the mean")
      #expect(try Set(model.predict(subspace.removing(from: x))).count == 1)
    }
  }

  @Test func theRemovalIsTheFormulaOfTheDocumentation() throws {
    let weights = try normal([3, 7], "weights")
    let mean = try normal([7], "mean")
    let x = try normal([20, 7], "x")
    let subspace = try DirectionSubspace(spannedBy: weights, mean: mean.doubles, scale: [1, 2, 3, 4, 5, 6, 7])
    let gram = try weights.matmul(weights, transposeB: true).pseudoinverse()
    let projection = try weights.matmul(gram.matmul(weights), transposeA: true)
    let expected = try x - (x - mean.reshaped([1, 7])).matmul(projection)
    #expect(try largest(subspace.removing(from: x) - expected) < 1e-12)
    let once = try subspace.removing(from: x)
    #expect(try largest(subspace.removing(from: once) - once) < 1e-12, "idempotent")
    #expect(try largest(subspace.removing(from: mean.reshaped([1, 7])) - mean.reshaped([1, 7])) < 1e-15)
    let identity = try subspace.basis.matmul(subspace.basis, transposeB: true)
    #expect(try largest(identity - .eye(3, dtype: .float64)) < 1e-12)
  }

  @Test func rankIsDecidedInUnitsOfTheFeatures() throws {
    let mean = [0.0, 0, 0]
    func rank(_ rows: [[Double]], _ scale: [Double] = [1, 1, 1]) throws -> Int {
      try DirectionSubspace(spannedBy: Tensor(rows: rows), mean: mean, scale: scale).rank
    }
    #expect(try rank([[1, 0, 0], [2, 0, 0]]) == 1)
    #expect(try rank([[1, 0, 0], [1, 1e-9, 0]]) == 1, "below the tolerance")
    #expect(try rank([[1, 0, 0], [1, 1e-9, 0]], [1, 1e9, 1]) == 2, "a feature of large scale is not rounding")
    #expect(try rank([[0, 0, 0]]) == 0)
    #expect(try rank([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]) == 3, "no more than the width")
    let nothing = try DirectionSubspace(spannedBy: Tensor.zeros([2, 3]), mean: mean, scale: [1, 1, 1])
    let x = try normal([4, 3], "x")
    #expect(try nothing.removing(from: x).isIdentical(to: x))
  }

  @Test func aValueOfOneFeatureBecomesItsMean() throws {
    let subspace = try DirectionSubspace(
      spannedBy: Tensor([[3.0]].flatMap { $0 }, shape: [1, 1]), mean: [2], scale: [5])
    #expect(try subspace.removing(from: Tensor([1.0, 7, -4])).doubles == [2, 2, 2])
  }

  @Test func valuesKeepTheirShapeAndType() throws {
    let rows = try normal([2, 12], "rows")
    let subspace = try DirectionSubspace(
      spannedBy: rows, mean: .init(repeating: 0, count: 12), scale: .init(repeating: 1, count: 12))
    let image = try normal([5, 3, 2, 2], "image").cast(to: .float32)
    let removed = try subspace.removing(from: image)
    #expect(removed.shape == image.shape && removed.dtype == .float32)
    #expect(try largest(removed.flattened(from: 1).cast(to: .float64).matmul(rows, transposeB: true)) < 1e-5)
    #expect(throws: VitroError.self) { try subspace.removing(from: image.slice(axis: 1, 0..<2)) }
  }

  @Test func whatCannotBeASubspaceIsRefused() throws {
    let rows = try Tensor(rows: [[1.0, .nan]])
    #expect(throws: VitroError.self) { try DirectionSubspace(spannedBy: rows, mean: [0, 0], scale: [1, 1]) }
    let fine = try Tensor(rows: [[1.0, 2]])
    #expect(throws: VitroError.self) { try DirectionSubspace(spannedBy: fine, mean: [0], scale: [1]) }
    #expect(throws: VitroError.self) { try DirectionSubspace(spannedBy: fine, mean: [0, .infinity], scale: [1, 1]) }
    #expect(throws: VitroError.self) { try DirectionSubspace(spannedBy: fine, mean: [0, 0], scale: [1, 0]) }
  }

  @Test func twoClassesShareOneDirection() throws {
    let model = try LinearModel(
      kind: .logistic, weights: Tensor([2.0, -4], shape: [1, 2]), intercepts: Tensor([1.0]))
    #expect(try ProbeDirections.classRows(of: model).doubles == [-1, 2, 1, -2])
  }
}
