extension SurfaceFigure: TerminalDrawable {
  /// The surface from above: heights as colours or shades.
  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    var seen: Set<String> = []
    let groups = points.compactMap(\.group).filter { seen.insert($0).inserted }
    var plane = PlaneFigure(
      x: x, y: y, field: field.isConsistent ? field : nil,
      points: points.map { PlanePoint($0.x, $0.y, group: $0.group, label: $0.label) })
    if joinsPoints {
      let paths = groups.isEmpty ? [points] : groups.map { group in points.filter { $0.group == group } }
      plane.lines = paths.map { PlaneLine($0.map { PlanePosition($0.x, $0.y) }) }
    }
    return plane.terminalLines(canvas)
      + (z.title.isEmpty ? [] : canvas.wrapped("seen from above; colours: \(z.title)", .soft))
  }
}
