/// Moves nodes off one another, each pair along the axis on which less is needed.
enum NodeSpreading {
  /// The places after spreading: no two nodes are nearer than `gap`.
  ///
  /// Pairs are pushed apart round by round; where that does not end, the drawing grows, and at last nodes stand in rows.
  static func spread(_ points: [GraphPoint], sizes: [GraphSize], gap: Double) -> [GraphPoint] {
    var points = points
    for _ in 0..<20 {
      for _ in 0..<(points.count > 1000 ? 12 : 40) where !push(&points, sizes, gap) { return points }
      for index in points.indices {
        points[index].x *= 1.2
        points[index].y *= 1.2
      }
    }
    return rows(sizes, gap)
  }

  /// Pushes every pair that is too near apart; whether there was one.
  private static func push(_ points: inout [GraphPoint], _ sizes: [GraphSize], _ gap: Double) -> Bool {
    let order = points.indices.sorted { (points[$0].x, $0) < (points[$1].x, $1) }
    let widest = sizes.map(\.width).max() ?? 0
    var found = false
    for (index, a) in order.enumerated() {
      for b in order[(index + 1)...] {
        // Nodes moved in this round may stand out of order; a round that moves none sees every pair.
        if points[b].x - points[a].x > widest + gap { break }
        let (dx, dy) = (points[b].x - points[a].x, points[b].y - points[a].y)
        let across = (sizes[a].width + sizes[b].width) / 2 + gap - abs(dx)
        let down = (sizes[a].height + sizes[b].height) / 2 + gap - abs(dy)
        guard across > 1e-6, down > 1e-6 else { continue }
        found = true
        if across < down {
          let shift = (across / 2 + 0.01) * (dx < 0 ? -1 : 1)
          points[a].x -= shift
          points[b].x += shift
        } else {
          let shift = (down / 2 + 0.01) * (dy < 0 ? -1 : 1)
          points[a].y -= shift
          points[b].y += shift
        }
      }
    }
    return found
  }

  private static func rows(_ sizes: [GraphSize], _ gap: Double) -> [GraphPoint] {
    let (width, height) = (sizes.map(\.width).max() ?? 0, sizes.map(\.height).max() ?? 0)
    let columns = max(1, Int(Double(sizes.count).squareRoot()))
    return sizes.indices.map { index in
      GraphPoint(x: Double(index % columns) * (width + gap), y: Double(index / columns) * (height + gap))
    }
  }
}
