import CVitroKernels
import Testing

@Suite struct ReductionArgumentTests {
  /// The first place of the best element, NaN before all others.
  private func place(of values: [Double], largest: Bool) -> Int64 {
    if let place = values.firstIndex(where: \.isNaN) { return Int64(place) }
    let best = largest ? values.max()! : values.min()!
    return Int64(values.firstIndex(of: best)!)
  }

  private func check(_ type: vitro_dtype, _ x: UnsafeRawPointer, _ values: [Double], _ shape: ReducedShape) {
    for largest in [true, false] {
      let results = shape.outer * shape.inner
      let found = filled(results, with: Int64(-1)) {
        vitro_reduce_argument(largest, type, x, $0, Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
      }
      let expected = (0..<results).map { place(of: shape.members(of: $0).map { values[$0] }, largest: largest) }
      #expect(found == expected)
    }
  }

  @Test(arguments: ReducedShape.all.filter { $0.length > 0 })
  func theFirstOfEqualExtremesIsFound(shape: ReducedShape) {
    var series = ReductionSeries(seed: 4)
    let numbers = series.integers(shape.count, below: 50)
    let values = numbers.map(Double.init)
    check(vitro_int64, numbers, values, shape)
    check(vitro_int32, numbers.map(Int32.init), values, shape)
    check(vitro_float32, numbers.map(Float.init), values, shape)
    check(vitro_float64, values, values, shape)
  }

  @Test(arguments: [(300, 1), (300, 5)])
  func notANumberIsTheExtreme(length: Int, inner: Int) {
    var series = ReductionSeries(seed: 8)
    var values: [Double] = series.reals(length * inner)
    values[200 * inner] = .nan
    values[250 * inner] = .nan
    values[100 * inner] = .infinity
    check(vitro_float64, values, values, ReducedShape(outer: 1, length: length, inner: inner))
  }

  @Test(arguments: [-Double.infinity, Double.infinity])
  func rowsOfOneInfinityHaveTheirFirstPlace(value: Double) {
    let x = [Double](repeating: value, count: 70)
    check(vitro_float64, x, x, ReducedShape(outer: 1, length: 70, inner: 1))
  }

  @Test(arguments: ReducedShape.all, [false, true])
  func runningSumsAgreeWithAPlainLoop(shape: ReducedShape, reversed: Bool) {
    var series = ReductionSeries(seed: 6)
    let x = series.reals(shape.count, as: Float.self)
    let whole = series.integers(shape.count, below: 1000)
    var expected = [Double](repeating: 0, count: shape.count)
    var wholeExpected = [Int64](repeating: 0, count: shape.count)
    for result in 0..<shape.outer * shape.inner {
      var total = 0.0
      var wholeTotal: Int64 = 0
      let members = shape.members(of: result)
      for member in reversed ? members.reversed() : members {
        total += Double(x[member])
        wholeTotal += whole[member]
        expected[member] = total
        wholeExpected[member] = wholeTotal
      }
    }
    let (outer, length, inner) = (Int64(shape.outer), Int64(shape.length), Int64(shape.inner))
    let sums = filled(shape.count, with: Float.nan) {
      vitro_cumulative_sum(vitro_float32, x, $0, outer, length, inner, reversed)
    }
    #expect(firstReducedDifference(sums, expected) == nil)
    let doubles = filled(shape.count, with: Double.nan) {
      vitro_cumulative_sum(vitro_float64, x.map(Double.init), $0, outer, length, inner, reversed)
    }
    #expect(firstReducedDifference(doubles, expected) == nil)
    let integers = filled(shape.count, with: Int64(-1)) {
      vitro_cumulative_sum(vitro_int64, whole, $0, outer, length, inner, reversed)
    }
    #expect(integers == wholeExpected)
  }
}
