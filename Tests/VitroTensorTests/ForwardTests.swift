import Testing
import VitroCore
import VitroTensor

/// Values that can be said by hand.
@Suite struct ForwardTests {
  @Test func shapesBroadcastFromTheLastAxis() throws {
    let column = try Tensor([1.0, 2], shape: [2, 1])
    let row = try Tensor([10.0, 20, 30])
    let sum = try column + row
    #expect(sum.shape == [2, 3])
    #expect(try sum.doubles == [11, 21, 31, 12, 22, 32])
    #expect(try (Tensor(5.0) - row).doubles == [-5, -15, -25])
    #expect(try (Tensor.zeros([0, 3], dtype: .float64) * row).shape == [0, 3])
    #expect(try (Tensor.zeros([0, 1], dtype: .float64) * row).shape == [0, 3])
    #expect(try (Tensor.zeros([2, 0]) + Tensor.zeros([1])).shape == [2, 0])
  }

  @Test func integersTruncateAndDoNotTrap() throws {
    let a = try Tensor([7, -7, 5, .min])
    #expect(try (a / Tensor([2, 2, 0, -1])).ints[..<3] == [3, -3, 0])
    #expect(try (Tensor([Int32.max]) + Tensor([Int32(1)])).ints == [Int(Int32.min)])
    #expect(try a.maximum(Tensor(0)).ints == [7, 0, 5, 0])
    #expect(try Tensor([3, 1, 2]).sum().ints == [6])
    #expect(try Tensor([[3, 1], [2, 9]].flatMap(\.self), shape: [2, 2]).max(axes: [1]).ints == [3, 9])
  }

  @Test func divisionByANumberIsDivision() throws {
    let x = try Tensor((1...100).map { Double($0) })
    #expect(try (x / 49).doubles == (1...100).map { Double($0) / 49 })
    #expect(try (Tensor([0.0, 1, -1]) / 0).doubles[1...] == [.infinity, -.infinity])
  }

  @Test func meansOfEqualNumbersAreThatNumber() throws {
    for count in [1, 3, 41, 49, 1000, 100_003] {
      #expect(try Tensor.ones([count]).mean().item() == 1)
      #expect(try Tensor.ones([count], dtype: .float64).mean().item() == 1)
      #expect(try Tensor.ones([count], dtype: .float64).variance().item() == 0)
      #expect(try Tensor.ones([count], dtype: .float64).standardDeviation().item() == 0)
    }
  }

  @Test func emptyReductionsAreTheNeutralElements() throws {
    let empty = try Tensor.zeros([0, 3], dtype: .float64)
    #expect(try empty.sum(axes: [0]).doubles == [0, 0, 0])
    #expect(try empty.product(axes: [0]).doubles == [1, 1, 1])
    #expect(try empty.mean().item().isNaN)
    #expect(try empty.max(axes: [1]).shape == [0])
    #expect(try empty.isLess(than: 0).any(axes: [0]).doubles == [0, 0, 0])
    #expect(try empty.cumulativeSum(axis: 0).shape == [0, 3])
  }

