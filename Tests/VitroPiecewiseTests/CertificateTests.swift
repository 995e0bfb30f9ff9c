import Testing
import VitroCore
import VitroPiecewise

/// HandPrograms written by hand, and random ones with small dyadic weights.
enum HandPrograms {
  static let a = AffineForm<Rational>(source: 0)
  static let b = AffineForm<Rational>(source: 1)

  /// min(a, b) = a − ReLU(a − b).
  static var minimum: ReLUProgram<Rational> {
    var program = ReLUProgram<Rational>(inputs: ["a", "b"])
    program.outputs = [a - program.addReLU(of: a - b)]
    return program
  }

  /// min(a, b) = ½(a + b − ReLU(b − a) − ReLU(a − b)).
  static var symmetricMinimum: ReLUProgram<Rational> {
    var program = ReLUProgram<Rational>(inputs: ["a", "b"])
    let sum = a + b - program.addReLU(of: b - a) - program.addReLU(of: a - b)
    program.outputs = [sum * Rational(1, over: 2)]
    return program
  }

  /// A random program whose weights are multiples of 1/4.
  static func random(
    inputs: Int, widths: [Int], seed: UInt64
  ) -> ReLUProgram<Rational> {
    var generator = SplitMix(state: seed)
    func weight() -> Rational { Rational(Int.random(in: -12...12, using: &generator), over: 4) }
    var program = ReLUProgram<Rational>(inputs: (1...inputs).map { "x\($0)" })
    var layer = (0..<inputs).map { AffineForm<Rational>(source: $0) }
    func combination() -> AffineForm<Rational> {
      layer.reduce(AffineForm(constant: weight())) { $0 + $1 * weight() }
    }
    for width in widths {
      let insides = (0..<width).map { _ in combination() }
      layer = insides.map { program.addReLU(of: $0) }
    }
    program.outputs = [combination()]
    return program
  }
}

/// Sebastiano Vigna's SplitMix64: a generator whose numbers are the same everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite struct CertificateTests {
  let box = InputBox(["a", "b"], -50, 50)

  @Test func twoFormsOfMinAreEqual() throws {
    let certificate = try HandPrograms.minimum.certify(equals: HandPrograms.symmetricMinimum, over: box, tolerance: 0)
    #expect(certificate.isCertified)
    #expect(certificate.upperBound == 0)
    #expect(certificate.counterexample == nil)
    #expect(certificate.method == .exactEnumeration)
  }

  /// A shift of the kink by δ changes min by at most δ, and by δ exactly on one side of it.
  @Test(arguments: [1, 3, 1000]) func aShiftOfTheKinkIsMeasuredExactly(_ denominator: Int) throws {
    let shift = Rational(1, over: denominator)
    var shifted = ReLUProgram<Rational>(inputs: ["a", "b"])
    shifted.outputs = [
      HandPrograms.a - shifted.addReLU(of: HandPrograms.a - HandPrograms.b + AffineForm(constant: shift))
    ]
    let exact = try HandPrograms.minimum.certify(equals: shifted, over: box, tolerance: shift)
    #expect(exact.isCertified)
    #expect(exact.upperBound == shift)
    let below = shift - Rational(1, over: 1 << 60)
    let refuted = try HandPrograms.minimum.certify(equals: shifted, over: box, tolerance: below)
    #expect(refuted.verdict == .refuted)
    let point = try #require(refuted.counterexample)
    #expect((HandPrograms.minimum(point)[0] - shifted(point)[0]).magnitude > below)
    #expect(box.contains(point))
  }

  /// The regions of an exact listing fill the box, and the outputs on each are the program's.
  @Test(arguments: 0..<30) func regionsFillTheBoxAndCarryTheFunction(_ seed: Int) throws {
    let program = HandPrograms.random(inputs: 2, widths: seed % 2 == 0 ? [6] : [5, 4], seed: UInt64(seed))
    let box = InputBox(program.inputs, -3, 3)
    var (area, count) = (Rational(0), 0)
    try ExactRegions(program, box: box).forEach { region in
      count += 1
      let corners = region.vertices
      let center = (0..<2).map { axis in
        corners.reduce(Rational(0)) { $0 + $1[axis] } / Rational(corners.count)
      }
      area += Self.area(corners, around: center)
      #expect(region.outputs[0].value(at: center) == program(center)[0])
      let isOn = program.sources(at: center).dropFirst(2).map { $0 > 0 }
      #expect(isOn == region.pattern)
      return true
    }
    #expect(area == 36)
    #expect(count > 1)
  }

  private static func area(_ corners: [[Rational]], around center: [Rational]) -> Rational {
    let sorted = corners.sorted { left, right in
      func half(_ p: [Rational]) -> Bool { p[1] < center[1] || (p[1] == center[1] && p[0] < center[0]) }
      if half(left) != half(right) { return half(right) }
      let cross =
        (left[0] - center[0]) * (right[1] - center[1]) - (left[1] - center[1]) * (right[0] - center[0])
      return cross > 0
    }
    var twice = Rational(0)
    for (start, end) in zip(sorted, sorted.dropFirst() + sorted.prefix(1)) {
      twice += start[0] * end[1] - end[0] * start[1]
    }
    return twice / 2
  }

  /// Branch and bound agrees with the exact listing about claims that are clearly true or false.
  @Test(arguments: 0..<20) func branchAndBoundAgreesWithTheListing(_ seed: Int) throws {
    let program = HandPrograms.random(inputs: 2, widths: [4], seed: UInt64(seed))
    let other = HandPrograms.random(inputs: 2, widths: [3], seed: UInt64(seed + 100))
    let box = InputBox(program.inputs, -1, 1)
    let exact = try program.certify(equals: other, over: box, tolerance: 0).largestSeen
    let none = ProofBudget(regions: 0)
    let above = try program.certify(
      equals: other, over: box, tolerance: exact * Rational(11, over: 10) + 1, budget: none)
    #expect(above.isCertified)
    #expect(above.method == .branchAndBound)
    #expect(try #require(above.upperBound) >= exact)
    let below = try program.certify(
      equals: other, over: box, tolerance: exact * Rational(9, over: 10) - Rational(1, over: 100), budget: none)
    #expect(below.verdict == .refuted)
  }
}
