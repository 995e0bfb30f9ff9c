import CVitroKernels
import Testing

@Suite struct ElementwiseCopyTests {
  private let shapes: [[Int64]] = [
    [], [0], [1], [9], [3, 0, 2], [4, 37], [37, 4], [3, 41, 2], [2, 3, 5, 7], [70, 67], [33, 1050], [3, 65, 40],
  ]

  private func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index -> [[Int]] in
      var rest = items
      let head = rest.remove(at: index)
      return permutations(rest).map { [head] + $0 }
    }
  }

  /// All permutations of a dense array and the other views.
  private func views(_ shape: [Int64]) -> [ElementwiseView] {
    permutations(Array(shape.indices)).map { order in
      var strides = [Int64](repeating: 1, count: shape.count)
      var stride: Int64 = 1
      for axis in order.reversed() {
        strides[axis] = stride
        stride *= shape[axis]
      }
      return ElementwiseView(strides: strides)
    } + elementwiseViews(shape)
  }

  private func check<Element: FixedWidthInteger & BitwiseCopyable>(_ type: Element.Type) {
    let size = Int64(MemoryLayout<Element>.size)
    for shape in shapes {
      let indices = gridIndices(shape)
      let buffer = (0..<2 * indices.count + 16).map { Element(truncatingIfNeeded: $0 &* 2_654_435_761) }
      for view in views(shape) {
        var out = [Element](repeating: 0, count: indices.count)
        buffer.withUnsafeBufferPointer {
          vitro_copy_strided(size, $0.baseAddress! + view.start, &out, Int32(shape.count), shape, view.strides)
        }
        let expected = indices.map { buffer[view.start + gridOffset($0, view.strides)] }
        #expect(out == expected, "copy \(shape) \(view.strides)")

        guard !view.strides.contains(0) else { continue }
        var scattered = [Element](repeating: 0, count: buffer.count)
        scattered.withUnsafeMutableBufferPointer {
          vitro_scatter_strided(size, expected, $0.baseAddress! + view.start, Int32(shape.count), shape, view.strides)
        }
        var expectedScattered = [Element](repeating: 0, count: buffer.count)
        for index in indices {
          let offset = view.start + gridOffset(index, view.strides)
          expectedScattered[offset] = buffer[offset]
        }
        #expect(scattered == expectedScattered, "scatter \(shape) \(view.strides)")
      }
    }
  }

  @Test func copiesAndScattersFollowStridesForOneByte() { check(UInt8.self) }
  @Test func copiesAndScattersFollowStridesForTwoBytes() { check(UInt16.self) }
  @Test func copiesAndScattersFollowStridesForFourBytes() { check(UInt32.self) }
  @Test func copiesAndScattersFollowStridesForEightBytes() { check(UInt64.self) }

  @Test func largeTransposesOnThePoolAreExact() {
    let source = (0..<2 * 513 * 700).map { UInt32($0) }
    var out = source
    vitro_copy_strided(4, source, &out, 3, [2, 700, 513], [513 * 700, 1, 700])
    let wrong = (0..<out.count).first { place in
      let (batch, rest) = place.quotientAndRemainder(dividingBy: 513 * 700)
      return out[place] != UInt32(batch * 513 * 700 + rest % 513 * 700 + rest / 513)
    }
    #expect(wrong == nil)
  }

  @Test(arguments: [0, 1, 33, 100_003]) func fillAccumulateAndCountCoverEveryElement(_ count: Int) {
    var bytes = [UInt8](repeating: 0, count: count)
    vitro_fill(1, [UInt8(7)], &bytes, Int64(count))
    #expect(bytes.allSatisfy { $0 == 7 })
    var shorts = [UInt16](repeating: 0, count: count)
    vitro_fill(2, [UInt16(777)], &shorts, Int64(count))
    #expect(shorts.allSatisfy { $0 == 777 })
    var doubles = [Double](repeating: 0, count: count)
    vitro_fill(8, [2.5], &doubles, Int64(count))
    #expect(doubles.allSatisfy { $0 == 2.5 })
    var floats = [Float](repeating: 0, count: count)
    vitro_fill(4, [Float(1.5)], &floats, Int64(count))
    vitro_accumulate(vitro_float32, 2, [Float](repeating: 3, count: count), &floats, Int64(count))
    #expect(floats.allSatisfy { $0 == 7.5 })
    vitro_accumulate(vitro_float64, -1, doubles, &doubles, Int64(count))
    #expect(doubles.allSatisfy { $0 == 0 })

    for place in stride(from: 0, to: count, by: 7) { floats[place] = place % 2 == 0 ? .nan : -.infinity }
    #expect(vitro_count_nonfinite(vitro_float32, floats, Int64(count)) == Int64((count + 6) / 7))
    #expect(vitro_count_nonfinite(vitro_float64, doubles, Int64(count)) == 0)
  }
}