  @Test func matrixProductsWithoutInnerAxisAreZero() throws {
    #expect(try Tensor.ones([2, 0]).matmul(.ones([0, 3])).doubles == [0, 0, 0, 0, 0, 0])
    #expect(try Tensor.ones([5, 2, 0]).matmul(.ones([0, 3])).doubles == [Double](repeating: 0, count: 30))
    #expect(
      try Tensor.ones([1, 0, 3, 3]).conv2d(filters: .ones([2, 0, 3, 3]), bias: Tensor([1, 2] as [Float])).doubles == [
        1, 2,
      ])
  }

  @Test func matricesMultiplyByHand() throws {
    let a = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(try a.matmul(a, transposeB: true).doubles == [14, 32, 32, 77])
    #expect(try a.matmul(a, transposeA: true).doubles == [17, 22, 27, 22, 29, 36, 27, 36, 45])
    #expect(try a.matmul(Tensor([1.0, 0, -1])).doubles == [-2, -2])
    #expect(try Tensor([1.0, -1]).matmul(a).doubles == [-3, -3, -3])
    #expect(try Tensor.eye(3, dtype: .float64).matmul(Tensor([4.0, 5, 6])).doubles == [4, 5, 6])
  }

  @Test func sortingIsStableAndPutsNaNLast() throws {
    let x = try Tensor([2, .nan, 1, 2, -.infinity, 1] as [Float])
    let (values, positions) = try x.sorted()
    #expect(try positions.ints == [4, 2, 5, 0, 3, 1])
    #expect(try values.floats[..<5] == [-.infinity, 1, 1, 2, 2])
    #expect(try values.floats[5].isNaN)
    #expect(try x.sortedPositions(descending: true).ints == [1, 0, 3, 2, 5, 4])
    #expect(try Tensor([3, 1, 2]).sorted().values.ints == [1, 2, 3])
  }

  @Test func tiesOfTheTopGoByPosition() throws {
    let x = try Tensor([1.0, 3, 3, 2, 3])
    #expect(try x.top(2).positions.ints == [1, 2])
    #expect(try x.top(4).positions.ints == [1, 2, 4, 3])
    #expect(try x.top(2, largest: false).positions.ints == [0, 3])
    #expect(try x.top(0).values.shape == [0])
    #expect(try x.argmax().ints == [1])
    #expect(try Tensor([1, .nan, 3]).argmin().ints == [1])
  }

  @Test func gradientsAtTiesAndKinksAreShared() throws {
    func slope(_ values: [Double], _ function: ([Tensor]) throws -> Tensor) throws -> [Double] {
      try valueWithGradients(at: [Tensor(values)], of: function).gradients[0].doubles
    }
    #expect(try slope([1, 3, 3]) { try $0[0].max() } == [0, 0.5, 0.5])
    #expect(try slope([1, 1, 3]) { try $0[0].min() } == [0.5, 0.5, 0])
    #expect(try slope([2]) { try $0[0].maximum($0[0].detached).sum() } == [0.5])
    #expect(try slope([0, 0]) { try $0[0].norm() } == [0, 0])
    #expect(try slope([2, 2]) { try $0[0].standardDeviation() } == [0, 0])
    #expect(try slope([0]) { try $0[0].relu().sum() } == [0])
    #expect(try slope([0]) { try $0[0].abs().sum() } == [0])
    #expect(try slope([-1, 1]) { try $0[0].clip(-1, 1).sum() } == [1, 1])
    #expect(try slope([0, 2]) { try $0[0].power(Tensor([0.0, 0])).sum() } == [0, 0])
    #expect(try slope([0, 2, 0]) { try $0[0].product() } == [0, 0, 0])
    #expect(try slope([0, 2, 3]) { try $0[0].product() } == [6, 0, 0])
    #expect(try slope([-.infinity, -.infinity]) { try $0[0].logSumExp() } == [0, 0])
  }

  @Test func nanIsNotEqualAndComparesFalse() throws {
    let x = try Tensor([1, .nan, 3])
    #expect(try x.isNaN().ints == [0, 1, 0])
    #expect(try x.isEqual(to: x).ints == [1, 0, 1])
    #expect(try x.isLess(than: 2).ints == [1, 0, 0])
    #expect(try x.isAtLeast(2).not().ints == [1, 1, 0])
    #expect(try x.maximum(Tensor(0.0)).doubles[1].isNaN)
    #expect(try x.max().item().isNaN)
    #expect(!x.isFinite)
  }

  @Test func conversionsTruncateAndSaturate() throws {
    let x = try Tensor([-1.7, 1.7, .nan, 1e300, -1e300, 300])
    #expect(try x.cast(to: .int32).ints == [-1, 1, 0, Int(Int32.max), Int(Int32.min), 300])
    #expect(try x.cast(to: .uint8).ints == [0, 1, 0, 255, 0, 255])
    #expect(try Tensor([0.0, 0.5, -2]).cast(to: .bool).ints == [0, 1, 1])
    for dtype in DType.allCases {
      #expect(try Tensor([0.0, 1]).cast(to: dtype).cast(to: .float64).doubles == [0, 1])
    }
  }

  @Test func softmaxIsStable() throws {
    #expect(try Tensor([1000.0, 1000]).softmax().doubles == [0.5, 0.5])
    #expect(try Tensor([-.infinity, -.infinity] as [Double]).softmax().doubles == [0, 0])
    #expect(try Tensor([-.infinity, 0] as [Double]).logSoftmax().doubles == [-.infinity, 0])
    #expect(try Tensor([1e4, 0.0], shape: [1, 2]).crossEntropy(labels: Tensor([1])).doubles == [1e4])
  }

  @Test func makersMakeWhatTheySay() throws {
    #expect(try Tensor.linspace(0, 1, count: 5, dtype: .float64).doubles == [0, 0.25, 0.5, 0.75, 1])
    #expect(try Tensor.linspace(2, 9, count: 1).doubles == [2])
    #expect(try Tensor.linspace(2, 9, count: 0).shape == [0])
    #expect(try Tensor.range(-2..<3).ints == [-2, -1, 0, 1, 2])
    #expect(try Tensor(rows: [[1.0, 2], [3, 4]]).shape == [2, 2])
    #expect(try Tensor([2, 0]).oneHot(count: 3).floats == [0, 0, 1, 1, 0, 0])
    #expect(try Tensor([-1]).oneHot(count: 3).floats == [0, 0, 1])
    #expect(
      try Tensor.zeros([2, 3]).puttingAlong(.ones([2, 1]), at: Tensor([0, -1], shape: [2, 1])).floats == [
        1, 0, 0, 0, 0, 1,
      ])
  }

  @Test func descriptionsShowTheFirstElements() throws {
    #expect(try Tensor([Int.max, Int.min]).description == "int64 [2]: \(Int.max) \(Int.min)")
    #expect(
      try Tensor([1.5] + [Double](repeating: .nan, count: 9)).description
        == "float64 [10]: 1.5 nan nan nan nan nan nan nan …")
    #expect(try Tensor([true, false]).description == "bool [2]: 1 0")
  }

  @Test func ranksUpToTheLargestWork() throws {
    let shape = [2, 1, 2, 1, 1, 2, 1, 2, 1, 1, 2, 3]
    let x = try wave(shape, 0.7, 0.3)
    let order = Array((0..<12).reversed())
    #expect(try x.permuted(order).permuted(order).isIdentical(to: x))
    #expect(try x.sum(axes: [0, 2, 5, 7, 10]).shape == [1, 1, 1, 1, 1, 1, 3])
    let column = try wave([2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1], 0.7, 0.3)
    #expect(try (x * column).shape == shape)
  }
}
