import ArgumentParser
import Foundation
import VitroCore
import VitroLab

/// The flags of every command that opens the store.
struct StoreOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  @Option(help: ArgumentHelp("The store of runs: VITRO_HOME, or ~/.vitro, by default.", valueName: "dir"))
  var store: String?

  /// The error with the store in the command that its hint names.
  func naming(_ error: any Error) -> any Error {
    guard let store, var told = error as? VitroError, let hint = told.hint else { return error }
    let words = Provenance.commandLine(["--store", store])
    told.hint = hint.replacing(/vitro runs [a-z]+ [a-z0-9]+/) { "\($0.0) \(words)" }
    return told
  }

  /// The lab over the store.
  func lab() throws -> Lab {
    let directory = store.map { URL(filePath: $0, directoryHint: .isDirectory) } ?? RunStore.standardDirectory
    return Lab(store: try RunStore(directory: directory), registry: CommandLineTool.registry)
  }
}

/// The flags of every command that does an experiment's work.
struct WorkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("How many threads work; results do not depend on it. All processors by default.", valueName: "n")
  )
  var threads: Int?

  @Option(help: ArgumentHelp("Where to write the report, besides the store.", valueName: "dir"))
  var report: String?

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024.")
    }
    if let report {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: report, isDirectory: &isDirectory), !isDirectory.boolValue {
        throw ValidationError("--report: '\(report)' is a file, expected a directory.")
      }
    }
  }

  /// Does work that ends in a run, under these options: threads, progress, report.
  func run(_ store: StoreOptions, _ work: (Lab, any Observer) throws -> RunRecord) throws {
    if let threads { Threads.count = threads }
    let lab = try store.lab()
    let observer = TerminalObserver(isQuiet: quiet)
    let record: RunRecord
    do {
      record = try work(lab, observer)
      observer.finish()
    } catch {
      observer.finish(failingWith: error)
      throw store.naming(error)
    }
    let outcome = try WrittenOutcome(record, lab, reportDirectory: report)
    outcome.print(asJSON: store.json)
  }
}

/// The flags of every experiment.
struct ExperimentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The seed of everything random.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Do one run for each of these values of a field, or of the seed, and compare them; repeat it for a grid.",
      valueName: "field=a,b,…"))
  var sweep: [String] = []

  @Option(help: ArgumentHelp("A name for the run.", valueName: "text"))
  var label: String?

  @OptionGroup var work: WorkOptions
  @OptionGroup var store: StoreOptions

  /// The last value of `--sweep` that names no field, for experiments that sweep by themselves.
  var bareSweep: String? { sweep.last { !$0.contains("=") } }

  /// The values of each swept field.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest field's name.
  func sweeps(over fields: [FieldDescription]) throws -> [String: [JSONValue]] {
    var sweeps: [String: [JSONValue]] = [:]
    let isBareTaken = fields.contains(where: \.takesBareSweep)
    for word in sweep where !isBareTaken || word.contains("=") {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty else {
        throw VitroError(
          .argument, "--sweep", "found '\(word)', expected a field and its values, such as steps=100,1000")
      }
      let known = fields.map { ($0.name, $0) } + fields.map { ($0.flagName, $0) }
      let kind: FieldKind
      let name: String
      if parts[0] == "seed" {
        (name, kind) = ("seed", .integer(0...Int.max))
      } else if let field = known.first(where: { $0.0 == parts[0] })?.1 {
        (name, kind) = (field.name, field.kind)
      } else {
        throw VitroError.unknownName(
          parts[0], kind: "field", known: fields.map(\.name) + ["seed"], operation: "--sweep")
      }
      guard sweeps[name] == nil else {
        throw VitroError(.argument, "--sweep", "\(name) is swept twice", hint: "Give all its values at once.")
      }
      sweeps[name] = try parts[1].split(separator: kind.sweepSeparator, omittingEmptySubsequences: false).map { word in
        if name == "seed" { return RunConfiguration.seedValue(String(word)) }
        return try kind.value(ofText: String(word), field: name)
      }
    }
    return sweeps
  }

  /// Runs a configuration and says what came out.
  func run(_ configuration: RunConfiguration) throws {
    try work.run(store) { lab, observer in
      try lab.run(configuration, command: ["vitro"] + CommandLine.arguments.dropFirst(), observer: observer)
    }
  }
}
