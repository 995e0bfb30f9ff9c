/// Watches long work: told how far it is, asked whether it should go on.
///
/// Workers call an observer often and cheaply; it decides what to show. A worker that finds ``shouldStop`` true leaves what is done in good order
/// and throws ``VitroError`` with the code ``VitroError/Code/interrupted``.
///
/// ```swift
/// struct PrintingObserver: Observer {
///   func update(_ progress: ProgressUpdate) {
///     print(progress.stage, progress.completed, "of", progress.total ?? 0)
///   }
///   var shouldStop: Bool { Task.isCancelled }
/// }
/// ```
public protocol Observer: Sendable {
  /// Work has come so far.
  func update(_ progress: ProgressUpdate)
  /// A number that belongs to a series, such as the loss after a step; a step that is recorded again replaces the number.
  func record(_ series: String, at step: Int, _ value: Double)
  /// Keeps what was recorded so far, come what may: called before a checkpoint is written, so that it never runs ahead of the records.
  func flushRecords()
  /// Whether the work should stop at the next good moment.
  var shouldStop: Bool { get }
}

extension Observer {
  /// Keeps nothing.
  public func record(_ series: String, at step: Int, _ value: Double) {}
  /// Has nothing to keep.
  public func flushRecords() {}
}

/// How far work has come.
public struct ProgressUpdate: Sendable, Hashable {
  /// What is being done, in a few words: `training`, `probing conv1`.
  public var stage: String
  /// Steps done.
  public var completed: Int
  /// Steps in all, if that is known.
  public var total: Int?
  /// A live number worth showing: `loss 0.213`.
  public var detail: String?

  /// Creates a progress note.
  public init(_ stage: String, completed: Int, of total: Int? = nil, detail: String? = nil) {
    self.stage = stage
    self.completed = completed
    self.total = total
    self.detail = detail
  }
}

/// An observer that shows nothing and never stops anything.
public struct SilentObserver: Observer {
  /// Creates the observer.
  public init() {}
  /// Does nothing.
  public func update(_ progress: ProgressUpdate) {}
  /// Never.
  public var shouldStop: Bool { false }
}

extension Observer {
  /// Throws if the work should stop.
  ///
  /// - Throws: ``VitroError`` with the code ``VitroError/Code/interrupted``.
  public func checkpoint(_ operation: String) throws {
    if shouldStop { throw VitroError(.interrupted, operation, "stopped on request; what was finished is kept") }
  }
}
