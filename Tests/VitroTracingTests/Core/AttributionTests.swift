import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroModels
@testable import VitroTracing

/// What parts add to logits, and what layers would answer.
@Suite("Attribution and lens")
struct AttributionTests {
  private static let tokens = [3, 14, 15, 9, 26, 5, 35, 8, 7]

  @Test(
    "The parts of a logit add up to the network's own, with and without a wrong answer",
    arguments: ["gpt2", "llama", "llama-3", "mistral", "qwen2", "qwen3", "neox", "neox-sequential"])
  func partsAddUp(family: String) throws {
    let model = try TestModels.open(family)
    let logits = try model.run([Self.tokens]).output.select(at: Self.tokens.count - 1).array(of: Double.self)
    for wrong in [nil, 31] {
      let attribution = try DirectAttribution(model, tokens: Self.tokens, answer: 7, wrong: wrong)
      let expected = logits[7] - (wrong.map { logits[$0] } ?? 0)
      #expect(abs(attribution.measured - expected) < 1e-10)
      #expect(abs(attribution.total - expected) < 1e-10)
      #expect(try abs(#require(attribution.accumulated.last) - expected) < 1e-10)
      #expect(attribution.accumulated.count == model.layers + 1)
      #expect(Set(attribution.parts.map(\.name)).count == attribution.parts.count)
      #expect(attribution.parts.count { $0.head != nil } == model.layers * (model.transformer?.heads ?? 0))
    }
  }

  @Test("A head's share is what the answer loses when the head is taken out behind the scale")
  func sharesAreWhatHeadsWrite() throws {
    // Without normalizations shares are exact differences of whole runs.
    let model = try TestModels.random {
      ($0.placement, $0.normalizesLast, $0.feedForward) = (.none, false, nil)
    }
    let attribution = try DirectAttribution(model, tokens: Self.tokens, answer: 7)
    let mask = try Tensor([1, 1, 0, 1] as [Double], shape: [4, 1])
    let without = try model.run([Self.tokens], editing: ["blocks.1.attn.hook_result": .multiply(mask)]).output
    let change = try attribution.measured - without.select(at: Self.tokens.count - 1).select(at: 7).item()
    let part = try #require(attribution.parts.first { $0.name == "L1H2" })
    #expect(abs(part.share - change) < 1e-12)
  }

  @Test("Logits that are no sum are refused", arguments: ["gemma2", "bert-masked", "bert"])
  func sumsAreNeeded(family: String) throws {
    let model = try TestModels.open(family)
    let error = #expect(throws: VitroError.self) {
      try DirectAttribution(model, tokens: Self.tokens, answer: 7)
    }
    #expect(error?.code == .unsupported)
  }

  @Test(
    "The lens of the last layer is the model's own answer",
    arguments: ["gpt2", "llama", "gemma2", "neox", "bert-masked"])
  func lastLayerIsTheAnswer(family: String) throws {
    let model = try TestModels.open(family)
    let lens = try LogitLens(model, tokens: Self.tokens, keeping: 40)
    let probabilities = try model.run([Self.tokens]).output.softmax()
    for position in Self.tokens.indices {
      let own = try probabilities.select(at: position).array(of: Double.self)
      for guess in lens.guesses[model.layers][position] {
        #expect(abs(guess.probability - own[guess.id]) < 1e-12)
      }
      let found = lens.guesses[model.layers][position].map(\.probability)
      #expect(found == found.sorted(by: >) && abs(found.reduce(0, +) - 1) < 1e-12)
      #expect(lens.ranks[model.layers][position] == 0)
      if model.predictsNext, position + 1 < Self.tokens.count {
        #expect(abs(lens.followers[model.layers][position] - own[Self.tokens[position + 1]]) < 1e-12)
      }
    }
    #expect(lens.followers.isEmpty == !model.predictsNext)
    #expect(lens.taps.count == model.layers + 1 && lens.guesses.count == model.layers + 1)
  }

  @Test("An early layer of the lens is the end of the network on its residual")
  func earlyLayersAreRead() throws {
    let model = try TestModels.open("llama")
    let lens = try LogitLens(model, tokens: Self.tokens, keeping: 1)
    let residual = try model.run([Self.tokens], recording: ["blocks.1.hook_resid_pre"]).activations
      .value(at: "blocks.1.hook_resid_pre")
    let skipping = try model.run([Self.tokens], editing: ["blocks.1.hook_resid_post": .replace(residual)]).output
    #expect(try lens.guesses[1].map { $0[0].id } == skipping.argmax().array(of: Int64.self).map { Int($0) })
  }

  @Test("Losses are minus the logarithms of the tokens' probabilities")
  func lossesAreLogarithms() throws {
    let model = try TestModels.open("gpt2")
    let texts = [Self.tokens, [11, 4]]
    let losses = try TokenLosses(model, texts: texts)
    #expect(losses.nats.map(\.count) == [8, 1])
    for (number, text) in texts.enumerated() {
      let probabilities = try model.run([text]).output.softmax()
      for place in 1..<text.count {
        let p = try probabilities.select(at: place - 1).select(at: text[place]).item()
        #expect(abs(losses.nats[number][place - 1] + log(p)) < 1e-10)
      }
    }
    #expect(abs(losses.mean - losses.nats.flatMap(\.self).reduce(0, +) / 9) < 1e-12)
  }
}
