import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroModels
@testable import VitroTracing

/// Parts taken out, heads scored, directions added.
@Suite("Ablation, heads and steering")
struct AblationTests {
  private static let texts = [[3, 14, 15, 9, 26], [5, 35, 8, 7, 11], [2, 7, 18, 28, 1]]

  private func loss(_ model: LanguageModel, _ text: [Int], _ edits: [String: TapEdit]) throws -> Double {
    let logits = try model.run([text], editing: edits).output
    let targets = try Tensor(text.dropFirst().map { Int64($0) })
    return try logits.slice(0..<text.count - 1).crossEntropy(labels: targets).mean().item()
  }

  @Test(
    "Taking a head out by zero equals a whole run with its output at zero",
    arguments: ["gpt2", "llama", "neox", "gemma2"])
  func zeroEqualsWholeRuns(family: String) throws {
    let model = try TestModels.open(family)
    let ablation = try Ablation(model, texts: Self.texts, of: .heads, by: .zero)
    #expect(ablation.parts.count == 8)
    for part in ablation.parts {
      let head = try #require(part.head)
      let mask = try Tensor((0..<4).map { $0 == head ? 0.0 : 1 }, shape: [4, 1])
      for (number, text) in Self.texts.enumerated() {
        let whole = try loss(model, text, ["blocks.\(part.layer).attn.hook_z": .multiply(mask)])
        #expect(abs(part.losses[number] - whole) < 1e-10, "\(part.name)")
        #expect(try abs(ablation.losses[number] - loss(model, text, [:])) < 1e-10)
      }
      let rise = zip(part.losses, ablation.losses).map { $0 - $1 }.reduce(0, +) / 3
      #expect(abs(part.increase - rise) < 1e-12)
    }
  }

  @Test("Outputs are taken out by mean and by another text's", arguments: ["gpt2", "neox", "llama"])
  func outputsAreReplaced(family: String) throws {
    let model = try TestModels.open(family)
    let taps = (0..<2).flatMap { ["blocks.\($0).hook_attn_out", "blocks.\($0).hook_mlp_out"] }
    let run = try model.run(Self.texts, recording: .names(taps))
    let means = try Ablation(model, texts: Self.texts, of: .outputs, by: .mean)
    let resampled = try Ablation(model, texts: Self.texts, of: .outputs, by: .resample)
    #expect(means.parts.map(\.name) == ["L0 attn", "L0 mlp", "L1 attn", "L1 mlp"])
    for (number, tap) in taps.enumerated() {
      let value = try run.value(at: tap)
      let mean = try value.mean(axes: [0], keepingAxes: true).expanded(to: [1, 5, 16])
      for text in Self.texts.indices {
        let byMean = try loss(model, Self.texts[text], [tap: .replace(mean)])
        #expect(abs(means.parts[number].losses[text] - byMean) < 1e-10)
        let other = try run.value(at: tap, text: (text + 1) % 3).expandingAxis(0)
        let byOther = try loss(model, Self.texts[text], [tap: .replace(other)])
        #expect(abs(resampled.parts[number].losses[text] - byOther) < 1e-10)
      }
    }
  }

  @Test("Losses count from a position on")
  func lossesCountFromAPosition() throws {
    let model = try TestModels.open("gpt2")
    let nats = try TokenLosses(model, texts: Self.texts).nats
    let ablation = try Ablation(model, texts: Self.texts, of: .outputs, by: .zero, from: 3)
    for (own, all) in zip(ablation.losses, nats) {
      #expect(abs(own - all.suffix(2).reduce(0, +) / 2) < 1e-12)
    }
  }

