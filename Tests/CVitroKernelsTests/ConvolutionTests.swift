import CVitroKernels
import Testing

@Suite struct ConvolutionTests {
  /// Stride, padding, dilation and groups against each other on small images.
  static let grid: [ConvolutionCase] = [(1, 1), (2, 2), (1, 3), (3, 2)].flatMap { stride in
    [(0, 0, 0, 0), (1, 1, 1, 1), (2, 0, 1, 3)].flatMap { padding in
      [(1, 1), (2, 1), (2, 3)].flatMap { dilation in
        [(1, 1), (3, 3), (2, 3), (5, 2)].flatMap { kernel in
          [(1, 3, 4), (3, 6, 9), (4, 4, 8)].map { groups, channels, filters in
            ConvolutionCase(
              channels: channels, height: 9, width: 11, filters: filters, kernel: kernel, stride: stride,
              padding: padding, dilation: dilation, groups: groups)
          }
        }
      }
    }
  }

  static let shapes: [ConvolutionCase] = [
    ConvolutionCase(batch: 3, channels: 1, height: 28, width: 28, filters: 32, kernel: (5, 5), padding: (2, 2, 2, 2)),
    ConvolutionCase(batch: 2, channels: 32, height: 14, width: 14, filters: 64, kernel: (5, 5), padding: (2, 2, 2, 2)),
    ConvolutionCase(batch: 5, channels: 1, height: 8, width: 8, filters: 16, padding: (1, 1, 1, 1)),
    ConvolutionCase(batch: 70, channels: 16, height: 8, width: 8, filters: 32, padding: (1, 1, 1, 1)),
    ConvolutionCase(channels: 5, height: 17, width: 19, filters: 37, kernel: (1, 1)),
    ConvolutionCase(channels: 5, height: 16, width: 16, filters: 33, kernel: (1, 1), stride: (2, 2)),
    ConvolutionCase(
      batch: 1, channels: 3, height: 71, width: 67, filters: 20, kernel: (7, 7), stride: (2, 2), padding: (3, 3, 3, 3)),
    ConvolutionCase(batch: 1, channels: 2, height: 130, width: 131, filters: 3, padding: (1, 1, 1, 1)),
    ConvolutionCase(batch: 1, channels: 40, height: 5, width: 5, filters: 50, kernel: (5, 5)),
    ConvolutionCase(channels: 3, height: 1, width: 40, filters: 5, kernel: (1, 9), padding: (0, 4, 0, 4)),
    ConvolutionCase(channels: 8, height: 12, width: 12, filters: 8, padding: (1, 1, 1, 1), groups: 8),
    ConvolutionCase(
      channels: 1, height: 2, width: 2, filters: 1, kernel: (1, 1), stride: (5, 5), padding: (4, 4, 4, 4)),
    ConvolutionCase(channels: 2, height: 3, width: 3, filters: 2, kernel: (2, 2), padding: (6, 5, 4, 3)),
    ConvolutionCase(channels: 20, height: 6, width: 6, filters: 17, kernel: (4, 4), padding: (1, 1, 2, 2)),
  ]

  @Test func everyCombinationOfSettingsAgreesWithTheDefinition() {
    for shape in Self.grid where shape.outputCount > 0 {
      check(shape, Float.self)
      check(shape, Double.self)
    }
  }

  @Test(arguments: shapes) func shapesOfPracticeAgreeWithTheDefinition(shape: ConvolutionCase) {
    check(shape, Float.self)
    check(shape, Double.self)
  }

