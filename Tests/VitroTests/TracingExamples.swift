import Foundation
import Testing
import Vitro

/// The samples of language models and of what is traced in them.
@Suite struct TracingExamples {
  /// A small random model of GPT-2's family, as the tests of VitroModels keep it.
  private var model: LanguageModel {
    get throws {
      try LanguageModel(
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
          .appending(path: "VitroModelsTests/Fixtures/Families/gpt2").path)
    }
  }

  private let tokens = [3, 14, 15, 9, 26]
  private let answer = 7
  private let wrong = 31

  @Test func descriptions() throws {
    // docs:TransformerDescription
    var description = TransformerDescription(layers: 2, width: 16, heads: 4, vocabulary: 50, context: 32)
    description.feedForward = .init(width: 64, activation: .geluTanh)
    let network = try Network(description.graph(named: "tiny"), seed: 0)
    // docs:end
    #expect(network.tapNames.contains("blocks.1.mlp.hook_post"))
  }

  @Test func sequenceLayouts() throws {
    let network = try model.network
    let tokens = try Tensor((0..<16).map { Int64($0) }, shape: [1, 16])
    // docs:SequenceLayout
    let layout = SequenceLayout(lengths: [5, 2, 9])
    let run = try network.run([tokens], recording: ["blocks.0.hook_resid_post"], sequences: layout)
    // docs:end
    #expect(try run.value(at: "blocks.0.hook_resid_post").shape == [1, 16, 16])
  }

  @Test func models() throws {
    try withTemporaryFolder { folder in
      var description = TransformerDescription(layers: 6, width: 8, heads: 2, vocabulary: 5, context: 32)
      description.feedForward = .init(width: 16, activation: .gelu)
      try Network(description.graph(named: "small"), seed: 0).save(to: "\(folder)/all-MiniLM-L6-v2")
      let tokenizer = """
        {"model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "In": 1, "a": 2, "glass": 3, ".": 4}, "unk_token": "[UNK]"},
         "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null}
        """
      try AtomicFile.write(Array(tokenizer.utf8), to: "\(folder)/all-MiniLM-L6-v2/tokenizer.json")
      // docs:LanguageModel
      let model = try LanguageModel("\(folder)/all-MiniLM-L6-v2")
      let tokens = try model.tokenizer.encode("In a glass.").map(\.id)
      let run = try model.run([tokens], recording: ["blocks.*.hook_resid_post"])
      let last = try run.value(at: "blocks.5.hook_resid_post", text: 0)  // [tokens, width]
      // docs:end
      #expect(tokens == [1, 2, 3, 4] && last.shape == [4, 8])
      // docs:ModelWords
      let words = ModelWords(try LanguageModel("\(folder)/all-MiniLM-L6-v2"))
      let numbers = try words.tokens("In a glass.").map(\.id)
      // docs:end
      #expect(numbers == tokens)
    }
  }

  @Test func generation() throws {
    let model = try model
    // docs:Generation
    var generation = Generation(count: 40)
    generation.temperature = 0.8
    let more = try model.generate(after: tokens, generation)
    // docs:end
    // The context has room for 32.
    #expect(more.count == 27)
  }

  @Test func lens() throws {
    let model = try model
    // docs:LogitLens
    let lens = try LogitLens(model, tokens: tokens)
    let best = lens.top(1, layer: 1, position: tokens.count - 1)
    // docs:end
    #expect(best.count == 1 && best[0].probability > 0)
  }

  @Test func attribution() throws {
    let model = try model
    // docs:DirectAttribution
    let attribution = try DirectAttribution(model, tokens: tokens, answer: answer, wrong: wrong)
    let strongest = attribution.parts.max { abs($0.share) < abs($1.share) }
    // docs:end
    #expect(strongest != nil && abs(attribution.total - attribution.measured) < 1e-4)
  }

  @Test func patching() throws {
    let model = try model
    let (clean, corrupt) = (tokens, [3, 14, 22, 9, 26])
    // docs:PatchingSweep
    let pair = try AnswerPair(clean: clean, corrupt: corrupt, answer: answer, wrong: wrong)
    let sweep = try PatchingSweep(model, pair, at: .residPre)
    let effect = sweep.recovered(layer: 1, column: 2)  // 0: as corrupt, 1: as clean
    // docs:end
    #expect(effect.isFinite && sweep.grid.count == 2)
  }

  @Test func ablation() throws {
    let model = try model
    let texts = [tokens, [5, 35, 8]]
    // docs:Ablation
    let ablation = try Ablation(model, texts: texts, of: .heads, by: .mean)
    let worst = ablation.parts.max { $0.increase < $1.increase }
    // docs:end
    #expect(worst != nil && ablation.parts.count == 8)
  }

  @Test func steering() throws {
    let model = try model
    let (happy, sad) = ([[3, 14], [15, 9]], [[26, 5]])
    // docs:SteeringVector
    let vector = try SteeringVector(model, positive: happy, negative: sad, layer: 1)
    let run = try model.run([tokens], editing: vector.edit(strength: 4))
    // docs:end
    #expect(vector.norm > 0 && run.ranges == [0..<5])
  }
}
