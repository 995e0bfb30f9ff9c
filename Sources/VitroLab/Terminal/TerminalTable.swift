/// A table in columns as wide as their cells; where the terminal is too narrow, intervals go below their numbers, words
/// are wrapped, and at last the columns are set in several tables under one another, each beginning with the first.
struct TerminalTable {
  private let table: Table
  private let canvas: TerminalCanvas
  private let gap: Int

  /// More rows than these are not written; they are in the report's JSON.
  static let rowLimit = 200

  init(_ table: Table, _ canvas: TerminalCanvas) {
    self.table = table
    self.canvas = canvas
    gap = canvas.width >= 70 ? 3 : 2
  }

  func lines() -> [StyledLine] {
    guard !table.columns.isEmpty else { return [] }
    var columns = table.columns.indices.map { Column($0, table, canvas, stacked: false) }
    if width(of: columns.map(\.natural)) > canvas.width {
      columns = table.columns.indices.map { Column($0, table, canvas, stacked: true) }
    }
    var lines: [StyledLine] = []
    for (number, group) in groups(of: columns).enumerated() {
      if number > 0 { lines.append(StyledLine()) }
      lines += written(group, widths: fitted(group))
    }
    if table.rows.count > Self.rowLimit {
      lines += canvas.wrapped("and \(table.rows.count - Self.rowLimit) more rows", .soft)
    }
    return lines
  }

  private func width(of columns: [Int]) -> Int { columns.reduce(0, +) + gap * max(0, columns.count - 1) }

  /// The columns of each table: as many as fit when every one is as narrow as it can be.
  private func groups(of columns: [Column]) -> [[Column]] {
    guard width(of: columns.map(\.least)) > canvas.width, let first = columns.first else { return [columns] }
    var groups: [[Column]] = []
    var group = [first]
    for column in columns.dropFirst() {
      if group.count > 1, width(of: (group + [column]).map(\.least)) > canvas.width {
        groups.append(group)
        group = [first]
      }
      group.append(column)
    }
    return groups + [group]
  }

  /// The widths that make the columns fit: the widest give way first.
  private func fitted(_ columns: [Column]) -> [Int] {
    var widths = columns.map { min($0.natural, canvas.width) }
    let least = columns.map(\.least)
    while width(of: widths) > canvas.width {
      let shrinkable = widths.indices.filter { widths[$0] > least[$0] }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    // Two columns that cannot be any narrower together share what there is.
    while width(of: widths) > canvas.width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 1
    {
      widths[widest] -= 1
    }
    return widths
  }

  private func written(_ columns: [Column], widths: [Int]) -> [StyledLine] {
    let total = width(of: widths)
    let heads = zip(columns, widths).map { $0.head.wrapped(to: $1) }
    let height = heads.map(\.count).max() ?? 1
    // Headings stand on the rule, whatever their number of lines.
    let bottomed = heads.map { Array(repeating: StyledLine(), count: height - $0.count) + $0 }
    var lines = [canvas.rule(total, heavy: true)]
    lines += rows(bottomed, columns, widths)
    lines.append(canvas.rule(total))
    for row in 0..<min(table.rows.count, Self.rowLimit) {
      let cells = zip(columns, widths).map { column, width in column.cells[row].flatMap { $0.wrapped(to: width) } }
      lines += rows(cells, columns, widths)
    }
    lines.append(canvas.rule(total, heavy: true))
    return lines
  }

  private func rows(_ cells: [[StyledLine]], _ columns: [Column], _ widths: [Int]) -> [StyledLine] {
    (0..<(cells.map(\.count).max() ?? 0)).map { index in
      var line = StyledLine()
      for (number, cell) in cells.enumerated() {
        if number > 0 { line.append(String(repeating: " ", count: gap)) }
        let content = index < cell.count ? cell[index] : StyledLine()
        line.append(content.aligned(columns[number].alignment, in: widths[number]))
      }
      return line
    }
  }

  /// A column made ready: its heading, and each cell as lines.
  private struct Column {
    let head: StyledLine
    let cells: [[StyledLine]]
    let alignment: Table.Alignment
    let natural: Int
    /// The width below which numbers would break.
    let least: Int

    init(_ index: Int, _ table: Table, _ canvas: TerminalCanvas, stacked: Bool) {
      let column = table.columns[index]
      head = canvas.line(column.name, .bold)
      alignment = column.alignment
      let rows = table.rows.prefix(TerminalTable.rowLimit).map { index < $0.count ? $0[index] : .missing() }
      let intervals = rows.map { cell -> String in
        guard case .number(_, let interval?) = cell else { return "" }
        return canvas.text("[\(column.format.bare(interval.low)),\u{A0}\(column.format.bare(interval.high))]")
      }
      let intervalWidth = intervals.map { DisplayWidth.of($0) }.max() ?? 0
      var words = false
      cells = zip(rows, intervals).map { cell, interval in
        switch cell {
        case .text(let text):
          words = words || canvas.text(text).contains(" ") || DisplayWidth.of(text) > 14
          return [canvas.line(text)]
        case .missing(let reason):
          let dash = canvas.sign("–", "-")
          return [canvas.line(reason.map { $0.isEmpty ? dash : $0 } ?? dash, .soft)]
        case .number(let value, _):
          let number = canvas.line(column.format.text(value).replacing(" ", with: "\u{A0}"))
          if intervalWidth == 0 { return [number] }
          if stacked { return interval.isEmpty ? [number] : [number, StyledLine(interval, .soft)] }
          var line = number
          line.append("\u{A0}")
          line.append(StyledLine(interval, .soft).aligned(.trailing, in: intervalWidth))
          return [line]
        }
      }
      let widest = cells.flatMap(\.self).map(\.width).max() ?? 0
      natural = max(1, head.width, widest)
      let longestHead = head.runs.first?.text.split(separator: " ").map { DisplayWidth.of($0) }.max() ?? 0
      least = max(1, min(longestHead, 14), words ? min(widest, 16) : min(widest, 24))
    }
  }
}
