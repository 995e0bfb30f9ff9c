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
  public func check(_ configuration: RunConfiguration) throws {
    let type = try registry.experiment(named: configuration.experiment)
    if configuration.sweep.isEmpty {
      try type.check(configuration)
    } else {
      for point in try SweepGrid(configuration, type).points { try type.check(point) }
    }
  }

  /// Begins a run and does its work on this thread.
  ///
  /// - Parameter command: The command line that asked for it; without it one that would.
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
    try check(configuration)
    let (id, lock) = try store.create(configuration, origin)
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
        seed: record.configuration.seed, wallSeconds: record.seconds + seconds, files: try store.sources(of: record.id))
      try outcome.report.write(to: run.directory.appending(path: "report"))
      try store.finish(record.id, outcome, seconds: seconds)
      return try store.run(record.id)
    } catch {
      throw try ending(error, run, seconds: seconds)
    }
  }

  /// Enters how a run ended that did not end well, and tells how to go on.
  private func ending(_ error: any Error, _ run: Run, seconds: Double) throws -> any Error {
    try? run.flush()
    let isInterruption = (error as? VitroError)?.code == .interrupted || error is CancellationError
    try store.close(
      run.id, isInterruption ? .interrupted : .failed, seconds: seconds, failure: isInterruption ? nil : "\(error)")
    guard var error = error as? VitroError else { return error }
    error.details["run"] = error.details["run"] ?? run.id
    if isInterruption {
      error.hint = "Go on with: vitro runs resume \(run.id)"
    } else if error.hint == nil {
      error.hint = "What was finished is kept: vitro runs resume \(run.id)"
    }
    return error
  }
}

extension Experiment {
  /// Checks a configuration of this experiment.
  static func check(_ configuration: RunConfiguration) throws {
    try Self(fieldValues: configuration.fields).checkFiles()
  }

  /// Does the work that a configuration of this experiment asks for.
  static func work(_ run: Run, _ configuration: RunConfiguration) throws -> Outcome {
    try Self(fieldValues: configuration.fields).run(run)
  }
}
