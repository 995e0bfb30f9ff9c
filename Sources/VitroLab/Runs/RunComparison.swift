internal import VitroCore
internal import VitroFitting

/// Several runs side by side: in what they differ, and what became of their numbers.
struct RunComparison {
  let runs: [RunRecord]
  let store: RunStore
  /// The fields in which the runs differ, the seed last.
  let varied: [String]
  /// The labels of the numbers that the runs have, in the order of their appearance.
  let metrics: [String]

  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with less than two finished runs.
  init(_ runs: [RunRecord], store: RunStore) throws {
    guard !runs.isEmpty else { throw VitroError(.argument, "comparing runs", "there are no runs to compare") }
    if let twice = Dictionary(grouping: runs, by: \.id).first(where: { $1.count > 1 })?.key {
      throw VitroError(.argument, "comparing runs", "run \(twice) is named twice")
    }
    if let sweep = runs.first(where: { !$0.configuration.sweep.isEmpty }) {
      throw VitroError(
        .argument, "comparing runs", "run \(sweep.id) is a sweep",
        hint: "'vitro runs compare \(sweep.id)' alone compares the runs of it.")
    }
    if let unfinished = runs.first(where: { $0.state != .finished }) {
      throw VitroError(
        .argument, "comparing runs", "run \(unfinished.id) is \(unfinished.state.rawValue), expected finished",
        hint: "'vitro runs resume \(unfinished.id)' goes on with it.")
    }
    self.runs = runs
    self.store = store
    let names = Set(runs.flatMap(\.configuration.fields.keys)).sorted()
    varied = (["experiment"] + names + ["seed"]).filter { name in
      Set(runs.map { Self.value(name, $0) }).count > 1
    }
    var seen: Set<String> = []
    metrics = runs.flatMap(\.metrics).map(\.label).filter { seen.insert($0).inserted }
  }

  /// How many numbers are drawn.
  private static let figureLimit = 8

  static func value(_ name: String, _ run: RunRecord) -> JSONValue {
    name == "experiment" ? .string(run.configuration.experiment) : run.configuration.value(of: name)
  }

  func metric(_ label: String, _ run: RunRecord) -> Metric? { run.metrics.first { $0.label == label } }

  /// A run in words: the values in which it differs from the others, else its label or id.
  func name(_ run: RunRecord, without: Set<String> = []) -> String {
    let words = varied.filter { !without.contains($0) }
      .map { "\($0) \(FieldKind.word(of: Self.value($0, run)))" }
    return words.isEmpty ? run.configuration.label ?? run.id : words.joined(separator: ", ")
  }

  /// The comparison as a report.
  func report(id: String, title: String, kicker: String) throws -> Report {
    var sections = [ReportSection("The runs", id: "runs", [.text(introduction), .table(table)])]
    let figures = metrics.prefix(Self.figureLimit).compactMap { figure($0) }
    if !figures.isEmpty {
      var blocks = figures.map { ReportBlock.figure($0) }
      if metrics.count > Self.figureLimit {
        blocks.append(
          .note(
            .remark, RichText("Drawn are the first \(Self.figureLimit) of \(metrics.count) numbers; the table has all.")
          ))
      }
      sections.append(ReportSection("The numbers", id: "numbers", blocks))
    }
    let series = try seriesFigures()
    if !series.isEmpty { sections.append(ReportSection("As they came", id: "series", series.map { .figure($0) })) }
    return Report(id: id, title: title, kicker: kicker, lede: lede, sections: sections)
  }

  private var introduction: RichText {
    let axes = varied.map { name in
      let values = Set(runs.map { Self.value(name, $0) }).count
      return "`\(name)` (\(values) values)"
    }
    return RichText(
      "\(runs.count) runs"
        + (axes.isEmpty ? " of the same configuration." : " that differ in \(axes.joined(separator: ", "))."))
  }

  /// The range of the first number, with where its ends are.
  private var lede: RichText? {
    guard let label = metrics.first else { return nil }
    let found = runs.compactMap { run in metric(label, run).map { (run, $0) } }.filter { $0.1.value.isFinite }
    guard let low = found.min(by: { $0.1.value < $1.1.value }), let high = found.max(by: { $0.1.value < $1.1.value })
    else { return nil }
    guard low.1.value < high.1.value else {
      return RichText("Over \(found.count) runs, \(label) is **\(low.1.format.text(low.1.value))** in every one.")
    }
    return RichText(
      "Over \(found.count) runs, \(label) goes from **\(low.1.format.text(low.1.value))** (\(name(low.0))) to "
        + "**\(high.1.format.text(high.1.value))** (\(name(high.0))).")
  }

  private var table: Table {
    Table(
      title: "The runs and their numbers",
      columns: [Table.Column("run")] + varied.map { Table.Column($0, format(of: $0)) }
        + metrics.map { label in
          Table.Column(label, runs.lazy.compactMap { metric(label, $0)?.format }.first ?? .standard)
        },
      rows: runs.map { run in
        [.text(run.configuration.label ?? run.id)]
          + varied.map { name in
            let value = Self.value(name, run)
            return value.number.map { .number($0) } ?? .text(FieldKind.word(of: value))
          }
          + metrics.map { label in metric(label, run).map { .number($0.value, $0.interval) } ?? .missing() }
      })
  }

  /// How the table writes a field's values: whole numbers as such, words as words.
  private func format(of name: String) -> NumberFormat? {
    guard isNumeric(name) else { return nil }
    return runs.allSatisfy { if case .integer = Self.value(name, $0) { true } else { false } } ? .integer : .standard
  }

  func isNumeric(_ name: String) -> Bool { runs.allSatisfy { Self.value(name, $0).number != nil } }

  /// Each series that several runs have, as one line for each run.
  private func seriesFigures() throws -> [Figure] {
    guard runs.count <= 12 else { return [] }
    let all = try runs.map { try store.series(of: $0.id) }
    var seen: Set<String> = []
    let names = all.flatMap { $0.map(\.name) }.filter { seen.insert($0).inserted }
    return names.prefix(6).compactMap { name in
      let lines = zip(runs, all).compactMap { run, series in
        series.first { $0.name == name }.map {
          LineSeries(self.name(run), x: $0.steps.map(Double.init), y: $0.values)
        }
      }
      guard lines.count > 1 else { return nil }
      let isPositive = lines.allSatisfy { $0.y.allSatisfy { !($0 <= 0) } }
      return Figure(
        name, caption: RichText("\(lines.count) runs, at every step that they recorded."),
        .lines(
          LineFigure(
            x: Axis("step", format: .integer), y: Axis(name, scale: isPositive ? .log : .linear), series: lines)))
    }
  }
}

extension JSONValue {
  /// The number, if it is one.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
