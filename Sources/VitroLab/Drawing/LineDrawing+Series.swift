extension LineDrawing {
  /// Colours in order for what was measured; a control takes its counterpart's; baselines and references have none.
  static func styles(of series: [LineSeries]) -> [MarkStyle] {
    var styles = series.map { _ in MarkStyle(color: nil, shape: 0) }
    var next = 0
    for (index, one) in series.enumerated() where one.role == .measured {
      styles[index] = MarkStyle(color: next, shape: next)
      next += 1
    }
    for (index, one) in series.enumerated() where one.role == .control {
      if let counterpart = series.firstIndex(where: { $0.name == one.counterpart && $0.role == .measured }) {
        styles[index] = styles[counterpart]
      } else {
        styles[index] = MarkStyle(color: next, shape: next)
        next += 1
      }
    }
    return styles
  }

  static func keys(_ series: [LineSeries], _ styles: [MarkStyle]) -> [Legend.Key] {
    series.indices.map { index in
      let style = styles[index]
      let role = series[index].role
      return Legend.Key(
        label: series[index].name, className: "\(role.rawValue) \(style.colorClass)", series: index, sampleWidth: 28
      ) { markup, x, y in
        markup.polyline([(x, y), (x + 28, y)], class: "line")
        markup.seriesMark(role, style, x: x + 14, y: y)
      }
    }
  }

  /// The unbroken stretches of a series on the drawing.
  func runs(of series: Int) -> [[(x: Double, y: Double)]] {
    var runs: [[(x: Double, y: Double)]] = [[]]
    for (index, value) in figure.series[series].y.enumerated() {
      if let x = across(series, index), let y = yScale.place(value) {
        runs[runs.count - 1].append((x, y))
      } else if runs.last?.isEmpty == false {
        runs.append([])
      }
    }
    return runs.filter { !$0.isEmpty }
  }

  func drawSeries(_ index: Int, into body: inout Markup) {
    let series = figure.series[index]
    let style = styles[index]
    let runs = runs(of: index)
    body.element(
      "g", ["class": "series \(series.role.rawValue) \(style.colorClass)", "data-series": "\(index)"]
    ) { group in
      group.element("g", ["clip-path": "url(#\(id)-clip)"]) { plot in
        if figure.drawsBand { drawBands(index, into: &plot) }
        for run in runs { plot.polyline(run, class: "line") }
        if !figure.drawsBand { drawWhiskers(index, into: &plot) }
      }
      let total = runs.reduce(0) { $0 + $1.count }
      for run in runs where total <= 40 || run.count == 1 {
        for point in run where point.y >= top - 1 && point.y <= bottom + 1 && point.x >= left && point.x <= right {
          group.seriesMark(series.role, style, x: point.x, y: point.y)
        }
      }
    }
  }

  private func drawBands(_ index: Int, into group: inout Markup) {
    let series = figure.series[index]
    var upper: [(x: Double, y: Double)] = []
    var lower: [(x: Double, y: Double)] = []
    func finish() {
      group.polyline(upper + lower.reversed(), class: "band", closed: true)
      (upper, lower) = ([], [])
    }
    for point in series.y.indices {
      if let interval = series.interval(at: point), let x = across(index, point), let low = yScale.place(interval.low),
        let high = yScale.place(interval.high)
      {
        upper.append((x, high))
        lower.append((x, low))
      } else {
        finish()
      }
    }
    finish()
  }

  private func drawWhiskers(_ index: Int, into group: inout Markup) {
    let series = figure.series[index]
    for point in series.y.indices {
      guard let interval = series.interval(at: point), let x = across(index, point) else { continue }
      guard let low = yScale.place(interval.low), let high = yScale.place(interval.high) else { continue }
      group.empty(
        "path",
        [
          "class": "whisker",
          "d": "M\(px(x)) \(px(low))V\(px(high))M\(px(x - 3)) \(px(low))h6M\(px(x - 3)) \(px(high))h6",
        ])
    }
  }
}

extension Markup {
  /// The mark of a series by its role; baselines have none, references have crosses.
  fileprivate mutating func seriesMark(_ role: LineSeries.Role, _ style: MarkStyle, x: Double, y: Double) {
    switch role {
    case .measured: mark(style, x: x, y: y, radius: 4)
    case .control: mark(style, x: x, y: y, radius: 3.4)
    case .baseline: break
    case .reference:
      empty(
        "path",
        ["class": "mark", "d": "M\(px(x - 3)) \(px(y - 3))l6 6m0 -6l-6 6"])
    }
  }
}
