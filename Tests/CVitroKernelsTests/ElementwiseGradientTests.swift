import CVitroKernels
import Foundation
import Testing

@Suite struct ElementwiseGradientTests {
  /// Where each derivative is tried: inside the domain, off the kinks.
  private func points(_ test: UnaryCase) -> [Double] {
    var series = ElementwiseSeries(3)
    let inner: ClosedRange<Double>
    switch test.op {
    case vitro_asin, vitro_acos: inner = -0.9...0.9
    case vitro_sinh, vitro_cosh, vitro_exp, vitro_expm1, vitro_tan: inner = -1.4...1.4
    case vitro_log, vitro_square_root, vitro_reciprocal_square_root, vitro_power: inner = 0.5...4
    case vitro_log1p: inner = -0.5...4
    case vitro_reciprocal: inner = 0.5...3
    default: inner = -4...4
    }
    let kinks: [Double]
    switch test.op {
    case vitro_clip: kinks = [-2, 3]
    case vitro_hard_sigmoid, vitro_hard_swish: kinks = [-3, 3]
    case vitro_floor, vitro_ceil: kinks = (-4...4).map(Double.init)
    case vitro_round: kinks = (-5...5).map { Double($0) + 0.5 }
    default: kinks = [0]
    }
    return (series.reals(500, inner) as [Double]).filter { x in kinks.allSatisfy { abs(x - $0) > 1e-3 } }
  }

  private func check(_ test: UnaryCase) {
    let step = 1e-5
    let x = points(test)
    let gy = x.indices.map { 0.5 + Double($0 % 7) }
    func value(_ shift: Double) -> [Double] { applyUnary(test.op, x.map { $0 + shift }, a: test.a, b: test.b) }
    let differences = zip(value(step), value(-step)).map { ($0 - $1) / (2 * step) }
    let gradient = applyUnaryGradient(test.op, x: x, y: value(0), gy: gy, a: test.a, b: test.b)
    for (index, slope) in differences.enumerated() {
      let expected = slope * gy[index]
      #expect(abs(gradient[index] - expected) <= 2e-8 * (1 + abs(expected)), "\(test.name) at \(x[index])")
    }
    let single = applyUnaryGradient(
      test.op, x: x.map(Float.init), y: applyUnary(test.op, x.map(Float.init), a: test.a, b: test.b),
      gy: gy.map(Float.init), a: test.a, b: test.b)
    for (index, (one, other)) in zip(single, gradient).enumerated() {
      #expect(abs(Double(one) - other) <= 4e-6 * (1 + abs(other)), "\(test.name) at \(x[index]) in float32")
    }
  }

  @Test(arguments: unaryCases) func everyDerivativeIsTheLimitOfDifferences(_ test: UnaryCase) { check(test) }

  @Test func theDerivativeOfErfinvIsTheLimitOfDifferences() {
    let x = (-90...90).map { Double($0) / 100 }
    let y = applyUnary(vitro_erfinv, x)
    let gradient = applyUnaryGradient(vitro_erfinv, x: x, y: y, gy: x.map { _ in 2 })
    let ahead = applyUnary(vitro_erfinv, x.map { $0 + 1e-5 })
    let behind = applyUnary(vitro_erfinv, x.map { $0 - 1e-5 })
    for index in x.indices {
      let expected = (ahead[index] - behind[index]) / 1e-5
      #expect(abs(gradient[index] - expected) <= 1e-7 * expected)
    }
  }

  @Test func kinksTakeTheDerivativeOfPyTorch() {
    func slope(_ op: vitro_unary, at x: Float, a: Double = 0, b: Double = 0) -> Float {
      applyUnaryGradient(op, x: [x], y: applyUnary(op, [x], a: a, b: b), gy: [1], a: a, b: b)[0]
    }
    #expect(slope(vitro_relu, at: 0) == 0)
    #expect(slope(vitro_absolute, at: 0) == 0)
    #expect(slope(vitro_leaky_relu, at: 0, a: 0.25) == 0.25)
    #expect(slope(vitro_clip, at: -1, a: -1, b: 2) == 1)
    #expect(slope(vitro_clip, at: 2, a: -1, b: 2) == 1)
    #expect(slope(vitro_clip, at: 2.5, a: -1, b: 2) == 0)
    #expect(slope(vitro_hard_sigmoid, at: 3) == 0)
    #expect(slope(vitro_hard_swish, at: 3) == 1)
    #expect(slope(vitro_hard_swish, at: -3) == 0)
    #expect(slope(vitro_power, at: 0, a: 0) == 0)
    #expect(slope(vitro_gelu, at: -.infinity) == 0)
    #expect(slope(vitro_gelu, at: .infinity) == 1)
    #expect(slope(vitro_silu, at: -.infinity) == 0)
  }
}
