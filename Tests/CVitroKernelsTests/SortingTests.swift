import CVitroKernels
import Testing

@Suite struct SortingTests {
  private static let shapes = [(1, 1), (3, 0), (0, 4), (5, 2), (40, 24), (7, 25), (3, 257), (2, 4099), (1, 100_003)]

  /// Positions in order: equal elements by position, NaN as the largest.
  private func order(_ values: [Double], descending: Bool) -> [Int64] {
    func before(_ a: Double, _ b: Double) -> Bool {
      if a.isNaN || b.isNaN { return !a.isNaN && b.isNaN }
      return a < b
    }
    return values.indices.sorted { one, other in
      let (a, b) = (values[one], values[other])
      if descending ? before(b, a) : before(a, b) { return true }
      if descending ? before(a, b) : before(b, a) { return false }
      return one < other
    }.map(Int64.init)
  }

  private func check<Element: BitwiseCopyable>(
    _ type: vitro_dtype, _ x: [Element], rows: Int, length: Int, value: (Element) -> Double
  ) {
    for descending in [false, true] {
      var positions = [Int64](repeating: -1, count: x.count)
      var values = x
      vitro_sort(type, x, &values, &positions, Int64(rows), Int64(length), descending)
      let count = length / 3 + min(length, 1)
      var topPositions = [Int64](repeating: -1, count: rows * count)
      var topValues = Array(x.prefix(rows * count))
      vitro_top(type, x, &topValues, &topPositions, Int64(rows), Int64(length), Int64(count), descending)
      for row in 0..<rows {
        let elements = Array(x[row * length..<(row + 1) * length])
        let expected = order(elements.map(value), descending: descending)
        #expect(Array(positions[row * length..<(row + 1) * length]) == expected)
        #expect(Array(topPositions[row * count..<(row + 1) * count]) == Array(expected.prefix(count)))
        let sorted = expected.map { "\(elements[Int($0)])" }
        #expect(values[row * length..<(row + 1) * length].map { "\($0)" } == sorted)
        #expect(topValues[row * count..<(row + 1) * count].map { "\($0)" } == Array(sorted.prefix(count)))
      }
    }
  }

  @Test(arguments: shapes, [7, 1 << 31])
  func sortAndTopAreStableForEveryType(shape: (rows: Int, length: Int), bound: Int) {
    var series = ReductionSeries(seed: 61)
    let integers = series.integers(shape.rows * shape.length, below: bound).map { $0 - Int64(bound / 2) }
    check(vitro_int64, integers.map { $0 << 20 }, rows: shape.rows, length: shape.length) { Double($0) }
    check(vitro_int32, integers.map { Int32($0) }, rows: shape.rows, length: shape.length) { Double($0) }
    let singles = integers.map { $0 == 3 ? Float.nan : Float($0) / 16 }
    check(vitro_float32, singles, rows: shape.rows, length: shape.length) { Double($0) }
    let doubles = integers.map { $0 == 2 ? -Double.nan : Double($0) / 16 }
    check(vitro_float64, doubles, rows: shape.rows, length: shape.length) { $0 }
  }

  @Test(arguments: [6, 600])
  func zerosOfBothSignsAreEqualAndInfinitiesAreEnds(length: Int) {
    let x = (0..<length).map { [0.0, -0.0, .infinity, -.infinity, .nan, -1][$0 % 6] }
    check(vitro_float64, x, rows: 1, length: length) { $0 }
    check(vitro_float32, x.map(Float.init), rows: 1, length: length) { Double($0) }
  }

  @Test func theWholeRangeOfIntegersIsOrdered() {
    let x: [Int64] = [.max, 0, .min, -1, 1, .min + 1, .max - 1]
    var (values, positions) = (x, x)
    vitro_sort(vitro_int64, x, &values, &positions, 1, 7, false)
    #expect(values == x.sorted())
    let narrow: [Int32] = [.max, 0, .min, -1, 1]
    var narrowValues = narrow
    vitro_sort(vitro_int32, narrow, &narrowValues, &positions, 1, 5, true)
    #expect(narrowValues == narrow.sorted(by: >))
  }
}
