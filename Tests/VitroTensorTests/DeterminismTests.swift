import CVitroKernels
import Testing
import VitroCore
import VitroTensor

/// Bits depend on the arguments alone, never on the number of threads.
@Suite(.serialized) struct DeterminismTests {
  private func expectSameBits(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> [Tensor]
  ) throws {
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    let results = try [1, 2, 4].map { (threads: Int32) in
      vitro_set_thread_count(threads)
      return try body()
    }
    for other in results.dropFirst() {
      #expect(other.count == results[0].count, sourceLocation: sourceLocation)
      for (number, (a, b)) in zip(results[0], other).enumerated() {
        #expect(a.isIdentical(to: b), "result \(number)", sourceLocation: sourceLocation)
      }
    }
  }

  private func normal(_ shape: [Int], _ number: Int, _ dtype: DType) throws -> Tensor {
    var random = RandomStream(seed: 4, "determinism", number)
    return try random.normal(shape, dtype: dtype)
  }

  @Test(arguments: [DType.float32, .float64])
  func matrixProducts(_ dtype: DType) throws {
    let a = try normal([7, 131, 257], 0, dtype)
    let b = try normal([7, 257, 67], 1, dtype)
    let shared = try normal([257, 67], 2, dtype)
    try expectSameBits {
      [try a.matmul(b), try a.matmul(shared), try b.matmul(a, transposeA: true, transposeB: true)]
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func convolutions(_ dtype: DType) throws {
    let images = try normal([5, 8, 31, 29], 0, dtype)
    let filters = try normal([16, 8, 3, 3], 1, dtype)
    let bias = try normal([16], 2, dtype)
    try expectSameBits {
      let (value, gradients) = try valueWithGradients(at: [images, filters, bias]) {
        try $0[0].conv2d(filters: $0[1], bias: $0[2], window: Window(3, stride: 2, padding: 1)).square().sum()
      }
      return [value] + gradients
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func reductionsAndOrder(_ dtype: DType) throws {
    let x = try normal([37, 83, 101], 0, dtype)
    try expectSameBits {
      [
        try x.sum(), try x.sum(axes: [0]), try x.sum(axes: [1]), try x.mean(axes: [0, 2]), try x.variance(axes: [2]),
        try x.product(axes: [1]), try x.max(axes: [0]), try x.norm(), try x.cumulativeSum(axis: 1),
        try x.argmax(axis: 0),
        try x.softmax(), try x.logSumExp(axis: 0), try x.layerNormalized().values, try x.batchNormalized().values,
        try x.sorted().values, try x.sortedPositions(axis: 0), try x.top(5).values, try x.permuted([2, 1, 0]),
        try x.gelu(), try x.flattened().scatterAdd(x.flattened(), at: .range(0..<x.count)),
      ]
    }
  }

  @Test func randomNumbers() throws {
    try expectSameBits {
      var random = RandomStream(seed: 8, "threads")
      return [
        try random.normal([100_003]), try random.uniform([100_003], dtype: .float64),
        try random.bernoulli([100_003], probability: 0.4),
        try random.truncatedNormal([100_003], low: -1, high: 2),
        try Tensor.ones([100_003]).dropout(probability: 0.5, stream: &random),
      ]
    }
  }

  /// Three steps of a convolutional network with everything in it.
  @Test func aTrainingStep() throws {
    let images = try normal([16, 3, 14, 14], 0, .float32)
    let labels = try Tensor((0..<16).map { $0 % 10 })
    try expectSameBits {
      var parameters = [
        try normal([8, 3, 3, 3], 1, .float32) * 0.2, try Tensor.zeros([8]),
        try normal([10, 8 * 36], 2, .float32) * 0.1,
        try Tensor.zeros([10]),
      ]
      var losses: [Tensor] = []
      for step in 0..<3 {
        var random = RandomStream(seed: 6, "step", step)
        let (loss, gradients) = try valueWithGradients(at: parameters) { p in
          let hidden = try images.conv2d(filters: p[0], bias: p[1]).batchNormalized().values.relu()
          let pooled = try hidden.maxPool2d(Window(2, stride: 2)).flattened(from: 1)
          return try pooled.dropout(probability: 0.2, stream: &random).linear(weight: p[2], bias: p[3])
            .crossEntropy(labels: labels).mean()
        }
        losses.append(loss)
        parameters = try zip(parameters, gradients).map { try $0 - $1 * 0.1 }
      }
      #expect(try losses[2].item() < losses[0].item())
      return losses + parameters
    }
  }
}
