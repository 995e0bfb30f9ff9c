import Vitro

/// A transformer normalized after each part, as BERT, with random weights, and texts of so many words.
private func measured(layers: Int, width: Int, heads: Int, words: Int, samples: Int) throws -> () throws -> Void {
  var description = TransformerDescription(
    layers: layers, width: width, heads: heads, vocabulary: 30_522, context: 512)
  description.feedForward = .init(width: 4 * width, activation: .gelu)
  description.placement = .after
  description.isCausal = false
  description.normalizesEmbedding = true
  description.normalizesLast = false
  description.tokenTypes = 2
  description.head = .none
  let network = try WordNetwork(
    LanguageModel(
      name: "random", family: "BERT", transformer: description,
      network: try Network(description.graph(named: "random"), seed: 0)))
  let texts = try (0..<16).map { text in
    try network.text((0..<words).map { ((text * words + $0) * 7919 + 13) % 30_522 })
  }
  let features = network.hiddenStates.map { Feature($0) }
  let scales = try FeatureScales(network, features, over: texts)
  let measure = try InformationMeasure(network, scales, settings: InformationSettings(samples: samples))
  return { _ = try measure([texts[0]], features) }
}

/// The same work beside two peers: one of the same optimization in the same batches, and one that draws noise as the released code does.
private func cases(
  _ name: String, layers: Int, width: Int, heads: Int, words: Int, samples: Int
) -> [Case] {
  [name, name + ", beside one draw a step"].map { name in
    Case(name, "information", Double(layers * samples), "pass") {
      try measured(layers: layers, width: width, heads: heads, words: words, samples: samples)
    }
  }
}

let informationCases: [Case] =
  cases("MiniLM, information of 16 words in 6 layers", layers: 6, width: 384, heads: 12, words: 16, samples: 100)
  + cases(
    "small transformer, information of 12 words in 2 layers", layers: 2, width: 64, heads: 4, words: 12, samples: 2000)
