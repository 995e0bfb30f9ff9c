import CVitroKernels
import Testing

@Suite struct IndexingTests {
  /// Outer, length, count, inner.
  private static let shapes = [
    (1, 1, 1, 1), (2, 5, 0, 3), (0, 5, 4, 3), (3, 7, 11, 1), (2, 13, 29, 5), (1, 50, 3001, 64), (1, 997, 600, 300),
    (40, 3, 1001, 1),
  ]

  private func gathered<Element: Equatable & BitwiseCopyable>(
    _ x: [Element], _ indices: [Int64], _ outer: Int, _ length: Int, _ count: Int, _ inner: Int, along: Bool
  ) -> [Element] {
    (0..<outer * count * inner).map { at in
      let (o, k, i) = (at / (count * inner), at / inner % count, at % inner)
      return x[(o * length + Int(along ? indices[at] : indices[k])) * inner + i]
    }
  }

  private func checkGather<Element: FixedWidthInteger & BitwiseCopyable>(
    _: Element.Type, _ outer: Int, _ length: Int, _ count: Int, _ inner: Int
  ) {
    var series = ReductionSeries(seed: 51)
    let x = series.integers(outer * length * inner, below: 1 << 40).map { Element(truncatingIfNeeded: $0) }
    let indices = series.integers(count, below: length)
    let along = series.integers(outer * count * inner, below: length)
    let size = Int64(MemoryLayout<Element>.size)
    let (o, l, c, i) = (Int64(outer), Int64(length), Int64(count), Int64(inner))
    let found = filled(along.count, with: Element(1)) { vitro_gather(size, x, indices, $0, o, l, c, i) }
    #expect(found == gathered(x, indices, outer, length, count, inner, along: false))
    let taken = filled(along.count, with: Element(1)) { vitro_take_along(size, x, along, $0, o, l, c, i) }
    #expect(taken == gathered(x, along, outer, length, count, inner, along: true))

    let source = series.integers(along.count, below: 1 << 40).map { Element(truncatingIfNeeded: $0) }
    var out = x
    var expected = x
    vitro_put_along(size, source, along, &out, o, l, c, i)
    for at in source.indices {
      expected[(at / (count * inner) * length + Int(along[at])) * inner + at % inner] = source[at]
    }
    #expect(out == expected)
  }

  @Test(arguments: shapes)
  func gatheringAndPuttingOfEveryElementSize(outer: Int, length: Int, count: Int, inner: Int) {
    checkGather(UInt8.self, outer, length, count, inner)
    checkGather(UInt16.self, outer, length, count, inner)
    checkGather(UInt32.self, outer, length, count, inner)
    checkGather(UInt64.self, outer, length, count, inner)
  }

  private func checkScatter<Element: Numeric & BitwiseCopyable>(
    _ type: vitro_dtype, _ x: [Element], _ start: [Element], _ outer: Int, _ length: Int, _ count: Int, _ inner: Int
  ) {
    var series = ReductionSeries(seed: 52)
    let indices = series.integers(count, below: length)
    let along = series.integers(x.count, below: length)
    let (o, l, c, i) = (Int64(outer), Int64(length), Int64(count), Int64(inner))
    var (added, put) = (start, start)
    vitro_scatter_add(type, x, indices, &added, o, l, c, i)
    vitro_put_along_add(type, x, along, &put, o, l, c, i)
    var (expectedAdded, expectedPut) = (start, start)
    for at in x.indices {
      let (outer, k, i) = (at / (count * inner), at / inner % count, at % inner)
      expectedAdded[(outer * length + Int(indices[k])) * inner + i] += x[at]
      expectedPut[(outer * length + Int(along[at])) * inner + i] += x[at]
    }
    // Equal to the last bit: additions keep the order of k.
    #expect(added == expectedAdded)
    #expect(put == expectedPut)
  }

  @Test(arguments: shapes)
  func scatteringAddsInTheOrderOfTheIndices(outer: Int, length: Int, count: Int, inner: Int) {
    var series = ReductionSeries(seed: 53)
    let (x, start) = (outer * count * inner, outer * length * inner)
    checkScatter(
      vitro_float32, series.reals(x, as: Float.self), series.reals(start), outer, length, count, inner)
    checkScatter(
      vitro_float64, series.reals(x, as: Double.self), series.reals(start), outer, length, count, inner)
    checkScatter(
      vitro_int64, series.integers(x, below: 99), series.integers(start, below: 99), outer, length, count, inner)
  }

  @Test(arguments: [1, 2, 17, 1000])
  func theRangeOfIndices(count: Int) {
    var series = ReductionSeries(seed: 54)
    let indices = series.integers(count, below: 1_000_000).map { $0 - 500_000 }
    var (smallest, largest) = (Int64(0), Int64(0))
    vitro_index_range(indices, Int64(count), &smallest, &largest)
    #expect(smallest == indices.min())
    #expect(largest == indices.max())
  }
}
