/// The axis box as it is seen from one side: its far faces, and the three edges that bear numbers.
///
/// The page's script draws the same when the space is turned (`space.js`).
struct SpaceFrame {
  /// A number or a title beside an edge.
  struct Label {
    var text: String
    var x: Double
    var y: Double
    var anchor: String
    var isTitle: Bool
  }

  private(set) var faces: [String] = []
  private(set) var edges: [String] = []
  private(set) var labels: [Label] = []

  init(_ axes: [SpaceScene.Axis], _ projection: SpaceProjection) {
    let viewer = projection.toViewer
    // The side of each axis that is turned away from the viewer.
    let far = (0..<3).map { viewer[$0] > 1e-9 ? -1.0 : 1 }
    func corner(_ signs: [Double]) -> SpacePoint {
      SpacePoint(x: signs[0] * axes[0].half, y: signs[1] * axes[1].half, z: signs[2] * axes[2].half)
    }
    for axis in 0..<3 {
      let (u, v) = ((axis + 1) % 3, (axis + 2) % 3)
      func at(_ a: Double, _ b: Double) -> String {
        var point = corner(far)
        (point[u], point[v]) = (a, b)
        let placed = projection.place(point)
        return "\(px(placed.x)) \(px(placed.y))"
      }
      let (hu, hv) = (axes[u].half, axes[v].half)
      faces.append(
        "M\(at(-hu, -hv))L\(at(hu, -hv))L\(at(hu, hv))L\(at(-hu, hv))Z"
          + axes[u].ticks.map { "M\(at($0, -hv))L\(at($0, hv))" }.joined()
          + axes[v].ticks.map { "M\(at(-hu, $0))L\(at(hu, $0))" }.joined())
      // An edge between a far and a near face lies on the outline, where nothing is drawn beside it.
      var candidates: [(start: SpacePoint, end: SpacePoint)] = []
      for sign in [1.0, -1] {
        var signs = far
        (signs[u], signs[v]) = (far[u] * sign, -far[v] * sign)
        signs[axis] = -1
        let start = corner(signs)
        signs[axis] = 1
        candidates.append((start, corner(signs)))
      }
      let middles = candidates.map { ends -> (x: Double, y: Double) in
        let (a, b) = (projection.place(ends.start), projection.place(ends.end))
        return ((a.x + b.x) / 2, (a.y + b.y) / 2)
      }
      // Numbers stand below for the two level axes, at the left for the upright one.
      let isFirst = axis == 2 ? middles[0].x <= middles[1].x : middles[0].y >= middles[1].y
      let ends = candidates[isFirst ? 0 : 1]
      edge(axes[axis], axis, from: ends.start, to: ends.end, projection)
    }
  }

  private mutating func edge(
    _ axis: SpaceScene.Axis, _ number: Int, from start: SpacePoint, to end: SpacePoint, _ projection: SpaceProjection
  ) {
    let (a, b) = (projection.place(start), projection.place(end))
    edges.append("M\(px(a.x)) \(px(a.y))L\(px(b.x)) \(px(b.y))")
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 24 else { return }
    var (nx, ny) = (dy / length, -dx / length)
    let middle = (x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
    if nx * (middle.x - projection.middle.x) + ny * (middle.y - projection.middle.y) < 0 { (nx, ny) = (-nx, -ny) }
    let anchor = nx > 0.3 ? "start" : nx < -0.3 ? "end" : "middle"
    let places = axis.ticks.map { tick -> (x: Double, y: Double, depth: Double) in
      var point = start
      point[number] = tick
      return projection.place(point)
    }
    // Every tick, or every second, or third: as many as stand clear of one another.
    let every = (1...8).first { every in
      places.indices.dropFirst(every).allSatisfy { index in
        abs(places[index].x - places[index - every].x) >= axis.widths[index] + 7
          || abs(places[index].y - places[index - every].y) >= 14
      }
    }
    var widest = 0.0
    for index in stride(from: 0, to: places.count, by: every ?? 8) {
      let (x, y) = (places[index].x, places[index].y)
      widest = max(widest, axis.widths[index])
      edges[edges.count - 1] += "M\(px(x)) \(px(y))L\(px(x + 4 * nx)) \(px(y + 4 * ny))"
      labels.append(
        Label(text: axis.labels[index], x: x + 8 * nx, y: y + 12 * ny + 4, anchor: anchor, isTitle: false))
    }
    guard !axis.title.isEmpty else { return }
    if number == 2 {
      // Beside the numbers the upright axis's title would reach out of a narrow drawing.
      let top = a.y < b.y ? a : b
      labels.append(Label(text: axis.title, x: top.x - 8, y: top.y - 12, anchor: "start", isTitle: true))
      return
    }
    let away = 22 + widest * abs(nx)
    labels.append(
      Label(
        text: axis.title, x: middle.x + away * nx, y: middle.y + (away + 10) * ny + 4, anchor: anchor, isTitle: true))
  }
}
