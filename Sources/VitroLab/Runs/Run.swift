public import Foundation
internal import Synchronization
public import VitroCore
public import VitroData

/// A run at work: its seed, its directory, its stages, and the one who watches.
///
/// An experiment gets it from the ``Lab``. It is an ``/VitroCore/Observer``, so that it can be handed to whatever reports progress.
public final class Run: Observer {
  /// The run's id.
  public let id: String
  /// The seed of everything random.
  public let seed: UInt64
  /// Where the run's files are.
  public let directory: URL

  let store: RunStore
  private let observer: any Observer
  private let metrics: MetricWriter
  private let stages = Mutex<[String]>([])

  init(_ id: String, configuration: RunConfiguration, store: RunStore, observer: any Observer) {
    self.id = id
    seed = configuration.seed
    directory = store.directory(of: id)
    self.store = store
    self.observer = observer
    metrics = MetricWriter(store, run: id)
  }

  /// Passes progress on.
  public func update(_ progress: ProgressUpdate) { observer.update(progress) }

  /// Whether the user asked to stop.
  public var shouldStop: Bool { observer.shouldStop }

  /// Keeps a number of a series in the store.
  public func record(_ series: String, at step: Int, _ value: Double) {
    metrics.add(MetricPoint(series: series, step: step, value: value))
    observer.record(series, at: step, value)
  }

  /// Enters a file that the experiment reads, for the provenance and so that a resumed or repeated run finds the same.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read, `argument` when it is no longer what it was when the run began.
  /// - Complexity: O(bytes).
  @discardableResult
  public func read(_ path: String, role: String) throws -> SourceFile {
    var source = try SourceFile(role: role, reading: URL(filePath: path))
    source.name = path
    try enter(source)
    return source
  }

  /// Enters many files as one: its name, all their bytes, and the SHA-256 of their names and contents.
  ///
  /// - Throws: As ``read(_:role:)``.
  /// - Complexity: O(bytes).
  @discardableResult
  public func read(_ paths: [String], as name: String, role: String) throws -> SourceFile {
    var hash = SHA256()
    var byteCount = 0
    for path in paths.sorted() {
      let file = try SourceFile(role: role, reading: URL(filePath: path))
      hash.update(Array("\(file.sha256) \(path)\n".utf8))
      byteCount += file.byteCount
    }
    let source = SourceFile(role: role, name: name, byteCount: byteCount, sha256: hash.hexDigest)
    try enter(source)
    return source
  }

  /// Enters the files that labelled data lies in, as one where they are many.
  ///
  /// - Throws: As ``read(_:role:)``.
  /// - Complexity: O(bytes).
  public func read(_ data: some LabeledExamples, as name: String) throws {
    try read(files: data.files, as: name, role: "data")
  }

  /// Enters files one by one, or a folder of thousands of images as one.
  ///
  /// - Throws: As ``read(_:role:)``.
  /// - Complexity: O(bytes).
  public func read(files: [String], as name: String, role: String) throws {
    if files.count > 8 {
      try read(files, as: name, role: role)
    } else {
      for file in files { try read(file, role: role) }
    }
  }

  private func enter(_ source: SourceFile) throws {
    if let known = try store.sources(of: id).first(where: { $0.name == source.name && $0.role == source.role }) {
      guard known.sha256 == source.sha256 else {
        throw VitroError(
          .argument, "run \(id)", "'\(source.name)' is not what it was when the run began",
          hint: "Begin a new run with it.",
          details: ["file": source.name, "found": source.sha256, "expected": known.sha256])
      }
    } else {
      try store.add(source, to: id)
    }
  }

  /// Does a stage of the work, or recalls what it gave when it is done already.
  ///
  /// What the closure returns is kept as JSON, with NaN and infinity; what it writes into ``Stage/directory`` is kept beside it, with
  /// checksums. Both appear at once when the closure has returned: a run that dies within a stage does the stage again from its
  /// ``Stage/checkpoints``.
  ///
  /// - Parameters:
  ///   - name: What is done, in a few words, unique in the run.
  ///   - work: What does it; its value must be the same whenever it is done with the same fields and seed.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that was used before, and what the closure throws.
  public func stage<Value: Codable & Sendable>(_ name: String, _ work: (Stage) throws -> Value) throws -> Value {
    let position = try stages.withLock { names in
      guard !names.contains(name) else {
        throw VitroError(.argument, "run \(id)", "it has two stages called '\(name)'")
      }
      names.append(name)
      return names.count - 1
    }
    let files = StageFiles(name: name, run: directory)
    if let value = try recall(Value.self, name, files) { return value }

    try observer.checkpoint(name)
    try store.beginStage(name, position: position, of: id)
    let began = ContinuousClock.now
    try files.prepare()
    let result = try work(Stage(name: name, directory: files.draft, checkpoints: files.checkpoints, run: self))
    try files.write(result)
    let artifacts = try files.publish()
    try metrics.flush()
    try store.finishStage(name, of: id, seconds: (ContinuousClock.now - began).seconds, artifacts)
    files.discardCheckpoints()
    // What a later resumption will find, so that a type that does not survive its coding shows at once.
    return try files.read(Value.self)
  }

  /// What a finished stage gave, if all its files are there as they were written and can still be read.
  private func recall<Value: Codable>(_ type: Value.Type, _ name: String, _ files: StageFiles) throws -> Value? {
    guard try store.isFinished(stage: name, of: id) else { return nil }
    guard try files.areWhole(store.artifacts(of: id, stage: name)) else { return nil }
    // Another version of the experiment may have kept another type; its stage is done again.
    return try? files.read(type)
  }

  /// The series that the run has recorded, those before a resumption included.
  ///
  /// - Complexity: O(points).
  public func series() throws -> [MetricSeries] {
    try metrics.flush()
    return try store.series(of: id)
  }

  /// Writes the points of series that are not in the store yet; what it does not take now is kept for the next time.
  public func flushRecords() { try? metrics.flush() }

  /// Writes the points of series that are not in the store yet.
  ///
  /// - Throws: `VitroError` (`file`) when the store does not take them.
  func flush() throws { try metrics.flush() }
}

/// A stage at work: where its files go, and the one who watches.
public struct Stage: Observer {
  /// Its name.
  public let name: String
  /// Where the files go that are to be kept; empty when the stage begins.
  public let directory: URL
  /// Where to keep what an interrupted stage goes on from, such as a training's checkpoints; removed when the stage is done.
  public let checkpoints: URL
  let run: Run

  /// The seed of everything random.
  public var seed: UInt64 { run.seed }

  /// Passes progress on.
  public func update(_ progress: ProgressUpdate) { run.update(progress) }
  /// Whether the user asked to stop.
  public var shouldStop: Bool { run.shouldStop }
  /// Keeps a number of a series in the store.
  public func record(_ series: String, at step: Int, _ value: Double) { run.record(series, at: step, value) }
  /// Writes the points of series that are not in the store yet.
  public func flushRecords() { run.flushRecords() }
}

extension Run {
  /// Where a file is that a finished stage has left.
  public func artifact(_ path: String, of stage: String) -> URL {
    StageFiles(name: stage, run: directory).folder.appending(path: path)
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
