extension LineFigure: TerminalDrawable {
  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    TerminalLinePlot(self, canvas).lines()
  }
}

/// Draws a line figure in Braille: bands, reference lines, lines, whiskers, and signs at the points.
private struct TerminalLinePlot {
  let figure: LineFigure
  let canvas: TerminalCanvas
  let styles: [MarkStyle]
  let frame: PlotFrame

  init(_ figure: LineFigure, _ canvas: TerminalCanvas) {
    self.figure = figure
    self.canvas = canvas
    styles = LineDrawing.styles(of: figure.series)
    let shown = figure.series.flatMap { $0.y + $0.low + $0.high } + figure.references.map(\.value)
    let rows = canvas.plotRows
    let y = AxisScale(figure.y, showing: shown, count: rows / 3, rounded: true)
    let x =
      figure.categories == nil
      ? AxisScale(figure.x, showing: figure.series.flatMap(\.x), count: canvas.width / 12, rounded: false) : nil
    frame = PlotFrame(
      canvas, x: x, y: y, names: figure.categories, rows: rows, xTitle: figure.x.title, yTitle: figure.y.title)
  }

  func lines() -> [StyledLine] {
    var grid = frame.grid
    if figure.drawsBand { for index in figure.series.indices { drawBand(index, into: &grid) } }
    for reference in figure.references { drawReference(reference, into: &grid) }
    // The first series is drawn last, so that it lies on top.
    for index in figure.series.indices.reversed() { drawSeries(index, into: &grid) }
    for index in figure.series.indices { drawMarks(index, into: &grid) }
    for reference in figure.references { name(reference, in: &grid) }
    return legend() + frame.lines(around: grid)
  }

  private func ink(_ index: Int) -> TextStyle {
    let role = figure.series[index].role
    return role == .baseline || role == .reference ? .soft : canvas.ink(styles[index].color)
  }

  private func mark(_ index: Int) -> String {
    switch figure.series[index].role {
    case .measured: canvas.mark(index)
    case .control: canvas.mark(index, isHollow: true)
    case .baseline: canvas.hasColor && !canvas.isASCII ? "∙" : canvas.mark(index)
    case .reference: canvas.hasColor && !canvas.isASCII ? "×" : canvas.mark(index)
    }
  }

  private func legend() -> [StyledLine] {
    canvas.flowing(
      figure.series.indices.map { index in
        let stroke =
          switch figure.series[index].role {
          case .measured: canvas.sign("━", "-")
          case .control: canvas.sign("╍", "-")
          case .baseline: canvas.sign("┈", ".")
          case .reference: canvas.sign("─", "-")
          }
        var line = StyledLine(stroke + mark(index) + stroke, ink(index))
        line.append(" " + canvas.text(figure.series[index].name))
        return line
      })
  }

  private func place(_ series: Int, _ index: Int, _ value: Double) -> (x: Double, y: Double)? {
    guard let y = frame.yScale.place(value), let x = across(series, index) else { return nil }
    return (x, y)
  }

  private func across(_ series: Int, _ index: Int) -> Double? {
    if let names = figure.categories { return index < names.count ? frame.center(index) : nil }
    guard index < figure.series[series].x.count else { return nil }
    return frame.xScale?.place(figure.series[series].x[index])
  }

  private func drawBand(_ index: Int, into grid: inout DotGrid) {
    let series = figure.series[index]
    var ink = ink(index)
    ink.isSoft = true
    // For each column of dots, the extremes of the interval there.
    var spans: [Int: (top: Double, bottom: Double)] = [:]
    var previous: (x: Double, top: Double, bottom: Double)?
    for point in series.y.indices {
      guard let interval = series.interval(at: point), let x = across(index, point),
        let top = frame.yScale.place(interval.high), let bottom = frame.yScale.place(interval.low)
      else {
        previous = nil
        continue
      }
      let last = previous ?? (x, top, bottom)
      let (from, to) = (max(0, Int(min(last.x, x).rounded())), min(grid.dotColumns - 1, Int(max(last.x, x).rounded())))
      for column in stride(from: from, through: to, by: 1) {
        let t = abs(x - last.x) < 1e-9 ? 1 : min(max((Double(column) - last.x) / (x - last.x), 0), 1)
        let span = (top: last.top + t * (top - last.top), bottom: last.bottom + t * (bottom - last.bottom))
        let known = spans[column] ?? span
        spans[column] = (min(known.top, span.top), max(known.bottom, span.bottom))
      }
      previous = (x, top, bottom)
    }
    for (column, span) in spans {
      let (top, bottom) = (max(0, Int(span.top.rounded())), min(grid.dotRows - 1, Int(span.bottom.rounded())))
      for row in stride(from: top, through: bottom, by: 1) where (row + column % 2 * 2) % 4 == 0 {
        grid.set(column, row, ink)
      }
    }
  }

  private func drawReference(_ reference: ReferenceLine, into grid: inout DotGrid) {
    guard let y = frame.yScale.place(reference.value) else { return }
    grid.polyline([(0, y), (Double(grid.dotColumns), y)], .soft, .sparse)
  }

  private func name(_ reference: ReferenceLine, in grid: inout DotGrid) {
    guard let y = frame.yScale.place(reference.value), y > -0.5, y < Double(grid.dotRows) - 0.5 else { return }
    let row = Int(y.rounded()) / 4
    let text = canvas.shortened(
      "\(reference.label) \(figure.y.format.text(reference.value))", to: max(4, grid.columns / 2))
    let width = DisplayWidth.of(text)
    let starts = [grid.columns - width - 1, 1, (grid.columns - width) / 2, grid.columns / 4, grid.columns / 2]
    for candidate in [row - 1, row + 1, row - 2, row + 2] {
      for start in starts where grid.isFree(column: start, row: candidate, width: width) {
        grid.write(text, column: start, row: candidate, .soft)
        return
      }
    }
  }

  private func drawSeries(_ index: Int, into grid: inout DotGrid) {
    let series = figure.series[index]
    let pattern: DotPattern =
      switch series.role {
      case .measured: .solid
      case .control: .dashed
      case .baseline: .dotted
      case .reference: .sparse
      }
    let style = ink(index)
    grid.polyline(series.y.indices.lazy.map { place(index, $0, series.y[$0]) }, style, pattern)
    if !figure.drawsBand {
      for point in series.y.indices {
        guard let interval = series.interval(at: point), let low = place(index, point, interval.low),
          let high = place(index, point, interval.high)
        else { continue }
        grid.polyline([low, high], style)
      }
    }
  }

  /// Signs at every point where there are few, else at even distances, each series a little aside from the next.
  private func drawMarks(_ index: Int, into grid: inout DotGrid) {
    let series = figure.series[index]
    let isSparse = series.y.count * 3 <= grid.columns
    if canvas.hasColor && !isSparse { return }
    var nextColumn = isSparse ? 0 : 2 + 3 * index
    for point in series.y.indices {
      guard let place = place(index, point, series.y[point]), place.y > -0.5, place.y < Double(grid.dotRows) - 0.5
      else { continue }
      let column = Int(place.x.rounded()) / 2
      guard column >= nextColumn || isSparse else { continue }
      let row = Int(place.y.rounded()) / 4
      // Signs of several series at one place stand side by side.
      let free = [column, column + 1, column - 1].first { !grid.hasSign(column: $0, row: row) }
      if let free { grid.put(mark(index), column: free, row: row, ink(index)) }
      nextColumn = column + max(12, 3 * figure.series.count)
    }
  }
}
