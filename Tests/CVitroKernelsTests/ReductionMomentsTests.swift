import CVitroKernels
import Testing

@Suite struct ReductionMomentsTests {
  private func moments(_ values: [Double], correction: Double) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / max(0, Double(values.count) - correction))
  }

  private func check<Element: ReducedElement>(_ type: Element.Type, _ shape: ReducedShape, offset: Double) {
    var series = ReductionSeries(seed: 21)
    let x = series.reals(shape.count, from: offset - 1, to: offset + 1, as: type)
    let results = shape.outer * shape.inner
    for correction in [0.0, 1] {
      var variance = [Element](repeating: 0, count: results)
      let mean = filled(results, with: Element(0)) {
        vitro_moments(
          type.kernelType, x, $0, &variance, Int64(shape.outer), Int64(shape.length), Int64(shape.inner), correction)
      }
      let expected = (0..<results).map {
        moments(shape.members(of: $0).map { Double(x[$0]) }, correction: correction)
      }
      #expect(firstReducedDifference(mean, expected.map(\.mean)) == nil)
      #expect(firstReducedDifference(variance, expected.map(\.variance)) == nil)
    }
  }

  @Test(arguments: ReducedShape.all)
  func momentsAgreeWithAPlainLoop(shape: ReducedShape) {
    check(Float.self, shape, offset: 0)
    check(Double.self, shape, offset: 3)
  }

  @Test func aLargeMeanLeavesTheVarianceExact() {
    check(Float.self, ReducedShape(outer: 3, length: 5000, inner: 1), offset: 20_000)
    check(Float.self, ReducedShape(outer: 1, length: 5000, inner: 7), offset: 20_000)
  }

  @Test(arguments: [
    (1, 1, 1), (5, 3, 1), (700, 300, 1), (4, 3, 49), (3, 300, 16), (2, 5, 100_003), (130, 2, 5), (3000, 3, 16),
    (9, 600, 64),
  ])
  func channelMomentsAgreeWithAPlainLoop(outer: Int, channels: Int, inner: Int) {
    var series = ReductionSeries(seed: 3)
    let x = series.reals(outer * channels * inner, from: -1, to: 4, as: Float.self)
    var variance = [Float](repeating: 0, count: channels)
    let mean = filled(channels, with: Float(0)) {
      vitro_channel_moments(vitro_float32, x, $0, &variance, Int64(outer), Int64(channels), Int64(inner))
    }
    let expected = (0..<channels).map { channel -> (mean: Double, variance: Double) in
      var values: [Double] = []
      for o in 0..<outer {
        let start = (o * channels + channel) * inner
        for value in x[start..<start + inner] { values.append(Double(value)) }
      }
      return moments(values, correction: 0)
    }
    #expect(firstReducedDifference(mean, expected.map(\.mean)) == nil)
    #expect(firstReducedDifference(variance, expected.map(\.variance)) == nil)
  }
}
