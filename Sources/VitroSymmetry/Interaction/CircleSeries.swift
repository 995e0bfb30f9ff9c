internal import Foundation

/// ReLU of a pure wave on the circle: a string and its overtones.
///
/// ReLU(sin x) = 1/π + ½·sin x − (2/π)·Σ_{k ≥ 1} cos(2kx)/(4k² − 1): the wave itself, and its even overtones. It is the interaction graph of the circle group, and what
/// that of C_n tends to.
public struct CircleSeries: Sendable, Hashable {
  /// Creates the series.
  public init() {}

  /// The amplitude of the overtone with a frequency of `k` times the wave's; the constant for 0.
  public func amplitude(_ k: Int) -> Double {
    if k == 0 { return 1 / .pi }
    if k == 1 { return 0.5 }
    guard k.isMultiple(of: 2) else { return 0 }
    return 2 / (.pi * Double(k * k - 1))
  }

  /// The share of the wave's energy that goes to an overtone: what weights of edges L_1 → L_k tend to.
  ///
  /// 2/π² for the constant, 1/4 for the wave, (4/π²)/(k² − 1)² for even k.
  public func energyShare(_ k: Int) -> Double {
    let amplitude = amplitude(k)
    return k == 0 ? 2 * amplitude * amplitude : amplitude * amplitude
  }

  /// The sum of the first terms at a point.
  public func partialSum(_ terms: Int, at x: Double) -> Double {
    var sum = 1 / Double.pi + 0.5 * sin(x)
    for k in stride(from: 1, through: terms, by: 1) { sum -= amplitude(2 * k) * cos(2 * Double(k) * x) }
    return sum
  }
}
