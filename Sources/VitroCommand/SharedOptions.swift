import ArgumentParser
import Foundation
import Vitro
import VitroCore
import VitroLab

/// The flags that every command takes.
struct SharedOptions: ParsableArguments {
  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  @Option(help: ArgumentHelp("The seed of everything random.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("How many threads work; results do not depend on it. All processors by default.", valueName: "n")
  )
  var threads: Int?

  @Option(help: ArgumentHelp("Where to write the report.", valueName: "dir"))
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

  /// Does a command's work under these options: threads, progress, provenance, report, JSON.
  func run(
    defaultReport: String? = nil, files: [SourceFile] = [],
    _ work: (TerminalObserver) throws -> (report: Report, json: [String: JSONValue], summary: String)
  ) throws {
    if let threads { Threads.count = threads }
    let observer = TerminalObserver(isQuiet: quiet)
    let began = Date()
    var (report, fields, summary) = try work(observer)
    observer.finish()
    if let directory = self.report ?? defaultReport {
      var provenance = Provenance(
        command: ["vitro"] + CommandLine.arguments.dropFirst(), version: VitroVersion.current, date: began,
        threads: Threads.count, seed: seed, wallSeconds: Date().timeIntervalSince(began))
      provenance.files = report.provenance?.files ?? []
      report.provenance = provenance
      let url = URL(filePath: directory, directoryHint: .isDirectory)
      try report.write(to: url)
      let path = url.appending(path: "report.html").path
      fields["report"] = .string(path)
      summary += "\n\nReport: \(path)"
    }
    if json {
      print(JSONValue.object(fields))
    } else {
      print(summary)
    }
  }
}
