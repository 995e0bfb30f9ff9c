import Foundation
import Testing
import VitroCore
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct WordNetworkTests {
  private func model(_ architecture: TextNetwork.Architecture) throws -> LanguageModel {
    let design = TextNetwork(architecture, vocabulary: 20, classes: ["a", "b"], width: 16, hidden: 12, heads: 2)
    return LanguageModel(
      name: "small", family: "text", transformer: nil, network: try design.network(seed: 1))
  }

  @Test(arguments: [TextNetwork.Architecture.lstm, .cnn, .encoder, .decoder])
  func runsFromVectorsAsFromTokens(_ architecture: TextNetwork.Architecture) throws {
    let model = try model(architecture)
    let network = try WordNetwork(model)
    let text = try network.text([3, 1, 4, 1, 5])
    let direct = try model.network(Tensor([Int64(3), 1, 4, 1, 5], shape: [1, 5]))
    let run = try network.run([text], recording: [network.answer], needsOutputs: true)
    #expect(try (run.output - direct).doubles.allSatisfy { abs($0) < 1e-6 })
    #expect(try network.answers([text])[0].count == 2)
  }

  @Test func passagesAreWhatEverythingGoesThrough() throws {
    let network = try model(.encoder).network
    let passages = try network.passages(from: "blocks.0.hook_resid_pre", to: "logits")
    #expect(passages.first == "blocks.0.hook_resid_pre" && passages.last == "logits")
    #expect(passages.contains("blocks.0.hook_resid_mid") && passages.contains("blocks.1.hook_resid_post"))
    #expect(!passages.contains("blocks.0.ln1") && !passages.contains("blocks.0.hook_attn_out"))
    let inner = try network.passages(from: "blocks.0.hook_resid_pre", to: "blocks.1.hook_attn_out")
    #expect(inner.contains("blocks.1.ln1") && inner.last == "blocks.1.hook_attn_out")
    #expect(!inner.contains("blocks.1.hook_resid_mid"))
    #expect(throws: VitroError.self) { try network.passages(from: "logits", to: "blocks.0.hook_resid_pre") }
  }

  @Test func theStaircaseEndsWherePlainRunsDo() throws {
    let network = try WordNetwork(model(.encoder))
    let features: [Feature] = [
      "blocks.0.hook_resid_post", "blocks.1.hook_attn_out", Feature("blocks.1.hook_resid_post", at: -1), "logits",
      "blocks.0.mlp.hook_post", "blocks.0.hook_resid_post",
    ]
    let staircase = try Staircase(network, Array(Set(features)))
    let text = try network.text([3, 1, 4, 1, 5])
    let plain = try network.run([text], recording: Array(Set(features.map(\.tap))))
    let replicas = 2
    let vectors = try Tensor.stack((0..<staircase.features.count * replicas).map { _ in text.vectors })
    let values = try staircase.values([[Int]](repeating: text.tokens, count: replicas), vectors)
    for (feature, value) in zip(staircase.features, values) {
      let expected = try network.value(of: feature, in: plain)
      #expect(value.shape == [replicas, expected.shape[1]])
      #expect(try (value - expected).doubles.allSatisfy { abs($0) < 1e-5 }, "\(feature)")
    }
  }

  /// A state knows nothing of later words: their derivatives are exactly 0, so that nothing of them is kept, exactly.
  @Test(arguments: [TextNetwork.Architecture.lstm, .decoder])
  func statesKnowNothingOfLaterWords(_ architecture: TextNetwork.Architecture) throws {
    let network = try WordNetwork(model(architecture))
    let tap = try #require(network.hiddenStates.last)
    let texts = try (0..<30).map { text in try network.text((0..<6).map { (text * 7 + $0 * 3) % 20 }) }
    let feature = Feature(tap, at: 2)
    let scales = try FeatureScales(network, [feature], over: texts)
    let found = try InformationMeasure(network, scales)([texts[4]], [feature])[0][0]
    #expect(found.isIgnored == [false, false, false, true, true, true])
    #expect(found.kept[3...] == [0, 0, 0] && found.entropy[3...].allSatisfy { $0 == nil })
    #expect(found.kept[2] > 0)
  }

  @Test func piecesJoinIntoWords() throws {
    func token(_ text: String, _ range: Range<Int>, isSpecial: Bool = false) -> Tokenizer.Token {
      Tokenizer.Token(id: 0, text: text, piece: text, range: range, isSpecial: isSpecial)
    }
    let tokens = [
      token("[CLS]", 0..<0, isSpecial: true), token("un", 0..<2), token("glass", 2..<7), token(",", 7..<8),
      token(" is", 8..<11), token("n't", 11..<14), token("[SEP]", 0..<0, isSpecial: true),
    ]
    let text = WordText(tokens: tokens, text: "unglass, isn't", vectors: try .zeros([7, 2]))
    #expect(text.wordNumbers == [0, 1, 1, 2, 3, 3, 4])
    #expect(text.places[4] == 9..<11)
  }

  @Test func refusesWhatCannotBe() throws {
    let network = try WordNetwork(model(.encoder))
    #expect(throws: VitroError.self) { try network.text([]) }
    #expect(throws: VitroError.self) { try network.text([Int](repeating: 1, count: 10_000)) }
    #expect(throws: VitroError.self) { try network.text([99]) }
    do {
      try network.check(["blocks.0.hook_resid_pots"])
      Issue.record("a layer that does not exist was taken")
    } catch let error as VitroError {
      #expect(error.hint?.contains("blocks.0.hook_resid_post") == true, "\(error)")
    }
    let convnet = try Network(
      Graph.chain("image", input: [1, 8, 8], [("flat", Reshape([64])), ("fc", Linear(64, 2))]), seed: 0)
    let error = #expect(throws: VitroError.self) { try WordNetwork(convnet) }
    #expect(error?.code == .unsupported)
    #expect(throws: VitroError.self) { try InformationSettings(distortion: 0).validate() }
    #expect(throws: VitroError.self) { try InformationSettings(samples: 5).validate() }
    #expect(throws: VitroError.self) { try Feature(parsing: "lstm0@last") }
  }

  @Test func sameSeedSameBitsWhateverRunsBeside() throws {
    let network = try WordNetwork(model(.lstm))
    let texts = try (0..<12).map { text in try network.text((0..<5).map { (text * 5 + $0) % 20 }) }
    let scales = try FeatureScales(network, ["lstm0", "pool"], over: texts)
    let measure = try InformationMeasure(network, scales, settings: InformationSettings(samples: 100))
    let first = try measure(Array(texts.prefix(3)), ["lstm0", "pool"])
    let again = try measure(Array(texts.prefix(3)), ["lstm0", "pool"])
    #expect(first == again)
  }
}
