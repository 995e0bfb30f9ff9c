import Foundation

/// Round numbers along an axis.
enum AxisTicks {
  /// Multiples of 1, 2, 2.5 or 5 times a power of ten, about `count` of them, the first at or below `low` and the last
  /// at or above `high`.
  static func covering(_ low: Double, _ high: Double, count: Int) -> [Double] {
    let (low, high) = widened(low, high)
    let step = roundStep(atLeast: (high - low) / Double(max(1, count)))
    let tolerance = 1e-9
    let first = (low / step + tolerance).rounded(.down)
    let last = (high / step - tolerance).rounded(.up)
    return multiples(of: step, first, last)
  }

  /// The ticks of the same kind that lie between `low` and `high`.
  static func within(_ low: Double, _ high: Double, count: Int) -> [Double] {
    let (low, high) = widened(low, high)
    let step = roundStep(atLeast: (high - low) / Double(max(1, count)))
    let tolerance = 1e-9
    return multiples(of: step, (low / step - tolerance).rounded(.up), (high / step + tolerance).rounded(.down))
  }

  /// Powers of ten between two positive numbers; where these are few, 2 and 5 times them too, or 1 to 9 times them.
  ///
  /// The numbers need not be ticks: a logarithmic axis ends where its data does.
  static func logarithmic(_ low: Double, _ high: Double, count: Int) -> [Double] {
    guard low > 0, low < high, high.isFinite else { return low > 0 && low.isFinite ? [low] : [] }
    let decades = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.down))
    func ticks(_ factors: [Double], every: Int = 1) -> [Double] {
      var ticks: [Double] = []
      for decade in decades where decade % every == 0 {
        let power = pow(10, Double(abs(decade)))
        ticks += factors.map { decade < 0 ? $0 / power : $0 * power }
      }
      return ticks.filter { $0 >= low * (1 - 1e-9) && $0 <= high * (1 + 1e-9) }
    }
    if log10(high / low) < 0.5 {
      let linear = within(low, high, count: count).filter { $0 > 0 }
      if linear.count >= 2 { return linear }
    }
    let full = ticks([1, 2, 5])
    if full.count <= count + 3 { return full }
    let sparse = ticks([1, 3])
    if sparse.count <= count + 1 { return sparse }
    return ticks([1], every: max(1, (decades.count + count - 1) / max(1, count)))
  }

  private static func multiples(of step: Double, _ first: Double, _ last: Double) -> [Double] {
    guard first <= last, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map { index in
      // Dividing by a whole number keeps 0.3 from becoming 0.30000000000000004.
      step < 1 && (1 / step).rounded() == 1 / step ? index / (1 / step) : index * step
    }
  }

  /// A range that is neither empty, inverted nor beyond what can be subtracted.
  private static func widened(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    guard low.isFinite, high.isFinite else { return (0, 1) }
    let low = min(max(low, -1e200), 1e200)
    let high = min(max(high, -1e200), 1e200)
    if high - low > abs(low) * 1e-12 && high - low > 1e-290 { return (low, high) }
    let margin = max(abs(low) * 0.1, 1e-3)
    return (low - margin, low + margin)
  }

  private static func roundStep(atLeast step: Double) -> Double {
    let exponent = log10(step).rounded(.down)
    let power = pow(10, exponent)
    let factor = [1, 2, 2.5, 5, 10].first { $0 * power >= step * (1 - 1e-9) } ?? 10
    return exponent < 0 ? factor / pow(10, -exponent) : factor * power
  }
}
