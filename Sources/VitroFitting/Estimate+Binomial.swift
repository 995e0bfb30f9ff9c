import Foundation
internal import VitroCore

extension Estimate {
  /// Wilson's score interval (1927) for the probability behind `successes` of `trials`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts or the confidence are out of range.
  public static func wilson(successes: Int, trials: Int, confidence: Double = 0.95) throws -> Estimate {
    try checkBinomial(successes, trials, confidence)
    let (n, p) = (Double(trials), Double(successes) / Double(trials))
    let z = NormalDistribution.quantile((1 + confidence) / 2)
    let denominator = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / denominator
    let half = z / denominator * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return Estimate(
      value: p, low: successes == 0 ? 0 : max(0, centre - half),
      high: successes == trials ? 1 : min(1, centre + half),
      confidence: confidence)
  }

  /// The exact interval of Clopper & Pearson (1934): never less than the stated confidence, often more.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts or the confidence are out of range.
  public static func clopperPearson(successes: Int, trials: Int, confidence: Double = 0.95) throws -> Estimate {
    try checkBinomial(successes, trials, confidence)
    let (k, n) = (Double(successes), Double(trials))
    let tail = (1 - confidence) / 2
    let low = successes == 0 ? 0 : BetaDistribution(k, n - k + 1).quantile(tail)
    let high = successes == trials ? 1 : BetaDistribution(k + 1, n - k).quantile(1 - tail)
    return Estimate(value: k / n, low: low, high: high, confidence: confidence)
  }

  private static func checkBinomial(_ successes: Int, _ trials: Int, _ confidence: Double) throws {
    guard trials > 0, successes >= 0, successes <= trials else {
      throw VitroError(.argument, "binomial interval", "\(successes) successes of \(trials) trials are not possible")
    }
    guard confidence > 0, confidence < 1 else {
      throw VitroError(.argument, "binomial interval", "the confidence is \(confidence), expected between 0 and 1")
    }
  }
}

/// The beta distribution, by the continued fraction of the incomplete beta function (Numerical Recipes, 6.4).
public struct BetaDistribution: Sendable, Hashable {
  private let a, b: Double

  /// The distribution with density ∝ x^(a−1)·(1−x)^(b−1); both above 0.
  public init(_ a: Double, _ b: Double) {
    precondition(a > 0 && b > 0, "BetaDistribution: a = \(a), b = \(b), expected both above 0")
    (self.a, self.b) = (a, b)
  }

  /// The probability of a value below `x`.
  public func probability(below x: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    return x < (a + 1) / (a + b + 2)
      ? front * Self.fraction(a, b, x) / a : 1 - front * Self.fraction(b, a, 1 - x) / b
  }

  /// The value below which a number lies with a probability, by bisection to the last bits.
  public func quantile(_ probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if self.probability(below: middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1..<100_000 {
      let m = Double(step)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / nonzero(1 + term * d)
        c = nonzero(1 + term / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return result
  }
}

/// log Γ(x) for x > 0, by Lanczos' approximation (g = 7, nine terms); thread-safe, unlike C's `lgamma`.
func logGamma(_ x: Double) -> Double {
  let coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  if x < 0.5 { return log(Double.pi / sin(Double.pi * x)) - logGamma(1 - x) }
  var sum = 0.99999999999980993
  for (index, coefficient) in coefficients.enumerated() { sum += coefficient / (x + Double(index)) }
  let t = x + 6.5
  return 0.5 * log(2 * Double.pi) + (x - 0.5) * log(t) - t + log(sum)
}
