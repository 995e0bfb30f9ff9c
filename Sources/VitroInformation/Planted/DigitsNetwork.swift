internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// The network of the toy task of De Cao et al. (2020): is digit m more frequent than digit n?
///
/// Each digit x_t of the text and the question are encoded alone, `[q_m; q_n; x_t]` (3 · 64) → tanh(64) → 2; a GRU of 64 units reads the codes, and a linear
/// layer its last state. Noise is added to the codes, as there: two numbers a digit. Loss: binary cross entropy − 0.35 · entropy of the answer.
enum DigitsNetwork {
  /// The tap of the codes, `[length, 2]`.
  static let entry = "code"
  /// The texts, of which a tenth is held out.
  static let textCount = 10_000
  private static let width = 64
  private static let entropyWeight = 0.35

  static func graph() -> Graph {
    var graph = Graph(
      "digits",
      inputs: [Graph.Input("m", shape: [-1]), Graph.Input("n", shape: [-1]), Graph.Input("digits", shape: [-1])])
    graph.add("query", Embedding(10, width), reading: "m")
    graph.add("query.n", Embedding(10, width), reading: "n", ties: ["weight": "query.weight"])
    graph.add("embed", Embedding(10, width), reading: "digits")
    graph.nodes.append(Graph.Node("joined", Concatenate(axis: 1), inputs: ["query", "query.n", "embed"]))
    graph.add("hidden", Linear(3 * width, width), reading: "joined")
    graph.add("tanh", Activation(.tanh), reading: "hidden")
    graph.add(entry, Linear(width, 2), reading: "tanh")
    graph.add("gru", GRU(2, width), reading: entry)
    graph.add("pool", Pick(-1), reading: "gru")
    graph.add("logits", Linear(width, 1), reading: "pool")
    graph.outputs = ["logits"]
    return graph
  }

  static func inputs(_ texts: [PlantedText]) throws -> [Tensor] {
    let question = try (0..<2).map { part in
      try Tensor(rows: texts.map { text in text.tokens.map { _ in text.query?[part] ?? 0 } })
    }
    return question + [try Tensor(rows: texts.map(\.tokens))]
  }

  /// Trains as published: Adam at 0.001, batches of 128, 50 passes at most.
  static func train(
    seed: UInt64, epochs: Int = 50, stage: String = "training", observer: any Observer = SilentObserver()
  ) throws -> PlantedNetwork {
    let all = PlantedTask.digits.texts(textCount, seed: seed)
    let (learned, heldOut) = (Array(all.dropLast(textCount / 10)), Array(all.suffix(textCount / 10)))
    var network = try Network(graph(), seed: seed)
    let weight = entropyWeight
    let loss: Trainer.LossFunction = { run, batch, _ in
      let scores = run.output
      let error = try scores.softplus() - scores * batch.target.cast(to: scores.dtype)
      let chance = try scores.sigmoid()
      let entropy = try scores.softplus() - scores * chance
      return try (error - entropy * weight).mean()
    }
    let settings = TrainingSettings(
      .epochs(epochs), batchSize: 128, optimizer: .adam(rate: 0.001), loss: .binaryCrossEntropyWithLogits, seed: seed)
    let result = try Trainer(settings, loss: loss).train(
      &network, on: DigitTexts(texts: learned), passes: epochs,
      observer: TrainingReporter(observer, stage: stage, prefix: "\(stage) ")
    ) { _, network in try PlantedNetwork(.digits, nil, network).accuracy(heldOut).value < 0.998 }
    if let result, result.state == .interrupted {
      throw VitroError(.interrupted, stage, "stopped after \(result.steps) steps")
    }
    return try PlantedNetwork(.digits, nil, network)
  }
}

/// Texts of digits with their questions; those of one length run together.
private struct DigitTexts: BatchSource {
  let texts: [PlantedText]
  var count: Int { texts.count }
  var batchKeys: [Int]? { texts.map(\.tokens.count) }

  func batch(_ indices: [Int]) throws -> Batch {
    let chosen = indices.map { texts[$0] }
    return Batch(
      inputs: try DigitsNetwork.inputs(chosen),
      target: try Tensor(chosen.map { Float($0.label) }, shape: [chosen.count, 1]))
  }
}
