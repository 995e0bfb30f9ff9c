import Foundation
import VitroCore
import VitroLab

/// Runs as tables for people and as JSON for programs.
enum RunTables {
  /// One line for each run.
  static func list(_ runs: [RunRecord], registry: ExperimentRegistry) -> Table {
    Table(
      columns: [
        .init("run"), .init("state"), .init("begun"), .init("took", alignment: .trailing), .init("found"),
        .init("what"),
      ],
      rows: runs.map { run in
        [
          .text(run.id), .text(run.state.rawValue), .text(age(of: run.created)),
          .text(NumberFormat.duration(run.seconds)),
          found(run).map { .text($0) } ?? .missing(), .text(what(run, registry)),
        ]
      })
  }

  /// What stands below a run's report, or in its place: state, stages, series, files.
  static func detail(of run: RunRecord, _ lab: Lab) throws -> [ReportBlock] {
    var lines = [
      "**\(run.id)** is \(run.state.rawValue), begun \(age(of: run.created)), \(NumberFormat.duration(run.seconds)) of work. "
        + "`\(run.configuration.commandLine(in: lab.registry).joined(separator: " "))`"
    ]
    if let failure = run.failure { lines.append("It failed: \(failure)") }
    if run.state == .interrupted || run.state == .failed { lines.append("Go on with `vitro runs resume \(run.id)`.") }
    if let original = run.original { lines.append("It repeats run \(original).") }
    if let parent = run.parent { lines.append("It belongs to the sweep \(parent).") }
    var blocks: [ReportBlock] = [.text(RichText(lines.joined(separator: "\n\n")))]
    let stages = try lab.store.stages(of: run.id)
    if !stages.isEmpty {
      blocks.append(
        .table(
          Table(
            title: "Stages",
            columns: [
              .init("stage"), .init("state"), .init("took", alignment: .trailing), .init("attempts", .integer),
            ],
            rows: stages.map {
              [
                .text($0.name), .text($0.state.rawValue), .text(NumberFormat.duration($0.seconds)),
                .number(Double($0.attempts)),
              ]
            })))
    }
    let series = try lab.store.series(of: run.id).filter { !$0.values.isEmpty }
    if !series.isEmpty {
      blocks.append(
        .table(
          Table(
            title: "Series", columns: [.init("series"), .init("points", .integer), .init("first"), .init("last")],
            rows: series.map {
              [
                .text($0.name), .number(Double($0.values.count)), .number($0.values[0]),
                .number($0.values[$0.values.count - 1]),
              ]
            })))
    }
    let children = try lab.store.runs(ofSweep: run.id)
    if !children.isEmpty { blocks.append(.table(list(children, registry: lab.registry))) }
    blocks.append(.text(RichText("Files: `\(lab.store.directory(of: run.id).path)`")))
    return blocks
  }

  /// All that the store knows of a run.
  static func facts(of run: RunRecord, _ lab: Lab) throws -> [String: JSONValue] {
    var facts = run.fields
    facts["facts"] = .object(try lab.store.facts(of: run.id))
    facts["directory"] = .string(lab.store.directory(of: run.id).path)
    facts["stages"] = .array(
      try lab.store.stages(of: run.id).map {
        [
          "name": .string($0.name), "state": .string($0.state.rawValue), "seconds": .number($0.seconds),
          "attempts": .integer($0.attempts),
        ]
      })
    facts["artifacts"] = .array(
      try lab.store.artifacts(of: run.id).map {
        [
          "stage": .string($0.stage), "path": .string($0.path), "bytes": .integer($0.byteCount),
          "sha256": .string($0.sha256),
        ]
      })
    facts["series"] = .array(
      try lab.store.series(of: run.id).map { ["name": .string($0.name), "points": .integer($0.values.count)] })
    facts["runs"] = .array(try lab.store.runs(ofSweep: run.id).map(\.json))
    return facts
  }

  /// The label, or the command without its first word; of a sweep only what it sweeps over.
  private static func what(_ run: RunRecord, _ registry: ExperimentRegistry) -> String {
    if let label = run.configuration.label { return label }
    var base = run.configuration
    base.sweep = [:]
    let command = base.commandLine(in: registry).dropFirst().joined(separator: " ")
    let axes = run.configuration.sweep.keys.sorted().joined(separator: ", ")
    return axes.isEmpty ? command : "\(command), over \(axes)"
  }

  private static func found(_ run: RunRecord) -> String? {
    run.metrics.first.map { "\($0.label) \($0.format.text($0.value))" } ?? run.failure
  }

  private static func age(of date: Date) -> String {
    let style = Date.VerbatimFormatStyle(
      format:
        "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
      locale: Locale(identifier: "en_GB"), timeZone: .current, calendar: Calendar(identifier: .gregorian))
    return date.formatted(style)
  }
}

extension RunRecord {
  /// What `--json` prints of a run.
  var json: JSONValue { .object(fields) }

  var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "run": .string(id), "state": .string(state.rawValue), "configuration": configuration.json,
      "created": .string(created.formatted(.iso8601)), "seconds": .number(seconds), "version": .string(version),
    ]
    if let headline { fields["headline"] = .string(headline.plainText) }
    if let failure { fields["failure"] = .string(failure) }
    if let parent { fields["parent"] = .string(parent) }
    if let original { fields["original"] = .string(original) }
    return fields
  }
}
