public import Foundation
internal import GRDB
internal import VitroCore

/// Keeps runs: what they were asked, where they stand, their series as they come, and a directory for the files of each.
///
/// A database (SQLite, write-ahead log) and one directory for each run. Any number of processes may read and write at once. A process
/// that dies leaves the store in order: its runs are seen as interrupted, and what their finished stages left is whole.
///
/// ```swift
/// let store = try RunStore(directory: directory)
/// for run in try store.runs() { print(run.id, run.state) }
/// ```
public final class RunStore: Sendable {
  /// Where the store is.
  public let directory: URL
  let database: DatabasePool

  /// `VITRO_HOME`, or `.vitro` in the user's home directory.
  public static var standardDirectory: URL {
    let home = ProcessInfo.processInfo.environment["VITRO_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return home.map { URL(filePath: $0, directoryHint: .isDirectory) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".vitro", directoryHint: .isDirectory)
  }

  /// Opens the store in a directory; makes it, or brings an older one to the present schema.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when the directory cannot be made or the database not be opened, `unsupported` when a newer Vitro
  ///   has written it.
  public init(directory: URL) throws {
    self.directory = directory.absoluteURL
    let path = directory.appending(path: "vitro.sqlite").path
    database = try Self.reporting("opening \(path)") {
      try FileManager.default.createDirectory(
        at: directory.appending(path: "runs"), withIntermediateDirectories: true)
      // One process at a time makes or alters the schema.
      guard let lock = try RunLock(directory.appending(path: "vitro.lock"), patience: 60) else {
        throw VitroError(
          .file, "opening \(path)", "another process has held the store for a minute",
          hint: "A process that brings a large store to the present schema may need longer; try again.")
      }
      defer { withExtendedLifetime(lock) {} }
      var configuration = Configuration()
      configuration.busyMode = .timeout(60)
      configuration.foreignKeysEnabled = true
      // What was entered survives a loss of power too; a run writes twice a second at most.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let pool = try DatabasePool(path: path, configuration: configuration)
      if try pool.read(Self.migrator.hasBeenSuperseded) {
        throw VitroError(
          .unsupported, "opening \(path)", "a newer Vitro has written this store",
          hint: "Use that version, or another store: --store DIR.")
      }
      try Self.migrator.migrate(pool)
      return pool
    }
  }

  /// The directory of a run's files.
  public func directory(of id: String) -> URL {
    directory.appending(path: "runs").appending(path: id, directoryHint: .isDirectory)
  }

  func lockFile(of id: String) -> URL { directory(of: id).appending(path: "lock") }

  func read<Value>(_ operation: String = "reading the store", _ body: (Database) throws -> Value) throws -> Value {
    try Self.reporting(operation) { try database.read(body) }
  }

  func write<Value>(_ operation: String = "writing the store", _ body: (Database) throws -> Value) throws -> Value {
    try Self.reporting(operation) { try database.write(body) }
  }

  /// Turns the errors of the database and of the file system into ours.
  static func reporting<Value>(_ operation: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      let hint: String? =
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: "The file is damaged or no store; move it away, or use --store DIR."
        case .SQLITE_FULL: "The disk is full."
        case .SQLITE_BUSY: "Another process is writing; try again."
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: "Is the directory writable? --store DIR uses another."
        default: nil
        }
      throw VitroError(.file, operation, error.message ?? "\(error.resultCode)", hint: hint)
    } catch let error as VitroError {
      throw error
    } catch let error as CocoaError {
      throw VitroError(
        .file, operation, error.localizedDescription,
        hint: "Is the directory writable, and the disk not full? --store DIR uses another.")
    }
  }
}
