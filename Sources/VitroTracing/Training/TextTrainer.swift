internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What training a network for text came to.
struct TextTrainingResult: Codable, Sendable {
  var design: TextNetwork
  var data: String
  var parameters: Int
  /// The examples for training, validation and test: texts, or stretches of one text.
  var counts: [Int]
  var cutTexts: Int
  var unknownShare: Double
  var epochs: Int
  var bestEpoch: Int?
  /// The loss on the test part, of each text or each token.
  var testLoss: Double
  /// The loss of a language model with the interval of drawing stretches anew.
  var loss: Estimate?
  /// What the test part costs without looking at it: the majority class's accuracy, or the loss by the tokens' frequencies.
  var baseline: Double
  var accuracy: Estimate?
  /// What a language model writes.
  var sample: String?
}

/// Trains, saves and judges a network for text within one stage.
struct TextTrainer {
  let study: TextTraining
  let corpus: TextCorpus
  let stage: Stage

  init(_ study: TextTraining, _ corpus: TextCorpus, _ stage: Stage) {
    (self.study, self.corpus, self.stage) = (study, corpus, stage)
  }

  func train() throws -> TextTrainingResult {
    let design = study.design(vocabulary: corpus.vocabulary.count, classes: corpus.classNames)
    var network = try design.network(seed: stage.seed)
    let parts = corpus.batches
    let result = try Trainer(settings).train(
      &network, on: parts.train, validation: parts.validation, checkpoints: stage.checkpoints.path,
      observer: TrainingReporter(stage, stage: stage.name))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, "training on '\(corpus.name)'", "stopped after \(result.steps) steps")
    }
    let directory = stage.directory.appending(path: TextTraining.artifact).path
    try network.save(to: directory)
    try corpus.vocabulary.save(to: directory)
    let examples = try judged(network, on: parts.test)
    return TextTrainingResult(
      design: design, data: corpus.name, parameters: network.parameters.trainableCount,
      counts: [parts.train.count, parts.validation.count, parts.test.count], cutTexts: corpus.cutTexts,
      unknownShare: corpus.unknownShare, epochs: result.history.epochs.count, bestEpoch: result.history.bestEpoch,
      testLoss: examples.losses.reduce(0, +) / Double(examples.losses.count), loss: try loss(examples.losses),
      baseline: baseline, accuracy: try accuracy(examples.hits),
      sample: design.isLanguageModel ? try sample(network) : nil)
  }

  private var settings: TrainingSettings {
    TrainingSettings(
      .epochs(study.epochs), batchSize: study.batchSize, optimizer: .adam(rate: study.learningRate),
      loss: .crossEntropy, clip: 1, seed: stage.seed,
      earlyStopping: .init(
        study.language ? .validationLoss : .validationAccuracy, patience: study.patience, restoresBest: true),
      checkpoint: .seconds(30))
  }

  /// The loss of each test example, the mean over its tokens, and whether each text is told right.
  private func judged(_ network: Network, on test: any BatchSource) throws -> (losses: [Double], hits: [Bool]) {
    var (losses, hits): ([Double], [Bool]) = ([], [])
    try network.forEachBatch(test, batchSize: study.batchSize) { run, batch, _ in
      let labels = try batch.target.cast(to: .int64)
      let each = try run.output.crossEntropy(labels: labels)
      losses += try (each.rank > 1 ? each.mean(axes: Array(1..<each.rank)) : each).doubles
      guard !study.language else { return }
      hits += try run.output.argmax().isEqual(to: labels).cast(to: .float64).doubles.map { $0 == 1 }
    }
    return (losses, hits)
  }

  /// The mean loss; neighbouring stretches are alike, so that the interval is a little too narrow.
  private func loss(_ losses: [Double]) throws -> Estimate? {
    guard study.language else { return nil }
    return try Bootstrap.interval(rows: losses.count, seed: stage.seed) { rows in
      rows.reduce(0) { $0 + losses[$1] } / Double(rows.count)
    }
  }

  /// The share of hits, with the exact interval, or that of drawing whole groups anew.
  private func accuracy(_ hits: [Bool]) throws -> Estimate? {
    guard !study.language else { return nil }
    let right = hits.count { $0 }
    guard let groups = corpus.testGroups else { return try .clopperPearson(successes: right, trials: hits.count) }
    var drawn = try Bootstrap.interval(rows: hits.count, groups: groups, seed: stage.seed) { rows in
      Double(rows.count { hits[$0] }) / Double(rows.count)
    }
    guard drawn.low == drawn.high else { return drawn }
    // Where nothing varies, drawing says nothing: groups are then as many trials.
    let trials = Set(groups).count
    let exact = try Estimate.clopperPearson(
      successes: Int((drawn.value * Double(trials)).rounded()), trials: trials)
    (drawn.low, drawn.high) = (min(exact.low, drawn.value), max(exact.high, drawn.value))
    return drawn
  }

  private var baseline: Double {
    switch corpus.source {
    case .labelled(let train, _, let test):
      var counts = [Int](repeating: 0, count: corpus.classNames.count)
      for label in train.labels { counts[label] += 1 }
      let most = counts.indices.max { counts[$0] < counts[$1] } ?? 0
      return Double(test.labels.count { $0 == most }) / Double(test.count)
    case .plain(let train, _, let test):
      var counts = [Double](repeating: 1, count: corpus.vocabulary.count)
      for token in train.tokens { counts[token] += 1 }
      let total = log(counts.reduce(0, +))
      return test.tokens.reduce(0) { $0 + total - log(counts[$1]) } / Double(test.tokens.count)
    }
  }

  // MARK: Writing

  private static let sampleLength = 300
  private static let temperature = 0.8

  /// What the network writes after the first tokens of the test part.
  private func sample(_ network: Network) throws -> String? {
    guard case .plain(_, _, let test) = corpus.source else { return nil }
    var tokens = Array(test.tokens.prefix(16))
    for step in 0..<Self.sampleLength {
      try stage.checkpoint(stage.name)
      let seen = Array(tokens.suffix(study.tokenLimit))
      let scores = try network(Tensor(seen).expandingAxis(0)).select(axis: 0, at: 0).select(axis: 0, at: seen.count - 1)
      let probabilities = try (scores * (1 / Self.temperature)).softmax().doubles
      var stream = RandomStream(seed: stage.seed, "written text", step)
      var remaining = try stream.uniform([1]).doubles[0]
      let chosen = probabilities.firstIndex { probability in
        remaining -= probability
        return remaining < 0
      }
      tokens.append(chosen ?? probabilities.count - 1)
    }
    let pieces = tokens.map { corpus.vocabulary.tokens[$0] }
    return pieces.joined(separator: corpus.vocabulary.units == .words ? " " : "")
  }
}
