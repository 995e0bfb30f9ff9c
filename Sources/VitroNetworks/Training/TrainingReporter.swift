public import VitroCore

/// Tells an ``/VitroCore/Observer`` how a training goes: steps, and the mean loss of the instances as the live number.
public struct TrainingReporter: TrainingObserver {
  private let observer: any Observer
  private let stage: String
  private let totalSteps: Int?

  /// Creates a reporter.
  ///
  /// - Parameters:
  ///   - observer: Who is told.
  ///   - stage: What the work is called.
  ///   - totalSteps: All steps of the training, if that is more than one epoch's.
  public init(_ observer: any Observer, stage: String, totalSteps: Int? = nil) {
    self.observer = observer
    self.stage = stage
    self.totalSteps = totalSteps
  }

  /// Passes the step on.
  public func step(_ step: TrainingStep) {
    let loss = step.losses.reduce(0, +) / Double(max(step.losses.count, 1))
    let digits = (loss * 10_000).rounded() / 10_000
    observer.update(
      ProgressUpdate(stage, completed: step.step + 1, of: totalSteps ?? step.batchCount, detail: "loss \(digits)"))
  }

  /// Asks the observer.
  public func shouldStop() -> Bool { observer.shouldStop }
}
