/// What training and evaluation measure on a set of examples; one number for each instance, one in all for a plain network.
public struct Metrics: Sendable, Hashable, Codable {
  /// The mean loss.
  public var loss: [Double]
  /// The part of labels that the largest output meets; `nil` unless the loss compares with labels.
  public var accuracy: [Double]?

  /// Creates metrics.
  public init(loss: [Double], accuracy: [Double]? = nil) {
    self.loss = loss
    self.accuracy = accuracy
  }
}

/// What one pass through the data brought.
public struct EpochRecord: Sendable, Hashable, Codable {
  /// The epoch's number, from 0.
  public var epoch: Int
  /// The steps taken so far.
  public var steps: Int
  /// The learning rate of the epoch's last step.
  public var rate: Double
  /// The mean of the losses during the epoch, each before its step.
  public var training: Metrics
  /// The metrics on the validation examples after the epoch.
  public var validation: Metrics?
}

/// The epochs of a training, in order.
public struct TrainingHistory: Sendable, Hashable, Codable {
  /// One record for each epoch.
  public internal(set) var epochs: [EpochRecord] = []
  /// The epoch whose metric was best, when early stopping watches one.
  public internal(set) var bestEpoch: Int?
}

/// How a training ended.
public struct TrainingResult: Sendable {
  /// Why a training returned.
  public enum State: String, Sendable, Hashable, Codable {
    /// Its duration is over, or the optimizer converged.
    case finished
    /// The watched metric no longer improved.
    case stoppedEarly
    /// The observer asked it to stop; the same call with the same checkpoints goes on from there.
    case interrupted
  }

  /// Why it returned.
  public let state: State
  /// What each epoch brought.
  public let history: TrainingHistory
  /// The number of steps taken, those before an interruption included.
  public let steps: Int
}

/// What one step brought.
public struct TrainingStep: Sendable {
  /// The step's number, from 0, over all epochs.
  public let step: Int
  /// The epoch's number, from 0.
  public let epoch: Int
  /// The batch's number within its epoch, and how many the epoch has.
  public let batch: Int
  /// The number of batches of an epoch.
  public let batchCount: Int
  /// The learning rate.
  public let rate: Double
  /// The loss before the step, of each instance.
  public let losses: [Double]
  /// The global norm of the gradients before clipping, of each instance; empty without clipping.
  public let gradientNorms: [Double]
}

/// Someone who watches a training, and may stop it.
///
/// Every method has an empty default.
///
/// Methods are called on the training's thread, which waits for them: return at once, and draw or write only now and then.
///
/// ```swift
/// struct LossPrinter: TrainingObserver {
///   func epoch(_ record: EpochRecord) {
///     print("epoch \(record.epoch): loss \(record.training.loss[0])")
///   }
/// }
/// ```
public protocol TrainingObserver {
  /// Training begins, or goes on after `step` steps.
  func started(_ settings: TrainingSettings, step: Int)
  /// A step is done.
  func step(_ step: TrainingStep)
  /// An epoch is done.
  func epoch(_ record: EpochRecord)
  /// A checkpoint is about to be written.
  func willCheckpoint(step: Int)
  /// A checkpoint lies at a path.
  func checkpoint(_ path: String, step: Int)
  /// Training returns.
  func finished(_ result: TrainingResult)
  /// Asked before each step; on `true` training writes a checkpoint and returns as interrupted.
  func shouldStop() -> Bool
}

extension TrainingObserver {
  /// Does nothing.
  public func started(_ settings: TrainingSettings, step: Int) {}
  /// Does nothing.
  public func step(_ step: TrainingStep) {}
  /// Does nothing.
  public func epoch(_ record: EpochRecord) {}
  /// Does nothing.
  public func willCheckpoint(step: Int) {}
  /// Does nothing.
  public func checkpoint(_ path: String, step: Int) {}
  /// Does nothing.
  public func finished(_ result: TrainingResult) {}
  /// Goes on.
  public func shouldStop() -> Bool { false }
}
