public import VitroCore
internal import VitroFitting
internal import VitroLab
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

extension PlantedNetwork {
  /// How large networks are and how long they learn: as small as solves the tasks in seconds.
  public struct Training: Sendable, Hashable, Codable {
    /// The texts to learn from.
    public var texts = 4000
    /// The texts that decide when to stop, and again as many that accuracy is told of.
    public var heldOut = 500
    /// The most passes through the texts.
    public var epochs = 40
    /// Training stops when so many of the held-out texts are told right.
    public var goal = 0.998
    /// The texts of a step.
    public var batchSize = 50
    /// Which word decides in the task of the k-th word.
    public var position = 3

    /// The usual.
    public init() {}
  }

  /// A network counts as having solved its task from this accuracy on.
  public static let solved = 0.99

  /// The design for a task.
  static func design(_ task: PlantedTask, _ architecture: TextNetwork.Architecture) -> TextNetwork {
    let count = task.vocabulary.count
    return switch architecture {
    case .lstm:
      TextNetwork(.lstm, vocabulary: count, classes: task.classes, width: 16, hidden: 32, dropout: 0, context: 64)
    case .cnn:
      TextNetwork(.cnn, vocabulary: count, classes: task.classes, width: 16, hidden: 24, dropout: 0, context: 64)
    case .encoder, .decoder:
      TextNetwork(
        architecture, vocabulary: count, classes: task.classes, width: 32, hidden: 64, layers: 2, heads: 4, dropout: 0,
        context: 64)
    }
  }

  /// The texts that accuracy is told of, and that methods are judged on: no others than these.
  static func testTexts(_ task: PlantedTask, _ training: Training, seed: UInt64) -> [PlantedText] {
    task.texts(training.heldOut, seed: seed &+ 0x7e57, position: training.position)
  }

  /// Trains a network on a task until it solves it, or for the most passes.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - architecture: How it reads; not asked for in the task of digits.
  ///   - seed: What texts and weights are drawn from.
  ///   - training: How long.
  ///   - stage: What it is called to the observer.
  ///   - observer: Who watches, and may stop it.
  ///   - snapshot: Is given the network before training and after each pass.
  /// - Throws: ``/VitroCore/VitroError`` when stopped.
  public static func train(
    _ task: PlantedTask, _ architecture: TextNetwork.Architecture? = nil, seed: UInt64,
    training: Training = Training(), stage: String = "training", observer: any Observer = SilentObserver(),
    snapshot: ((_ epoch: Int, _ network: PlantedNetwork) throws -> Void)? = nil
  ) throws -> PlantedNetwork {
    guard task != .digits else { return try DigitsNetwork.train(seed: seed, stage: stage, observer: observer) }
    let architecture = architecture ?? .lstm
    let learned = task.texts(training.texts, seed: seed, position: training.position)
    let watched = task.texts(training.heldOut, seed: seed &+ 0x3a7c, position: training.position)
    var network = try design(task, architecture).network(seed: seed)
    try snapshot?(0, PlantedNetwork(task, architecture, network))
    let settings = TrainingSettings(
      .epochs(training.epochs), batchSize: training.batchSize, optimizer: .adam(rate: rate(architecture)),
      loss: .crossEntropy, clip: 1, seed: seed)
    let watcher = UntilSolved(TrainingReporter(observer, stage: stage, prefix: "\(stage) "), goal: training.goal)
    let sources = try (Self.source(learned), Self.source(watched))
    guard let snapshot else {
      let result = try Trainer(settings).train(
        &network, on: sources.0, validation: sources.1, observer: watcher)
      try check(result, watcher, stage)
      return try PlantedNetwork(task, architecture, network)
    }
    let result = try Trainer(settings).train(
      &network, on: sources.0, validation: sources.1, passes: training.epochs, observer: watcher
    ) { epoch, network in
      try snapshot(epoch, PlantedNetwork(task, architecture, network))
      return !watcher.isSolved
    }
    if let result { try check(result, watcher, stage) }
    return try PlantedNetwork(task, architecture, network)
  }

  private static func check(_ result: TrainingResult, _ watcher: UntilSolved, _ stage: String) throws {
    guard result.state == .interrupted, !watcher.isSolved else { return }
    throw VitroError(.interrupted, stage, "stopped after \(result.steps) steps")
  }

  private static func rate(_ architecture: TextNetwork.Architecture) -> Double {
    architecture == .lstm ? 0.01 : 0.003
  }

  private static func source(_ texts: [PlantedText]) throws -> TokenizedTexts {
    try TokenizedTexts(texts.map(\.tokens), labels: texts.map(\.label)).sortedByLength()
  }
}

/// Stops training when the held-out texts are told right.
private final class UntilSolved: TrainingObserver {
  private let reporter: TrainingReporter
  private let goal: Double
  private(set) var isSolved = false

  init(_ reporter: TrainingReporter, goal: Double) { (self.reporter, self.goal) = (reporter, goal) }

  func step(_ step: TrainingStep) { reporter.step(step) }

  func epoch(_ record: EpochRecord) {
    reporter.epoch(record)
    isSolved = (record.validation?.accuracy?.first ?? 0) >= goal
  }

  func shouldStop() -> Bool { isSolved || reporter.shouldStop() }
}
