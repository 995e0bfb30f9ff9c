/// Finds room for labels: each takes the first of its candidate places that touches nothing, or the one that touches least.
struct LabelPlacer {
  /// A rectangle that axes are parallel to.
  struct Box {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    func overlap(_ other: Box) -> Double {
      let across = min(x + width, other.x + other.width) - max(x, other.x)
      let down = min(y + height, other.y + other.height) - max(y, other.y)
      return across > 0 && down > 0 ? across * down : 0
    }
  }

  /// Where labels may be.
  let bounds: Box
  private var taken: [Box] = []

  init(bounds: Box) {
    self.bounds = bounds
  }

  /// More places than these are not kept free: the drawing is full anyway.
  private static let limit = 20_000

  /// Keeps labels away from a place.
  mutating func block(_ box: Box) {
    if taken.count < Self.limit { taken.append(box) }
  }

  /// Keeps labels away from a broken line.
  mutating func block(alongLine points: [(x: Double, y: Double)], thickness: Double = 4) {
    for (start, end) in zip(points, points.dropFirst()) where taken.count < Self.limit {
      let length = max(abs(end.x - start.x), abs(end.y - start.y))
      let pieces = min(max(1, Int(min(length, 4000) / 6)), 700)
      for piece in 0...pieces {
        let t = Double(piece) / Double(pieces)
        block(
          Box(
            x: start.x + t * (end.x - start.x) - thickness / 2, y: start.y + t * (end.y - start.y) - thickness / 2,
            width: thickness, height: thickness))
      }
    }
  }

  /// Takes the best of the candidates, the earlier the better.
  mutating func place(_ candidates: [Box]) -> Box? {
    var best: (box: Box, cost: Double)?
    for candidate in candidates {
      let outside = candidate.width * candidate.height - candidate.overlap(bounds)
      let cost = taken.reduce(outside * 4) { $0 + $1.overlap(candidate) }
      if cost < best?.cost ?? .infinity { best = (candidate, cost) }
      if cost < 0.01 { break }
    }
    if let box = best?.box { taken.append(box) }
    return best?.box
  }

  /// Takes the first of the candidates that touches nothing, if there is one.
  mutating func placeFree(_ candidates: [Box]) -> Box? {
    let free = candidates.first { box in
      box.overlap(bounds) > box.width * box.height - 0.01 && !taken.contains { $0.overlap(box) > 0 }
    }
    if let free { taken.append(free) }
    return free
  }

  /// The eight places around a point for a label of a size, to the upper right first.
  static func around(_ x: Double, _ y: Double, width: Double, height: Double, gap: Double) -> [Box] {
    let near = gap * 0.7
    return [
      (x + near, y - near - height), (x - near - width, y - near - height), (x + near, y + near),
      (x - near - width, y + near), (x + gap, y - height / 2), (x - gap - width, y - height / 2),
      (x - width / 2, y - gap - height), (x - width / 2, y + gap),
    ].map { Box(x: $0.0, y: $0.1, width: width, height: height) }
  }
}