  @Test("What cannot be taken out is refused")
  func refusals() throws {
    let model = try TestModels.open("gpt2")
    #expect(throws: VitroError.self) { try Ablation(model, texts: [[1, 2]], by: .resample) }
    #expect(throws: VitroError.self) { try Ablation(model, texts: [[1, 2], [1, 2, 3]], by: .resample) }
    #expect(throws: VitroError.self) { try Ablation(model, texts: [[1]]) }
    #expect(throws: VitroError.self) { try Ablation(model, texts: []) }
    #expect(throws: VitroError.self) { try Ablation(TestModels.open("bert"), texts: Self.texts) }
    #expect(throws: VitroError.self) { try HeadScores(model, period: 17) }
  }

  @Test("A planted induction head and the head that serves it are found, and no other")
  func plantedHeadsAreFound() throws {
    let model = try TestModels.repeating()
    let scores = try HeadScores(model, period: 10, sequences: 6, seed: 3)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    for head in scores.heads {
      // Tokens that happen to come more than twice divide the attention.
      #expect((mean(head.induction) > 0.7) == (head.name == "L1H0"), "\(head.name) \(mean(head.induction))")
      #expect((mean(head.previous) > 0.99) == (head.name == "L0H0"), "\(head.name)")
    }
    let idle = try #require(scores.heads.first { $0.name == "L1H1" })
    #expect(abs(mean(idle.first) - scores.uniform) < 1e-12 && abs(mean(idle.induction) - scores.uniform) < 1e-12)

    let texts = try HeadScores.repeatedTokens(
      model, period: 10, sequences: 6, beginning: nil, allowed: nil, seed: 3)
    #expect(texts.allSatisfy { $0.prefix(10) == $0.suffix(10) } && Set(texts).count == 6)
    let ablation = try Ablation(model, texts: texts, of: .heads, by: .mean, from: 11)
    #expect(mean(ablation.losses) < 1)
    for part in ablation.parts { #expect((part.increase > 1) == (part.head == 0), "\(part.name) \(part.increase)") }
  }

  @Test("Scores begin after the token that begins a text, and draw allowed tokens only")
  func beginningsAreSkipped() throws {
    let model = try TestModels.repeating()
    let scores = try HeadScores(model, period: 8, sequences: 3, beginning: 39, allowed: Array(0..<20), seed: 1)
    let best = try #require(scores.heads.first { $0.name == "L1H0" })
    #expect(best.induction.allSatisfy { $0 > 0.4 })
    let texts = try HeadScores.repeatedTokens(
      model, period: 8, sequences: 3, beginning: 39, allowed: Array(0..<20), seed: 1)
    #expect(texts.allSatisfy { $0[0] == 39 && $0.dropFirst().allSatisfy { $0 < 20 } && $0.count == 17 })
  }

  @Test("A steering vector is the difference of the last tokens' means, and is added times the strength")
  func steeringVectors() throws {
    let model = try TestModels.open("llama")
    let (above, below) = ([[3, 14, 15], [9, 2]], [[5, 35]])
    let vector = try SteeringVector(model, positive: above, negative: below, layer: 1)
    func last(_ text: [Int]) throws -> Tensor {
      try model.run([text], recording: ["blocks.1.hook_resid_pre"]).value(at: "blocks.1.hook_resid_pre")
        .select(at: text.count - 1)
    }
    let expected = try (last(above[0]) + last(above[1])) * 0.5 - last(below[0])
    #expect(try distance(Tensor(vector.direction), expected) < 1e-12)
    #expect(try abs(vector.norm - expected.norm().item()) < 1e-12)
    let edits = try vector.edit(strength: 3, dtype: .float64)
    let steered = try model.run([[1, 2, 3]], recording: ["blocks.1.hook_resid_pre"], editing: edits)
    let plain = try model.run([[1, 2, 3]], recording: ["blocks.1.hook_resid_pre"])
    let tap = "blocks.1.hook_resid_pre"
    #expect(try distance(steered.value(at: tap), plain.value(at: tap) + expected * 3) < 1e-12)
    #expect(throws: VitroError.self) { try SteeringVector(model, positive: above, negative: [], layer: 1) }
    #expect(throws: VitroError.self) { try SteeringVector(model, positive: above, negative: below, layer: 2) }
  }
}
