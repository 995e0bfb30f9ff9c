import CVitroKernels
import Foundation

/// A float type that the elementwise tests run on.
protocol ElementwiseReal: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  static var elementwiseType: vitro_dtype { get }
  var elementwiseBits: UInt64 { get }
}

extension Float: ElementwiseReal {
  static var elementwiseType: vitro_dtype { vitro_float32 }
  var elementwiseBits: UInt64 { UInt64(bitPattern) }
}

extension Double: ElementwiseReal {
  static var elementwiseType: vitro_dtype { vitro_float64 }
  var elementwiseBits: UInt64 { bitPattern }
}

/// Numbers that are the same in every run.
struct ElementwiseSeries {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func word() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }

  mutating func reals<Real: ElementwiseReal>(_ count: Int, _ range: ClosedRange<Double>) -> [Real] {
    (0..<count).map { _ in
      let u = Double(word() >> 11) * 0x1p-53
      return Real(range.lowerBound + (range.upperBound - range.lowerBound) * u)
    }
  }
}

func applyUnary<Real: ElementwiseReal>(_ op: vitro_unary, _ x: [Real], a: Double = 0, b: Double = 0) -> [Real] {
  var out = [Real](repeating: -77, count: x.count)
  vitro_apply_unary(op, Real.elementwiseType, x, &out, Int64(x.count), a, b)
  return out
}

func applyUnaryGradient<Real: ElementwiseReal>(
  _ op: vitro_unary, x: [Real], y: [Real], gy: [Real], a: Double = 0, b: Double = 0
) -> [Real] {
  var out = [Real](repeating: -77, count: x.count)
  vitro_apply_unary_gradient(op, Real.elementwiseType, x, y, gy, &out, Int64(x.count), a, b)
  return out
}

func elementwiseBits<Real: ElementwiseReal>(_ values: [Real]) -> [UInt64] { values.map(\.elementwiseBits) }

/// The error of a result in units of the last place of the expected number; 0 for equal or both NaN.
func ulpsApart<Real: ElementwiseReal>(_ found: Real, _ expected: Double) -> Double {
  if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN ? 0 : .infinity }
  let nearest = Real(expected)
  if found == nearest { return 0 }
  if found.isInfinite || nearest.isInfinite { return .infinity }
  return abs(Double(found) - expected) / Double(nearest.ulp)
}

/// Every index of a row-major grid, in order.
func gridIndices(_ shape: [Int64]) -> [[Int64]] {
  shape.reduce([[]]) { prefixes, length in prefixes.flatMap { prefix in (0..<length).map { prefix + [$0] } } }
}

func gridOffset(_ index: [Int64], _ strides: [Int64]) -> Int { Int(zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }) }

/// One view into a buffer: where its first element lies and how to step.
struct ElementwiseView: Sendable {
  var start = 0
  var strides: [Int64]
}

/// Views of a grid: dense, broadcast along each axis and all, transposed, flipped, and with gaps; the buffer they need holds
/// 2·count + 16 elements.
func elementwiseViews(_ shape: [Int64]) -> [ElementwiseView] {
  let count = Int(shape.reduce(1, *))
  var dense = [Int64](repeating: 1, count: shape.count)
  for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
  var views = [ElementwiseView(strides: dense), ElementwiseView(strides: shape.map { _ in 0 })]
  for axis in shape.indices {
    var strides = dense
    strides[axis] = 0
    views.append(ElementwiseView(strides: strides))
    var only = shape.map { _ in Int64(0) }
    only[axis] = 1
    views.append(ElementwiseView(strides: only))
  }
  var columns = [Int64](repeating: 1, count: shape.count)
  for axis in shape.indices.dropFirst() { columns[axis] = columns[axis - 1] * shape[axis - 1] }
  views.append(ElementwiseView(strides: columns))
  views.append(ElementwiseView(start: max(count - 1, 0), strides: dense.map { -$0 }))
  views.append(ElementwiseView(strides: dense.map { 2 * $0 }))
  return views
}
