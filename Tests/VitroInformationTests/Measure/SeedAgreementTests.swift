import Foundation
import Testing
import VitroCore
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// Two seeds, one answer: what the published optimizer does not give on a small random transformer.
@Suite struct SeedAgreementTests {
  /// A random transformer with normalizations after its parts, as BERT's.
  static func network() throws -> WordNetwork {
    var description = TransformerDescription(layers: 2, width: 64, heads: 4, vocabulary: 100, context: 32)
    description.isCausal = false
    description.placement = .after
    description.normalizesEmbedding = true
    description.normalizesLast = false
    description.head = .none
    description.feedForward = .init(width: 256, activation: .gelu)
    let network = try Network(description.graph(named: "random"), seed: 7)
    return try WordNetwork(
      LanguageModel(name: "random", family: "BERT", transformer: description, network: network))
  }

  static func texts(_ count: Int, length: Int) throws -> [[Int]] {
    var stream = RandomStream(seed: 2, "tokens")
    return (0..<count).map { _ in Array(stream.permutation(100).prefix(length)) }
  }

  @Test func seedsAgreeWhereThePublishedOptimizerDoesNot() throws {
    let network = try Self.network()
    let reference = try Self.texts(100, length: 12).map { try network.text($0) }
    let feature = Feature(network.hiddenStates[1], at: 0)
    let scales = try FeatureScales(network, [feature], over: reference)
    let text = reference[0]
    let ours = try (0..<4).map { seed in
      try InformationMeasure(network, scales, settings: InformationSettings(samples: 20_000, seed: UInt64(seed)))(
        [text], [feature])[0][0]
    }
    let published = try (0..<4).map { seed in
      try PublishedOptimizer(rate: 0.1, scale: 10 * scales.wordSpread, steps: 150).sigma(
        network, scales, text, feature, seed: UInt64(seed))
    }
    func agreement(_ runs: [[Double]]) -> Double {
      let pairs = runs.indices.flatMap { a in runs.indices.filter { $0 > a }.map { (a, $0) } }
      return pairs.reduce(0) { $0 + RankAgreement.spearman(runs[$1.0], runs[$1.1]) } / Double(pairs.count)
    }
    let (mine, theirs) = (agreement(ours.map(\.logSigma)), agreement(published))
    print("between seeds: \(mine) against \(theirs); residuals \(ours.map(\.residual))")
    print(ours[0].kept, ours[0].distortion, ours[0].halfWidth)
    #expect(mine >= 0.99)
    #expect(abs(theirs) < 0.5)
    #expect(ours.allSatisfy { $0.residual < 0.05 })
  }
}
