/// The axes around a grid of dots: numbers at the left, numbers or names below, titles.
struct PlotFrame {
  let canvas: TerminalCanvas
  var yTitle = ""
  var xTitle = ""
  var xScale: AxisScale?
  var yScale: AxisScale
  /// The names below in place of numbers, each in the middle of its share of the width.
  var names: [String]?
  /// Rows above which ticks are not set closer.
  private let labelWidth: Int
  let columns: Int
  let rows: Int

  init(
    _ canvas: TerminalCanvas, x: AxisScale?, y: AxisScale, names: [String]? = nil, columns limit: Int? = nil,
    rows: Int, xTitle: String, yTitle: String
  ) {
    self.canvas = canvas
    self.names = names
    self.rows = rows
    (self.xTitle, self.yTitle) = (xTitle, yTitle)
    labelWidth = min(y.labels.map { DisplayWidth.of(canvas.text($0)) }.max() ?? 0, canvas.width / 3)
    let room = max(8, canvas.width - labelWidth - 3)
    columns = min(limit ?? room, room)
    (xScale, yScale) = (x, y)
    xScale?.start = 0
    xScale?.end = Double(columns * 2 - 1)
    yScale.start = Double(rows * 4 - 1)
    yScale.end = 0
  }

  /// Columns that are not the plot's.
  static func margin(_ y: AxisScale, _ canvas: TerminalCanvas) -> Int {
    min(y.labels.map { DisplayWidth.of(canvas.text($0)) }.max() ?? 0, canvas.width / 3) + 3
  }

  var grid: DotGrid { DotGrid(columns: columns, rows: rows) }

  /// The place of a name's middle, in dots.
  func center(_ index: Int) -> Double {
    (Double(index) + 0.5) * Double(columns * 2) / Double(max(1, names?.count ?? 1)) - 0.5
  }

  func place(_ x: Double, _ y: Double) -> (x: Double, y: Double)? {
    guard let x = xScale?.place(x), let y = yScale.place(y) else { return nil }
    return (x, y)
  }

  /// The grid with everything around it.
  func lines(around grid: DotGrid) -> [StyledLine] {
    var lines: [StyledLine] = []
    if !yTitle.isEmpty { lines += canvas.wrapped(yTitle) }
    var ticks: [Int: String] = [:]
    for (tick, label) in zip(yScale.ticks, yScale.labels) {
      guard let y = yScale.place(tick), y >= -0.5, y < Double(rows * 4) else { continue }
      let row = Int(y.rounded()) / 4
      if ticks[row] == nil { ticks[row] = label }
    }
    for (row, cells) in grid.lines(canvas.style.charset).enumerated() {
      let label = ticks[row].map { canvas.shortened($0, to: labelWidth) }
      var line = StyledLine(label ?? "", .soft).aligned(.trailing, in: labelWidth)
      line.append(" " + (label == nil ? canvas.sign("│", "|") : canvas.sign("┤", "+")), .soft)
      line.append(cells)
      lines.append(line)
    }
    let below = names.map { nameLines($0) } ?? tickLines()
    lines += below.map { $0.indented(labelWidth + 1) }
    if !xTitle.isEmpty {
      let title = canvas.line(xTitle).truncated(to: columns)
      lines.append(title.aligned(.center, in: columns).indented(labelWidth + 2))
    }
    return lines
  }

  private func axisLine(ticks: Set<Int>) -> StyledLine {
    var text = canvas.sign("└", "+")
    for column in 0..<columns { text += ticks.contains(column) ? canvas.sign("┬", "+") : canvas.sign("─", "-") }
    return StyledLine(text, .soft)
  }

  private func tickLines() -> [StyledLine] {
    guard let xScale else { return [axisLine(ticks: [])] }
    let ticks = zip(xScale.ticks, xScale.labels).compactMap { tick, label -> (Int, String)? in
      xScale.place(tick).map { (Int($0.rounded()) / 2, canvas.text(label)) }
    }.filter { (0..<columns).contains($0.0) }
    var labels = StyledLine()
    for (column, label) in ticks {
      let width = DisplayWidth.of(label)
      let start = min(max(0, column + 1 - width / 2), max(0, columns + 1 - width))
      guard labels.width == 0 || start > labels.width, width <= columns else { continue }
      labels.pad(to: start)
      labels.append(label, .soft)
    }
    return [axisLine(ticks: Set(ticks.map(\.0))), labels.truncated(to: columns + 1)]
  }

  private func nameLines(_ names: [String]) -> [StyledLine] {
    let columnOf = names.indices.map { Int(center($0).rounded()) / 2 }
    let placed = NameRows(names, at: columnOf, columns: columns, canvas)
    var lines = [axisLine(ticks: Set(columnOf.filter { $0 >= 0 && $0 < columns }))]
    lines += placed.lines.map { $0.indented(1) }
    return lines
  }
}

/// Names below (or above) columns: level where they fit, else on up to three levels, else as numbers with a list.
struct NameRows {
  let lines: [StyledLine]

  init(_ names: [String], at columns: [Int], columns width: Int, _ canvas: TerminalCanvas) {
    let texts = names.map { canvas.shortened($0, to: max(4, min(24, width))) }
    for levels in 1...3 {
      if let lines = Self.rows(texts, at: columns, levels: levels, width, canvas) {
        self.lines = lines
        return
      }
    }
    let numbers = names.indices.map { "\($0 + 1)" }
    let step = zip(columns, columns.dropFirst()).map { $1 - $0 }.min() ?? width
    let every = max(1, ((numbers.last?.count ?? 1) + 1 + max(1, step) - 1) / max(1, step))
    let shown = names.indices.filter { $0 % every == 0 }
    let line = Self.rows(shown.map { numbers[$0] }, at: shown.map { columns[$0] }, levels: 1, width, canvas) ?? []
    let list = names.count <= 40 ? zip(numbers, texts).map { StyledLine("\($0)\u{A0}\($1)", .soft) } : []
    self.lines = line + canvas.narrowed(to: width).flowing(list, gap: 2)
  }

  private static func rows(
    _ texts: [String], at columns: [Int], levels: Int, _ width: Int, _ canvas: TerminalCanvas
  ) -> [StyledLine]? {
    var lines = Array(repeating: StyledLine(), count: levels)
    for (index, text) in texts.enumerated() {
      let columnsOfText = DisplayWidth.of(text)
      let level = index % levels
      var start = columns[index] - columnsOfText / 2
      // The first and the last may lean inward.
      start = min(max(start, 0), max(0, width - columnsOfText))
      if lines[level].width > 0, start <= lines[level].width { return nil }
      // Stems down to the lower levels.
      for upper in 0..<level {
        guard lines[upper].width <= columns[index] else { return nil }
        lines[upper].pad(to: columns[index])
        lines[upper].append(canvas.sign("│", "|"), .soft)
      }
      lines[level].pad(to: start)
      lines[level].append(text, .soft)
      if lines[level].width > width { return nil }
    }
    return lines
  }
}