  private func check<Real: KernelReal>(_ shape: ConvolutionCase, _ type: Real.Type) {
    let found = shape.results(type)
    let expected = shape.reference(type)
    let taps = Int(shape.window.kernel_height * shape.window.kernel_width)
    let inputs = shape.filterCount / Int(shape.window.out_channels)
    let outputs = taps * Int(shape.window.out_channels / shape.window.groups)
    let places = shape.outputCount / Int(shape.window.out_channels)
    #expect(largestDifference(found.out, expected.out) <= Real.tolerance(terms: inputs), "out of \(shape)")
    #expect(largestDifference(found.gx, expected.gx) <= Real.tolerance(terms: outputs), "gx of \(shape)")
    #expect(
      largestDifference(found.gfilters, expected.gfilters) <= Real.tolerance(terms: places), "filters of \(shape)")
    #expect(largestDifference(found.gbias, expected.gbias) <= Real.tolerance(terms: places), "bias of \(shape)")
  }

  @Test func theBiasMayBeLeftOut() {
    let shape = ConvolutionCase(padding: (1, 1, 1, 1))
    let (_, _, bias, _) = shape.operands(Double.self)
    let pixels = Int(shape.window.out_height * shape.window.out_width)
    let expected = shape.reference(Double.self).out.enumerated().map { $1 - bias[$0 / pixels % bias.count] }
    #expect(largestDifference(shape.results(Double.self, hasBias: false).out, expected) < 1e-14)
  }

  @Test func gradientsAgreeWithFiniteDifferences() {
    let shape = ConvolutionCase(
      batch: 2, channels: 4, height: 6, width: 7, filters: 6, stride: (2, 1), padding: (1, 0, 2, 1), dilation: (1, 2),
      groups: 2)
    let (x, filters, bias, gy) = shape.operands(Double.self)
    var window = shape.window
    func loss(_ x: [Double], _ filters: [Double], _ bias: [Double]) -> Double {
      var out = [Double](repeating: 0, count: shape.outputCount)
      vitro_convolve(vitro_float64, &window, x, filters, bias, &out)
      return zip(out, gy).reduce(0) { $0 + $1.0 * $1.1 }
    }
    // The loss is linear in each argument: central differences are exact but for rounding.
    func slopes(_ start: [Double], _ loss: ([Double]) -> Double) -> [Double] {
      start.indices.map { index in
        var (low, high) = (start, start)
        low[index] -= 0.5
        high[index] += 0.5
        return loss(high) - loss(low)
      }
    }
    let found = shape.results(Double.self)
    #expect(largestDifference(found.gx, slopes(x) { loss($0, filters, bias) }) < 1e-12)
    #expect(largestDifference(found.gfilters, slopes(filters) { loss(x, $0, bias) }) < 1e-12)
    #expect(largestDifference(found.gbias, slopes(bias) { loss(x, filters, $0) }) < 1e-12)
  }

  @Test func emptyBatchesGiveZeroGradients() {
    let empty = ConvolutionCase(batch: 0).results(Float.self)
    #expect(empty.out.isEmpty && empty.gx.isEmpty)
    #expect(empty.gfilters.allSatisfy { $0 == 0 } && empty.gbias.allSatisfy { $0 == 0 })
    let blind = ConvolutionCase(channels: 0).results(Float.self)
    #expect(blind.out == ConvolutionCase(channels: 0).reference(Float.self).out.map { Float($0) })
    let tooSmall = ConvolutionCase(height: 2, width: 2).results(Float.self)
    #expect(tooSmall.out.isEmpty && tooSmall.gx.allSatisfy { $0 == 0 } && tooSmall.gfilters.allSatisfy { $0 == 0 })
  }

  @Test func paddingOfMillionsNeedsNoMemoryOfItsSize() {
    let far = ConvolutionCase(
      batch: 1, channels: 1, height: 2, width: 2, filters: 1, kernel: (2, 2), padding: (3_000_000, 0, 3_000_000, 0),
      dilation: (6_000_000, 1))
    check(far, Float.self)
    let wide = ConvolutionCase(
      batch: 1, channels: 1, height: 3, width: 3, filters: 1, kernel: (2, 2), stride: (1, 1),
      padding: (40_000, 40_000, 40_000, 40_000), dilation: (80_000, 80_000))
    check(wide, Double.self)
  }

  @Test func notANumberReachesOnlyWhatItFeeds() {
    let shape = ConvolutionCase(batch: 1, channels: 1, height: 6, width: 6, filters: 3, padding: (1, 1, 1, 1))
    var (x, filters, bias, _) = shape.operands(Float.self)
    x[0] = .nan
    var out = [Float](repeating: 0, count: shape.outputCount)
    var window = shape.window
    vitro_convolve(vitro_float32, &window, x, filters, bias, &out)
    for (index, value) in out.enumerated() {
      let touched = index % 36 / 6 < 2 && index % 6 < 2
      #expect(value.isNaN == touched)
    }
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() {
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    for shape in Self.shapes {
      vitro_set_thread_count(1)
      let alone = shape.results(Float.self)
      for threads: Int32 in [2, 3, 5] {
        vitro_set_thread_count(threads)
        #expect(shape.results(Float.self) == alone, "\(shape) on \(threads) threads")
      }
    }
  }

  @Test func repeatedConvolutionsAskTheSystemForNoMemory() {
    let shape = Self.shapes[0]
    let first = shape.results(Float.self)
    let settles = someRoundMissesNoMemory { #expect(shape.results(Float.self) == first) }
    #expect(settles)
  }
}
