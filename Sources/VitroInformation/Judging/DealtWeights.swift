internal import Foundation
public import VitroFitting

/// The mean of numbers that each belong to a text and to a dealing of weights.
///
/// Texts and dealings are both drawn from many, and both make the mean uncertain: its variance is taken as s_t²/n + s_d²/m, with s_t² the variance of the n texts' means and
/// s_d² that of the m dealings' means. The interval is Student's with Welch and Satterthwaite's degrees of freedom; since the two parts share what is left over, it is
/// rather too wide than too narrow.
///
/// ```swift
/// let mean = DealtWeights.mean([[0.1, 0.2, 0.1], [0.3, 0.4, 0.2]])  // two dealings of three texts
/// ```
public enum DealtWeights {
  /// The mean with its interval.
  ///
  /// - Parameters:
  ///   - values: For each dealing a number for each text; nothing where there is none.
  ///   - confidence: The probability with which intervals made this way hold the truth.
  /// - Returns: Nothing with fewer than two texts that have numbers; with one dealing the interval is over texts alone.
  public static func mean(_ values: [[Double?]], confidence: Double = 0.95) -> Estimate? {
    let texts = values.map(\.count).max() ?? 0
    let byText: [Double] = (0..<texts).compactMap { text in
      let own: [Double] = values.compactMap { dealing in dealing.indices.contains(text) ? dealing[text] : nil }
      return average(own)
    }
    let byDealing: [Double] = values.compactMap { dealing in average(dealing.compactMap(\.self)) }
    guard byText.count >= 2, let value = average(byText) else { return nil }
    var (sum, squares) = (0.0, 0.0)
    for means in [byText, byDealing] where means.count >= 2 {
      let part = variance(means) / Double(means.count)
      sum += part
      squares += part * part / Double(means.count - 1)
    }
    guard sum > 0, squares > 0 else { return Estimate(value: value, low: value, high: value, confidence: confidence) }
    let freedom = sum * sum / squares
    // T²/(ν + T²) is Beta(1/2, ν/2) distributed.
    let share = BetaDistribution(0.5, freedom / 2).quantile(confidence)
    let reach = (freedom * share / (1 - share) * sum).squareRoot()
    return Estimate(value: value, low: value - reach, high: value + reach, confidence: confidence)
  }

  private static func average(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func variance(_ values: [Double]) -> Double {
    let middle = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count - 1)
  }
}
