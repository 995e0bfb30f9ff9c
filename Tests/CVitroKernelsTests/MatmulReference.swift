import CVitroKernels

/// Real numbers the kernels compute in; `ReductionSupport.swift` gives the type's tag.
protocol KernelReal: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  static var kernelType: vitro_dtype { get }
  /// How far a sum of `terms` products of numbers below 1 may be off when it runs from first to last.
  static func tolerance(terms: Int) -> Double
}

extension Float: KernelReal {
  static func tolerance(terms: Int) -> Double { 4e-6 + 1e-7 * Double(terms) }
}

extension Double: KernelReal {
  static func tolerance(terms: Int) -> Double { 1e-14 + 2e-16 * Double(terms) }
}

/// A small generator of numbers in -1 ..< 1 that single precision holds exactly.
struct KernelNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  mutating func next<Real: KernelReal>() -> Real {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Real(Int(state >> 44) - (1 << 19)) / Real(1 << 19)
  }

  mutating func array<Real: KernelReal>(_ count: Int) -> [Real] { (0..<count).map { _ in next() } }
}

/// The largest difference between two arrays; infinite when their sizes differ or one holds a NaN.
func largestDifference<Real: KernelReal>(_ found: [Real], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var largest = 0.0
  for (a, b) in zip(found, expected) {
    let difference = abs(Double(a) - b)
    guard difference <= largest else {
      if difference.isNaN { return .infinity }
      largest = difference
      continue
    }
  }
  return largest
}

/// Whether `body` runs at least once, in a hundred rounds, without the memory pool having to ask the system.
///
/// Other tests share the pool, so a single round proves nothing; memory that a kernel asked for anew each time would
/// show in all.
func someRoundMissesNoMemory(_ body: () -> Void) -> Bool {
  (0..<100).contains { _ in
    let misses = vitro_memory_read_statistics().misses
    body()
    return vitro_memory_read_statistics().misses == misses
  }
}

/// A batch of products C = α·op(A)·op(B) + β·C, the operands with more columns in memory than they need.
struct MatmulCase: Sendable, CustomStringConvertible {
  var batch = 1
  var m: Int
  var n: Int
  var k: Int
  var alpha = 1.0
  var beta = 0.0
  var transposedA = false
  var transposedB = false
  var slack = 0
  var repeatsB = false
  var usesOffsets = false

  var description: String {
    let transposes = (transposedA ? "T" : "N") + (transposedB ? "T" : "N")
    return "\(batch) × (\(m), \(n), \(k)) α \(alpha) β \(beta) \(transposes) slack \(slack)"
  }

  private var leadingA: Int { (transposedA ? m : k) + slack }
  private var leadingB: Int { (transposedB ? k : n) + slack }
  private var leadingC: Int { n + slack }
  private var strideA: Int { (transposedA ? k : m) * leadingA }
  private var strideB: Int { repeatsB ? 0 : (transposedB ? n : k) * leadingB }
  private var strideC: Int { m * leadingC }

  /// The operands and C before the product; C holds NaN where it must not be read.
  func operands<Real: KernelReal>(_: Real.Type) -> (a: [Real], b: [Real], c: [Real]) {
    var numbers = KernelNumbers(seed: UInt64(m &* 31 &+ n &* 7 &+ k))
    let a: [Real] = numbers.array(batch * strideA)
    let b: [Real] = numbers.array((transposedB ? n : k) * leadingB * (repeatsB ? 1 : batch))
    var c: [Real] = numbers.array(batch * strideC)
    if beta == 0 { c = c.map { _ in .nan } }
    return (a, b, c)
  }

  func product<Real: KernelReal>(_ type: Real.Type) -> [Real] {
    var (a, b, c) = operands(type)
    let offsetsA = (0..<batch).map { Int64($0 * strideA) }
    let offsetsB = (0..<batch).map { Int64($0 * strideB) }
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        offsetsA.withUnsafeBufferPointer { offsetsA in
          offsetsB.withUnsafeBufferPointer { offsetsB in
            let left = vitro_matrix(
              data: a.baseAddress, leading: Int64(leadingA), batch_stride: usesOffsets ? -7 : Int64(strideA),
              batch_offsets: usesOffsets ? offsetsA.baseAddress : nil, transposed: transposedA)
            let right = vitro_matrix(
              data: b.baseAddress, leading: Int64(leadingB), batch_stride: usesOffsets ? -7 : Int64(strideB),
              batch_offsets: usesOffsets ? offsetsB.baseAddress : nil, transposed: transposedB)
            c.withUnsafeMutableBytes { c in
              vitro_matmul(
                Real.kernelType, Int64(batch), Int64(m), Int64(n), Int64(k), alpha, left, right, beta, c.baseAddress,
                Int64(leadingC), Int64(strideC))
            }
          }
        }
      }
    }
    return (0..<batch * m).flatMap { row in c[row * leadingC..<row * leadingC + n] }
  }

  func reference<Real: KernelReal>(_ type: Real.Type) -> [Double] {
    let (a, b, c) = operands(type)
    var result = [Double](repeating: 0, count: batch * m * n)
    for index in 0..<batch {
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for l in 0..<k {
            let left = a[index * strideA + (transposedA ? l * leadingA + i : i * leadingA + l)]
            let right = b[index * strideB + (transposedB ? j * leadingB + l : l * leadingB + j)]
            sum += Double(left) * Double(right)
          }
          let start = beta == 0 ? 0 : beta * Double(c[index * strideC + i * leadingC + j])
          result[(index * m + i) * n + j] = alpha * sum + start
        }
      }
    }
    return result
  }
}
