import CVitroKernels
import Testing

@Suite struct ReductionTests {
  private func reference(_ op: vitro_reduction, _ values: [Double]) -> Double {
    switch op {
    case vitro_sum: values.reduce(0, +)
    case vitro_product: values.reduce(1, *)
    case vitro_reduce_maximum: values.contains(where: \.isNaN) ? .nan : values.max() ?? -.infinity
    case vitro_reduce_minimum: values.contains(where: \.isNaN) ? .nan : values.min() ?? .infinity
    case vitro_sum_of_squares: values.reduce(0) { $0 + $1 * $1 }
    default: values.reduce(0) { $0 + abs($1) }
    }
  }

  private static let operations = [
    vitro_sum, vitro_product, vitro_reduce_maximum, vitro_reduce_minimum, vitro_sum_of_squares, vitro_sum_of_absolutes,
  ]

  private func check<Element: ReducedElement>(_ type: Element.Type, _ shape: ReducedShape) {
    var series = ReductionSeries(seed: UInt64(shape.count))
    let x = series.reals(shape.count, from: -1.5, to: 1.5, as: type)
    let results = shape.outer * shape.inner
    for op in Self.operations {
      let found = filled(results, with: Element.nan) {
        vitro_reduce(op, type.kernelType, x, $0, Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
      }
      let expected = (0..<results).map { result in reference(op, shape.members(of: result).map { Double(x[$0]) }) }
      #expect(firstReducedDifference(found, expected) == nil, "operation \(op.rawValue) of \(type)")
    }
  }

  @Test(arguments: ReducedShape.all)
  func everyReductionAgreesWithAPlainLoop(shape: ReducedShape) {
    check(Float.self, shape)
    check(Double.self, shape)
  }

  private func checkIntegers<Element: FixedWidthInteger>(_ type: vitro_dtype, _: Element.Type, _ shape: ReducedShape) {
    var series = ReductionSeries(seed: 5)
    let x = series.integers(shape.count, below: 1 << 30).map { Element(truncatingIfNeeded: $0 - 1 << 29) }
    let results = shape.outer * shape.inner
    for op in [vitro_sum, vitro_reduce_maximum, vitro_reduce_minimum] {
      let found = filled(results, with: Element(1)) {
        vitro_reduce(op, type, x, $0, Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
      }
      let expected = (0..<results).map { result -> Element in
        let values = shape.members(of: result).map { x[$0] }
        switch op {
        case vitro_sum: return values.reduce(0, &+)
        case vitro_reduce_maximum: return values.max() ?? .min
        default: return values.min() ?? .max
        }
      }
      #expect(found == expected, "operation \(op.rawValue) of \(Element.self)")
    }
  }

  @Test(arguments: ReducedShape.all)
  func integersReduceExactlyAndWrap(shape: ReducedShape) {
    checkIntegers(vitro_int32, Int32.self, shape)
    checkIntegers(vitro_int64, Int64.self, shape)
  }

  @Test func aLongSumOfFloatsStaysAccurate() {
    let count = 10_000_000
    let x = [Float](repeating: 0.1, count: count)
    let expected = Double(Float(0.1)) * Double(count)
    for inner in [1, 10, 1000] {
      let sums = filled(inner, with: Float(0)) {
        vitro_reduce(vitro_sum, vitro_float32, x, $0, 1, Int64(count / inner), Int64(inner))
      }
      #expect(sums.allSatisfy { abs(Double($0) * Double(inner) / expected - 1) < 1e-7 })
    }
  }

  @Test func aLongSumOfDoublesStaysAccurate() {
    let count = 10_000_000
    let x = [Double](repeating: 0.1, count: count)
    // 0.1 as stored is 0.1·(1 + 5.55e-17), so the true sum is 1e6 to the last bit but one.
    let sum = filled(1, with: 0.0) { vitro_reduce(vitro_sum, vitro_float64, x, $0, 1, Int64(count), 1) }
    #expect(abs(sum[0] - 1e6) < 1e-8)
  }

  @Test func notANumberWinsEveryExtreme() {
    for (length, inner) in [(5, 1), (100, 1), (5000, 1), (9, 3), (700, 130)] {
      var x = [Float](repeating: 1, count: length * inner)
      x[(length / 2) * inner] = .nan
      x[(length - 1) * inner] = .infinity
      for op in [vitro_reduce_maximum, vitro_reduce_minimum] {
        let found = filled(inner, with: Float(0)) {
          vitro_reduce(op, vitro_float32, x, $0, 1, Int64(length), Int64(inner))
        }
        #expect(found[0].isNaN)
        #expect(found.dropFirst().allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func bitsDoNotDependOnTheThreadCount() {
    var series = ReductionSeries(seed: 77)
    let x = series.reals(1_000_003 * 2, as: Double.self)
    let before = vitro_thread_count()
    defer { vitro_set_thread_count(before) }
    for shape in [
      ReducedShape(outer: 1, length: 2_000_006, inner: 1), ReducedShape(outer: 1, length: 15_000, inner: 130),
      ReducedShape(outer: 40, length: 50_000, inner: 1),
    ] {
      let sums = [Int32(1), 2, 5].map { threads in
        vitro_set_thread_count(threads)
        return filled(shape.outer * shape.inner, with: 0.0) {
          vitro_reduce(
            vitro_sum, vitro_float64, x, $0, Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
        }
      }
      #expect(sums[0] == sums[1] && sums[0] == sums[2])
    }
  }

  private func checkPairs<Element: ReducedElement>(_ type: Element.Type, _ shape: ReducedShape) {
    var series = ReductionSeries(seed: 9)
    let x = series.reals(shape.count, as: type)
    let y = series.reals(shape.count, as: type)
    let results = shape.outer * shape.inner
    let found = filled(results, with: Element.nan) {
      vitro_reduce_product_of_pairs(
        type.kernelType, x, y, $0, Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
    }
    let expected = (0..<results).map { shape.members(of: $0).reduce(0.0) { $0 + Double(x[$1]) * Double(y[$1]) } }
    #expect(firstReducedDifference(found, expected) == nil)
    let dot = vitro_dot(type.kernelType, x, y, Int64(shape.count))
    #expect(isClose(dot, zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }, 1e-10))
  }

  @Test(arguments: ReducedShape.all)
  func sumsOfProductsAgreeWithAPlainLoop(shape: ReducedShape) {
    checkPairs(Float.self, shape)
    checkPairs(Double.self, shape)
  }
}
