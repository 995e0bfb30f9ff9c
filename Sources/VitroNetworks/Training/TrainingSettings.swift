internal import Foundation
internal import VitroCore

/// How to train: everything that decides the bits of the result, apart from the network and the data.
///
/// ```swift
/// let settings = TrainingSettings(
///   .epochs(20), batchSize: 128, optimizer: .adamW(rate: 1e-3, decay: 0.01),
///   schedule: .warmUp(steps: 100, then: .cosine(steps: 900, minimum: 0)), loss: .crossEntropy(labelSmoothing: 0.1),
///   clip: 1, seed: 7, earlyStopping: .init(.validationAccuracy, patience: 3), checkpoint: .epochs(1))
/// try settings.validate()
/// ```
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// How long training goes on.
  public enum Duration: Sendable, Hashable, Codable {
    /// So many passes through the data.
    case epochs(Int)
    /// So many steps; the last pass may be cut short.
    case steps(Int)
  }

  /// How often a checkpoint is written, besides at the end and when training is stopped.
  public enum CheckpointInterval: Sendable, Hashable, Codable {
    case epochs(Int)
    case steps(Int)
    case seconds(Double)
  }

  /// When to stop early: a metric that no longer improves.
  public struct EarlyStopping: Sendable, Hashable, Codable {
    /// What is watched, the mean over instances.
    public enum Metric: String, Sendable, Hashable, Codable {
      case trainingLoss, validationLoss, validationAccuracy
    }

    /// What is watched.
    public var metric: Metric
    /// How many epochs in a row may bring nothing.
    public var patience: Int
    /// What counts as an improvement.
    public var minimumChange: Double
    /// Whether the network ends with the parameters of its best epoch.
    public var restoresBest: Bool

    /// Creates a rule.
    public init(
      _ metric: Metric = .validationLoss, patience: Int, minimumChange: Double = 0, restoresBest: Bool = true
    ) {
      self.metric = metric
      self.patience = patience
      self.minimumChange = minimumChange
      self.restoresBest = restoresBest
    }
  }

  /// What computes the steps of networks with several instances.
  public enum Engine: String, Sendable, Hashable, Codable, CaseIterable {
    /// Kernels that hold 16 instances (float64: 8) in each vector, where network and settings fit and they are quicker; else the network
    /// engine. Both compute the same up to rounding.
    case automatic
    /// The network engine: a graph, the tape and an optimizer.
    case general
  }

  /// How long training goes on.
  public var duration: Duration
  /// The examples of a step; `nil` takes all.
  public var batchSize: Int?
  /// How parameters follow gradients.
  public var optimizer: Optimizer
  /// Which parameters the optimizer's decay applies to, by name, `*` standing for any characters; `nil` for all.
  ///
  /// `["fc*"]`, or `["*.weight"]` to spare the biases.
  public var decayed: [String]?
  /// How the rate changes.
  public var schedule: Schedule
  /// What is made small.
  public var loss: Loss
  /// The largest global norm of gradients, `nil` for no limit.
  public var clip: Double?
  /// What the order of examples and dropout are drawn from.
  public var seed: UInt64
  /// Whether each epoch goes through the data in an order of its own.
  public var shuffle: Bool
  /// Whether a last batch that is not full is left out.
  public var dropLast: Bool
  /// When to stop early.
  public var earlyStopping: EarlyStopping?
  /// How often to write a checkpoint.
  public var checkpoint: CheckpointInterval?
  /// What computes the steps.
  public var engine: Engine {
    get { chosenEngine ?? .automatic }
    set { chosenEngine = newValue == .automatic ? nil : newValue }
  }

  // Absent from files that were written before there was a choice.
  private var chosenEngine: Engine?

  /// Creates settings.
  public init(
    _ duration: Duration, batchSize: Int? = nil, optimizer: Optimizer = .adam(), decayed: [String]? = nil,
    schedule: Schedule = .constant, loss: Loss, clip: Double? = nil, seed: UInt64 = 0, shuffle: Bool = true,
    dropLast: Bool = false,
    earlyStopping: EarlyStopping? = nil, checkpoint: CheckpointInterval? = nil, engine: Engine = .automatic
  ) {
    self.duration = duration
    self.batchSize = batchSize
    self.optimizer = optimizer
    self.decayed = decayed
    self.schedule = schedule
    self.loss = loss
    self.clip = clip
    self.seed = seed
    self.shuffle = shuffle
    self.dropLast = dropLast
    self.earlyStopping = earlyStopping
    self.checkpoint = checkpoint
    self.engine = engine
  }

  /// Checks that training can work with these settings.
  ///
  /// - Throws: ``/VitroCore/VitroError`` naming the first setting that cannot.
  public func validate() throws {
    func check(_ holds: Bool, _ message: String) throws {
      if !holds { throw VitroError(.argument, "training settings", message) }
    }
    switch duration {
    case .epochs(let count), .steps(let count): try check(count >= 0, "\(count) is no number of epochs or steps")
    }
    try check((batchSize ?? 1) >= 1, "the batch size is \(batchSize ?? 0), expected 1 or more")
    try check((clip ?? 1) > 0, "the limit of the gradient's norm is \(clip ?? 0), expected a number above 0")
    try check((earlyStopping?.patience ?? 0) >= 0, "the patience is \(earlyStopping?.patience ?? 0)")
    switch checkpoint {
    case .epochs(let count)?, .steps(let count)?: try check(count >= 1, "checkpoints every \(count) make no sense")
    case .seconds(let seconds)?: try check(seconds >= 0, "checkpoints every \(seconds) seconds make no sense")
    case nil: break
    }
    if case .lbfgs = optimizer {
      try check(batchSize == nil && clip == nil, "L-BFGS takes the full batch and no clipping")
    }
    try optimizer.validate()
    try loss.validate()
  }

  /// What must be equal for one training to go on from another's checkpoint, as sorted JSON: all but the duration and the checkpoints.
  func identity() throws -> [String: String] {
    var fixed = self
    fixed.duration = .epochs(0)
    fixed.checkpoint = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let fields = try JSONSerialization.jsonObject(with: encoder.encode(fixed)) as? [String: Any] else {
      return [:]
    }
    return try fields.mapValues {
      String(
        decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys, .fragmentsAllowed]),
        as: UTF8.self)
    }
  }
}
