import Foundation

extension ScatterFigure: TerminalDrawable {
  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    let view = z.map { Projection(self, z: $0) }
    let clouds = series.map { cloud -> [PlanePosition] in
      cloud.x.indices.map { index in
        let y = index < cloud.y.count ? cloud.y[index] : .nan
        guard let view else { return PlanePosition(cloud.x[index], y) }
        return view.project(cloud.x[index], y, index < cloud.z.count ? cloud.z[index] : .nan)
      }
    }
    var shown = clouds.flatMap(\.self).filter(\.isFinite)
    if fromOrigin { shown.append(view?.project(0, 0, 0) ?? PlanePosition(0, 0)) }
    if let view { shown += view.corners }
    var plane = TerminalPlane(
      canvas, x: view == nil ? x : Axis(""), y: view == nil ? y : Axis(""), showing: shown,
      equalUnits: equalUnits || view != nil, rounded: view == nil)
    var lines = legend(canvas)
    view?.drawAxes(self, on: &plane)
    drawLinks(clouds, on: &plane)
    if let color {
      let ends = color.ends(of: series.lazy.flatMap(\.values))
      lines += canvas.key(color.label, color.map, ends, color.format)
      drawValues(clouds, color, ends, on: &plane)
    } else {
      drawClouds(clouds, on: &plane)
    }
    drawNames(clouds, on: &plane)
    guard let view else { return lines + plane.lines() }
    // A projection has no numbers of its own along its borders.
    return lines + plane.grid.lines(canvas.style.charset) + canvas.wrapped(view.caption(self), .soft)
  }

  private func legend(_ canvas: TerminalCanvas) -> [StyledLine] {
    guard series.count > 1 || series.first.map({ !$0.name.isEmpty }) == true else { return [] }
    return canvas.flowing(
      series.indices.map { index in
        var line = StyledLine(canvas.mark(index), color == nil ? canvas.ink(index) : .plain)
        line.append(" " + canvas.text(series[index].name))
        return line
      })
  }

  /// Whether there is room for a sign at every point.
  private func isSparse(_ plane: TerminalPlane) -> Bool {
    series.map(\.x.count).reduce(0, +) <= plane.grid.columns * plane.grid.rows / 12
  }

  private func drawClouds(_ clouds: [[PlanePosition]], on plane: inout TerminalPlane) {
    let marksAll = isSparse(plane)
    let origin = plane.place(PlanePosition(0, 0))
    for (index, cloud) in clouds.enumerated() {
      // Without colours a dense cloud among others bears its letter here and there.
      let every = clouds.count > 1 ? max(1, cloud.count / 12) : .max
      for (number, position) in cloud.enumerated() {
        guard position.isFinite, let place = plane.place(position) else { continue }
        if fromOrigin, z == nil, let origin { plane.draw([origin, place], plane.canvas.ink(index)) }
        if marksAll || (!plane.canvas.hasColor && number % every == every / 2) {
          plane.mark(plane.canvas.mark(index), at: place, plane.canvas.ink(index))
        } else {
          plane.grid.set(Int(place.x.rounded()), Int(place.y.rounded()), plane.canvas.ink(index))
        }
      }
    }
  }

  private func drawValues(
    _ clouds: [[PlanePosition]], _ color: ColorScale, _ ends: Interval, on plane: inout TerminalPlane
  ) {
    for (index, cloud) in clouds.enumerated() {
      let values = series[index].values
      for (number, position) in cloud.enumerated() {
        guard position.isFinite, let place = plane.place(position) else { continue }
        let share = number < values.count ? (values[number] - ends.low) / (ends.high - ends.low) : .nan
        if plane.canvas.hasColor {
          let style = TextStyle(color: TerminalPalette.color(color.map, share))
          plane.mark(plane.canvas.mark(index), at: place, style)
        } else {
          let sign = share.isFinite ? "\(min(Int(min(max(share, 0), 1) * 10), 9))" : "."
          plane.mark(sign, at: place, .plain)
        }
      }
    }
  }

  private func drawLinks(_ clouds: [[PlanePosition]], on plane: inout TerminalPlane) {
    func place(_ reference: PointReference) -> (x: Double, y: Double)? {
      guard clouds.indices.contains(reference.series), clouds[reference.series].indices.contains(reference.point),
        clouds[reference.series][reference.point].isFinite
      else { return nil }
      return plane.place(clouds[reference.series][reference.point])
    }
    for link in links {
      if let from = place(link.from), let to = place(link.to) { plane.draw([from, to], .soft) }
    }
  }

  private func drawNames(_ clouds: [[PlanePosition]], on plane: inout TerminalPlane) {
    guard series.map(\.labels.count).reduce(0, +) <= 30 else { return }
    for (index, cloud) in clouds.enumerated() {
      for (position, label) in zip(cloud, series[index].labels) where position.isFinite && !label.isEmpty {
        if let place = plane.place(position) { plane.name(label, beside: place) }
      }
    }
  }
}

