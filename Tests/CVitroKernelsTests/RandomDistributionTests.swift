import CVitroKernels
import Foundation
import Testing

@Suite struct RandomDistributionTests {
  private let count = 200_000

  private func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// The largest distance between the empirical and the given distribution, times √n (Kolmogorov): 1.95 is passed once in
  /// a thousand times.
  private func distance(_ sample: [Double], _ distribution: (Double) -> Double) -> Double {
    let sorted = sample.sorted()
    let n = Double(sorted.count)
    let gap = sorted.enumerated().reduce(0.0) { worst, item in
      let expected = distribution(item.element)
      return max(worst, abs(expected - Double(item.offset) / n), abs(expected - Double(item.offset + 1) / n))
    }
    return gap * n.squareRoot()
  }

  private func sample<Real: ElementwiseReal>(
    _ type: Real.Type, _ call: (vitro_dtype, UnsafeMutableRawPointer, Int64) -> Void
  ) -> [Double] {
    var out = [Real](repeating: 0, count: count)
    out.withUnsafeMutableBytes { call(Real.elementwiseType, $0.baseAddress!, Int64(count)) }
    return out.map { Double($0) }
  }

  private func both(_ call: (vitro_dtype, UnsafeMutableRawPointer, Int64) -> Void) -> [[Double]] {
    [sample(Float.self, call), sample(Double.self, call)]
  }

  @Test func uniformsAreUniform() {
    for values in both({ vitro_random_uniform($0, 11, 0, 0, -2, 3, $1, $2) }) {
      #expect(distance(values) { ($0 + 2) / 5 } < 1.95)
    }
  }

  @Test func normalsAreNormal() {
    for values in both({ vitro_random_normal($0, 12, 0, 0, 1, 2, $1, $2) }) {
      #expect(distance(values) { normalDistribution(($0 - 1) / 2) } < 1.95)
      let standard = values.map { ($0 - 1) / 2 }
      let n = Double(count)
      let moments = (1...4).map { power in standard.reduce(0) { $0 + pow($1, Double(power)) } / n }
      // Four standard errors of each moment: variances 1, 2, 15, 96.
      for (moment, (expected, variance)) in zip(moments, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
        #expect(abs(moment - expected) < 4 * (variance / n).squareRoot())
      }
    }
  }

  @Test func normalsAreTheQuantilesOfTheirWords() {
    var source = [UInt32](repeating: 0, count: count)
    vitro_random_words(13, 0, 0, &source, Int64(count))
    var single = [Float](repeating: 0, count: count)
    vitro_random_normal(vitro_float32, 13, 0, 0, 0, 1, &single, Int64(count))
    var worst = 0.0
    for (word, z) in zip(source, single) {
      let u = (Double(word) + 0.5) * 0x1p-32
      // One step of Newton's method from the float gives the quantile to double accuracy.
      let x = Double(z)
      let residual = x < 0 ? normalDistribution(x) - u : (1 - u) - normalDistribution(-x)
      let step = residual / (exp(-x * x / 2) / (2 * Double.pi).squareRoot())
      worst = max(worst, abs(step) / max(abs(x), 1e-9))
    }
    #expect(worst < 1e-6)
    #expect(single.map(abs).max()! > 4)
  }

  @Test func truncatedNormalsKeepTheirBoundsAndTheirShape() {
    let bounds: [(Double, Double)] = [(-2, 2), (-1, 3), (0.5, 1), (2, .infinity), (-.infinity, -4), (6, 7), (-9, -8.9)]
    for (low, high) in bounds {
      for values in both({ vitro_random_truncated_normal($0, 14, 0, 0, 0, 1, low, high, $1, $2) }) {
        #expect(values.allSatisfy { $0 >= Double(Float(low)) - 1e-6 && $0 <= Double(Float(high)) + 1e-6 })
        // Above the mean the mirrored tail has the digits.
        let mirror = low > 0
        let (a, b) = mirror ? (-high, -low) : (low, high)
        let base = normalDistribution(a)
        let mass = normalDistribution(b) - base
        let gap = distance(values.map { mirror ? -$0 : $0 }) { (normalDistribution($0) - base) / mass }
        #expect(gap < 1.95, "[\(low), \(high)]")
      }
    }
  }

  @Test func truncationFarOutStaysFiniteAndInside() {
    for (low, high): (Double, Double) in [(40, 41), (50, .infinity), (-61, -60)] {
      let values = sample(Double.self) { vitro_random_truncated_normal($0, 15, 0, 0, 0, 1, low, high, $1, $2) }
      #expect(values.allSatisfy { $0 >= low && $0 <= high && $0.isFinite })
      // The mean excess over a far bound t is close to 1/t.
      let edge = min(abs(low), abs(high))
      let excess = values.reduce(0) { $0 + abs($1) - edge } / Double(count)
      #expect(abs(excess * edge - 1) < 0.02)
    }
    let constant = sample(Float.self) { vitro_random_truncated_normal($0, 15, 0, 0, 5, 0, -1, 2, $1, $2) }
    #expect(constant.allSatisfy { $0 == 2 })
  }

  @Test(arguments: [-1, 0, 0.1, 0.5, 1, 2]) func bernoulliHasItsProbability(_ probability: Double) {
    var out = [UInt8](repeating: 9, count: count)
    vitro_random_bernoulli(16, 0, 0, probability, &out, Int64(count))
    let mean = Double(out.reduce(0) { $0 + Int($1) }) / Double(count)
    let p = min(max(probability, 0), 1)
    #expect(out.allSatisfy { $0 <= 1 })
    #expect(abs(mean - p) <= 4 * (p * (1 - p) / Double(count)).squareRoot())
  }

  @Test func dropoutKeepsWhatBernoulliKeeps() {
    var kept = [UInt8](repeating: 9, count: count)
    vitro_random_bernoulli(17, 1, 3, 1 - 0.25, &kept, Int64(count))
    func check<Real: ElementwiseReal>(_ type: Real.Type) {
      var series = ElementwiseSeries(18)
      let x: [Real] = series.reals(count, -1...1)
      var out = x
      vitro_dropout(Real.elementwiseType, 17, 1, 3, 0.25, x, &out, Int64(count))
      #expect((0..<count).allSatisfy { out[$0] == (kept[$0] == 1 ? x[$0] / 0.75 : 0) })
      vitro_dropout(Real.elementwiseType, 17, 1, 3, 1, x, &out, Int64(count))
      #expect(out.allSatisfy { $0 == 0 })
      vitro_dropout(Real.elementwiseType, 17, 1, 3, 0, x, &out, Int64(count))
      #expect(out == x)
    }
    check(Float.self)
    check(Double.self)
  }
}
