import Foundation

extension PlaneDrawing {
  /// The surface as bands: the lowest below all, each higher one painted over it.
  func drawField(into plot: inout Markup) {
    guard let field = figure.field, let colors, field.isConsistent else { return }
    let isolines = Isolines(field.thinned())
    for (band, level) in colors.levels.enumerated() {
      let data = isolines.curves(at: level).map { pathData(simplified($0), closed: true) }.joined()
      if !data.isEmpty { plot.empty("path", ["class": colors.className(band), "d": data]) }
    }
    for line in contourLines(isolines) { plot.polyline(line, class: "contour") }
  }

  private func contourLines(_ isolines: Isolines) -> [[(x: Double, y: Double)]] {
    (figure.field?.drawnContours ?? []).flatMap { level in
      isolines.crossings(at: level).map(simplified)
    }
  }

  func drawRegions(into plot: inout Markup) {
    for region in figure.regions {
      let corners = region.corners.compactMap(place)
      if let value = region.color, let tones = areaTones, let color = figure.color, corners.count >= 3 {
        let name = tones.band(of: value).map(tones.className) ?? "neutral"
        let lines = [region.label, "\(color.label) \(color.text(value))"].compactMap(\.self)
        plot.empty(
          "path",
          [
            "class": "cell \(name)", "d": pathData(corners, closed: true),
            "data-tip": lines.joined(separator: "\n"),
          ])
        continue
      }
      if region.fill == .hatch, corners.count >= 3 {
        plot.empty("path", ["fill": "url(#\(id)-hatch)", "d": pathData(corners, closed: true)])
      }
      plot.polyline(corners, class: region.fill == .tint ? "region tint" : "region", closed: true)
    }
  }

  func drawLines(into plot: inout Markup) {
    for line in figure.lines { plot.polyline(corners(of: line), class: line.role.rawValue) }
  }

  func drawArrows(into plot: inout Markup) {
    for arrow in figure.arrows where arrow.color == nil { draw(arrow, into: &plot) }
  }

  /// Arrows with a value, each in its colour and with its reading.
  func drawTonedArrows(into plot: inout Markup) {
    for (index, arrow) in figure.arrows.enumerated() {
      guard let value = arrow.color, let color = figure.color, let start = place(arrow.start),
        let end = place(arrow.end)
      else { continue }
      let name = tones?.band(of: value).flatMap { tones?.className($0) } ?? "neutral"
      let coordinates =
        "\(figure.x.label) \(figure.x.format.text(arrow.end.x)), "
        + "\(figure.y.label) \(figure.y.format.text(arrow.end.y))"
      let lines = [arrow.label ?? "arrow \(index + 1)", "\(color.label) \(color.text(value))", coordinates]
      plot.element("g", ["class": "spot toned \(name)", "data-tip": lines.joined(separator: "\n")]) { group in
        draw(arrow, into: &group)
        if figure.arrows.count <= 200 { group.polyline([start, end], class: "reach") }
      }
    }
  }

  private func draw(_ arrow: PlaneArrow, into plot: inout Markup) {
    guard let start = place(arrow.start), let end = place(arrow.end) else { return }
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 1 else { return }
    let (ux, uy) = (dx / length, dy / length)
    let size = min(9, length * 0.6)
    let base = (x: end.x - ux * size, y: end.y - uy * size)
    plot.polyline([start, base], class: "arrow")
    let half = size * 0.42
    plot.polyline(
      [(base.x - uy * half, base.y + ux * half), end, (base.x + uy * half, base.y - ux * half)], class: "head",
      closed: true)
  }

