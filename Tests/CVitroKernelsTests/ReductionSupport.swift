import CVitroKernels
import Testing

/// An element type that the reduction tests run on, with the relative error they allow to a plain loop in double.
protocol ReducedElement: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  static var kernelType: vitro_dtype { get }
  static var closeness: Double { get }
}

extension Float: ReducedElement {
  static var kernelType: vitro_dtype { vitro_float32 }
  static var closeness: Double { 2e-6 }
}

extension Double: ReducedElement {
  static var kernelType: vitro_dtype { vitro_float64 }
  static var closeness: Double { 1e-12 }
}

/// Numbers that are the same in every run: the high bits of a multiplicative congruence.
struct ReductionSeries {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) / Double(1 << 53)
  }

  /// Uniform on [low, high).
  mutating func reals<Element: ReducedElement>(
    _ count: Int, from low: Double = -1, to high: Double = 1, as type: Element.Type = Element.self
  ) -> [Element] {
    (0..<count).map { _ in Element(low + (high - low) * next()) }
  }

  /// Uniform on 0 ..< bound.
  mutating func integers(_ count: Int, below bound: Int) -> [Int64] {
    (0..<count).map { _ in Int64(next() * Double(bound)) }
  }
}

/// Whether two numbers are both NaN, equal, or apart by at most `tolerance`·max(1, |expected|).
func isClose(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
  if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
  return found == expected || abs(found - expected) <= tolerance * max(1, abs(expected))
}

/// The first place where two arrays are not close, as text; nil when there is none.
func firstReducedDifference<Element: ReducedElement>(
  _ found: [Element], _ expected: [Double], scale: Double = 1
) -> String? {
  guard found.count == expected.count else { return "\(found.count) elements, expected \(expected.count)" }
  for (index, (one, other)) in zip(found, expected).enumerated()
  where !isClose(Double(one), other, Element.closeness * scale) {
    return "element \(index): \(one), expected \(other)"
  }
  return nil
}

/// An array filled by a kernel that writes `count` elements.
func filled<Element>(_ count: Int, with value: Element, by kernel: (UnsafeMutablePointer<Element>) -> Void) -> [Element]
{
  var out = [Element](repeating: value, count: max(count, 1))
  out.withUnsafeMutableBufferPointer { kernel($0.baseAddress!) }
  return Array(out.prefix(count))
}

/// A view of an array [outer, length, inner].
struct ReducedShape: CustomTestStringConvertible, Sendable {
  var outer: Int
  var length: Int
  var inner: Int

  var count: Int { outer * length * inner }
  var testDescription: String { "[\(outer), \(length), \(inner)]" }

  /// The offsets of the elements that one result is made of.
  func members(of result: Int) -> [Int] {
    let (o, i) = (result / inner, result % inner)
    return (0..<length).map { (o * length + $0) * inner + i }
  }

  /// Empty, single, prime, tiled, and long in each of the axes.
  static let all: [ReducedShape] = [
    .init(outer: 1, length: 1, inner: 1), .init(outer: 2, length: 0, inner: 3), .init(outer: 3, length: 0, inner: 1),
    .init(outer: 7, length: 5, inner: 1), .init(outer: 3, length: 31, inner: 1),
    .init(outer: 2, length: 2053, inner: 1),
    .init(outer: 1, length: 200_003, inner: 1), .init(outer: 5000, length: 11, inner: 1),
    .init(outer: 4, length: 13, inner: 3), .init(outer: 1, length: 10_007, inner: 7),
    .init(outer: 2, length: 37, inner: 257), .init(outer: 1, length: 1031, inner: 300),
    .init(outer: 1, length: 3, inner: 5003), .init(outer: 300, length: 4, inner: 17),
    .init(outer: 3, length: 129, inner: 128),
  ]
}

/// The gradient of a function by central differences.
func centralDifferences(at x: [Double], of function: ([Double]) -> Double) -> [Double] {
  x.indices.map { index in
    let step = 1e-5
    var moved = x
    moved[index] = x[index] + step
    let after = function(moved)
    moved[index] = x[index] - step
    return (after - function(moved)) / (2 * step)
  }
}

/// Σ a·b.
func weighted(_ a: [Double], by b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
