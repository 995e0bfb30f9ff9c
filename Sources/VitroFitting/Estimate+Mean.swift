internal import Foundation
internal import VitroCore

extension Estimate {
  /// The mean of repeated measurements with Student's interval: x̄ ± t·s/√n, t the quantile of n − 1 degrees of freedom.
  ///
  /// It holds for measurements that are independent and about normal; a few seeds are few, and the interval says so by its width.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with less than two measurements, or one that is not finite.
  /// - Complexity: O(n).
  public static func mean(of values: [Double], confidence: Double = 0.95) throws -> Estimate {
    guard values.count >= 2, values.allSatisfy(\.isFinite), confidence > 0, confidence < 1 else {
      throw VitroError(
        .argument, "mean",
        "there are \(values.count) measurements, \(values.count { !$0.isFinite }) of them not finite, and the confidence is \(confidence)",
        hint: "An interval needs two finite measurements at least.")
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    // T²/(ν + T²) is Beta(1/2, ν/2) distributed.
    let share = BetaDistribution(0.5, (count - 1) / 2).quantile(confidence)
    let reach = ((count - 1) * share / (1 - share)).squareRoot() * (variance / count).squareRoot()
    return Estimate(value: mean, low: mean - reach, high: mean + reach, confidence: confidence)
  }
}
