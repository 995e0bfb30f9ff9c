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
    try network.check(features)
    var results = [[Feature: RetainedInformation]](repeating: [:], count: texts.count)
    let perRow = 2 * settings.chains
    let longest = Swift.max(1, texts.map(\.count).max() ?? 1)
    // Features that do not fit into one pass climb in groups.
    let unique = Set(features).sorted { $0.description < $1.description }
    let groups = unique.chunks(of: Swift.max(1, mostRows / (perRow * longest))).map(Array.init)
    var done = 0
    let total = Swift.max(1, texts.count * settings.samples * groups.count)
    for group in groups {
      let staircase = try Staircase(network, group)
      for batch in WordText.batches(texts, rows: Swift.max(1, mostRows / (perRow * group.count))) {
        let descent = try InformationDescent(self, staircase, batch.map { texts[$0] }, numbers: batch)
        let found = try descent.run { samples in try progress(done + samples * batch.count, total) }
        for (place, text) in batch.enumerated() {
          for retained in found[place] { results[text][retained.feature] = retained }
        }
        done += settings.samples * batch.count
      }
    }
    return results.map { found in features.compactMap { found[$0] } }
  }

  /// The most rows of one pass: what a tape keeps of all of them is some gigabyte, counting thirty values of a state's width for each layer and row.
  var mostRows: Int {
    let layers = Swift.max(1, network.hiddenStates.count)
    return Swift.min(8192, Swift.max(64, 400_000_000 / (30 * layers * Swift.max(network.width, 16))))
  }
}
