public import Foundation
internal import GRDB
public import VitroCore

extension RunStore {
  /// The runs, the latest first; those within sweeps only on request.
  ///
  /// - Complexity: O(runs).
  public func runs(includingSweeps: Bool = false) throws -> [RunRecord] {
    try records(includingSweeps ? "TRUE" : "parent IS NULL", [])
  }

  /// The runs of a sweep, by their place in its grid.
  public func runs(ofSweep id: String) throws -> [RunRecord] {
    try records("parent = ?", [id]).sorted { ($0.position ?? 0) < ($1.position ?? 0) }
  }

  /// The run at a place of a sweep's grid, if there is one.
  func run(ofSweep id: String, at position: Int) throws -> RunRecord? {
    try records("parent = ? AND position = ?", [id, position]).first
  }

  /// The run that an id, a label, the beginning of an id, or `latest` names, in this order.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when none or several are meant, with the nearest ids.
  public func run(_ name: String) throws -> RunRecord {
    if name == "latest" {
      guard let run = try records("parent IS NULL", [], limit: 1).first else {
        throw VitroError(.argument, "looking up a run", "the store in \(directory.path) has no runs yet")
      }
      return run
    }
    if let run = try records("id = ?", [name]).first { return run }
    var found = try records("parent IS NULL AND label = ?", [name])
    if found.isEmpty, name.count >= 2 { found = try records("substr(id, 1, length(?)) = ?", [name, name], limit: 9) }
    if found.count > 1 {
      throw VitroError(
        .argument, "looking up a run", "'\(name)' names \(found.count > 8 ? "more than 8" : "\(found.count)") runs",
        hint: "They are \(found.prefix(8).map(\.id).joined(separator: ", ")).")
    }
    guard let run = found.first else {
      let labels = try read { try String.fetchAll($0, sql: "SELECT label FROM run WHERE label IS NOT NULL") }
      throw VitroError.unknownName(
        name, kind: "run", known: try runs().prefix(1000).map(\.id) + labels,
        operation: "looking up a run in \(directory.path)")
    }
    return run
  }

  /// Whether a stage of a run is done.
  func isFinished(stage: String, of id: String) throws -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT state = 'finished' FROM stage WHERE run = ? AND name = ?", arguments: [id, stage])
        ?? false
    }
  }

  /// The stages of a run, in the order of their beginning.
  public func stages(of id: String) throws -> [StageRecord] {
    let isAlive = RunLock.isHeld(lockFile(of: id))
    return try read { database in
      try Row.fetchAll(
        database, sql: "SELECT name, state, seconds, attempts FROM stage WHERE run = ? ORDER BY position",
        arguments: [id])
    }.map { row in
      let state = RunState(rawValue: row["state"]) ?? .interrupted
      return StageRecord(
        name: row["name"], state: state == .running && !isAlive ? .interrupted : state, seconds: row["seconds"],
        attempts: row["attempts"])
    }
  }

  /// The files that the finished stages of a run, or one of them, have left.
  public func artifacts(of id: String, stage: String? = nil) throws -> [ArtifactRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT artifact.* FROM artifact JOIN stage ON stage.run = artifact.run AND stage.name = artifact.stage
          WHERE artifact.run = ?1 AND (?2 IS NULL OR stage.name = ?2) AND stage.state = 'finished'
          ORDER BY stage.position, path
          """, arguments: [id, stage])
    }.map {
      ArtifactRecord(stage: $0["stage"], path: $0["path"], byteCount: $0["bytes"], sha256: $0["sha256"])
    }
  }

  /// The files that a run has read.
  public func sources(of id: String) throws -> [SourceFile] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM source WHERE run = ? ORDER BY rowid", arguments: [id])
    }.map {
      SourceFile(role: $0["role"], name: $0["name"], byteCount: $0["bytes"], sha256: $0["sha256"])
    }
  }

  /// The series that a run has recorded so far.
  ///
  /// - Complexity: O(points).
  public func series(of id: String) throws -> [MetricSeries] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT id, name FROM series WHERE run = ? ORDER BY id", arguments: [id]).map {
        row in
        let number: Int64 = row["id"]
        var series = MetricSeries(name: row["name"], steps: [], values: [])
        let points = try Row.fetchCursor(
          database, sql: "SELECT step, value FROM point WHERE series = ? ORDER BY step", arguments: [number])
        while let point = try points.next() {
          series.steps.append(point[0])
          series.values.append(point[1] as Double? ?? .nan)
        }
        return series
      }
    }
  }

  /// The facts that a finished run has found, for programs.
  public func facts(of id: String) throws -> [String: JSONValue] {
    let text = try read { try String.fetchOne($0, sql: "SELECT facts FROM run WHERE id = ?", arguments: [id]) }
    guard let text, let value = try? JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8)) else {
      return [:]
    }
    return value
  }

  /// The report of a run that has one.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when there is none.
  public func report(of id: String) throws -> Report {
    try Report(directory: directory(of: id).appending(path: "report"))
  }

  /// The page of a run's report; that of a point of a sweep is made now.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when there is no report.
  public func page(of id: String) throws -> URL {
    let folder = directory(of: id).appending(path: "report")
    let page = folder.appending(path: "report.html")
    if !FileManager.default.fileExists(atPath: page.path) { try report(of: id).write(to: folder) }
    return page
  }

  private func records(_ condition: String, _ arguments: StatementArguments, limit: Int? = nil) throws -> [RunRecord] {
    let rows = try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM run WHERE \(condition) ORDER BY created DESC, rowid DESC"
          + (limit.map { " LIMIT \($0)" } ?? ""),
        arguments: arguments)
    }
    return try rows.map(record)
  }

  private func record(_ row: Row) throws -> RunRecord {
    let id: String = row["id"]
    let decoder = JSONDecoder()
    func decoded<Value: Decodable>(_ type: Value.Type, _ column: String) -> Value? {
      (row[column] as String?).flatMap { try? decoder.decode(type, from: Data($0.utf8)) }
    }
    var state = RunState(rawValue: row["state"]) ?? .interrupted
    if state == .running, !RunLock.isHeld(lockFile(of: id)) {
      // It may have ended since the row was read.
      let now = try read { try String.fetchOne($0, sql: "SELECT state FROM run WHERE id = ?", arguments: [id]) }
      state = now.flatMap(RunState.init) ?? .interrupted
      if state == .running { state = .interrupted }
    }
    var failure: String? = row["failure"]
    var configuration = RunConfiguration(experiment: row["experiment"])
    do {
      configuration = try RunConfiguration(
        json: Data((row["configuration"] as String).utf8), file: "run \(id) of \(directory.path)")
    } catch {
      // One damaged row must not close the store: the run can still be listed and deleted.
      (state, failure) = (.failed, "its configuration cannot be read: \(error)")
    }
    return RunRecord(
      id: id,
      configuration: configuration,
      state: state, created: Date(timeIntervalSince1970: row["created"]), seconds: row["seconds"],
      version: row["version"], command: decoded([String].self, "command") ?? [],
      headline: (row["headline"] as String?).map { RichText($0) }, metrics: decoded([Metric].self, "metrics") ?? [],
      failure: failure, parent: row["parent"], position: row["position"], original: row["original"])
  }
}
