extension LineDrawing {
  /// Colours in order for what was measured; a control takes its counterpart's; baselines and references have none.
  static func styles(of series: [LineSeries]) -> [MarkStyle] {
    var styles = series.map { _ in MarkStyle(color: nil, shape: 0) }
    var next = 0
    for (index, one) in series.enumerated() where one.role == .measured {
      styles[index] = MarkStyle(color: next, shape: next)
      next += 1
    }
    let measured = Dictionary(
      series.indices.filter { series[$0].role == .measured }.map { (series[$0].name, $0) }
    ) { first, _ in first }
    for (index, one) in series.enumerated() where one.role == .control {
      if let counterpart = one.counterpart.flatMap({ measured[$0] }) {
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

  /// The unbroken stretches of a series on the drawing, thinned to what can be seen.
  static func runs(
    of series: LineSeries, across: (Int) -> Double?, _ yScale: AxisScale
  ) -> [[(x: Double, y: Double)]] {
    LineEnvelope.runs(count: series.y.count) { index in
      guard let x = across(index), let y = yScale.place(series.y[index]) else { return nil }
      return (x, y)
    }
  }

  func drawSeries(_ index: Int, into body: inout Markup) {
    let series = figure.series[index]
    let style = styles[index]
    let runs = runs[index]
    body.element(
      "g", ["class": "series \(series.role.rawValue) \(style.colorClass)", "data-series": "\(index)"]
    ) { group in
      let total = runs.reduce(0) { $0 + $1.count }
      let isLong = total > LineEnvelope.limit
      group.element("g", ["clip-path": "url(#\(id)-clip)"]) { plot in
        let drawsBand = figure.drawsBand || series.low.count > Self.whiskerLimit
        if drawsBand { drawBands(index, into: &plot) }
        let lines = runs.filter { $0.count >= 2 || isLong }.map { $0.count == 1 ? $0 + $0 : $0 }
        if !lines.isEmpty {
          plot.empty("path", ["class": isLong ? "line fine" : "line", "d": lines.map { pathData($0) }.joined()])
        }
        if !drawsBand { drawWhiskers(index, into: &plot) }
      }
      for run in runs where total <= 40 || (run.count == 1 && !isLong) {
        for point in run where point.y >= top - 1 && point.y <= bottom + 1 && point.x >= left && point.x <= right {
          group.seriesMark(series.role, style, x: point.x, y: point.y)
        }
      }
    }
  }

  /// More intervals than this are a band even where whiskers are asked for.
  private static let whiskerLimit = 400

  private func drawBands(_ index: Int, into group: inout Markup) {
    let series = figure.series[index]
    let bands = LineEnvelope.bands(count: series.y.count) { point in
      guard let interval = series.interval(at: point), let x = across(index, point),
        let low = yScale.place(interval.low), let high = yScale.place(interval.high)
      else { return nil }
      return (x, low, high)
    }
    for band in bands { group.polyline(band, class: "band", closed: true) }
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
