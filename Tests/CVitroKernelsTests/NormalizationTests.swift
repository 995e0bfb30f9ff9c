import CVitroKernels
import Testing

@Suite struct NormalizationTests {
  private struct Rows<Element> {
    var out: [Element]
    var mean: [Element]
    var scale: [Element]
  }

  private func normalize<Element: ReducedElement>(_ x: [Element], length: Int, centered: Bool) -> Rows<Element> {
    let rows = x.count / length
    var mean = [Element](repeating: .nan, count: rows)
    var scale = mean
    let out = filled(x.count, with: Element.nan) {
      vitro_normalize_rows(Element.kernelType, centered, 1e-5, x, $0, &mean, &scale, Int64(rows), Int64(length))
    }
    return Rows(out: out, mean: mean, scale: scale)
  }

  private func check<Element: ReducedElement>(_ type: Element.Type, rows: Int, length: Int, offset: Double) {
    var series = ReductionSeries(seed: 41)
    let x = series.reals(rows * length, from: offset - 1, to: offset + 2, as: type)
    for centered in [true, false] {
      let found = normalize(x, length: length, centered: centered)
      for row in 0..<rows {
        let values = x[row * length..<(row + 1) * length].map(Double.init)
        let mean = centered ? values.reduce(0, +) / Double(length) : 0
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
        let scale = 1 / (variance + 1e-5).squareRoot()
        #expect(isClose(Double(found.mean[row]), mean, type.closeness))
        #expect(isClose(Double(found.scale[row]), scale, type.closeness))
        let out = Array(found.out[row * length..<(row + 1) * length])
        #expect(firstReducedDifference(out, values.map { ($0 - mean) * scale }, scale: 4) == nil)
      }
    }
  }

  @Test(arguments: [(1, 1), (300, 5), (7, 32), (3, 101), (2, 5003)])
  func rowsAgreeWithAPlainLoop(rows: Int, length: Int) {
    check(Float.self, rows: rows, length: length, offset: 0)
    check(Float.self, rows: rows, length: length, offset: 1000)
    check(Double.self, rows: rows, length: length, offset: 3)
  }

  @Test(arguments: [true, false], [1, 5, 67])
  func rowGradientsAgreeWithCentralDifferences(centered: Bool, length: Int) {
    var series = ReductionSeries(seed: 42)
    let x: [Double] = series.reals(3 * length)
    let gy: [Double] = series.reals(3 * length)
    let forward = normalize(x, length: length, centered: centered)
    let found = filled(x.count, with: 0.0) {
      vitro_normalize_rows_gradient(vitro_float64, centered, forward.out, forward.scale, gy, $0, 3, Int64(length))
    }
    let expected = centralDifferences(at: x) { weighted(normalize($0, length: length, centered: centered).out, by: gy) }
    #expect(firstReducedDifference(found, expected, scale: 1e4) == nil)
    let narrow = filled(x.count, with: Float(0)) {
      vitro_normalize_rows_gradient(
        vitro_float32, centered, forward.out.map(Float.init), forward.scale.map(Float.init), gy.map(Float.init), $0, 3,
        Int64(length))
    }
    #expect(firstReducedDifference(narrow, found, scale: 10) == nil)
  }

  private func normalizeChannels(_ x: [Double], outer: Int, channels: Int, inner: Int) -> Rows<Double> {
    let (o, c, i) = (Int64(outer), Int64(channels), Int64(inner))
    var variance = [Double](repeating: 0, count: channels)
    let mean = filled(channels, with: 0.0) { vitro_channel_moments(vitro_float64, x, $0, &variance, o, c, i) }
    let scale = variance.map { 1 / ($0 + 1e-5).squareRoot() }
    let out = filled(x.count, with: 0.0) { vitro_normalize_channels(vitro_float64, x, mean, scale, $0, o, c, i) }
    return Rows(out: out, mean: mean, scale: scale)
  }

  @Test(arguments: [(4, 3, 5), (9, 5, 1), (1, 2, 40)])
  func channelGradientsAgreeWithCentralDifferences(outer: Int, channels: Int, inner: Int) {
    var series = ReductionSeries(seed: 43)
    let x: [Double] = series.reals(outer * channels * inner)
    let gy: [Double] = series.reals(x.count)
    let forward = normalizeChannels(x, outer: outer, channels: channels, inner: inner)
    let found = filled(x.count, with: 0.0) {
      vitro_normalize_channels_gradient(
        vitro_float64, forward.out, forward.scale, gy, $0, Int64(outer), Int64(channels), Int64(inner))
    }
    let expected = centralDifferences(at: x) {
      weighted(normalizeChannels($0, outer: outer, channels: channels, inner: inner).out, by: gy)
    }
    #expect(firstReducedDifference(found, expected, scale: 1e4) == nil)
  }

  @Test(arguments: [(700, 600, 1), (5, 300, 9), (40, 3, 1000), (1, 1, 300_007)])
  func largeChannelsAgreeWithAPlainLoop(outer: Int, channels: Int, inner: Int) {
    var series = ReductionSeries(seed: 44)
    let y = series.reals(outer * channels * inner, as: Float.self)
    let gy = series.reals(y.count, from: -1, to: 2, as: Float.self)
    let mean = series.reals(channels, as: Float.self)
    let scale = series.reals(channels, from: 0.5, to: 2, as: Float.self)
    let (o, c, i) = (Int64(outer), Int64(channels), Int64(inner))
    var sums = [Double](repeating: 0, count: channels)
    var products = sums
    for index in y.indices {
      sums[index / inner % channels] += Double(gy[index]) / Double(outer * inner)
      products[index / inner % channels] += Double(gy[index]) * Double(y[index]) / Double(outer * inner)
    }
    let out = filled(y.count, with: Float(0)) { vitro_normalize_channels(vitro_float32, y, mean, scale, $0, o, c, i) }
    let gradient = filled(y.count, with: Float(0)) {
      vitro_normalize_channels_gradient(vitro_float32, y, scale, gy, $0, o, c, i)
    }
    let expected = y.indices.map { index -> Double in
      let channel = index / inner % channels
      return (Double(y[index]) - Double(mean[channel])) * Double(scale[channel])
    }
    let expectedGradient = y.indices.map { index -> Double in
      let channel = index / inner % channels
      let centered = Double(gy[index]) - sums[channel] - Double(y[index]) * products[channel]
      return Double(scale[channel]) * centered
    }
    #expect(firstReducedDifference(out, expected) == nil)
    #expect(firstReducedDifference(gradient, expectedGradient) == nil)
  }
}
