internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// The networks of the study.
enum SentimentModel: String, Sendable, Hashable, Codable, CaseIterable {
  case lstm, cnn, encoder, tuned

  var title: String {
    switch self {
    case .lstm: "LSTM"
    case .cnn: "CNN"
    case .encoder: "transformer"
    case .tuned: "pretrained"
    }
  }

  var architecture: TextNetwork.Architecture? { TextNetwork.Architecture(rawValue: rawValue) }

  /// The value that stands for the whole sentence.
  static let sentence = "pool"
  /// The same of a fine-tuned model, and its scores.
  static let tunedSentence = "sentence"
  static let tunedScores = "sentiment"

  /// The values that are measured, in the order in which they are reached.
  func layers(_ network: WordNetwork) -> [String] {
    network.hiddenStates + [self == .tuned ? Self.tunedSentence : Self.sentence, network.answer]
  }
}

extension SentimentStudy {
  /// The vocabulary's design for a network that is trained here.
  func design(_ model: SentimentModel, vocabulary: Int, classes: [String]) -> TextNetwork? {
    model.architecture.map {
      TextNetwork(
        $0, vocabulary: vocabulary, classes: classes, width: 48, hidden: $0 == .encoder ? 96 : $0 == .cnn ? 32 : 48,
        layers: $0 == .cnn ? 1 : 2, heads: 4, dropout: $0 == .encoder ? 0.1 : 0.4, context: Self.context)
    }
  }

  /// What one training left, epoch by epoch.
  struct Training: Codable, Sendable {
    /// The passes through the data after which networks were kept; 0 before training.
    var epochs: [Int]
    /// The share of test sentences that each judges right.
    var accuracy: [Double]
    /// The names of the networks' directories.
    var names: [String]
  }

  /// Trains a network, keeping it as it was at the beginning, after the first pass and at the end.
  func train(
    _ design: TextNetwork, _ data: SentimentData, _ tokenizer: Tokenizer, number: Int, seed: UInt64, into folder: URL,
    checkpoints: URL, observer: any Observer
  ) throws -> Training {
    func source(_ texts: LabeledTexts) throws -> TokenizedTexts {
      try TokenizedTexts(texts.texts.map { try tokenizer.encode($0).map(\.id) }, labels: texts.labels).sortedByLength()
    }
    let (training, test) = (try source(data.training), try source(data.test))
    let seed = seed &+ UInt64(number)
    var network = try design.network(seed: seed)
    var result = Training(epochs: [], accuracy: [], names: [])
    func keep(_ epoch: Int) throws {
      let name = "\(design.architecture.rawValue)-\(number)-\(epoch)"
      try network.save(to: folder.appending(path: name).path)
      result.epochs.append(epoch)
      result.accuracy.append(try network.accuracy(test)[0])
      result.names.append(name)
    }
    try keep(0)
    let rate = design.architecture == .encoder ? 1e-3 : 2e-3
    var last: URL?
    for epoch in Set([1, epochs]).sorted() {
      // A part has a directory of its own, which begins with where the part before ended: going on from a later part's checkpoint would keep the wrong network here.
      let part = checkpoints.appending(path: "\(number)-\(epoch)")
      if let last { try Self.begin(part, after: last) }
      last = part
      let settings = TrainingSettings(
        .epochs(epoch), batchSize: 32, optimizer: .adam(rate: rate), loss: .crossEntropy, clip: 1, seed: seed)
      let found = try Trainer(settings).train(
        &network, on: training, checkpoints: part.path,
        observer: TrainingReporter(observer, stage: "training \(design.architecture.rawValue) \(number + 1)"))
      guard found.state != .interrupted else {
        throw VitroError(.interrupted, "sentiment", "stopped after \(found.steps) steps")
      }
      try keep(epoch)
    }
    return result
  }

  /// Gives a part of a training the checkpoint that the part before ended with, unless it has one already.
  private static func begin(_ part: URL, after last: URL) throws {
    let files = FileManager.default
    guard !files.fileExists(atPath: part.path), files.fileExists(atPath: last.path) else { return }
    // Moved into its place when it is whole, so that a stop in between leaves nothing half done.
    let new = part.deletingLastPathComponent().appending(path: part.lastPathComponent + ".new")
    try? files.removeItem(at: new)
    try files.copyItem(at: last, to: new)
    try files.moveItem(at: new, to: part)
  }

  /// A pretrained model with the mean of its last states, and scores of the classes, behind it.
  static func withHead(_ model: LanguageModel, classes: [String], seed: UInt64) throws -> LanguageModel {
    guard let last = model.residualTaps.last,
      let node = model.network.graph.nodes.first(where: { ($0.tap ?? $0.name) == last })
    else {
      throw VitroError(.unsupported, "fine-tuning '\(model.name)'", "it has no states of words")
    }
    var graph = model.network.graph
    let width = try model.width
    graph.add(SentimentModel.tunedSentence, Mean(axes: [0]), reading: node.name)
    graph.add(SentimentModel.tunedScores, Linear(width, classes.count), reading: SentimentModel.tunedSentence)
    graph.outputs = [SentimentModel.tunedScores]
    graph.metadata["classes"] = classes.joined(separator: ",")
    var network = try Network(graph, seed: seed)
    let known = Set(network.parameters.names)
    for name in model.network.parameters.names where known.contains(name) {
      try network.parameters.set(name, to: model.network.parameters.value(named: name))
    }
    return LanguageModel(
      name: model.name, family: model.family, transformer: model.transformer, network: network,
      tokenizer: model.ownTokenizer, files: model.files)
  }

  /// Fine-tunes all parameters of a pretrained model; it is kept as it was before and after.
  func tune(
    _ model: LanguageModel, _ data: SentimentData, seed: UInt64, into folder: URL, checkpoints: URL,
    observer: any Observer
  ) throws -> Training {
    var network = try Self.withHead(model, classes: data.classes, seed: seed).network
    let tokenizer = try model.tokenizer
    func source(_ texts: LabeledTexts, _ count: Int) throws -> TokenizedTexts {
      let chosen = try texts.subset(Array(0..<min(count, texts.count)))
      return try TokenizedTexts(
        chosen.texts.map { try tokenizer.encode($0).map(\.id) }, labels: chosen.labels
      ).sortedByLength()
    }
    let (training, test) = (try source(data.training, tuned), try source(data.test, Self.probed.test))
    let before = try network.accuracy(test, batchSize: 32)[0]
    let settings = TrainingSettings(
      .epochs(1), batchSize: 16, optimizer: .adam(rate: 5e-5), loss: .crossEntropy, clip: 1, seed: seed)
    let result = try Trainer(settings).train(
      &network, on: training, checkpoints: checkpoints.path,
      observer: TrainingReporter(observer, stage: "fine-tuning \(model.name)"))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, "sentiment", "stopped after \(result.steps) steps of fine-tuning")
    }
    try network.save(to: folder.appending(path: "tuned").path)
    return Training(
      epochs: [0, 1], accuracy: [before, try network.accuracy(test, batchSize: 32)[0]], names: ["", "tuned"])
  }
}
