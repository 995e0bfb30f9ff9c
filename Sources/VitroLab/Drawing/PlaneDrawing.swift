import Foundation

/// Draws a plane: the surface, regions, lines, arrows and points, with names where there is room for them.
struct PlaneDrawing {
  let figure: PlaneFigure
  let id: String
  let legend: Legend
  private(set) var xScale: AxisScale
  private(set) var yScale: AxisScale
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// The bands of the surface.
  let colors: FieldColors?
  /// The colours of arrows and points that have values.
  let tones: FieldColors?
  /// The colours of regions that have values.
  let areaTones: FieldColors?
  private let groupNumbers: [String: Int]

  let width: Double
  /// The bar at the right: of the surface, else of the arrows and points.
  private let sideBar: FieldColors?

  init(_ figure: PlaneFigure, _ measure: FigureDrawing.Measure, id: String) {
    self.figure = figure
    self.id = id
    let groups = figure.groups
    groupNumbers = Dictionary(zip(groups, 0...)) { first, _ in first }
    // A plane is square: it is no wider where there is more room.
    width = measure == .small ? measure.width : FigureDrawing.Measure.compact.width
    tones = figure.color.map { color in
      FieldColors(
        color, values: (figure.arrows.map(\.color) + figure.points.map(\.color)).compactMap(\.self), use: .marks)
    }
    let areas = figure.regions.compactMap(\.color)
    areaTones = areas.isEmpty ? nil : figure.color.map { FieldColors($0, values: areas) }
    legend = Legend(Self.keys(groups) + ((areaTones ?? tones)?.keys ?? []), width: width)
    let corners = Self.corners(of: figure)
    xScale = AxisScale(
      figure.x, showing: corners.map(\.x), count: measure == .small ? 3 : 5, rounded: figure.field == nil)
    yScale = AxisScale(
      figure.y, showing: corners.map(\.y), count: measure == .small ? 4 : 5, rounded: figure.field == nil)
    colors = figure.field.map(FieldColors.init)
    left = max(22, (yScale.labels.map { TextMeasure.width($0, size: 12) }.max() ?? 0) + 9)
    sideBar = colors ?? (areaTones ?? tones).flatMap { $0.isNumeric ? $0 : nil }
    right = width - (sideBar.map { $0.labelWidth + 30 } ?? 10)
    let aspect = (yScale.domain.high - yScale.domain.low) / (xScale.domain.high - xScale.domain.low)
    let height = (right - left) * (figure.equalUnits && aspect.isFinite ? min(max(aspect, 0.5), 1.5) : 1)
    top = legend.height + (figure.y.title.isEmpty && sideBar == nil ? 8 : 28)
    bottom = top + height
    (xScale.start, xScale.end) = (left, right)
    (yScale.start, yScale.end) = (bottom, top)
  }

  func drawing() -> FigureDrawing {
    var body = Markup()
    legend.draw(into: &body, x: 0, y: 0)
    body.element("defs") { defs in
      defs.element("clipPath", ["id": "\(id)-clip"]) { clip in
        clip.empty("rect", ["x": px(left), "y": px(top), "width": px(right - left), "height": px(bottom - top)])
      }
      if figure.regions.contains(where: { $0.fill == .hatch }) {
        defs.element(
          "pattern",
          [
            "id": "\(id)-hatch", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
          ]
        ) { $0.empty("path", ["class": "hatching", "d": "M0 0V6"]) }
      }
    }
    if figure.field == nil { drawGrid(into: &body) }
    body.element("g", ["clip-path": "url(#\(id)-clip)"]) { plot in
      drawField(into: &plot)
      drawRegions(into: &plot)
      drawLines(into: &plot)
      drawArrows(into: &plot)
      drawTonedArrows(into: &plot)
    }
    drawAxes(into: &body)
    drawPoints(into: &body)
    drawLabels(into: &body)
    sideBar?.drawBar(into: &body, x: right + 12, top: top, bottom: bottom)
    var height = bottom + 24
    if !figure.x.title.isEmpty {
      height += 16
      body.element(
        "text", ["class": "title", "x": px((left + right) / 2), "y": px(height - 4), "text-anchor": "middle"],
        figure.x.title)
    }
    if colors != nil, let tones, tones.isNumeric {
      tones.drawRow(into: &body, title: figure.color?.label ?? "", x: left, y: height + 6, width: right - left)
      height += FieldColors.rowHeight + 6
    }
    return FigureDrawing(width: width, height: height, body: body)
  }

