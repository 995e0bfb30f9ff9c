internal import Foundation
internal import GRDB
internal import VitroCore

extension RunStore {
  /// What a new run is made of.
  struct Origin {
    var command: [String]
    var parent: String?
    var position: Int?
    var original: String?
  }

  /// Letters and digits that are not mistaken for one another.
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

  /// Enters a new run and takes its lock.
  func create(_ configuration: RunConfiguration, _ origin: Origin) throws -> (id: String, lock: RunLock) {
    for _ in 0..<16 {
      // The first letter is none of a number's, so that no shell or JSON takes an id for a number.
      let id = String(
        [Self.alphabet[10...].randomElement() ?? "v"] + (0..<7).map { _ in Self.alphabet.randomElement() ?? "v" })
      let folder = directory(of: id)
      if FileManager.default.fileExists(atPath: folder.path) { continue }
      try Self.reporting("making \(folder.path)") {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
      guard let lock = try RunLock(folder.appending(path: "lock")) else { continue }
      try write { database in
        try database.execute(
          sql: """
            INSERT INTO run
              (id, experiment, configuration, state, created, version, command, label, parent, position, original)
            VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            id, configuration.experiment, "\(configuration.json)", Date().timeIntervalSince1970,
            VitroVersion.current, "\(JSONValue.array(origin.command.map { .string($0) }))", configuration.label,
            origin.parent,
            origin.position, origin.original,
          ])
      }
      return (id, lock)
    }
    throw VitroError(.file, "making a run", "no free name was found in \(directory.path)")
  }

  /// Takes up a run that is not finished.
  ///
  /// - Throws: `VitroError` (`argument`) when another process has it, or it was finished or deleted meanwhile.
  func reopen(_ id: String) throws -> RunLock {
    guard let lock = try RunLock(lockFile(of: id)) else {
      throw VitroError(
        .argument, "resuming run \(id)", "it is running in another process",
        hint: "'vitro runs show \(id)' says how far it is.")
    }
    let isTaken = try write { database in
      try database.execute(
        sql: "UPDATE run SET state = 'running', failure = NULL WHERE id = ? AND state <> 'finished'", arguments: [id])
      return database.changesCount == 1
    }
    guard isTaken else { throw VitroError(.argument, "resuming run \(id)", "it is finished, or was deleted") }
    return lock
  }

  /// Enters how a run ended, and the seconds that this attempt took.
  func close(_ id: String, _ state: RunState, seconds: Double, failure: String? = nil) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE run SET state = ?, seconds = seconds + ?, failure = ? WHERE id = ?",
        arguments: [state.rawValue, seconds, failure, id])
      if state != .finished {
        try database.execute(
          sql: "UPDATE stage SET state = ? WHERE run = ? AND state = 'running'", arguments: [state.rawValue, id])
      }
    }
  }

  /// Enters what a run found.
  func finish(_ id: String, _ outcome: Outcome, seconds: Double) throws {
    let metrics = try JSONEncoder().encode(outcome.report.metrics)
    try write { database in
      try database.execute(
        sql: """
          UPDATE run SET state = 'finished', seconds = seconds + ?, failure = NULL, headline = ?, facts = ?, metrics = ?
          WHERE id = ?
          """,
        arguments: [
          seconds, outcome.report.lede?.source, "\(JSONValue.object(outcome.facts))",
          String(decoding: metrics, as: UTF8.self), id,
        ])
    }
  }

  /// Enters a file that a run reads.
  func add(_ source: SourceFile, to id: String) throws {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO source (run, name, role, bytes, sha256) VALUES (?, ?, ?, ?, ?)",
        arguments: [id, source.name, source.role, source.byteCount, source.sha256])
    }
  }

  /// Enters that a stage begins.
  func beginStage(_ name: String, position: Int, of id: String) throws {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO stage (run, name, position, state) VALUES (?, ?, ?, 'running')
          ON CONFLICT DO UPDATE SET state = 'running', position = excluded.position, attempts = attempts + 1
          """, arguments: [id, name, position])
    }
  }

  /// Enters that a stage is done, with its files.
  func finishStage(_ name: String, of id: String, seconds: Double, _ artifacts: [ArtifactRecord]) throws {
    try write { database in
      try database.execute(sql: "DELETE FROM artifact WHERE run = ? AND stage = ?", arguments: [id, name])
      for artifact in artifacts {
        try database.execute(
          sql: "INSERT INTO artifact (run, stage, path, bytes, sha256) VALUES (?, ?, ?, ?, ?)",
          arguments: [id, name, artifact.path, artifact.byteCount, artifact.sha256])
      }
      try database.execute(
        sql: "UPDATE stage SET state = 'finished', seconds = ? WHERE run = ? AND name = ?",
        arguments: [seconds, id, name])
    }
  }

  /// Enters points of series; a step that is entered again replaces its value.
  func add(_ points: [MetricPoint], to id: String) throws {
    try write { database in
      var numbers: [String: Int64] = [:]
      let insert = try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO point (series, step, value) VALUES (?, ?, ?)")
      for point in points {
        if numbers[point.series] == nil {
          try database.execute(
            sql: "INSERT OR IGNORE INTO series (run, name) VALUES (?, ?)", arguments: [id, point.series])
          numbers[point.series] = try Int64.fetchOne(
            database, sql: "SELECT id FROM series WHERE run = ? AND name = ?", arguments: [id, point.series])
        }
        try insert.execute(
          arguments: [numbers[point.series], point.step, point.value.isFinite ? point.value : nil])
      }
    }
  }
}