/// The view of a space from the front, a little to the right and above.
private struct Projection {
  private let centers: [Double]
  private let reaches: [Double]

  init(_ figure: ScatterFigure, z: Axis) {
    var ends: [Interval] = []
    for (axis, values) in [
      (figure.x, figure.series.flatMap(\.x)), (figure.y, figure.series.flatMap(\.y)), (z, figure.series.flatMap(\.z)),
    ] {
      let finite = values.filter(\.isFinite) + (figure.fromOrigin ? [0] : [])
      let range = axis.range.flatMap { $0.isDrawable ? $0 : nil }
      let low = min(max(range?.low ?? finite.min() ?? 0, -1e100), 1e100)
      let high = min(max(range?.high ?? finite.max() ?? 1, -1e100), 1e100)
      ends.append(low < high ? Interval(low, high) : Interval(low - 0.5, low + 0.5))
    }
    centers = ends.map { $0.low / 2 + $0.high / 2 }
    let own = ends.map { $0.high / 2 - $0.low / 2 }
    let longest = own.max() ?? 1
    reaches = figure.equalUnits ? own.map { _ in longest } : own
    boxes = zip(own, reaches).map { $0 / $1 }
  }

  private let boxes: [Double]
  private static let turn = 35.0 * Double.pi / 180
  private static let tilt = 22.0 * Double.pi / 180

  func project(_ x: Double, _ y: Double, _ z: Double) -> PlanePosition {
    let unit = zip([x, y, z], zip(centers, reaches)).map { ($0 - $1.0) / $1.1 }
    return view(unit)
  }

  private func view(_ unit: [Double]) -> PlanePosition {
    let (s, c) = (sin(Self.turn), cos(Self.turn))
    let depth = unit[0] * s + unit[1] * c
    return PlanePosition(unit[0] * c - unit[1] * s, unit[2] * cos(Self.tilt) + depth * sin(Self.tilt))
  }

  private func corner(_ signs: [Double]) -> PlanePosition { view(zip(signs, boxes).map { $0 * $1 }) }

  var corners: [PlanePosition] {
    [-1.0, 1].flatMap { x in [-1.0, 1].flatMap { y in [-1.0, 1].map { corner([x, y, $0]) } } }
  }

  /// The edges of the box that lie behind, and the names of the three axes at their ends.
  func drawAxes(_ figure: ScatterFigure, on plane: inout TerminalPlane) {
    let edges: [([Double], [Double])] = [
      ([-1, -1, -1], [1, -1, -1]), ([-1, -1, -1], [-1, 1, -1]), ([-1, 1, -1], [-1, 1, 1]), ([-1, 1, -1], [1, 1, -1]),
      ([1, -1, -1], [1, 1, -1]), ([-1, 1, 1], [1, 1, 1]), ([1, 1, -1], [1, 1, 1]),
    ]
    for (from, to) in edges {
      if let start = plane.place(corner(from)), let end = plane.place(corner(to)) {
        plane.draw([start, end], .soft, .dotted)
      }
    }
    for (axis, end) in [(figure.x, [0.4, -1.15, -1.05]), (figure.y, [1.15, 0.1, -1.05]), (figure.z, [-1, 1.1, 0.7])] {
      if let axis, let place = plane.place(corner(end)) { plane.name(axis.title, beside: place, .soft) }
    }
  }

  func caption(_ figure: ScatterFigure) -> String {
    let axes = zip([figure.x, figure.y, figure.z].compactMap(\.self), zip(centers, zip(reaches, boxes)))
    return axes.map { axis, place in
      let half = place.1.0 * place.1.1
      return "\(axis.title) \(axis.format.text(place.0 - half)) … \(axis.format.text(place.0 + half))"
    }.joined(separator: " · ")
  }
}
