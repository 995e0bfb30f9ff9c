public import Foundation
internal import GRDB
internal import VitroCore

extension RunStore {
  /// Deletes a run, the runs of its sweep, and all their files.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when one of them is running.
  public func delete(_ id: String) throws {
    try delete(id, onlyIn: Set(RunState.allCases))
  }

  /// Deletes a run if it still is in one of these states; its lock is held meanwhile.
  private func delete(_ id: String, onlyIn states: Set<RunState>) throws {
    let ids = try [id] + read { try String.fetchAll($0, sql: "SELECT id FROM run WHERE parent = ?", arguments: [id]) }
    let locks = try ids.filter { FileManager.default.fileExists(atPath: directory(of: $0).path) }.map { id in
      guard let lock = try RunLock(lockFile(of: id), patience: 0) else {
        throw VitroError(
          .argument, "deleting run \(id)", "it is running", hint: "Stop it first; what it has finished is kept.")
      }
      return lock
    }
    let isGone = try write { database in
      // With its lock in our hands a run that says it is running is an interrupted one.
      var names = states.map(\.rawValue)
      if states.contains(.interrupted) { names.append(RunState.running.rawValue) }
      let marks = names.map { _ in "?" }.joined(separator: ", ")
      try database.execute(
        sql: "DELETE FROM run WHERE id = ? AND state IN (\(marks))", arguments: StatementArguments([id] + names))
      return database.changesCount > 0
    }
    // A directory that stays behind here has no run any more: the next collection takes it.
    if isGone { for id in ids { try removeDirectory(directory(of: id)) } }
    withExtendedLifetime(locks) {}
  }

  /// What a collection has found, or removed.
  public struct Garbage: Sendable {
    /// Directories without a run, drafts and checkpoints of finished stages.
    public var leftovers: [URL] = []
    /// Runs that were asked to go.
    public var runs: [RunRecord] = []
    /// The bytes of all of them.
    public var byteCount = 0
  }

  /// Finds what nobody needs: directories without a run, what finished runs keep for resuming, and on request whole runs.
  ///
  /// - Parameters:
  ///   - states: The states in which runs go too.
  ///   - age: How many seconds old a run must be to go.
  ///   - removing: Whether to remove what is found.
  public func collectGarbage(
    runsIn states: Set<RunState> = [], olderThan age: Double = 0, removing: Bool
  ) throws -> Garbage {
    var garbage = Garbage()
    let now = Date()
    let all = try runs(includingSweeps: true)
    garbage.runs = all.filter {
      $0.parent == nil && $0.state != .running && states.contains($0.state) && now.timeIntervalSince($0.created) >= age
    }
    let known = Set(all.map(\.id))
    let home = directory.appending(path: "runs")
    let folders = try Self.reporting("reading \(home.path)") {
      try FileManager.default.contentsOfDirectory(atPath: home.path)
    }
    for name in folders.sorted() where !known.contains(name) && !RunLock.isHeld(lockFile(of: name)) {
      let folder = home.appending(path: name)
      let changed = try? folder.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
      // Another process may just be making it.
      if let changed, now.timeIntervalSince(changed) < 60 { continue }
      garbage.leftovers.append(folder)
    }
    for run in all where run.state == .finished {
      for name in ["drafts", "checkpoints"] {
        let folder = directory(of: run.id).appending(path: name)
        if FileManager.default.fileExists(atPath: folder.path) { garbage.leftovers.append(folder) }
      }
    }
    let doomed = garbage.leftovers + garbage.runs.map { directory(of: $0.id) }
    garbage.byteCount = doomed.reduce(0) { $0 + Self.byteCount(of: $1) }
    if removing {
      // One that has been taken up meanwhile stays; so does what cannot be removed now, for the next time.
      for run in garbage.runs { try? delete(run.id, onlyIn: states) }
      for folder in garbage.leftovers { try? removeDirectory(folder) }
      try? database.vacuum()
    }
    return garbage
  }

  private func removeDirectory(_ url: URL) throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    try Self.reporting("removing \(url.path)") { try FileManager.default.removeItem(at: url) }
  }

  /// The bytes of all files in a directory and below.
  static func byteCount(of folder: URL) -> Int {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return paths.reduce(0) { total, path in
      let size = try? folder.appending(path: path).resourceValues(forKeys: [.fileSizeKey]).fileSize
      return total + (size ?? 0)
    }
  }
}
