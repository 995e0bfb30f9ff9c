import ArgumentParser
import Foundation
import VitroCore
import VitroLab

/// `vitro runs reproduce`.
struct RunsReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce", abstract: "Do a finished run again, and say whether it gives the same numbers.",
    discussion: "Ends with exit code 1 when a number or a file differs.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name = "latest"

  @OptionGroup var work: WorkOptions
  @OptionGroup var store: StoreOptions

  func run() throws {
    if let threads = work.threads { Threads.count = threads }
    let lab = try store.lab()
    let observer = TerminalObserver(isQuiet: work.quiet)
    let result: Reproduction
    do {
      result = try lab.reproduce(name, observer: observer)
      observer.finish()
    } catch {
      observer.finish(failingWith: error)
      throw store.naming(error)
    }
    if let report = work.report {
      try lab.store.report(of: result.repetition.id).write(to: URL(filePath: report, directoryHint: .isDirectory))
    }
    if store.json {
      Streams.line(JSONValue.object(try facts(result, lab)))
    } else {
      Streams.line(try words(result, lab))
    }
    if !result.differences.isEmpty { throw ExitCode(1) }
  }

  private func facts(_ result: Reproduction, _ lab: Lab) throws -> [String: JSONValue] {
    [
      "original": .string(result.original.id), "run": .string(result.repetition.id),
      "same": .bool(result.differences.isEmpty),
      "files": .integer(try lab.store.artifacts(of: result.repetition.id).count),
      "differences": .array(
        result.differences.map {
          ["name": .string($0.name), "original": .string($0.original), "repetition": .string($0.repetition)]
        }),
    ]
  }

  private func words(_ result: Reproduction, _ lab: Lab) throws -> String {
    let (original, repetition) = (result.original, result.repetition)
    guard !result.differences.isEmpty else {
      let count = try lab.store.artifacts(of: repetition.id).count
      let files = count > 0 ? ", and all \(count) files of its stages" : ""
      return "Run \(repetition.id) gives the same as \(original.id): every number\(files)."
    }
    let lines = result.differences.prefix(12).map { "  \($0.name): \($0.original) became \($0.repetition)" }
    let rest = result.differences.count > 12 ? ["  … and \(result.differences.count - 12) more; --json has all"] : []
    let cause =
      original.version == repetition.version
      ? "Another type of processor may differ in the last digits; on one machine this is a defect."
      : "Version \(original.version) made the original."
    return
      (["Run \(repetition.id) differs from \(original.id) in \(result.differences.count) values:"] + lines + rest + [
        cause
      ])
      .joined(separator: "\n")
  }
}

/// `vitro runs delete`.
struct RunsDeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete runs and all their files.")

  @Argument(help: ArgumentHelp("The runs.", valueName: "run"))
  var names: [String]

  @OptionGroup var store: StoreOptions

  func run() throws {
    let lab = try store.lab()
    // All names are looked up before the first run goes.
    let records = try names.map { try lab.store.run($0) }
    for record in records { try lab.store.delete(record.id) }
    if store.json {
      Streams.line(JSONValue.object(["deleted": .array(records.map { .string($0.id) })]))
    } else {
      Streams.line("Deleted \(records.map(\.id).joined(separator: ", ")).")
    }
  }
}

/// `vitro runs gc`.
struct RunsCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Remove what nobody needs from the store.",
    discussion: """
      Removes directories without a run and what finished runs kept for resuming. With --state, runs in these states go too.
      """)

  @Option(help: ArgumentHelp("Runs in this state too: interrupted, failed or finished.", valueName: "state"))
  var state: [String] = []

  @Option(help: ArgumentHelp("Only runs that are this many days old.", valueName: "n"))
  var days = 0.0

  @Flag(help: "Say what would go, and remove nothing.")
  var dryRun = false

  @OptionGroup var store: StoreOptions

  func validate() throws {
    for word in state {
      if try RunState(word: word) == .running { throw ValidationError("--state: a running run cannot be removed.") }
    }
    if !(days >= 0 && days < 1e6) { throw ValidationError("--days is \(days), expected 0 or more.") }
  }

  func run() throws {
    let lab = try store.lab()
    let garbage = try lab.store.collectGarbage(
      runsIn: Set(try state.map { try RunState(word: $0) }), olderThan: days * 86_400, removing: !dryRun)
    if store.json {
      Streams.line(
        JSONValue.object([
          "bytes": .integer(garbage.byteCount), "runs": .array(garbage.runs.map { .string($0.id) }),
          "leftovers": .array(garbage.leftovers.map { .string($0.path) }), "removed": .bool(!dryRun),
        ]))
      return
    }
    let size = garbage.byteCount.formatted(.byteCount(style: .file))
    let what = "\(garbage.runs.count) runs and \(garbage.leftovers.count) leftover directories, \(size)"
    Streams.line(dryRun ? "Would remove \(what)." : "Removed \(what).")
  }
}

extension RunState {
  /// Reads a word of the command line.
  init(word: String) throws {
    guard let state = RunState(rawValue: word) else {
      let hint = nearestName(to: word, in: RunState.allCases.map(\.rawValue)).map { " Did you mean '\($0)'?" } ?? ""
      throw ValidationError(
        "--state is '\(word)', expected running, finished, failed or interrupted.\(hint)")
    }
    self = state
  }
}
