internal import Foundation
internal import Synchronization
public import VitroCore

extension Lab {
  /// Begins a run on a thread of its own; cancelling the task interrupts the run, which can then be resumed.
  ///
  /// The work blocks, and therefore never sits on a thread of the cooperative pool.
  ///
  /// - Throws: As ``run(_:command:observer:)``.
  public func start(_ configuration: RunConfiguration, observer: any Observer) async throws -> RunRecord {
    try await Self.onThread(observer) { try run(configuration, observer: $0) }
  }

  /// Goes on with a run on a thread of its own; cancelling the task interrupts it again.
  ///
  /// - Throws: As ``resume(_:observer:)``.
  public func restart(_ name: String, observer: any Observer) async throws -> RunRecord {
    try await Self.onThread(observer) { try resume(name, observer: $0) }
  }

  private static func onThread(
    _ observer: any Observer, _ work: @escaping @Sendable (any Observer) throws -> RunRecord
  ) async throws -> RunRecord {
    let watcher = CancellableObserver(observer)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try work(watcher) }) }
        thread.name = "vitro run"
        thread.stackSize = 8 << 20
        thread.start()
      }
    } onCancel: {
      watcher.cancel()
    }
  }
}

/// An observer that also stops the work when its task is cancelled.
private final class CancellableObserver: Observer {
  private let observer: any Observer
  private let isCancelled = Atomic(false)

  init(_ observer: any Observer) { self.observer = observer }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }
  func update(_ progress: ProgressUpdate) { observer.update(progress) }
  func record(_ series: String, at step: Int, _ value: Double) { observer.record(series, at: step, value) }
  var shouldStop: Bool { isCancelled.load(ordering: .relaxed) || observer.shouldStop }
}
