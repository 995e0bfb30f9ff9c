import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// What a transformer's graph promises, whatever the family.
@Suite("Transformers as graphs")
struct SmallTransformerTests {
  private func tiny(_ change: (inout TransformerDescription) -> Void = { _ in }) throws -> LanguageModel {
    var description = TransformerDescription(layers: 2, width: 16, heads: 4, vocabulary: 30, context: 24)
    description.feedForward = .init(width: 20, activation: .geluTanh)
    change(&description)
    let network = try Network(description.graph(named: "tiny"), dtype: .float64, seed: 5)
    return LanguageModel(
      name: "tiny", family: "test", transformer: description, network: network, tokenizer: nil, files: [])
  }

  private func distance(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).abs().max().item() }

  @Test("A run that starts at a layer with its residual equals the whole, and computes nothing before")
  func runsStartAtALayer() throws {
    let model = try tiny()
    let tokens = [3, 1, 4, 1, 5]
    let whole = try model.run([tokens], recording: ["blocks.1.hook_resid_pre", "blocks.1.hook_resid_post"])
    let residual = try whole.activations.value(at: "blocks.1.hook_resid_pre")
    let rest = try model.run(
      [[0, 0, 0, 0, 0]], recording: ["blocks.1.hook_resid_post"],
      editing: ["blocks.1.hook_resid_pre": .replace(residual)])
    #expect(try distance(rest.output, whole.output) == 0)
    let stopped = try model.run([tokens], recording: ["blocks.0.hook_resid_post"], needsOutputs: false)
    #expect(stopped.activations.names == ["blocks.0.hook_resid_post"])
  }

  @Test("What heads write adds up to what attention writes, and a head can be taken out there")
  func headsAddUp() throws {
    let model = try tiny()
    let run = try model.run([[3, 1, 4], [2, 7]], recording: ["blocks.0.attn.hook_result", "blocks.0.hook_attn_out"])
    let bias = try model.network.parameters.value(named: "blocks.0.attn.out_proj.bias")
    let sum = try run.value(at: "blocks.0.attn.hook_result").sum(axes: [1]) + bias
    #expect(try distance(sum, run.value(at: "blocks.0.hook_attn_out")) < 1e-14)
    let mask = try Tensor([1, 0, 1, 1] as [Double], shape: [4, 1])
    let byResult = try model.run([[3, 1, 4]], editing: ["blocks.0.attn.hook_result": .multiply(mask)]).output
    let byZ = try model.run([[3, 1, 4]], editing: ["blocks.0.attn.hook_z": .multiply(mask)]).output
    #expect(try distance(byResult, byZ) < 1e-13)
  }

  @Test("Gradients at taps agree with differences, through shared heads, rotary positions and packed texts")
  func gradientsAgree() throws {
    let model = try tiny {
      $0.keyValueHeads = 2
      $0.positions = .rotary(Rotary(base: 100))
      $0.normalization = .rootMeanSquare
      $0.feedForward = .init(width: 20, activation: .silu, isGated: true, bias: false)
      $0.windows = [3, 0]
      $0.attentionCap = 4
    }
    let tokens = try Tensor([3, 1, 4, 1, 5, 9, 2].map { Int64($0) }, shape: [1, 7])
    let layout = SequenceLayout(lengths: [4, 3])
    func objective(_ run: Activations) throws -> Tensor { try run.output.sin().sum() }
    let taps = [
      "blocks.0.hook_resid_pre", "blocks.0.attn.hook_q", "blocks.0.attn.hook_pattern", "blocks.1.hook_mlp_out",
    ]
    let (values, gradients) = try model.network.gradients(
      [tokens], at: .names(taps), sequences: layout, of: objective)
    var stream = RandomStream(seed: 1, "directions")
    for tap in taps {
      let value = try values.value(at: tap)
      let direction = try stream.normal(value.shape, dtype: .float64)
      func at(_ step: Double) throws -> Double {
        let run = try model.network.run(
          [tokens], editing: [tap: .add(direction * step)], sequences: layout)
        return try objective(run).item()
      }
      let numeric = try (at(1e-5) - at(-1e-5)) / 2e-5
      let exact = try (#require(gradients[tap]) * direction).sum().item()
      #expect(abs(numeric - exact) < 1e-6 * Swift.max(1, abs(exact)), "\(tap): \(numeric) against \(exact)")
    }
  }

  @Test("A description is saved with its network and read again")
  func networksAreSaved() throws {
    let model = try tiny { $0.positions = .rotary(Rotary(base: 100, turned: 2)) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try model.network.save(to: folder)
    let again = try LanguageModel(folder, dtype: .float64)
    #expect(try distance(again.run([[3, 1, 4]]).output, model.run([[3, 1, 4]]).output) == 0)
    #expect(again.network.tapNames == model.network.tapNames)
  }

  @Test("Lent half-precision weights compute as their widened copies do, and are owned when trained")
  func lentWeightsAreWidened() throws {
    let model = try tiny { $0.positions = .rotary(Rotary()) }
    let names = model.network.parameters.names
    let half = try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try model.network.parameters.value(named: $0).cast(to: .bfloat16)) })
    var lent = try Network(model.network.graph, dtype: .float32) { name, _ in half[name]! }
    let widened = try Network(model.network.graph, dtype: .float32) { name, _ in try half[name]!.cast(to: .float32) }
    let tokens = try Tensor([3, 1, 4, 1, 5].map { Int64($0) }, shape: [1, 5])
    #expect(try distance(lent.run([tokens]).output, widened.run([tokens]).output) == 0)
    #expect(lent.parameters.byteCount == 2 * lent.parameters.trainableCount)
    #expect(try lent.fingerprint() != widened.fingerprint())
    try lent.parameters.own()
    #expect(lent.parameters.byteCount == 4 * lent.parameters.trainableCount)
    #expect(
      try lent.fingerprint()
        == {
          var own = widened; try own.parameters.own(); return try own.fingerprint()
        }())
  }

  @Test("Greedy continuation with cached keys equals running the whole text at each step")
  func generationEqualsWholeRuns() throws {
    let model = try tiny()
    var text = [3, 1, 4]
    for _ in 0..<6 {
      let last = try model.run([text]).output
      text.append(Int(try last.select(at: text.count - 1).argmax().item()))
    }
    #expect(try model.generate(after: [3, 1, 4], Generation(count: 6)) == Array(text.dropFirst(3)))
    var sampled = Generation(count: 15)
    (sampled.temperature, sampled.topK, sampled.topP, sampled.seed) = (1.5, 8, 0.9, 4)
    let first = try model.generate(after: [3], sampled)
    #expect(try model.generate(after: [3], sampled) == first)
    sampled.seed = 5
    #expect(try model.generate(after: [3], sampled) != first)
    #expect(try model.generate(after: [3], Generation(count: 100)).count == 23)
  }

  @Test("Sampling draws each token as often as its probability says")
  func samplingIsFair() throws {
    var generation = Generation(count: 1)
    generation.temperature = 2
    var stream = RandomStream(seed: 9, "fair")
    let logits: [Float] = [2, 0, -2, 4]
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[generation.choose(logits, &stream)] += 1 }
    let weights = logits.map { exp(Double($0) / 2) }
    for (count, weight) in zip(counts, weights) {
      let p = weight / weights.reduce(0, +)
      #expect(abs(Double(count) - 20_000 * p) < 4.5 * (20_000 * p * (1 - p)).squareRoot())
    }
  }

  @Test("Layers that look across positions are not run on packed texts, and caches keep to their network")
  func mixingIsRefused() throws {
    var graph = Graph("lstm", inputs: [Graph.Input("tokens", shape: [-1])])
    graph.add("embed", Embedding(30, 8), reading: "tokens")
    graph.add("lstm", LSTM(8, 8), reading: "embed")
    graph.outputs = ["lstm"]
    let network = try Network(graph, seed: 0)
    let tokens = try Tensor([3, 1, 4].map { Int64($0) }, shape: [1, 3])
    #expect(!network.takesSequences)
    #expect(throws: VitroError.self) { try network.run([tokens], sequences: SequenceLayout(lengths: [2, 1])) }
    let (one, other) = (try tiny(), try tiny { $0.width = 8 })
    let cache = try #require(try one.run([[3, 1]], isKept: true).cache)
    #expect(throws: VitroError.self) {
      try other.run([4], SequenceLayout([.init(length: 1, start: 2)], past: cache))
    }
    #expect(throws: VitroError.self) {
      try one.run([4], SequenceLayout([.init(length: 1, start: 0, cached: 5)], past: cache))
    }
    let stopped = try one.run([[3, 1]], recording: ["blocks.0.hook_resid_pre"], needsOutputs: false, isKept: true)
    let partial = try #require(stopped.cache)
    #expect(throws: VitroError.self) { try one.run([4], SequenceLayout([.init(length: 1, start: 2)], past: partial)) }
  }

  @Test("Texts that go on after pasts of different lengths show all their keys")
  func patternsKeepTheirKeys() throws {
    let model = try tiny()
    let cache = try #require(try model.run([[3, 1, 4, 1, 5, 9], [2, 7]], isKept: true).cache)
    let run = try model.run(
      [6, 5, 3, 5], SequenceLayout([.init(length: 1, start: 6), .init(length: 3, start: 0, cached: 1)], past: cache),
      recording: ["blocks.0.attn.hook_pattern"])
    for text in 0...1 {
      let pattern = try run.value(at: "blocks.0.attn.hook_pattern", text: text)
      #expect(pattern.shape == [4, [1, 3][text], [7, 3][text]])
      #expect(try (pattern.sum(axes: [2]) - 1).abs().max().item() < 1e-12)
    }
  }

  @Test("What cannot work is refused with the reason")
  func impossibleRunsAreRefused() throws {
    let model = try tiny()
    #expect(throws: VitroError.self) { try model.run([[]]) }
    #expect(throws: VitroError.self) { try model.run([[30]]) }
    #expect(throws: VitroError.self) { try model.run([Array(repeating: 1, count: 25)]) }
    #expect(throws: VitroError.self) {
      try model.run([1], SequenceLayout([.init(length: 1, start: 3)], isKept: true))
    }
    var odd = TransformerDescription(layers: 1, width: 16, heads: 0, vocabulary: 30, context: 8)
    #expect(throws: VitroError.self) { try odd.graph(named: "odd") }
    odd.heads = 3
    odd.keyValueHeads = 2
    #expect(throws: VitroError.self) { try odd.graph(named: "odd") }
  }
}
