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
/// A result that has not converged goes on, with more passes, as far as `settings.mostSamples` allows.
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
  /// Each feature of each text has `settings.samples` passes. Those that have not converged then go on with as many as their residual asks for, from where they are, until they have or `settings.mostSamples` are used.
  ///
  /// - Parameters:
  ///   - texts: The texts, of any lengths; those of one length run together.
  ///   - features: The features; each must have its spread measured.
  ///   - progress: Is told how many passes of how many are done; may throw to stop. Both grow while results ask for more.
  /// - Returns: For each text what each feature holds.
  /// - Throws: ``/VitroCore/VitroError`` for features that do not exist or values that are not finite.
  /// - Complexity: `settings.samples` to `settings.mostSamples` forward and backward passes for each text and feature; a pass stops at its feature.
  public func callAsFunction(
    _ texts: [WordText], _ features: [Feature],
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws -> [[RetainedInformation]] {
    try network.check(features)
    let unique = Set(features).sorted { $0.description < $1.description }
    var open = texts.indices.flatMap { text in unique.map { InformationSearch(text: text, feature: $0, settings) } }
    var results = [[Feature: RetainedInformation]](repeating: [:], count: texts.count)
    var (done, round) = (0, 0)
    while !open.isEmpty {
      let total = open.reduce(done) { $0 + $1.samples }
      var next: [InformationSearch] = []
      for job in jobs(open, texts) {
        let staircase = try Staircase(network, job.features)
        let descent = try InformationDescent(
          self, staircase, job.texts.map { texts[$0] }, numbers: job.texts, round: round)
        let starts = staircase.features.map { feature in job.texts.compactMap { job.searches[feature]?[$0]?.start } }
        let found = try descent.run(samples: job.samples, from: round == 0 ? nil : starts) { samples in
          try progress(done + samples * job.texts.count * job.features.count, total)
        }
        done += job.samples * job.texts.count * job.features.count
        for (place, text) in job.texts.enumerated() {
          for (number, feature) in staircase.features.enumerated() {
            guard var search = job.searches[feature]?[text] else { continue }
            var retained = found.results[place][number]
            search.start = found.starts[number][place]
            let goesOn = search.goesOn(after: retained, settings)
            retained.samples = search.used
            results[text][feature] = retained
            if goesOn { next.append(search) }
          }
        }
      }
      (open, round) = (next, round + 1)
    }
    return results.map { found in features.compactMap { found[$0] } }
  }

  /// Searches that run together: texts of one length with the same features and the same passes, as many as one pass holds.
  private struct Job {
    var features: [Feature]
    var texts: [Int]
    var samples: Int
    var searches: [Feature: [Int: InformationSearch]]
  }

  private func jobs(_ open: [InformationSearch], _ texts: [WordText]) -> [Job] {
    struct Kind: Hashable {
      var samples: Int
      var features: [Feature]
    }
    let perRow = 2 * settings.chains
    let longest = Swift.max(1, texts.map(\.count).max() ?? 1)
    // Features that do not fit into one pass climb in groups.
    let together = Swift.max(1, mostRows / (perRow * longest))
    var members: [Kind: [Int]] = [:]
    var kinds: [Kind] = []
    for (text, searches) in Dictionary(grouping: open, by: \.text).sorted(by: { $0.key < $1.key }) {
      for (samples, searches) in Dictionary(grouping: searches, by: \.samples).sorted(by: { $0.key < $1.key }) {
        for group in searches.map(\.feature).chunks(of: together) {
          let kind = Kind(samples: samples, features: Array(group))
          if members[kind] == nil { kinds.append(kind) }
          members[kind, default: []].append(text)
        }
      }
    }
    let searches = Dictionary(grouping: open, by: \.feature).mapValues { searches in
      Dictionary(uniqueKeysWithValues: searches.map { ($0.text, $0) })
    }
    return kinds.flatMap { kind in
      let own = members[kind] ?? []
      return WordText.batches(own.map { texts[$0] }, rows: Swift.max(1, mostRows / (perRow * kind.features.count)))
        .map { Job(features: kind.features, texts: $0.map { own[$0] }, samples: kind.samples, searches: searches) }
    }
  }

  /// The most rows of one pass: what a tape keeps of all of them is some gigabyte, counting thirty values of a state's width for each layer and row.
  var mostRows: Int {
    let layers = Swift.max(1, network.hiddenStates.count)
    return PassRows.holding(30 * layers * Swift.max(network.width, 16), within: 400_000_000, atMost: 8192)
  }
}
