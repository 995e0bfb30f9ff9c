internal import Foundation
internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// How much of each word is still fixed by a feature (after Guan et al., ICML 2019).
///
/// Noise ε_i ~ N(0, σ_i² I) is added to the vector of each word, as large as it can be while the feature stays put:
/// maximize `Σ_i log σ_i` such that `D(σ) = E mean_m (ΔΦ_m)²/R_m² ≤ δ` and `σ_i ≤ cap`, with R_m the feature's spread over the reference. At the optimum every
/// word below the cap spends the same, σ_i ∂D/∂σ_i.
///
/// ```swift
/// let scales = try FeatureScales(network, features, over: reference)
/// let measure = try InformationMeasure(network, scales)
/// let found = try measure(texts, features)  // [text][feature]
/// ```
///
/// The search starts at the optimum for small noise, `σ_i = √(δ/(n a_i))` with a_i the mean squared norm of ∂Φ/∂x_i by random projections; goes on in log σ by steps
/// towards equal shares, with antithetic noise, in independent chains; and returns the mean of the last iterates. Fresh noise then measures D and all shares.
///
/// Networks that saturate make the published form unbounded below (its σ then goes to the scale); the default form has no such minimum.
public struct InformationMeasure: Sendable {
  /// The network.
  public let network: WordNetwork
  /// The spreads of its features.
  public let scales: FeatureScales
  /// What decides the numbers.
  public let settings: InformationSettings

  /// Prepares to measure.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for settings that cannot work.
  public init(
    _ network: WordNetwork, _ scales: FeatureScales, settings: InformationSettings = InformationSettings()
  ) throws {
    try settings.validate()
    (self.network, self.scales, self.settings) = (network, scales, settings)
  }

  /// The largest σ that is ever given.
  public var cap: Double {
    switch settings.form {
    case .fixedDistortion: settings.cap * scales.wordSpread
    case .penalty(_, let scale): scale
    }
  }

  /// Measures what features hold of texts.
  ///
  /// - Parameters:
  ///   - texts: The texts, of any lengths; those of one length run together.
  ///   - features: The features; each must have its spread measured.
  ///   - progress: Is told how many passes of how many are done; may throw to stop.
  /// - Returns: For each text what each feature holds.
  /// - Throws: ``/VitroCore/VitroError`` for features that do not exist or values that are not finite.
  /// - Complexity: `settings.samples` forward and backward passes for each text and feature; a pass stops at its feature.
  public func callAsFunction(
    _ texts: [WordText], _ features: [Feature],
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws -> [[RetainedInformation]] {
    let staircase = try Staircase(network, features)
    let places = features.map { feature in staircase.features.firstIndex(of: feature) ?? 0 }
    var results = [[RetainedInformation]](repeating: [], count: texts.count)
    let perText = features.count * 2 * settings.chains
    let batches = WordText.batches(texts, rows: Swift.max(1, Self.batchRows / Swift.max(perText, 1)))
    var (done, total) = (0, texts.count * settings.samples)
    total = Swift.max(total, 1)
    for batch in batches {
      let descent = try InformationDescent(self, staircase, batch.map { texts[$0] }, numbers: batch)
      let found = try descent.run { samples in try progress(done + samples * batch.count, total) }
      for (place, text) in batch.enumerated() { results[text] = places.map { found[place][$0] } }
      done += settings.samples * batch.count
    }
    return results
  }

  /// The most rows of one pass, unless one text has more.
  private static let batchRows = 8192
}
