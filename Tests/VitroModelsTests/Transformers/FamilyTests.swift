import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// Small random models of every family against Hugging Face's transformers (Tests/References/transformer_families.py).
@Suite("Families of transformers")
struct FamilyTests {
  static let names = [
    "bert", "bert-masked", "roberta", "distilbert", "distilbert-masked", "gpt2", "llama", "llama-linear", "llama-3",
    "mistral", "qwen2", "qwen3", "gemma2",
    "neox", "neox-sequential",
  ]
  static let texts = [[3, 14, 15, 9, 26, 5, 35, 8, 7], [11, 4], [2, 7, 18, 28, 18]]

  static func folder(_ name: String) -> String {
    Bundle.module.resourceURL!.appending(path: "Fixtures/Families/\(name)").path
  }

  @Test("Every value of a packed run equals transformers' in float64 to 1e-10", arguments: names)
  func valuesEqual(name: String) throws {
    let model = try LanguageModel(Self.folder(name), dtype: .float64)
    let expected = try SafetensorsFile(Self.folder(name) + "/expected.safetensors")
    let run = try model.run(Self.texts, recording: .all)
    for text in Self.texts.indices {
      try expectClose(run.output.slice(run.ranges[text]), expected, "\(text).answer")
      for layer in 0..<model.layers {
        let block = "blocks.\(layer)."
        try expectClose(run.value(at: model.residualTaps[layer], text: text), expected, "\(text).hidden.\(layer)")
        try expectClose(run.value(at: "\(block)attn.hook_pattern", text: text), expected, "\(text).pattern.\(layer)")
        try expectClose(run.value(at: attentionTap(block, model), text: text), expected, "\(text).attn_out.\(layer)")
        try expectClose(run.value(at: feedForwardTap(block, model), text: text), expected, "\(text).mlp_out.\(layer)")
        try expectClose(run.value(at: "\(block)mlp.hook_pre", text: text), expected, "\(text).mlp_pre.\(layer)")
        if expected.names.contains("\(text).q.\(layer)") {
          let q = try run.value(at: "\(block)attn.hook_q", text: text)
          try expectClose(q.reshaped([q.shape[0], q.shape[1] * q.shape[2]]), expected, "\(text).q.\(layer)")
        }
      }
      let last = try #require(model.transformer).normalizesLast ? "ln_final" : try #require(model.residualTaps.last)
      try expectClose(run.value(at: last, text: text), expected, "\(text).hidden.\(model.layers)")
    }
  }

  private func attentionTap(_ block: String, _ model: LanguageModel) -> String {
    model.transformer?.placement == .around ? "\(block)attn.hook_out" : "\(block)hook_attn_out"
  }

  private func feedForwardTap(_ block: String, _ model: LanguageModel) -> String {
    model.transformer?.placement == .around ? "\(block)mlp.hook_out" : "\(block)hook_mlp_out"
  }

  @Test("Attention that is not watched computes the same, and so do single texts", arguments: names)
  func fusedAttentionEqualsTheWatched(name: String) throws {
    let model = try LanguageModel(Self.folder(name), dtype: .float64)
    let watched = try model.run(Self.texts, recording: ["*.hook_pattern", "*.hook_result"]).output
    let fused = try model.run(Self.texts).output
    #expect(try distance(watched, fused) < 1e-12)
    for (number, text) in Self.texts.enumerated() {
      let alone = try model.run([text]).output
      let start = Self.texts[..<number].reduce(0) { $0 + $1.count }
      #expect(try distance(alone, fused.slice(start..<start + text.count)) < 1e-12)
    }
  }

  @Test(
    "A text that goes on from cached keys and values equals the whole", arguments: names.filter { !$0.contains("bert") }
  )
  func cachedTextsEqualWholeOnes(name: String) throws {
    let model = try LanguageModel(Self.folder(name), dtype: .float64)
    let whole = try model.run(Self.texts).output
    let first = try model.run(
      Self.texts.flatMap { $0.prefix(2) },
      SequenceLayout(lengths: Self.texts.map { min($0.count, 2) }, isKept: true))
    let cache = try #require(first.cache)
    let rest = [(0, 7), (2, 3)]
    let second = try model.run(
      rest.flatMap { Self.texts[$0.0].suffix($0.1) },
      SequenceLayout(rest.map { .init(length: $0.1, start: 2, cached: $0.0) }, past: cache, isKept: true))
    #expect(try distance(second.output.slice(second.ranges[0]), whole.slice(2..<9)) < 1e-12)
    #expect(try distance(second.output.slice(second.ranges[1]), whole.slice(13..<16)) < 1e-12)
    #expect(second.cache?.lengths == [9, 5])
    let seen = try model.run(
      rest.flatMap { Self.texts[$0.0].suffix($0.1) },
      SequenceLayout(rest.map { .init(length: $0.1, start: 2, cached: $0.0) }, past: cache),
      recording: ["*.hook_pattern"])
    #expect(try distance(seen.output, second.output) < 1e-12)
  }

  private func expectClose(_ value: Tensor, _ expected: SafetensorsFile, _ name: String) throws {
    let reference = try Tensor(expected.array(named: name))
    #expect(value.shape == reference.shape, "\(name)")
    let scale = try reference.abs().max().item()
    let error = try distance(value, reference) / Swift.max(scale, 1e-30)
    #expect(error < 1e-10, "\(name): \(error)")
  }

  private func distance(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).abs().max().item() }
}
