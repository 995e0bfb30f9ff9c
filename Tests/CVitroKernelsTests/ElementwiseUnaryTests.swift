import CVitroKernels
import Foundation
import Testing

/// A function with its reference in double, where to try it, and how many ulps it may miss by.
struct UnaryCase: Sendable, CustomTestStringConvertible {
  var name: String
  var op: vitro_unary
  var range: ClosedRange<Double>
  var ulps = 4.0
  var a = 0.0
  var b = 0.0
  var reference: @Sendable (Double) -> Double

  var testDescription: String { name }
}

func referenceSigmoid(_ x: Double) -> Double { x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)) }

/// x·Φ(x), with erfc corrected for the rounding of its argument, which far out it would magnify a hundredfold.
func referenceGelu(_ x: Double) -> Double {
  let root = 2.0.squareRoot()
  let rootRemainder = 2.0.addingProduct(-root, root) / (2 * root)
  let t = -x / root
  let remainder = ((-x).addingProduct(-t, root) - t * rootRemainder) / root
  return 0.5 * x * (erfc(t) - 2 / Double.pi.squareRoot() * exp(-t * t) * remainder)
}

func referenceGeluTanh(_ x: Double) -> Double {
  x * referenceSigmoid(2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
}
func referenceElu(_ x: Double, _ a: Double) -> Double { x > 0 ? x : a * expm1(x) }
let seluScale = 1.0507009873554804934193349852946
let seluAlpha = 1.6732632423543772848170429916717

let unaryCases: [UnaryCase] = [
  UnaryCase(name: "negate", op: vitro_negate, range: -9...9, ulps: 0) { -$0 },
  UnaryCase(name: "absolute", op: vitro_absolute, range: -9...9, ulps: 0) { abs($0) },
  UnaryCase(name: "sign", op: vitro_sign, range: -9...9, ulps: 0) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
  UnaryCase(name: "reciprocal", op: vitro_reciprocal, range: -9...9, ulps: 0.51) { 1 / $0 },
  UnaryCase(name: "square", op: vitro_square, range: -9...9, ulps: 0.51) { $0 * $0 },
  UnaryCase(name: "square root", op: vitro_square_root, range: 0...99, ulps: 0.51) { $0.squareRoot() },
  UnaryCase(name: "1/√x", op: vitro_reciprocal_square_root, range: 0.01...99, ulps: 2) { 1 / $0.squareRoot() },
  UnaryCase(name: "exp", op: vitro_exp, range: -104...88.7, ulps: 2) { exp($0) },
  UnaryCase(name: "expm1", op: vitro_expm1, range: -30...88.7, ulps: 3) { expm1($0) },
  UnaryCase(name: "expm1 near 0", op: vitro_expm1, range: -1e-3...1e-3, ulps: 3) { expm1($0) },
  UnaryCase(name: "log", op: vitro_log, range: 0...100, ulps: 2) { log($0) },
  UnaryCase(name: "log near 1", op: vitro_log, range: 0.99...1.01, ulps: 2) { log($0) },
  UnaryCase(name: "log1p", op: vitro_log1p, range: -1...100, ulps: 2) { log1p($0) },
  UnaryCase(name: "log1p near 0", op: vitro_log1p, range: -1e-3...1e-3, ulps: 2) { log1p($0) },
  UnaryCase(name: "sin", op: vitro_sin, range: -100...100, ulps: 1.1) { sin($0) },
  UnaryCase(name: "sin of large", op: vitro_sin, range: -1e7...1e7, ulps: 1.1) { sin($0) },
  UnaryCase(name: "cos", op: vitro_cos, range: -100...100, ulps: 1.1) { cos($0) },
  UnaryCase(name: "tan", op: vitro_tan, range: -100...100, ulps: 1.1) { tan($0) },
  UnaryCase(name: "asin", op: vitro_asin, range: -1...1) { asin($0) },
  UnaryCase(name: "acos", op: vitro_acos, range: -1...1) { acos($0) },
  UnaryCase(name: "atan", op: vitro_atan, range: -50...50) { atan($0) },
  UnaryCase(name: "sinh", op: vitro_sinh, range: -80...80) { sinh($0) },
  UnaryCase(name: "cosh", op: vitro_cosh, range: -80...80) { cosh($0) },
  UnaryCase(name: "tanh", op: vitro_tanh, range: -12...12) { tanh($0) },
  UnaryCase(name: "tanh near 0", op: vitro_tanh, range: -1e-3...1e-3) { tanh($0) },
  UnaryCase(name: "sigmoid", op: vitro_sigmoid, range: -87...87) { referenceSigmoid($0) },
  UnaryCase(name: "log sigmoid", op: vitro_log_sigmoid, range: -87...80) { min($0, 0) - log1p(exp(-abs($0))) },
  UnaryCase(name: "softplus", op: vitro_softplus, range: -80...87) { max($0, 0) + log1p(exp(-abs($0))) },
  UnaryCase(name: "erf", op: vitro_erf, range: -6...6) { erf($0) },
  UnaryCase(name: "relu", op: vitro_relu, range: -9...9, ulps: 0) { max($0, 0) },
  UnaryCase(name: "leaky relu", op: vitro_leaky_relu, range: -9...9, ulps: 1, a: 0.25) { $0 > 0 ? $0 : 0.25 * $0 },
  UnaryCase(name: "elu", op: vitro_elu, range: -9...9, a: 1.5) { referenceElu($0, 1.5) },
  UnaryCase(name: "selu", op: vitro_selu, range: -9...9) { seluScale * referenceElu($0, seluAlpha) },
  UnaryCase(name: "gelu", op: vitro_gelu, range: -12...12, ulps: 5.5) { referenceGelu($0) },
  UnaryCase(name: "gelu by tanh", op: vitro_gelu_tanh, range: -4...12, ulps: 40) { referenceGeluTanh($0) },
  UnaryCase(name: "silu", op: vitro_silu, range: -80...80) { $0 * referenceSigmoid($0) },
  UnaryCase(name: "softsign", op: vitro_softsign, range: -80...80, ulps: 2) { $0 / (1 + abs($0)) },
  UnaryCase(name: "hard sigmoid", op: vitro_hard_sigmoid, range: -2.5...5) { min(max($0 / 6 + 0.5, 0), 1) },
  UnaryCase(name: "hard swish", op: vitro_hard_swish, range: -2.5...5) { $0 * min(max($0 / 6 + 0.5, 0), 1) },
  UnaryCase(name: "floor", op: vitro_floor, range: -9...9, ulps: 0) { $0.rounded(.down) },
  UnaryCase(name: "ceil", op: vitro_ceil, range: -9...9, ulps: 0) { $0.rounded(.up) },
  UnaryCase(name: "round", op: vitro_round, range: -9...9, ulps: 0) { $0.rounded(.toNearestOrEven) },
  UnaryCase(name: "clip", op: vitro_clip, range: -9...9, ulps: 0, a: -2, b: 3) { min(max($0, -2), 3) },
  UnaryCase(name: "affine", op: vitro_affine, range: 0...9, ulps: 1.5, a: 3, b: 0.5) { 3 * $0 + 0.5 },
  UnaryCase(name: "power 2.5", op: vitro_power, range: 0.01...9, ulps: 2, a: 2.5) { pow($0, 2.5) },
  UnaryCase(name: "power 3", op: vitro_power, range: -9...9, ulps: 2, a: 3) { $0 * $0 * $0 },
  UnaryCase(name: "power −1", op: vitro_power, range: -9...9, ulps: 1, a: -1) { 1 / $0 },
  UnaryCase(name: "power 1", op: vitro_power, range: -9...9, ulps: 0, a: 1) { $0 },
]

@Suite struct ElementwiseUnaryTests {
  private func worst<Real: ElementwiseReal>(_ test: UnaryCase, _ x: [Real]) -> (ulps: Double, at: Real) {
    zip(x, applyUnary(test.op, x, a: test.a, b: test.b)).reduce((0, 0)) { worst, pair in
      let ulps = ulpsApart(pair.1, test.reference(Double(pair.0)))
      return ulps > worst.0 ? (ulps, pair.0) : worst
    }
  }

  @Test(arguments: unaryCases) func everyFunctionIsCloseToTheMathematicalLibrary(_ test: UnaryCase) {
    var series = ElementwiseSeries(1)
    for count in [0, 1, 2, 7, 31, 127, 20_011] {
      let single = worst(test, series.reals(count, test.range) as [Float])
      #expect(single.ulps <= test.ulps, "\(test.name) of \(single.at) in float32")
      // The reference itself may miss by one ulp in double.
      let double = worst(test, series.reals(count, test.range) as [Double])
      #expect(double.ulps <= test.ulps + 1, "\(test.name) of \(double.at) in float64")
    }
  }

  @Test func everyFunctionOfTheHeaderHasACase() {
    let covered = Set(unaryCases.map(\.op.rawValue)).union([vitro_erfinv.rawValue])
    #expect(covered == Set(vitro_negate.rawValue...vitro_power.rawValue))
  }

  @Test func erfinvUndoesErf() {
    let x: [Double] = (-400...400).map { Double($0) / 100 }
    for (start, back) in zip(x, applyUnary(vitro_erfinv, applyUnary(vitro_erf, x))) {
      // The condition number of erfinv grows as exp(x²).
      #expect(abs(back - start) <= 1e-15 * (1 + exp(start * start)), "\(start) came back as \(back)")
    }
    let tiny: [Float] = [1e-30, -1e-30, 1, -1, 2]
    let found = applyUnary(vitro_erfinv, tiny)
    #expect(abs(found[0] / 8.8622693e-31 - 1) < 1e-6 && found[1] == -found[0])
    #expect(found[2] == .infinity && found[3] == -.infinity && found[4].isNaN)
  }

  @Test(arguments: unaryCases) func theEdgesOfTheRangeAreExact(_ test: UnaryCase) {
    let smooth = Set([vitro_sin, vitro_cos, vitro_tan, vitro_gelu_tanh].map(\.rawValue))
    guard !smooth.contains(test.op.rawValue) else { return }
    func check<Real: ElementwiseReal>(_ type: Real.Type) {
      let edges: [Real] = [.nan, 0, .infinity, -.infinity]
      for (x, found) in zip(edges, applyUnary(test.op, edges, a: test.a, b: test.b)) {
        var expected = test.reference(Double(x))
        if x.isNaN { expected = .nan }
        // The limits of x·Φ(x) and its like, which the formula misses.
        let gated = [vitro_gelu, vitro_silu, vitro_hard_swish].contains { $0.rawValue == test.op.rawValue }
        if x.isInfinite, gated { expected = x > 0 ? .infinity : 0 }
        if x.isInfinite, test.op == vitro_softsign { expected = x > 0 ? 1 : -1 }
        #expect(ulpsApart(found, expected) == 0, "\(test.name)(\(x)) = \(found), expected \(expected)")
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func exponentialsKeepSubnormalsAndSigns() {
    #expect(applyUnary(vitro_exp, [-103.9, -104.5, 89] as [Float]) == [.leastNonzeroMagnitude, 0, .infinity])
    #expect(applyUnary(vitro_exp, [-745.1, -746, 709.9] as [Double]) == [.leastNonzeroMagnitude, 0, .infinity])
    #expect(ulpsApart(applyUnary(vitro_exp, [-90] as [Float])[0], exp(-90)) <= 1)
    for op in [vitro_expm1, vitro_log1p, vitro_tanh, vitro_sin, vitro_tan, vitro_erf, vitro_relu, vitro_square_root] {
      #expect(applyUnary(op, [-0.0] as [Double])[0] == 0)
    }
    for op in [vitro_expm1, vitro_log1p, vitro_tanh, vitro_sin, vitro_tan, vitro_erf] {
      #expect(applyUnary(op, [-0.0] as [Float])[0].sign == .minus)
      #expect(applyUnary(op, [-0.0] as [Double])[0].sign == .minus)
    }
    let subnormal = [700 * Float.leastNonzeroMagnitude, -2 * Float.leastNonzeroMagnitude]
    #expect(applyUnary(vitro_expm1, subnormal) == subnormal)
    #expect(applyUnary(vitro_log1p, subnormal) == subnormal)
    #expect(applyUnary(vitro_tanh, subnormal) == subnormal)
    #expect(ulpsApart(applyUnary(vitro_log, subnormal)[0], log(Double(subnormal[0]))) <= 1)
    #expect(applyUnary(vitro_log, [-1] as [Double])[0].isNaN)
  }
}
