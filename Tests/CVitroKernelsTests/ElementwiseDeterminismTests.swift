import CVitroKernels
import Testing

@Suite struct ElementwiseDeterminismTests {
  @Test(arguments: unaryCases) func bitsDoNotDependOnWhereAnElementStands(_ test: UnaryCase) {
    func check<Real: ElementwiseReal>(_ type: Real.Type) {
      var series = ElementwiseSeries(5)
      let x: [Real] = series.reals(1037, test.range)
      let gy: [Real] = series.reals(1037, -2...2)
      let whole = applyUnary(test.op, x, a: test.a, b: test.b)
      let gradient = applyUnaryGradient(test.op, x: x, y: whole, gy: gy, a: test.a, b: test.b)
      for (start, length) in [(1, 1), (3, 5), (13, 17), (64, 33), (101, 255), (7, 1001)] {
        let range = start..<(start + length)
        let part = applyUnary(test.op, Array(x[range]), a: test.a, b: test.b)
        #expect(elementwiseBits(part) == elementwiseBits(Array(whole[range])), "\(test.name) \(range)")
        let slope = applyUnaryGradient(
          test.op, x: Array(x[range]), y: part, gy: Array(gy[range]), a: test.a, b: test.b)
        #expect(elementwiseBits(slope) == elementwiseBits(Array(gradient[range])), "\(test.name) gradient \(range)")
      }
      var inPlace = x
      inPlace.withUnsafeMutableBytes {
        vitro_apply_unary(test.op, Real.elementwiseType, $0.baseAddress, $0.baseAddress, 1037, test.a, test.b)
      }
      #expect(elementwiseBits(inPlace) == elementwiseBits(whole), "\(test.name) in place")
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func bitsDoNotDependOnTheNumberOfThreads() {
    var series = ElementwiseSeries(6)
    let shape: [Int64] = [307, 521]
    let count = 307 * 521
    let x: [Float] = series.reals(count, -4...4)
    let row: [Float] = series.reals(521, -4...4)
    func everything() -> [[UInt64]] {
      var sum = x
      var transposed = x
      var halves = [UInt16](repeating: 0, count: count)
      var words = [UInt32](repeating: 0, count: count)
      var normals = x
      vitro_apply_binary(vitro_add, vitro_float32, x, row, &sum, 2, shape, [521, 1], [0, 1])
      vitro_copy_strided(4, x, &transposed, 2, [521, 307], [1, 521])
      vitro_convert(vitro_float32, vitro_float16, x, &halves, Int64(count))
      vitro_random_words(1, 2, 3, &words, Int64(count))
      vitro_random_normal(vitro_float32, 1, 2, 3, 0, 1, &normals, Int64(count))
      let activations = [vitro_gelu, vitro_tanh, vitro_exp].map { elementwiseBits(applyUnary($0, x)) }
      return activations + [
        elementwiseBits(sum), elementwiseBits(transposed), halves.map(UInt64.init), words.map(UInt64.init),
        elementwiseBits(normals),
      ]
    }
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    vitro_set_thread_count(1)
    let alone = everything()
    for threads: Int32 in [2, 5] {
      vitro_set_thread_count(threads)
      #expect(everything() == alone, "\(threads) threads")
    }
  }
}
