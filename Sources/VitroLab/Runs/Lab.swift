internal import Foundation
public import VitroCore

/// Where experiments are run: begins, resumes and repeats them, and keeps what they find in a store.
///
/// ```swift
/// let lab = Lab(store: try RunStore(directory: directory), registry: ExperimentRegistry([CoinStudy.self]))
/// let run = try lab.run(RunConfiguration(experiment: "coin", fields: ["throws": 10]), observer: SilentObserver())
/// print(run.id, try lab.store.report(of: run.id).title)
/// ```
public struct Lab: Sendable {
  /// Where runs are kept.
  public var store: RunStore
  /// The experiments that can be named.
  public var registry: ExperimentRegistry

  /// Creates a lab.
  public init(store: RunStore, registry: ExperimentRegistry) {
    self.store = store
    self.registry = registry
  }

  /// Checks a configuration as ``run(_:command:observer:)`` would, without any work.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for unknown names (with the nearest right one) and values out of range, `file` for files that
  ///   are not there.
  public func check(_ configuration: RunConfiguration) throws { try registry.check(configuration) }

  /// Begins a run and does its work on this thread.
  ///
  /// - Parameters:
  ///   - configuration: What is asked.
  ///   - command: The command line that asked for it; without it one that would.
  ///   - observer: The one who watches, and may stop it.
  /// - Returns: The finished run.
  /// - Throws: ``/VitroCore/VitroError`` as ``check(_:)`` does before any work, and what the experiment throws; the run is then kept as failed or
  ///   interrupted, and its id is in the error's details.
  public func run(
    _ configuration: RunConfiguration, command: [String]? = nil, observer: any Observer
  ) throws -> RunRecord {
    try begin(configuration, RunStore.Origin(command: command ?? configuration.commandLine(in: registry)), observer)
  }

  /// Goes on with a run that was interrupted or failed; its finished stages are not done again.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when it is finished, or running elsewhere; else as ``run(_:command:observer:)``.
  public func resume(_ name: String, observer: any Observer) throws -> RunRecord {
    let record = try store.run(name)
    guard record.state != .finished else {
      throw VitroError(
        .argument, "resuming run \(record.id)", "it is finished",
        hint: "'vitro runs reproduce \(record.id)' does it again.")
    }
    try check(record.configuration)
    return try work(on: record, lock: try store.reopen(record.id), observer)
  }

  func begin(
    _ configuration: RunConfiguration, _ origin: RunStore.Origin, _ observer: any Observer
  ) throws -> RunRecord {
    let complete = try registry.completed(configuration)
    let (id, lock) = try store.create(complete, origin)
    return try work(on: try store.run(id), lock: lock, observer)
  }

  private func work(on record: RunRecord, lock: RunLock, _ observer: any Observer) throws -> RunRecord {
    let began = ContinuousClock.now
    var seconds: Double { (ContinuousClock.now - began).seconds }
    let run = Run(record.id, configuration: record.configuration, store: store, observer: observer)
    defer { withExtendedLifetime(lock) {} }
    do {
      let type = try registry.experiment(named: record.configuration.experiment)
      var outcome =
        record.configuration.sweep.isEmpty
        ? try type.work(run, record.configuration)
        : try sweep(run, SweepGrid(record.configuration, type), observer)
      try run.flush()
      outcome.report.provenance = Provenance(
        command: record.command, run: record.id, version: VitroVersion.current, date: record.created,
        threads: Threads.count,
        seed: record.configuration.seed, wallSeconds: record.seconds + seconds,
        files: SourceFile.shortened(try store.sources(of: record.id)))
      // The page of a point of a sweep is made when someone asks for it.
      try outcome.report.write(
        to: run.directory.appending(path: "report"), renderers: record.parent == nil ? [HTMLRenderer()] : [])
      try store.finish(record.id, outcome, seconds: seconds)
      for name in ["drafts", "checkpoints"] {
        try? FileManager.default.removeItem(at: run.directory.appending(path: name))
      }
      return try store.run(record.id)
    } catch {
      throw ending(error, run, seconds: seconds)
    }
  }

  /// Enters how a run ended that did not end well, and tells how to go on.
  private func ending(_ error: any Error, _ run: Run, seconds: Double) -> VitroError {
    let isInterruption = (error as? VitroError)?.code == .interrupted || error is CancellationError
    var told: VitroError
    switch error {
    case let error as VitroError: told = error
    case is CancellationError: told = VitroError(.interrupted, "run \(run.id)", "its task was cancelled")
    case let error as CocoaError: told = VitroError(.file, "run \(run.id)", error.localizedDescription)
    default: told = VitroError(.failed, "run \(run.id)", "\(error)")
    }
    run.flushRecords()
    // A store that does not take this either must not hide what happened; the free lock says that the run is not alive.
    try? store.close(
      run.id, isInterruption ? .interrupted : .failed, seconds: seconds,
      failure: isInterruption ? nil : "\(told.operation): \(told.message)")
    told.details["run"] = told.details["run"] ?? run.id
    if isInterruption {
      told.hint = "Go on with: vitro runs resume \(run.id)"
    } else if told.hint == nil, (try? store.stages(of: run.id))?.contains(where: { $0.state == .finished }) == true {
      told.hint = "What was finished is kept: vitro runs resume \(run.id)"
    }
    return told
  }
}

extension Experiment {
  /// Does the work that a configuration of this experiment asks for.
  static func work(_ run: Run, _ configuration: RunConfiguration) throws -> Outcome {
    try Self(fieldValues: configuration.fields).run(run)
  }
}
