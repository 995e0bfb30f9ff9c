import Foundation
import Testing
import Vitro

/// The samples of the measure of information.
@Suite struct InformationExamples {
  private func network() throws -> WordNetwork {
    let design = TextNetwork(.encoder, vocabulary: 50, classes: ["no", "yes"], width: 16, heads: 2)
    return try WordNetwork(
      LanguageModel(name: "small", family: "text", transformer: nil, network: try design.network(seed: 0)))
  }

  private func texts(_ network: WordNetwork) throws -> [WordText] {
    try (0..<20).map { text in try network.text((0..<6).map { (text * 11 + $0 * 7) % 50 }) }
  }

  @Test func features() throws {
    // docs:Feature
    let states: Feature = "blocks.3.hook_resid_post"  // the states of all words
    let last: Feature = "lstm0@-1"  // the state at the last word
    // docs:end
    #expect(states.position == nil && last.position == -1 && last.tap == "lstm0")
  }

  @Test func networks() throws {
    let model = try #require(try network().model)
    // docs:WordNetwork
    let network = try WordNetwork(model)
    let text = try network.text([3, 1, 4, 1, 5])
    let run = try network.run([text], recording: network.hiddenStates)
    // docs:end
    #expect(run.names == ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"])
    let texts = try texts(network)
    // docs:FeatureScales
    let scales = try FeatureScales(network, ["blocks.1.hook_resid_post"], over: texts)
    let spread = try scales.spread(of: "blocks.1.hook_resid_post")
    // docs:end
    #expect(spread?.count == 16)
  }

  @Test func measuring() throws {
    let network = try network()
    let reference = try texts(network)
    let texts = Array(reference.prefix(2))
    let features: [Feature] = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
    // docs:InformationMeasure
    let scales = try FeatureScales(network, features, over: reference)
    let measure = try InformationMeasure(network, scales)
    let found = try measure(texts, features)  // [text][feature]
    // docs:end
    #expect(found.count == 2 && found[0].count == 2)
    let text = texts[0]
    // docs:RetainedInformation
    let last = found[0][1]
    for (word, kept) in zip(text.words, last.kept) { print(word, kept) }
    // docs:end
    #expect(last.kept.count == text.count)
  }

  @Test func settings() throws {
    // docs:InformationSettings
    let settings = InformationSettings(distortion: 0.05, samples: 600, seed: 1)
    let published = InformationSettings(form: .penalty(rate: 0.1, scale: 0.5))
    // docs:end
    try settings.validate()
    try published.validate()
  }

  @Test func publishedOptimizer() throws {
    let network = try network()
    let texts = try texts(network)
    let scales = try FeatureScales(network, ["blocks.1.hook_resid_post"], over: texts)
    let text = texts[0]
    // docs:PublishedOptimizer
    let optimizer = PublishedOptimizer(rate: 0.1, scale: 0.5, steps: 100)
    let sigma = try optimizer.sigma(network, scales, text, "blocks.1.hook_resid_post", seed: 0)
    // docs:end
    #expect(sigma.count == text.count && sigma.allSatisfy { $0 > 0 && $0 < 0.5 })
  }

  @Test func passages() throws {
    let network = try network().network
    // docs:passages
    let passages = try network.passages(from: "blocks.0.hook_resid_pre", to: "logits")
    // docs:end
    #expect(passages.contains("blocks.1.hook_resid_post"))
  }
}
