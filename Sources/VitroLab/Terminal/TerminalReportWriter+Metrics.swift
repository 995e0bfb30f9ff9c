import Foundation

extension TerminalReportWriter {
  /// Numbers to remember, side by side where there is room.
  mutating func write(_ metrics: [Metric], explained: Bool) {
    guard !metrics.isEmpty else { return }
    space()
    let gap = 3
    let most = max(1, min(metrics.count, (canvas.width + gap) / (24 + gap), 4))
    let rows = (metrics.count + most - 1) / most
    let perRow = (metrics.count + rows - 1) / rows
    let width = min((canvas.width + gap) / perRow - gap, 44)
    for start in stride(from: 0, to: metrics.count, by: perRow) {
      if start > 0 { space() }
      let cells = metrics[start..<min(start + perRow, metrics.count)].map {
        Self.cell($0, canvas.narrowed(to: width), explained: explained)
      }
      for index in 0..<(cells.map(\.count).max() ?? 0) {
        var line = StyledLine()
        for (column, cell) in cells.enumerated() where index < cell.count {
          line.pad(to: column * (width + gap))
          line.append(cell[index])
        }
        append(line)
      }
    }
  }

  private static func cell(_ metric: Metric, _ canvas: TerminalCanvas, explained: Bool) -> [StyledLine] {
    var value = metric.format.text(metric.value)
    if let unit = metric.unit, !unit.isEmpty { value += "\u{A0}\(unit)" }
    var head = canvas.line(value, TextStyle(color: TerminalPalette.series[0], isBold: true))
    if let interval = metric.interval {
      let range = canvas.line(
        "  [\(metric.format.bare(interval.low)),\u{A0}\(metric.format.bare(interval.high))]", .soft)
      head.append(range)
    }
    var lines = head.wrapped(to: canvas.width)
    lines += canvas.wrapped(metric.label, .bold)
    if let control = metric.control {
      lines += canvas.wrapped("\(control.label) \(metric.format.text(control.value, control.interval))", .soft)
    }
    if explained, let explanation = metric.explanation {
      for paragraph in explanation.paragraphs {
        var line = StyledLine()
        for run in canvas.line(paragraph).runs {
          var style = run.style
          style.isSoft = true
          line.append(run.text, style)
        }
        lines += line.wrapped(to: canvas.width)
      }
    }
    return lines
  }

  /// How to make the report again, in a few lines.
  mutating func write(_ provenance: Provenance) {
    space(2)
    append(canvas.rule(prose.width))
    append(prose.wrapped("$ \(provenance.commandLine)"))
    var facts = ["Vitro \(provenance.version)" + (provenance.commit.map { " (\($0.prefix(12)))" } ?? "")]
    facts.append(provenance.date.formatted(.iso8601))
    if provenance.wallSeconds.isFinite { facts.append(NumberFormat.duration(provenance.wallSeconds)) }
    if let seed = provenance.seed { facts.append("seed \(seed)") }
    facts.append("\(provenance.processor), \(provenance.threads) of \(provenance.cores) cores")
    append(prose.wrapped(facts.joined(separator: " · "), .soft))
    for file in provenance.files {
      let bytes = NumberFormat.integer.text(Double(file.byteCount))
      append(prose.wrapped("\(file.name) (\(file.role), \(bytes) bytes, SHA-256 \(file.sha256.prefix(12))…)", .soft))
    }
  }
}
