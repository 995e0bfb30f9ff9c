import Foundation
import VitroCore
import VitroLab

/// What a command says of a finished run: its facts, its report in brief, and where the report is.
struct WrittenOutcome {
  let record: RunRecord
  let report: Report
  let facts: [String: JSONValue]
  let path: String

  /// - Parameter reportDirectory: Where to write the report besides the store.
  init(_ record: RunRecord, _ lab: Lab, reportDirectory: String?) throws {
    self.record = record
    report = try lab.store.report(of: record.id)
    facts = try lab.store.facts(of: record.id)
    if let reportDirectory {
      let directory = URL(filePath: reportDirectory, directoryHint: .isDirectory)
      try report.write(to: directory)
      path = directory.appending(path: "report.html").path
    } else {
      path = try lab.store.page(of: record.id).path
    }
  }

  func print(asJSON: Bool) {
    if asJSON {
      var fields = facts
      fields["report"] = .string(path)
      fields["run"] = .string(record.id)
      Streams.line(JSONValue.object(fields))
    } else {
      Terminal.print(report, isBrief: true)
      Streams.line("  Run:    \(record.id)\n  Report: \(path)")
    }
  }
}
