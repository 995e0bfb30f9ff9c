extension ScatterDrawing {
  /// Up to this many points are marks with shapes; more are dots.
  static let markLimit = 3000
  /// Up to this many labels are written.
  private static let labelLimit = 40

  private var count: Int { figure.series.reduce(0) { $0 + $1.x.count } }

  /// The radius of marks: the more points, the smaller.
  private var radius: Double { count <= 60 ? 5 : count <= 400 ? 4 : 3.4 }

  func drawPoints(into plot: inout Markup) {
    for index in figure.series.indices {
      // An arrow's head is its mark.
      if figure.fromOrigin, colors == nil { continue }
      plot.element("g", ["class": "series cloud \(styles[index].colorClass)", "data-series": "\(index)"]) { group in
        let bands = pointsByBand(of: index)
        if count > Self.markLimit { drawDots(bands, into: &group) } else { drawMarks(bands, index, into: &group) }
      }
    }
  }

  /// The places of a series' points, by their band of colour, and last those without a value; all in one band where
  /// values are not coloured.
  private func pointsByBand(of index: Int) -> [[(x: Double, y: Double)]] {
    let series = figure.series[index]
    var bands = [[(x: Double, y: Double)]](repeating: [], count: colors == nil ? 1 : FigureStyle.bands + 1)
    for point in 0..<min(series.x.count, series.y.count) {
      guard let place = place(series.x[point], series.y[point]), isInside(place.x, place.y) else { continue }
      guard let colors else {
        bands[0].append(place)
        continue
      }
      let band = point < series.values.count ? colors.band(of: series.values[point]) : nil
      bands[band ?? FigureStyle.bands].append(place)
    }
    return bands
  }

  private func className(_ band: Int) -> String {
    band < FigureStyle.bands ? colors?.className(band) ?? "" : "unknown"
  }

  private func drawMarks(_ bands: [[(x: Double, y: Double)]], _ index: Int, into group: inout Markup) {
    for (band, points) in bands.enumerated() where !points.isEmpty {
      let name = colors == nil ? "mark" : "bead \(className(band))"
      group.empty("path", ["class": name, "d": points.map { styles[index].outline($0.x, $0.y, radius) }.joined()])
    }
  }

  /// Points as dots, those that fall on the same half of a pixel drawn once.
  private func drawDots(_ bands: [[(x: Double, y: Double)]], into group: inout Markup) {
    let size = count <= 20_000 ? 2.6 : 1.8
    // A stroke counts in halves of a pixel too.
    group.element("g", ["transform": "scale(.5)"]) { halves in
      let paths = bands.map { points -> String in
        var seen: Set<Int> = []
        var data = ""
        for point in points {
          let (x, y) = (Int((point.x * 2).rounded()), Int((point.y * 2).rounded()))
          if seen.insert(x << 24 | y).inserted { data += "M\(x) \(y)h0" }
        }
        return data
      }
      if colors != nil {
        halves.empty("path", ["class": "dots rim", "stroke-width": px(2 * size + 2), "d": paths.joined()])
      }
      for (band, data) in paths.enumerated() where !data.isEmpty {
        let name = colors == nil ? "dots" : "dots \(className(band))"
        halves.empty("path", ["class": name, "stroke-width": px(2 * size), "d": data])
      }
    }
  }

  func drawLinks(into plot: inout Markup) {
    let lines = figure.links.compactMap { link -> String? in
      guard let from = figure.point(link.from), let to = figure.point(link.to), let start = place(from.x, from.y),
        let end = place(to.x, to.y)
      else { return nil }
      return pathData([start, end])
    }
    if !lines.isEmpty { plot.empty("path", ["class": "link", "d": lines.joined()]) }
  }

  /// Arrows from the origin to the points.
  func drawRays(into plot: inout Markup) {
    guard let origin = place(0, 0) else { return }
    for (index, series) in figure.series.enumerated() {
      plot.element("g", ["class": "rays \(styles[index].colorClass)", "data-series": "\(index)"]) { group in
        var (shafts, heads) = ("", "")
        for (x, y) in zip(series.x, series.y) {
          guard let end = place(x, y) else { continue }
          let (dx, dy) = (end.x - origin.x, end.y - origin.y)
          let length = (dx * dx + dy * dy).squareRoot()
          guard length > 1 else { continue }
          let (ux, uy) = (dx / length, dy / length)
          let size = min(9, length * 0.6)
          let base = (x: end.x - ux * size, y: end.y - uy * size)
          shafts += pathData([origin, base])
          let half = size * 0.42
          heads += pathData(
            [(base.x - uy * half, base.y + ux * half), end, (base.x + uy * half, base.y - ux * half)], closed: true)
        }
        if !shafts.isEmpty {
          group.empty("path", ["class": "ray", "d": shafts])
          group.empty("path", ["class": "tip-of-ray", "d": heads])
        }
      }
    }
  }

  /// What is said of the points, where these are few and there is room.
  func drawLabels(into group: inout Markup) {
    guard figure.series.reduce(0, { $0 + $1.labels.count }) <= Self.labelLimit, count <= 400 else { return }
    var placer = LabelPlacer(bounds: .init(x: left + 3, y: top + 3, width: right - left - 6, height: bottom - top - 6))
    var named: [(series: Int, label: String, x: Double, y: Double)] = []
    for (number, series) in figure.series.enumerated() {
      for index in 0..<min(series.x.count, series.y.count) {
        guard let (x, y) = place(series.x[index], series.y[index]), isInside(x, y) else { continue }
        placer.block(.init(x: x - 6, y: y - 6, width: 12, height: 12))
        if index < series.labels.count, !series.labels[index].isEmpty {
          named.append((number, series.labels[index], x, y))
        }
        if figure.fromOrigin, let origin = place(0, 0) { placer.block(alongLine: [origin, (x, y)]) }
      }
    }
    for link in figure.links {
      guard let from = figure.point(link.from), let to = figure.point(link.to), let start = place(from.x, from.y),
        let end = place(to.x, to.y)
      else { continue }
      placer.block(alongLine: [start, end])
    }
    for point in named {
      let text = TextMeasure.shortened(point.label, toWidth: (right - left) * 0.4, size: 12)
      let width = TextMeasure.width(text, size: 12)
      guard let box = placer.place(LabelPlacer.around(point.x, point.y, width: width, height: 15, gap: 11)) else {
        continue
      }
      group.element(
        "text", ["class": "name halo", "data-series": "\(point.series)", "x": px(box.x), "y": px(box.y + 12)], text)
    }
  }

  private func isInside(_ x: Double, _ y: Double) -> Bool {
    x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1
  }
}
