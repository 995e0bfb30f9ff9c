/// The course of an edge on the drawing: cubic curves from point to point.
struct EdgePath {
  private(set) var start: GraphPoint
  private(set) var curves: [(first: GraphPoint, second: GraphPoint, end: GraphPoint)] = []

  /// A straight line, or one that bows to its left by `bow`.
  init(from start: GraphPoint, to end: GraphPoint, bow: Double = 0) {
    self.start = start
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
    let (nx, ny) = (dy / length * bow * 4 / 3, -dx / length * bow * 4 / 3)
    curves = [
      (
        GraphPoint(x: start.x + dx / 3 + nx, y: start.y + dy / 3 + ny),
        GraphPoint(x: start.x + 2 * dx / 3 + nx, y: start.y + 2 * dy / 3 + ny), end
      )
    ]
  }

  /// A line through the points that leaves and enters each of them upright.
  init(through points: [GraphPoint]) {
    start = points.first ?? GraphPoint(x: 0, y: 0)
    for (a, b) in zip(points, points.dropFirst()) {
      let middle = (a.y + b.y) / 2
      curves.append((GraphPoint(x: a.x, y: middle), GraphPoint(x: b.x, y: middle), b))
    }
  }

  /// A loop at the right of a box.
  init(loopAt corner: GraphPoint, reach: Double, height: Double) {
    start = GraphPoint(x: corner.x, y: corner.y - height / 2)
    curves = [
      (
        GraphPoint(x: corner.x + reach * 4 / 3, y: corner.y - height * 1.4),
        GraphPoint(x: corner.x + reach * 4 / 3, y: corner.y + height * 1.4),
        GraphPoint(x: corner.x, y: corner.y + height / 2)
      )
    ]
  }

  /// The end, and the direction in which it is reached.
  var arrival: (point: GraphPoint, dx: Double, dy: Double) {
    guard let last = curves.last else { return (start, 0, 1) }
    let from = curves.count > 1 ? curves[curves.count - 2].end : start
    for point in [last.second, last.first, from] {
      let (dx, dy) = (last.end.x - point.x, last.end.y - point.y)
      let length = (dx * dx + dy * dy).squareRoot()
      if length > 1e-6 { return (last.end, dx / length, dy / length) }
    }
    return (last.end, 0, 1)
  }

  /// The same course, ended a little before.
  func shortened(by length: Double) -> EdgePath {
    var path = self
    let (point, dx, dy) = arrival
    let shift = GraphPoint(x: -dx * length, y: -dy * length)
    path.curves[path.curves.count - 1].end = GraphPoint(x: point.x + shift.x, y: point.y + shift.y)
    path.curves[path.curves.count - 1].second.x += shift.x
    path.curves[path.curves.count - 1].second.y += shift.y
    return path
  }

  /// The place at a fraction of the way, counted by curves.
  func point(at fraction: Double) -> GraphPoint {
    guard !curves.isEmpty else { return start }
    let position = min(max(fraction, 0), 1) * Double(curves.count)
    let index = min(Int(position), curves.count - 1)
    let (t, curve) = (position - Double(index), curves[index])
    let from = index > 0 ? curves[index - 1].end : start
    let (u, weights) = (1 - t, (3 * (1 - t) * t, 3 * t * t))
    func along(_ part: (GraphPoint) -> Double) -> Double {
      u * u * u * part(from) + weights.0 * u * part(curve.first) + weights.1 * u * part(curve.second)
        + t * t * t * part(curve.end)
    }
    return GraphPoint(x: along(\.x), y: along(\.y))
  }

  /// The course as path data.
  var data: String {
    "M\(px(start.x)) \(px(start.y))"
      + curves.map { curve in
        "C" + [curve.first, curve.second, curve.end].map { "\(px($0.x)) \(px($0.y))" }.joined(separator: " ")
      }.joined()
  }
}
