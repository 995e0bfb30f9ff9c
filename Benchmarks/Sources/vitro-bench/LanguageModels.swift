import Vitro

/// GPT-2 small's shape, random weights.
private func gpt2() -> TransformerDescription {
  var description = TransformerDescription(layers: 12, width: 768, heads: 12, vocabulary: 50_257, context: 1024)
  description.feedForward = .init(width: 3072, activation: .geluTanh)
  return description
}

/// MiniLM's shape (all-MiniLM-L6-v2), random weights.
private func miniLM() -> TransformerDescription {
  var description = TransformerDescription(layers: 6, width: 384, heads: 12, vocabulary: 30_522, context: 512)
  description.feedForward = .init(width: 1536, activation: .gelu)
  description.placement = .after
  description.isCausal = false
  description.normalizesEmbedding = true
  description.normalizesLast = false
  description.tokenTypes = 2
  description.head = .none
  return description
}

private func model(_ description: TransformerDescription) throws -> LanguageModel {
  LanguageModel(
    name: "random", family: "random", transformer: description,
    network: try Network(description.graph(named: "random"), seed: 0))
}

/// The numbers of tokens of 64 sentences of SST-2's length: mean 25, the longest 64.
private let sentenceLengths = [
  12, 31, 18, 44, 9, 27, 22, 36, 15, 52, 7, 24, 29, 19, 33, 41, 11, 26, 64, 21, 17, 38, 13, 30, 23, 47, 8, 28, 20, 35,
  16, 25, 10, 32, 40, 14, 55, 6, 27, 22, 37, 18, 29, 12, 34, 24, 43, 9, 31, 19, 26, 15, 49, 21, 28, 11, 36, 23, 17, 39,
  13, 30, 20, 25,
]

private func tokens(_ count: Int, below vocabulary: Int) -> [Int] {
  (0..<count).map { ($0 * 7919 + 13) % vocabulary }
}

let languageCases: [Case] = [
  forward("GPT-2 small, 8 × 128 tokens, all logits", recording: .none),
  forward("GPT-2 small, 8 × 128 tokens, everything recorded", recording: .all),
  Case("MiniLM, 64 ragged sentences", "language", Double(sentenceLengths.reduce(0, +)), "token") {
    let model = try model(miniLM())
    let texts = sentenceLengths.map { tokens($0, below: 30_522) }
    return { _ = try model.run(texts) }
  },
  sweep("GPT-2 small, patching 12 layers × 16 positions"),
  sweep("GPT-2 small, patching beside TransformerLens"),
  Case("GPT-2 small, attribution patching 12 × 16", "language", 192, "patch") {
    let model = try model(gpt2())
    let pair = try prompts()
    return { _ = try AttributionPatching(model, pair) }
  },
  Case("GPT-2 small, 32 tokens generated one by one", "language", 32, "token") {
    let model = try model(gpt2())
    let start = tokens(16, below: 50_257)
    return { _ = try model.generate(after: start, Generation(count: 32)) }
  },
]

private func prompts() throws -> AnswerPair {
  let corrupt = tokens(16, below: 50_257)
  var clean = corrupt
  clean[3] = 42
  return try AnswerPair(clean: clean, corrupt: corrupt, answer: 100, wrong: 200)
}

private func sweep(_ name: String) -> Case {
  Case(name, "language", 192, "patch") {
    let model = try model(gpt2())
    let pair = try prompts()
    return { _ = try PatchingSweep(model, pair) }
  }
}

private func forward(_ name: String, recording: TapSelection) -> Case {
  Case(name, "language", 8 * 128, "token") {
    let network = try model(gpt2()).network
    let input = try Tensor(tokens(8 * 128, below: 50_257).map { Int64($0) }, shape: [8, 128])
    return { _ = try network.run([input], recording: recording) }
  }
}
