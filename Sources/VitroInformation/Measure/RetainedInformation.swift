internal import Foundation
public import VitroFitting

/// What a feature still holds of each word of one text.
///
/// ```swift
/// let last = found[0][1]
/// for (word, kept) in zip(text.words, last.kept) { print(word, kept) }
/// ```
public struct RetainedInformation: Sendable, Hashable, Codable {
  /// The feature.
  public var feature: Feature
  /// For each word log σ_i, the noise that it can take; for a word at the cap, the cap's.
  public var logSigma: [Double]
  /// Half the width of the 95 % interval of log σ_i, from independent seeds.
  public var halfWidth: [Double]
  /// Half the width of the 95 % interval of the mean of log σ over words, from independent seeds; seeds move all words together.
  public var meanHalfWidth: Double
  /// Whether a word can take as much noise as is ever given: nothing of it is kept, and its σ has no bound that was found.
  public var isUnbounded: [Bool]
  /// Whether the feature does not depend on the word at all: every derivative that was taken is exactly 0.
  public var isIgnored: [Bool]
  /// Whether the feature is the same in all reference texts, so that it has no unit to measure its change in; nothing is then said of words.
  public var isConstant: Bool
  /// For each word, from 0 (nothing) to 1 (fixed), how much of it an observer of the feature knows.
  ///
  /// Of a word that varies with the spread s of all words and is seen through noise σ, the share s²/(s² + σ²) of its variance is known; the same share at the
  /// cap is taken off, so that a word at the cap has 0.
  public var kept: [Double]
  /// D(σ): the mean squared change of the feature, in units of its variance over the reference.
  public var distortion: Double
  /// σ_i ∂D/∂σ_i: what each word spends of the distortion, times two where the feature is linear in the noise.
  public var shares: [Double]
  /// How far the result is from the exact condition of an optimum.
  ///
  /// The root mean square of σ_i ∂D/∂σ_i over its target, less 1, over the words below the cap, or |D/δ − 1| where that is larger. It is measured with
  /// noise of its own, which can only make it larger.
  public var residual: Double
  /// Whether the residual is within the tolerance.
  public var isConverged: Bool
  /// The forward and backward passes that it took.
  public var samples: Int

  /// H(X_i | F = f) = log σ_i + ½ log 2πe, in nats for each dimension of a word's vector; nothing for a word that is not kept.
  public var entropy: [Double?] { zip(logSigma, isUnbounded).map { $1 ? nil : Self.entropy($0) } }

  /// The mean of H over words, words at the cap with the cap's: a lower bound where there are any.
  public var meanEntropy: Double {
    logSigma.reduce(0) { $0 + Self.entropy($1) } / Double(Swift.max(logSigma.count, 1))
  }

  /// The mean over words of what is kept.
  public var meanKept: Double { kept.reduce(0, +) / Double(Swift.max(kept.count, 1)) }

  /// H with its 95 % interval.
  public func entropyEstimate(_ word: Int) -> Estimate? {
    guard !isUnbounded[word] else { return nil }
    let value = Self.entropy(logSigma[word])
    return Estimate(value: value, low: value - halfWidth[word], high: value + halfWidth[word])
  }

  /// log σ + ½ log 2πe.
  static func entropy(_ logSigma: Double) -> Double { logSigma + 0.5 * log(2 * Double.pi * exp(1)) }

  /// What is known of a word of spread 1 that is seen through noise σ, 0 at the cap.
  static func kept(sigma: Double, cap: Double) -> Double {
    let (known, least) = (1 / (1 + sigma * sigma), 1 / (1 + cap * cap))
    return Swift.max(0, (known - least) / (1 - least))
  }
}
