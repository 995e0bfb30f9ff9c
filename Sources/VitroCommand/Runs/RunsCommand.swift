import ArgumentParser
import Foundation
import VitroCore
import VitroLab

/// `vitro runs …`: what was run, and what became of it.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, compare, resume, repeat and delete runs.",
    discussion: """
      A run is named by its id, by the beginning of it, by its label, or by 'latest'. A run whose process died is shown as \
      interrupted; 'resume' does not repeat its finished stages.
      """,
    subcommands: [
      RunsListCommand.self, RunsShowCommand.self, RunsOpenCommand.self, RunsCompareCommand.self,
      RunsReproduceCommand.self, RunsResumeCommand.self, RunsDeleteCommand.self, RunsCollectCommand.self,
    ], defaultSubcommand: RunsListCommand.self)
}

/// `vitro runs list`.
struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the runs, the latest first.")

  @Option(help: ArgumentHelp("Only runs in this state: running, finished, failed or interrupted.", valueName: "state"))
  var state: String?

  @Option(help: ArgumentHelp("Only runs of this experiment, such as 'probe xor'.", valueName: "name"))
  var experiment: String?

  @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
  var limit = 30

  @Flag(help: "The runs within sweeps too.")
  var all = false

  @OptionGroup var store: StoreOptions

  func validate() throws {
    if let state { _ = try RunState(word: state) }
    if limit < 1 { throw ValidationError("--limit is \(limit), expected 1 or more.") }
  }

  func run() throws {
    let lab = try store.lab()
    let wanted = try state.map { try RunState(word: $0) }
    if let experiment { _ = try lab.registry.experiment(named: experiment) }
    let runs = try lab.store.runs(includingSweeps: all).filter {
      (wanted == nil || $0.state == wanted) && (experiment == nil || $0.configuration.experiment == experiment)
    }
    if store.json {
      Streams.line(JSONValue.object(["runs": .array(runs.prefix(limit).map(\.json))]))
    } else if runs.isEmpty {
      Streams.line("No runs in \(lab.store.directory.path).")
    } else {
      Terminal.print([.table(RunTables.list(Array(runs.prefix(limit)), registry: lab.registry))])
      if runs.count > limit { Streams.line("… and \(runs.count - limit) more; --limit shows them.") }
    }
  }
}

/// `vitro runs show`.
struct RunsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a run: its report, or how far it has come.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name = "latest"

  @OptionGroup var store: StoreOptions

  func run() throws {
    let lab = try store.lab()
    let record = try lab.store.run(name)
    if store.json {
      Streams.line(JSONValue.object(try RunTables.facts(of: record, lab)))
      return
    }
    if record.state == .finished {
      do {
        Terminal.print(try lab.store.report(of: record.id))
      } catch let error as VitroError {
        Streams.error("The report cannot be shown: \(error)\n")
      }
    }
    try Terminal.print(RunTables.detail(of: record, lab))
  }
}

/// `vitro runs open`.
struct RunsOpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open a run's report in the browser.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name = "latest"

  @OptionGroup var store: StoreOptions

  func run() throws {
    let lab = try store.lab()
    let record = try lab.store.run(name)
    guard record.state == .finished else {
      throw VitroError(
        .file, "opening run \(record.id)", "it has no report: it is \(record.state.rawValue)",
        hint: record.state == .running ? nil : "'vitro runs resume \(record.id)' goes on with it.")
    }
    let page = try lab.store.page(of: record.id)
    if store.json {
      Streams.line(JSONValue.object(["report": .string(page.path), "run": .string(record.id)]))
    } else {
      Streams.line(Browser.open(page) ? "Opened \(page.path)" : "Report: \(page.path)")
    }
  }
}

/// `vitro runs compare`.
struct RunsCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare finished runs: in what they differ, and what became of their numbers.")

  @Argument(help: ArgumentHelp("The runs; a single sweep stands for its runs.", valueName: "run"))
  var names: [String]

  @Option(help: ArgumentHelp("Where to write the comparison as a report.", valueName: "dir"))
  var report: String?

  @OptionGroup var store: StoreOptions

  func run() throws {
    let lab = try store.lab()
    let comparison = try lab.comparison(of: names)
    if let report { try comparison.write(to: URL(filePath: report, directoryHint: .isDirectory)) }
    let path = report.map { URL(filePath: $0).appending(path: "report.html").path }
    if store.json {
      guard let text = String(data: try comparison.json(), encoding: .utf8) else { return }
      Streams.line(text)
    } else {
      Terminal.print(comparison)
      if let path { Streams.line("Report: \(path)") }
    }
  }
}

/// `vitro runs resume`.
struct RunsResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a run that was interrupted or failed.")

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name = "latest"

  @OptionGroup var work: WorkOptions
  @OptionGroup var store: StoreOptions

  func run() throws {
    try work.run(store) { lab, observer in try lab.resume(name, observer: observer) }
  }
}
