import Foundation

/// A graph by springs: each part by itself, the parts side by side, no two nodes on one another.
struct FreeLayout {
  /// The middle of each node.
  private(set) var positions: [GraphPoint]
  private(set) var width: Double
  private(set) var height: Double

  /// The room between nodes.
  private static let gap = 8.0

  /// Lays the graph out in the room, or in more where the nodes need more.
  ///
  /// `shortest` and `longest` are the lengths between which that of an edge is chosen.
  init(_ graph: GraphTopology, sizes: [GraphSize], room: GraphSize, shortest: Double, longest: Double) {
    let components = graph.components
    let neighbours = graph.neighbours
    var number = Array(repeating: 0, count: graph.count)
    for component in components { for (index, node) in component.enumerated() { number[node] = index } }
    let shapes = components.map { component in
      Self.turned(SpringLayout.positions(component.map { neighbours[$0].map { number[$0] } }), in: room)
    }
    var length = longest
    positions = []
    (width, height) = (0, 0)
    while true {
      let parts = zip(components, shapes).map { component, shape in
        Part(shape, sizes: component.map { sizes[$0] }, length: length, gap: Self.gap)
      }
      let packed = Self.packed(parts, width: room.width)
      if (packed.size.width <= room.width && packed.size.height <= room.height) || length <= shortest {
        positions = Array(repeating: GraphPoint(x: 0, y: 0), count: graph.count)
        (width, height) = (packed.size.width, packed.size.height)
        for (index, component) in components.enumerated() {
          for (node, point) in zip(component, parts[index].points) {
            positions[node] = GraphPoint(x: point.x + packed.corners[index].x, y: point.y + packed.corners[index].y)
          }
        }
        return
      }
      length = max(shortest, length * 0.85)
    }
  }

  /// Turned so that it lies along the longer side of the room.
  private static func turned(_ points: [GraphPoint], in room: GraphSize) -> [GraphPoint] {
    let count = Double(max(1, points.count))
    let (mx, my) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for point in points {
      xx += (point.x - mx) * (point.x - mx)
      xy += (point.x - mx) * (point.y - my)
      yy += (point.y - my) * (point.y - my)
    }
    let angle = atan2(2 * xy, xx - yy) / 2 + (room.width >= room.height ? 0 : .pi / 2)
    return points.map { point in
      let (dx, dy) = (point.x - mx, point.y - my)
      return GraphPoint(x: dx * cos(angle) + dy * sin(angle), y: dy * cos(angle) - dx * sin(angle))
    }
  }

  /// Parts in rows from the left, the largest first; a row is no wider than the room unless one part is.
  private static func packed(_ parts: [Part], width: Double) -> (corners: [GraphPoint], size: GraphSize) {
    var corners: [GraphPoint] = []
    var (x, y, rowHeight, widest) = (0.0, 0.0, 0.0, 0.0)
    for part in parts {
      if x > 0, x + part.size.width > width { (x, y, rowHeight) = (0, y + rowHeight + 24, 0) }
      corners.append(GraphPoint(x: x, y: y))
      widest = max(widest, x + part.size.width)
      rowHeight = max(rowHeight, part.size.height)
      x += part.size.width + 24
    }
    return (corners, GraphSize(width: widest, height: y + rowHeight))
  }

  /// A connected part at its size, from its upper left corner.
  private struct Part {
    private(set) var points: [GraphPoint]
    private(set) var size: GraphSize

    init(_ shape: [GraphPoint], sizes: [GraphSize], length: Double, gap: Double) {
      points = shape.map { GraphPoint(x: $0.x * length, y: $0.y * length) }
      points = NodeSpreading.spread(points, sizes: sizes, gap: gap)
      var (left, right, top, bottom) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
      for (point, size) in zip(points, sizes) {
        left = min(left, point.x - size.width / 2)
        right = max(right, point.x + size.width / 2)
        top = min(top, point.y - size.height / 2)
        bottom = max(bottom, point.y + size.height / 2)
      }
      let (dx, dy) = (left, top)
      points = points.map { GraphPoint(x: $0.x - dx, y: $0.y - dy) }
      size = GraphSize(width: right - left, height: bottom - top)
    }
  }
}
