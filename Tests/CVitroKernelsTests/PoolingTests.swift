import CVitroKernels
import Testing

@Suite struct PoolingTests {
  static let shapes: [ConvolutionCase] = [
    pooling(height: 28, width: 28, kernel: (2, 2), stride: (2, 2)),
    pooling(height: 9, width: 7, kernel: (2, 2), stride: (2, 2)),
    pooling(height: 1, width: 1, kernel: (1, 1), stride: (1, 1)),
    pooling(height: 10, width: 13, kernel: (3, 3), stride: (2, 2), padding: (1, 1, 1, 1)),
    pooling(height: 10, width: 13, kernel: (3, 2), stride: (1, 3), padding: (1, 0, 0, 1)),
    pooling(height: 12, width: 12, kernel: (3, 3), stride: (1, 2), padding: (1, 1, 1, 1), dilation: (2, 2)),
    pooling(height: 7, width: 7, kernel: (7, 7), stride: (1, 1)),
    pooling(height: 6, width: 6, kernel: (2, 2), stride: (2, 2), padding: (1, 1, 1, 1)),
  ]

  private static func pooling(
    height: Int, width: Int, kernel: (Int, Int), stride: (Int, Int),
    padding: (top: Int, left: Int, bottom: Int, right: Int) = (0, 0, 0, 0), dilation: (Int, Int) = (1, 1)
  ) -> ConvolutionCase {
    ConvolutionCase(
      batch: 2, channels: 5, height: height, width: width, filters: 5, kernel: kernel, stride: stride,
      padding: padding, dilation: dilation)
  }

  /// The flat indices of the elements in one window of a plane.
  private static func elements(of shape: ConvolutionCase, position: Int) -> [Int] {
    let w = shape.window
    let (i, j) = (Int64(position) / w.out_width, Int64(position) % w.out_width)
    return (0..<w.kernel_height).flatMap { r in
      (0..<w.kernel_width).compactMap { s in
        let y = i * w.stride_height - w.padding_top + r * w.dilation_height
        let x = j * w.stride_width - w.padding_left + s * w.dilation_width
        return y >= 0 && y < w.height && x >= 0 && x < w.width ? Int(y * w.width + x) : nil
      }
    }
  }

  private func checkMax<Real: KernelReal>(_ shape: ConvolutionCase, _ x: [Real], _ gy: [Real]) {
    var window = shape.window
    let plane = Int(window.height * window.width)
    let pooled = Int(window.out_height * window.out_width)
    var out = [Real](repeating: 0, count: gy.count)
    var positions = [Int32](repeating: -1, count: gy.count)
    var gx = [Real](repeating: .nan, count: x.count)
    vitro_max_pool(Real.kernelType, &window, x, &out, &positions)
    vitro_max_pool_gradient(Real.kernelType, &window, positions, gy, &gx)
    var expectedGradient = [Double](repeating: 0, count: x.count)
    for index in gy.indices {
      let start = index / pooled * plane
      let elements = Self.elements(of: shape, position: index % pooled)
      var best = elements[0]
      for element in elements where !x[start + best].isNaN {
        if x[start + element].isNaN || x[start + element] > x[start + best] { best = element }
      }
      #expect(positions[index] == Int32(best))
      #expect(out[index] == x[start + best] || (out[index].isNaN && x[start + best].isNaN))
      expectedGradient[start + best] += Double(gy[index])
    }
    #expect(largestDifference(gx, expectedGradient) < 1e-5)
  }

  private func checkAverage<Real: KernelReal>(_ shape: ConvolutionCase, _: Real.Type, excludesPadding: Bool) {
    var numbers = KernelNumbers(seed: 5)
    let x: [Real] = numbers.array(shape.imageCount)
    let gy: [Real] = numbers.array(shape.outputCount)
    var window = shape.window
    let plane = Int(window.height * window.width)
    let pooled = Int(window.out_height * window.out_width)
    var out = [Real](repeating: .nan, count: gy.count)
    var gx = [Real](repeating: .nan, count: x.count)
    vitro_average_pool(Real.kernelType, &window, excludesPadding, x, &out)
    vitro_average_pool_gradient(Real.kernelType, &window, excludesPadding, gy, &gx)
    var expected = [Double](repeating: 0, count: gy.count)
    var expectedGradient = [Double](repeating: 0, count: x.count)
    for index in gy.indices {
      let elements = Self.elements(of: shape, position: index % pooled)
      let count = excludesPadding ? elements.count : Int(window.kernel_height * window.kernel_width)
      for element in elements {
        expected[index] += Double(x[index / pooled * plane + element]) / Double(count)
        expectedGradient[index / pooled * plane + element] += Double(gy[index]) / Double(count)
      }
    }
    #expect(largestDifference(out, expected) <= Real.tolerance(terms: 50))
    #expect(largestDifference(gx, expectedGradient) <= Real.tolerance(terms: 50))
  }

  @Test(arguments: shapes) func maximaAndTheirGradientsAgreeWithTheDefinition(shape: ConvolutionCase) {
    var numbers = KernelNumbers(seed: 3)
    let x: [Float] = numbers.array(shape.imageCount)
    let gy: [Float] = numbers.array(shape.outputCount)
    checkMax(shape, x, gy)
    checkMax(shape, x.map { Double($0) }, gy.map { Double($0) })
    // Ties everywhere: the first of the largest must win.
    checkMax(shape, x.map { ($0 * 2).rounded() }, gy)
    // One number in four is no number at all.
    checkMax(shape, x.enumerated().map { $0 &* 7 % 4 == 1 ? Float.nan : $1 }, gy)
    checkMax(shape, x.enumerated().map { $0 &* 7 % 4 == 1 ? Double.nan : Double($1) }, gy.map { Double($0) })
    checkMax(shape, x.map { _ in -Float.infinity }, gy)
  }

  @Test(arguments: shapes) func averagesAndTheirGradientsAgreeWithTheDefinition(shape: ConvolutionCase) {
    for excludesPadding in [false, true] {
      checkAverage(shape, Float.self, excludesPadding: excludesPadding)
      checkAverage(shape, Double.self, excludesPadding: excludesPadding)
    }
  }
}
