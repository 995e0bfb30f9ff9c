import CVitroKernels
import Foundation
import Testing

let elementwiseShapes: [[Int64]] = [
  [], [0], [1], [7], [3, 0, 2], [5, 1], [1, 5], [4, 37], [37, 4], [3, 41, 2], [2, 3, 5, 7], [70, 67],
]

@Suite struct ElementwiseBroadcastTests {
  /// Runs `body` on every pair of views of a shape and compares with element after element.
  private func compare<Element: BitwiseCopyable, Out: BitwiseCopyable & Equatable>(
    _ shape: [Int64], _ a: [Element], _ b: [Element], _ zero: Out, _ expected: (Element, Element) -> Out,
    _ body: (UnsafePointer<Element>, UnsafePointer<Element>, inout [Out], [Int64], [Int64]) -> Void
  ) -> String? {
    let indices = gridIndices(shape)
    for first in elementwiseViews(shape) {
      for second in elementwiseViews(shape) {
        var out = [Out](repeating: zero, count: indices.count)
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            body(a.baseAddress! + first.start, b.baseAddress! + second.start, &out, first.strides, second.strides)
          }
        }
        for (position, index) in indices.enumerated() {
          let x = a[first.start + gridOffset(index, first.strides)]
          let y = b[second.start + gridOffset(index, second.strides)]
          if out[position] != expected(x, y) {
            return "\(shape) \(first.strides) \(second.strides) at \(index): \(out[position]) from \(x), \(y)"
          }
        }
      }
    }
    return nil
  }

  private func room(_ shape: [Int64]) -> Int { 2 * Int(shape.reduce(1, *)) + 16 }

  @Test(arguments: elementwiseShapes) func binaryOperationsFollowStrides(_ shape: [Int64]) {
    func floats<Real: ElementwiseReal>(_ op: vitro_binary, _ expected: (Real, Real) -> Real) {
      var series = ElementwiseSeries(7)
      let a: [Real] = series.reals(room(shape), 0.5...4)
      let b: [Real] = series.reals(room(shape), 0.5...4)
      let difference = compare(shape, a, b, Real(0), expected) { a, b, out, first, second in
        vitro_apply_binary(op, Real.elementwiseType, a, b, &out, Int32(shape.count), shape, first, second)
      }
      #expect(difference == nil)
    }
    floats(vitro_add) { (x: Float, y: Float) in x + y }
    floats(vitro_subtract) { (x: Float, y: Float) in x - y }
    floats(vitro_divide) { (x: Double, y: Double) in x / y }
    floats(vitro_maximum) { (x: Float, y: Float) in max(x, y) }
    floats(vitro_pow) { (x: Double, y: Double) in pow(x, y) }

    var series = ElementwiseSeries(8)
    let a = (0..<room(shape)).map { _ in Int32(truncatingIfNeeded: series.word() >> 20) }
    let b = (0..<room(shape)).map { _ in Int32(truncatingIfNeeded: series.word() >> 20) % 3 }
    let product = compare(shape, a, b, Int32(0), { $0 &* $1 }) { a, b, out, first, second in
      vitro_apply_binary(vitro_multiply, vitro_int32, a, b, &out, Int32(shape.count), shape, first, second)
    }
    #expect(product == nil)
    let quotient = compare(shape, a, b, Int32(0), { $1 == 0 ? 0 : $0.dividedReportingOverflow(by: $1).partialValue }) {
      a, b, out, first, second in
      vitro_apply_binary(vitro_divide, vitro_int32, a, b, &out, Int32(shape.count), shape, first, second)
    }
    #expect(quotient == nil)
  }

  @Test(arguments: elementwiseShapes) func comparisonsFollowStrides(_ shape: [Int64]) {
    let operations: [(vitro_comparison, (Float, Float) -> Bool)] = [
      (vitro_equal, { $0 == $1 }), (vitro_not_equal, { $0 != $1 }), (vitro_less, { $0 < $1 }),
      (vitro_less_equal, { $0 <= $1 }), (vitro_greater, { $0 > $1 }), (vitro_greater_equal, { $0 >= $1 }),
    ]
    let a = (0..<room(shape)).map { $0 % 11 == 3 ? Float.nan : Float($0 % 5) }
    let b = (0..<room(shape)).map { $0 % 13 == 5 ? Float.nan : Float($0 % 3) }
    for (op, expected) in operations {
      let difference = compare(shape, a, b, UInt8(9), { expected($0, $1) ? 1 : 0 }) { a, b, out, first, second in
        vitro_apply_comparison(op, vitro_float32, a, b, &out, Int32(shape.count), shape, first, second)
      }
      #expect(difference == nil)
    }
  }

  @Test(arguments: elementwiseShapes) func selectionFollowsStrides(_ shape: [Int64]) {
    func check<Element: BitwiseCopyable & FixedWidthInteger>(_ type: Element.Type) {
      let a = (0..<room(shape)).map { Element(truncatingIfNeeded: $0) }
      let b = (0..<room(shape)).map { Element(truncatingIfNeeded: -$0) }
      let condition = (0..<room(shape)).map { UInt8($0 % 3 == 0 ? 1 : 0) }
      let indices = gridIndices(shape)
      for view in elementwiseViews(shape) where view.start == 0 {
        let dense = elementwiseViews(shape)[0].strides
        var out = [Element](repeating: 0, count: indices.count)
        vitro_select(
          Int64(MemoryLayout<Element>.size), condition, a, b, &out, Int32(shape.count), shape, dense, view.strides,
          view.strides)
        let expected = indices.map { index in
          let offset = gridOffset(index, view.strides)
          return condition[gridOffset(index, dense)] != 0 ? a[offset] : b[offset]
        }
        #expect(out == expected, "\(shape) \(view.strides)")
      }
    }
    check(UInt8.self)
    check(UInt16.self)
    check(Int32.self)
    check(Int64.self)
  }

  @Test func extremaAreNaNWhereEitherIs() {
    let a: [Double] = [.nan, 1, 2, -.infinity]
    let b: [Double] = [1, .nan, 3, .infinity]
    for op in [vitro_maximum, vitro_minimum] {
      var out = [Double](repeating: 0, count: 4)
      vitro_apply_binary(op, vitro_float64, a, b, &out, 1, [4], [1], [1])
      #expect(out[0].isNaN && out[1].isNaN && out[2] == (op == vitro_maximum ? 3 : 2))
    }
  }

  @Test func integerDivisionNeverTraps() {
    var out = [Int64](repeating: 9, count: 3)
    vitro_apply_binary(vitro_divide, vitro_int64, [Int64.min, 5, -7], [-1, 0, 2] as [Int64], &out, 1, [3], [1], [1])
    #expect(out == [.min, 0, -3])
  }

  @Test func arcTangentKeepsTheQuadrant() {
    let y: [Float] = [1, 1, -1, -1]
    let x: [Float] = [1, -1, 1, -1]
    var out = [Float](repeating: 0, count: 4)
    vitro_apply_binary(vitro_atan2, vitro_float32, y, x, &out, 1, [4], [1], [1])
    #expect(zip(out, zip(y, x)).allSatisfy { ulpsApart($0, atan2(Double($1.0), Double($1.1))) <= 1 })
  }

  @Test func aTransposedOperandOfALargeSumIsReadRight() {
    let a = (0..<300 * 200).map(Float.init)
    var out = a
    vitro_apply_binary(vitro_add, vitro_float32, a, a, &out, 2, [200, 300], [300, 1], [1, 200])
    let expected = a.indices.map { (place: Int) -> Float in
      let (row, column) = place.quotientAndRemainder(dividingBy: 300)
      return a[place] + a[column * 200 + row]
    }
    #expect(out == expected)
  }
}