  func drawPoints(into body: inout Markup) {
    for (index, point) in figure.points.enumerated() {
      guard let (x, y) = place(point.position), isInside(x, y) else { continue }
      let style = style(of: point)
      let name = point.label ?? "point \(index + 1)"
      let coordinates =
        "\(figure.x.label) \(figure.x.format.text(point.position.x)), "
        + "\(figure.y.label) \(figure.y.format.text(point.position.y))"
      let value = point.color.flatMap { value in figure.color.map { "\($0.label) \($0.text(value))" } }
      let lines = [name, point.group, value, coordinates].compactMap(\.self)
      let tone = point.color.flatMap { tones?.band(of: $0) }.flatMap { tones?.className($0) }
      body.element("g", ["class": "spot \(tone ?? style.colorClass)", "data-tip": lines.joined(separator: "\n")]) {
        group in
        let radius = figure.points.count > 60 ? 3.0 : 5.5
        group.mark(style, x: x, y: y, radius: radius * 1.2 + 1, class: "under")
        group.mark(style, x: x, y: y, radius: radius, class: "over")
        if figure.points.count <= 200 {
          group.empty("circle", ["class": "reach", "cx": px(x), "cy": px(y), "r": "11"])
        }
      }
    }
  }

  /// More names than these find no room, and looking for it takes long.
  private static let labelLimit = 300

  /// Names of points, arrows, lines and regions, in that order of right.
  func drawLabels(into body: inout Markup) {
    var placer = LabelPlacer(bounds: .init(x: left + 3, y: top + 3, width: right - left - 6, height: bottom - top - 6))
    for point in figure.points {
      if let (x, y) = place(point.position) { placer.block(.init(x: x - 7, y: y - 7, width: 14, height: 14)) }
    }
    let arrows = figure.arrows.compactMap { arrow in
      place(arrow.start).flatMap { start in place(arrow.end).map { (arrow, start, $0) } }
    }
    for (_, start, end) in arrows { placer.block(alongLine: [start, end]) }
    let lines = figure.lines.map { (line: $0, inside: clipped(corners(of: $0))) }
    for line in lines { placer.block(alongLine: line.inside) }
    if let field = figure.field, field.isConsistent {
      for line in contourLines(Isolines(field.thinned())) { placer.block(alongLine: line) }
    }
    // A name may touch a border between regions, but better not.
    for region in figure.regions {
      let corners = clippedPolygon(region.corners.compactMap(place))
      placer.block(alongLine: corners + corners.prefix(1), thickness: 2)
    }

    var room = Self.labelLimit
    func write(
      _ label: String?, _ className: String, isOptional: Bool = false,
      _ candidates: (_ width: Double, _ height: Double) -> [LabelPlacer.Box]
    ) {
      guard let label, !label.isEmpty, room > 0 else { return }
      room -= 1
      let text = TextMeasure.shortened(label, toWidth: (right - left) * 0.8, size: 12)
      let width = TextMeasure.width(text, size: 12)
      let boxes = candidates(width, 15)
      guard let box = isOptional ? placer.placeFree(boxes) : placer.place(boxes) else { return }
      body.element("text", ["class": className, "x": px(box.x), "y": px(box.y + 12)], text)
    }
    for point in figure.points where point.label != nil {
      guard let (x, y) = place(point.position), isInside(x, y) else { continue }
      write(point.label, "name halo") { LabelPlacer.around(x, y, width: $0, height: $1, gap: 12) }
    }
    for (arrow, _, end) in arrows {
      write(arrow.label, "name halo", isOptional: arrows.count > 12) {
        LabelPlacer.around(end.x, end.y, width: $0, height: $1, gap: 8)
      }
    }
    for (line, inside) in lines {
      write(line.label, "name halo") { width, height in
        (1..<12).flatMap { step -> [LabelPlacer.Box] in
          guard let (x, y) = along(inside, Double(12 - step) / 12) else { return [] }
          return LabelPlacer.around(x, y, width: width, height: height, gap: 7)
        }
      }
    }
    for region in figure.regions {
      let corners = region.corners.compactMap(place)
      guard region.color == nil, let (x, y) = middle(of: clippedPolygon(corners)) else { continue }
      write(region.label, "tick halo") { width, height in
        [(0, 0), (0, -18), (0, 18), (-18, 0), (18, 0), (0, -34), (0, 34), (-30, -16), (30, 16)].map {
          LabelPlacer.Box(x: x - width / 2 + $0.0, y: y - height / 2 + $0.1, width: width, height: height)
        }
      }
    }
  }

  private func isInside(_ x: Double, _ y: Double) -> Bool {
    x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1
  }
}
