import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct FeatureDecoderTests {
  /// Tokens → vectors → a linear map of each, and the mean of all.
  private func network(vocabulary: Int = 40, width: Int = 12, states: Int = 12) throws -> WordNetwork {
    var graph = Graph("decoded", inputs: [Graph.Input("tokens", shape: [-1])])
    graph.add("embed", Embedding(vocabulary, width), reading: "tokens")
    graph.add("state", Linear(width, states), reading: "embed")
    graph.add("pool", Mean(axes: [0]), reading: "state")
    graph.outputs = ["pool"]
    graph.metadata = [
      "family": "vitro-test", "hiddenStates": "embed,state", "width": "\(width)", "context": "32",
      "vocabulary": "\(vocabulary)", "causal": "false", "predictsNext": "false",
    ]
    return try WordNetwork(
      LanguageModel(name: "decoded", family: "vitro-test", transformer: nil, network: Network(graph, seed: 1)))
  }

  private func texts(_ network: WordNetwork, _ count: Int, seed: UInt64) throws -> [WordText] {
    try (0..<count).map { number in
      var stream = RandomStream(seed: seed, "texts", number)
      let tokens = stream.draw(words: 6 + number % 3).map { Int($0 % 40) }
      return WordText(tokens, words: tokens.map { "w\($0)" }, vectors: try network.vectors(of: tokens))
    }
  }

  @Test func aLinearStateIsDecodedWordByWord() throws {
    let network = try network()
    let decoder = try FeatureDecoder(network, "state", learning: texts(network, 80, seed: 2))
    #expect(decoder.score.accuracy > 0.99)
    #expect(decoder.score.explained > 0.99)
    let text = try texts(network, 1, seed: 9)[0]
    for (place, found) in try decoder.reconstructions(of: text).enumerated() {
      let found = try #require(found)
      #expect(found.guesses.first?.token == text.tokens[place])
      #expect(found.probability > 0.9 && found.entropy < 0.5)
    }
  }

  @Test func aMeanOfWordsLeavesThemUncertainButBetterThanChance() throws {
    let network = try network(width: 64, states: 64)
    let decoder = try FeatureDecoder(network, "pool", learning: texts(network, 600, seed: 2))
    #expect(decoder.score.logLikelihood > decoder.score.chance)
    #expect(decoder.score.accuracy < 0.8)
    let text = try texts(network, 1, seed: 9)[0]
    let found = try decoder.reconstructions(of: text).compactMap(\.self)
    #expect(found.count == text.count)
    #expect(found.allSatisfy { $0.entropy > 0.5 && $0.entropy <= log(40.0) + 1e-6 })
    let mean = found.reduce(0) { $0 + $1.guesses.reduce(0) { $0 + $1.probability } } / Double(found.count)
    #expect(mean > 0 && mean <= 1)
  }

  @Test func aFeatureThatSaysNothingIsNotBetterThanItsControls() throws {
    let network = try network()
    // Two words in three are the same one: frequencies alone are worth much, and must not count for the feature.
    let texts = try (0..<120).map { number in
      var stream = RandomStream(seed: 3, "texts", number)
      let tokens = stream.draw(words: 6).map { $0 % 3 == 0 ? Int($0 / 3 % 40) : 7 }
      let other = stream.draw(words: 6).map { Int($0 % 40) }
      // What the network reads is drawn apart from the words that stand there.
      return WordText(tokens, words: tokens.map { "w\($0)" }, vectors: try network.vectors(of: other))
    }
    let score = try FeatureDecoder(network, "state", learning: texts).score
    #expect(score.chance > -log(40.0) + 0.5)
    #expect(score.logLikelihood < score.chance + 0.1)
    #expect(try #require(score.gain).low < 0.02)
    let informed = try FeatureDecoder(network, "state", learning: self.texts(network, 80, seed: 2)).score
    #expect(try #require(informed.gain).low > 1)
    #expect(informed.control < informed.chance + 0.1)
  }

  @Test func theDecodersViewOfATextIsOneValue() throws {
    let network = try network()
    let decoder = try FeatureDecoder(network, "state", learning: texts(network, 80, seed: 2))
    let found = try decoder.reconstruction(of: texts(network, 1, seed: 9)[0], guesses: 2)
    #expect(found.feature == "state" && found.words.count == 6 && found.words.allSatisfy { $0?.guesses.count == 2 })
    let data = try JSONEncoder().encode(found)
    #expect(try JSONDecoder().decode(TextReconstruction.self, from: data) == found)
  }

  @Test func fewTextsAreRefused() throws {
    let network = try network()
    let few = try texts(network, 7, seed: 2)
    #expect(throws: VitroError.self) { try FeatureDecoder(network, "state", learning: few) }
  }

  @Test func littleNoiseDrawsTheWordItselfAndMuchNoiseOthers() throws {
    let network = try network()
    let text = try texts(network, 1, seed: 9)[0]
    let sure = try InformationSample.draw(
      network, text, logSigma: text.tokens.map { _ in log(1e-3) }, count: 20)
    #expect(sure.allSatisfy { $0.unchanged == 1 })
    let open = try InformationSample.draw(network, text, logSigma: text.tokens.map { _ in log(10.0) }, count: 20)
    #expect(open.allSatisfy { $0.unchanged < 0.5 })
    let lost = try InformationSample.draw(network, text, logSigma: text.tokens.map { _ in .infinity })
    #expect(lost.allSatisfy { $0.sigma == nil && $0.draws.isEmpty })
  }
}