  /// A position on the drawing, if it is one.
  func place(_ position: PlanePosition) -> (x: Double, y: Double)? {
    guard let x = xScale.place(position.x), let y = yScale.place(position.y) else { return nil }
    return (x, y)
  }

  func style(of point: PlanePoint) -> MarkStyle {
    guard let group = point.group, let index = groupNumbers[group] else {
      return MarkStyle(color: nil, shape: 0)
    }
    return MarkStyle(color: index, shape: index)
  }

  /// The line's corners on the drawing; an extended line runs well past the borders, where it is cut.
  func corners(of line: PlaneLine) -> [(x: Double, y: Double)] {
    let corners = line.corners.compactMap { $0.isFinite ? place($0) : nil }
    guard line.extended, corners.count == 2 else { return corners }
    let (dx, dy) = (corners[1].x - corners[0].x, corners[1].y - corners[0].y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 1e-9 else { return [] }
    let reach = 4 * width / length
    return [
      (corners[0].x - reach * dx, corners[0].y - reach * dy), (corners[1].x + reach * dx, corners[1].y + reach * dy),
    ]
  }

  private static func keys(_ groups: [String]) -> [Legend.Key] {
    groups.enumerated().map { index, group in
      let style = MarkStyle(color: index, shape: index)
      return Legend.Key(label: group, className: style.colorClass, series: nil, sampleWidth: 12) { markup, x, y in
        markup.mark(style, x: x + 6, y: y, radius: 5)
      }
    }
  }

  private static func corners(of figure: PlaneFigure) -> [PlanePosition] {
    if let field = figure.field {
      return [PlanePosition(field.x.low, field.y.low), PlanePosition(field.x.high, field.y.high)]
    }
    return figure.points.map(\.position) + figure.regions.flatMap(\.corners)
      + figure.lines.filter { !$0.extended }.flatMap(\.corners) + figure.arrows.flatMap { [$0.start, $0.end] }
  }
}

extension PlaneDrawing {
  private func drawGrid(into body: inout Markup) {
    for tick in xScale.ticks {
      guard let x = xScale.place(tick) else { continue }
      body.empty("path", ["class": "grid", "d": "M\(px(x)) \(px(top))V\(px(bottom))"])
    }
    for tick in yScale.ticks {
      guard let y = yScale.place(tick) else { continue }
      body.empty("path", ["class": "grid", "d": "M\(px(left)) \(px(y))H\(px(right))"])
    }
  }

  private func drawAxes(into body: inout Markup) {
    body.empty(
      "rect",
      [
        "class": "axis", "x": px(left), "y": px(top), "width": px(right - left), "height": px(bottom - top),
      ])
    for (tick, label) in zip(xScale.ticks, xScale.labels) {
      guard let x = xScale.place(tick) else { continue }
      body.empty("path", ["class": "axis", "d": "M\(px(x)) \(px(bottom))v4"])
      body.element("text", ["class": "tick", "x": px(x), "y": px(bottom + 18), "text-anchor": "middle"], label)
    }
    for (tick, label) in zip(yScale.ticks, yScale.labels) {
      guard let y = yScale.place(tick) else { continue }
      body.empty("path", ["class": "axis", "d": "M\(px(left)) \(px(y))h-4"])
      body.element("text", ["class": "tick", "x": px(left - 8), "y": px(y + 4), "text-anchor": "end"], label)
    }
    if !figure.y.title.isEmpty {
      let limit = sideBar == nil ? width : (right - left) * 0.6
      body.element(
        "text", ["class": "title", "x": px(figure.field == nil ? 0 : left), "y": px(top - 12)],
        TextMeasure.shortened(figure.y.title, toWidth: limit, size: 12))
    }
    if sideBar != nil, let label = figure.field?.label ?? figure.color?.label {
      body.element(
        "text", ["class": "title", "x": px(width), "y": px(top - 12), "text-anchor": "end"],
        TextMeasure.shortened(label, toWidth: (right - left) * 0.5, size: 12))
    }
  }
}
