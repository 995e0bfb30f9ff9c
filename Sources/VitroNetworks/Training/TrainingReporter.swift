public import VitroCore

/// Tells an ``/VitroCore/Observer`` how a training goes: steps, the mean loss of the instances as the live number, and the series `loss`,
/// `validation loss` and `validation accuracy`.
public struct TrainingReporter: TrainingObserver {
  private let observer: any Observer
  private let stage: String
  private let totalSteps: Int?
  private let prefix: String

  /// Creates a reporter.
  ///
  /// - Parameters:
  ///   - observer: The one who is told.
  ///   - stage: What is trained, in a few words.
  ///   - totalSteps: All steps of the training, if that is more than one epoch's.
  ///   - prefix: What stands before the names of the series, to tell trainings of one run apart.
  public init(_ observer: any Observer, stage: String, totalSteps: Int? = nil, prefix: String = "") {
    self.observer = observer
    self.stage = stage
    self.totalSteps = totalSteps
    self.prefix = prefix
  }

  /// Passes the step on.
  public func step(_ step: TrainingStep) {
    let loss = Self.mean(step.losses)
    let digits = (loss * 10_000).rounded() / 10_000
    observer.update(
      ProgressUpdate(stage, completed: step.step + 1, of: totalSteps ?? step.batchCount, detail: "loss \(digits)"))
    observer.record("\(prefix)loss", at: step.step, loss)
  }

  /// Records what the epoch brought on the validation examples.
  public func epoch(_ record: EpochRecord) {
    guard let validation = record.validation else { return }
    observer.record("\(prefix)validation loss", at: record.steps, Self.mean(validation.loss))
    if let accuracy = validation.accuracy {
      observer.record("\(prefix)validation accuracy", at: record.steps, Self.mean(accuracy))
    }
  }

  /// Has the observer keep the series up to here.
  public func willCheckpoint(step: Int) { observer.flushRecords() }

  /// Asks the observer.
  public func shouldStop() -> Bool { observer.shouldStop }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }
}
