internal import Foundation
internal import VitroCore
internal import VitroFitting
public import VitroLab

/// Networks that learn a group's multiplication: when they grok, which simples they use, and how.
public struct CompositionStudy: Sendable {
  /// The group.
  public var task: CompositionTask
  /// The share of pairs to train on; by itself by the order, see ``CompositionTraining/fraction(order:)``.
  public var fraction: Double?
  /// The width of the embeddings; by itself 128, and 256 from 60 elements on.
  public var embed: Int?
  /// The number of hidden units; by itself 128.
  public var hidden: Int?
  /// The most epochs; by itself by the group, see ``CompositionTraining/epochs(_:)``.
  public var epochs: Int?
  /// AdamW's rate.
  public var rate = 1e-3
  /// AdamW's weight decay.
  public var decay = 1.0
  /// How many networks.
  public var seeds = 1
  /// How many epochs to go on after a network has grokked.
  public var stopAfter = 2000
  /// How many epochs lie between two looks.
  public var interval = 100

  /// The study of a group, everything else by itself.
  public init(_ task: CompositionTask) { self.task = task }

  /// What the study trains.
  public func training(seed: UInt64) -> CompositionTraining {
    CompositionTraining(
      task, fraction: fraction, embed: embed, hidden: hidden, epochs: epochs, rate: rate, decay: decay, seeds: seeds,
      stopAfter: stopAfter, interval: interval, seed: seed)
  }

  /// Trains, measures and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for settings that cannot work, `interrupted`, `numerical`, `memory`.
  public func run(_ run: Run) throws -> Outcome {
    let training = training(seed: run.seed)
    try training.validate()
    let learned = try run.stage("training") { stage in
      let result = try training.train("training", checkpoints: stage.checkpoints, observer: stage)
      try result.write(to: stage.directory)
      return result.seeds.map { LearnedSeed(looks: $0.looks, memorised: $0.memorised, grokked: $0.grokked) }
    }
    let file = run.artifact(CompositionTrainingResult.fileName, of: "training")
    let measured = try run.stage("measuring") { stage in
      let networks = try CompositionTrainingResult.networks(file, training)
      let basis = try SimpleBasis(task)
      return try networks.enumerated().map { index, seed in
        try stage.checkpoint("measuring")
        stage.update(ProgressUpdate("measuring", completed: index, of: networks.count))
        return try MeasuredSeed(training, index, seed.network, seed.snapshots, basis: basis)
      }
    }
    let result = CompositionResult(training: training, learned: learned, measured: measured)
    return Outcome(report: result.report(), facts: result.facts)
  }
}

/// How one network learned.
struct LearnedSeed: Codable, Sendable {
  var looks: [CompositionLook]
  var memorised: Int?
  var grokked: Int?
}

/// What one network is in the end, and what its key simples were on the way.
struct MeasuredSeed: Codable, Sendable {
  var reading: CompositionReading
  var moments: [Moment]

  /// A network on its way, by the simples that are key in the end.
  struct Moment: Codable, Sendable {
    var epoch: Int
    var restrictedLoss: Double
    var excludedLoss: Double
    /// Σ of the squares of E_x, E_y and U.
    var energy: Double
    var gini: Double
    /// Of the key simples: their shares of E_x, and of the hidden layer at a·b.
    var xEmbed: Double
    var hiddenAB: Double
  }

  init(
    _ training: CompositionTraining, _ index: Int, _ network: CompositionNetwork,
    _ snapshots: [(epoch: Int, network: CompositionNetwork)], basis: SimpleBasis
  ) throws {
    let (task, pairs) = (training.task, training.split(index).training)
    let reading = try CompositionAnalysis(task, network, trainingPairs: pairs, basis: basis)
      .reading(seed: training.seed, network: index)
    self.reading = reading
    let key = reading.measures.simples.indices.filter { reading.measures.simples[$0].isKey }
    moments = try inParallel(snapshots.count) { place in
      let (epoch, network) = snapshots[place]
      let measures = try CompositionAnalysis(task, network, trainingPairs: pairs, basis: basis).measures(key: key)
      func squares(_ table: [Float]) -> Double { table.reduce(0) { $0 + Double($1) * Double($1) } }
      return Moment(
        epoch: epoch, restrictedLoss: measures.restrictedLoss, excludedLoss: measures.excludedLoss,
        energy: squares(network.left) + squares(network.right) + squares(network.unembed), gini: measures.gini,
        xEmbed: key.reduce(0) { $0 + measures.simples[$1].xEmbed },
        hiddenAB: key.reduce(0) { $0 + measures.simples[$1].hiddenAB })
    }
  }
}
