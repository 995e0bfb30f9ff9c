import Foundation
import Testing
import VitroModels

@testable import VitroInformation

/// MiniLM with its real weights, where `VITRO_MODELS` names the folder that `make test-models` fills.
@Suite struct PretrainedMeasureTests {
  static let folder = ProcessInfo.processInfo.environment["VITRO_MODELS"].map { $0 + "/minilm" }

  @Test(.enabled(if: folder != nil, "MiniLM is fetched by 'make test-models'"))
  func seedsAgreeOnMiniLM() throws {
    let network = try WordNetwork(LanguageModel(#require(Self.folder)))
    let features = network.hiddenStates.map { Feature($0) }
    let reference = try ReferenceTexts.sentences.map { try network.text($0) }
    let scales = try FeatureScales(network, features, over: reference)
    let text = try network.text("A rare bird has more than enough charm to make it memorable.")
    let found = try (0..<2).map { seed in
      try InformationMeasure(network, scales, settings: InformationSettings(samples: 1200, seed: UInt64(seed)))(
        [text], features)[0]
    }
    for (layer, pair) in zip(found[0], found[1]).enumerated() {
      #expect(pair.0.distortion > 0.045 && pair.0.distortion < 0.055)
      #expect(RankAgreement.spearman(pair.0.logSigma, pair.1.logSigma) > 0.95, "layer \(layer)")
    }
    // What carries meaning is kept, what only joins it is not, as in the published run on BERT.
    let last = found[0][4]
    let kept = Dictionary(zip(text.words, last.kept)) { first, _ in first }
    let content = ["rare", "bird", "charm", "memorable"].compactMap { kept[$0] }
    let function = ["has", "than", "to", "it"].compactMap { kept[$0] }
    #expect(content.count == 4 && function.count == 4)
    #expect((content.min() ?? 0) > (function.max() ?? 1))
  }
}
