internal import VitroCore
internal import VitroFitting

extension RunComparison {
  /// Runs that differ in nothing but the seed, as one measurement.
  private struct Cell {
    var runs: [RunRecord]
    var value: Double
    var interval: Interval?
  }

  /// How a number depends on what was varied: a line over a numeric field, a heat map over two, bars otherwise.
  func figure(_ label: String) -> Figure? {
    let known = runs.filter { metric(label, $0)?.value.isFinite == true }
    guard known.count >= 2, let format = known.lazy.compactMap({ metric(label, $0)?.format }).first else { return nil }
    let axes = varied.filter { $0 != "seed" }
    let numeric = axes.filter { isNumeric($0) }.sorted { count($0) > count($1) }
    let cells =
      axes.isEmpty
      ? known.compactMap { run in metric(label, run).map { Cell(runs: [run], value: $0.value, interval: $0.interval) } }
      : self.cells(label, known, axes)
    let caption = caption(label, cells)
    if axes.count == 2, numeric.count == 2, count(numeric[1]) >= 3 {
      return heatMap(label, caption, cells, x: numeric[0], y: numeric[1], format)
    }
    if let axis = numeric.first, count(axis) >= 2 { return lines(label, caption, cells, over: axis, format) }
    return Figure(
      label, caption: caption,
      .bars(
        BarFigure(
          label: axes.isEmpty ? "run" : axes.joined(separator: ", "), value: Axis(label, format: format),
          bars: cells.prefix(60).map {
            BarFigure.Bar(name($0.runs[0], without: axes.isEmpty ? [] : ["seed"]), $0.value, interval: $0.interval)
          })))
  }

  private func count(_ name: String) -> Int { Set(runs.map { Self.value(name, $0) }).count }

  private func cells(_ label: String, _ known: [RunRecord], _ axes: [String]) -> [Cell] {
    var order: [[JSONValue]] = []
    var groups: [[JSONValue]: [RunRecord]] = [:]
    for run in known {
      let key = axes.map { Self.value($0, run) }
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(run)
    }
    return order.compactMap { groups[$0] }.map { runs in
      let values = runs.compactMap { metric(label, $0)?.value }
      guard values.count > 1, let mean = try? Estimate.mean(of: values) else {
        return Cell(runs: runs, value: values[0], interval: metric(label, runs[0])?.interval)
      }
      return Cell(runs: runs, value: mean.value, interval: Interval(mean))
    }
  }

  private func caption(_ label: String, _ cells: [Cell]) -> RichText {
    let repeats = cells.map(\.runs.count)
    if let most = repeats.max(), most > 1, let least = repeats.min() {
      return RichText(
        "Means over \(least == most ? "\(most)" : "\(least) to \(most)") seeds with 95 % intervals (Student), from the differences between seeds."
      )
    }
    let shown = cells.count > 60 ? " Drawn are the first 60 of \(cells.count) where they are bars." : ""
    let intervals =
      cells.contains { $0.interval != nil } ? "the intervals are those of the runs" : "the runs state no interval"
    return RichText("One run each; \(intervals).\(shown)")
  }

  private func lines(
    _ label: String, _ caption: RichText, _ cells: [Cell], over axis: String, _ format: NumberFormat
  ) -> Figure {
    var order: [String] = []
    var groups: [String: [Cell]] = [:]
    for cell in cells {
      let key = name(cell.runs[0], without: [axis, "seed"])
      let name = varied.filter { $0 != axis && $0 != "seed" }.isEmpty ? label : key
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(cell)
    }
    let series = order.prefix(12).map { name in
      let cells = (groups[name] ?? []).sorted { place($0, axis) < place($1, axis) }
      let hasIntervals = cells.allSatisfy { $0.interval != nil }
      return LineSeries(
        name, x: cells.map { place($0, axis) }, y: cells.map(\.value),
        low: hasIntervals ? cells.map { $0.interval?.low ?? .nan } : [],
        high: hasIntervals ? cells.map { $0.interval?.high ?? .nan } : [])
    }
    let places = series.flatMap(\.x)
    let isWide = (places.min() ?? 0) > 0 && (places.max() ?? 1) / (places.min() ?? 1) >= 30
    return Figure(
      label, caption: caption,
      .lines(
        LineFigure(
          x: Axis(axis, scale: isWide ? .log : .linear), y: Axis(label, format: format), series: series,
          intervals: .whiskers)))
  }

  private func place(_ cell: Cell, _ axis: String) -> Double { Self.value(axis, cell.runs[0]).number ?? .nan }

  private func heatMap(
    _ label: String, _ caption: RichText, _ cells: [Cell], x: String, y: String, _ format: NumberFormat
  ) -> Figure {
    let columns = Set(cells.map { place($0, x) }).sorted()
    let rows = Set(cells.map { place($0, y) }).sorted(by: >)
    var values = [Double](repeating: .nan, count: columns.count * rows.count)
    for cell in cells {
      guard let row = rows.firstIndex(of: place(cell, y)), let column = columns.firstIndex(of: place(cell, x)) else {
        continue
      }
      values[row * columns.count + column] = cell.value
    }
    return Figure(
      label, caption: caption,
      .heatMap(
        HeatMapFigure(
          rows: rows.count, columns: columns.count, values: values,
          rowLabels: rows.map { NumberFormat.standard.text($0) },
          columnLabels: columns.map { NumberFormat.standard.text($0) }, rowTitle: y, columnTitle: x,
          color: ColorScale(label, format: format), showsNumbers: true)))
  }
}
