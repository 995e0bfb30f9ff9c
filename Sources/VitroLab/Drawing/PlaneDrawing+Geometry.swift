extension PlaneDrawing {
  /// The curve on the drawing, without the corners that lie on the straight line between their neighbours.
  func simplified(_ curve: [Isolines.Vertex]) -> [(x: Double, y: Double)] {
    let points = curve.compactMap { place(PlanePosition($0.x, $0.y)) }
    var kept: [(x: Double, y: Double)] = []
    for point in points {
      if let last = kept.last, abs(last.x - point.x) < 0.01, abs(last.y - point.y) < 0.01 { continue }
      while kept.count >= 2, isStraight(kept[kept.count - 2], kept[kept.count - 1], point) { kept.removeLast() }
      kept.append(point)
    }
    return kept
  }

  /// Whether the middle one of three points is within a fiftieth of a pixel of the line through the others.
  private func isStraight(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double), _ c: (x: Double, y: Double)) -> Bool
  {
    let (dx, dy) = (c.x - a.x, c.y - a.y)
    let cross = dx * (b.y - a.y) - dy * (b.x - a.x)
    let dot = (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y)
    return dot >= 0 && cross * cross <= 0.0004 * (dx * dx + dy * dy)
  }

  /// The part of a polygon inside the plot (Sutherland and Hodgman).
  func clippedPolygon(_ corners: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let borders: [((x: Double, y: Double)) -> Double] = [
      { $0.x - left }, { right - $0.x }, { $0.y - top }, { bottom - $0.y },
    ]
    return borders.reduce(corners) { polygon, depth in
      polygon.indices.flatMap { index -> [(x: Double, y: Double)] in
        let (start, end) = (polygon[index], polygon[(index + 1) % polygon.count])
        let (from, to) = (depth(start), depth(end))
        var kept: [(x: Double, y: Double)] = from >= 0 ? [start] : []
        if (from >= 0) != (to >= 0) {
          let t = from / (from - to)
          kept.append((start.x + t * (end.x - start.x), start.y + t * (end.y - start.y)))
        }
        return kept
      }
    }
  }

  /// The corners of a line inside the plot, with the places where it meets the border.
  func clipped(_ line: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    var result: [(x: Double, y: Double)] = []
    for (start, end) in zip(line, line.dropFirst()) {
      var (from, to) = (0.0, 1.0)
      for (position, step, low, high) in [
        (start.x, end.x - start.x, left, right), (start.y, end.y - start.y, top, bottom),
      ] {
        if step == 0 {
          if position < low || position > high { from = 2 }
          continue
        }
        let (a, b) = ((low - position) / step, (high - position) / step)
        (from, to) = (max(from, min(a, b)), min(to, max(a, b)))
      }
      guard from < to else { continue }
      for t in [from, to] { result.append((start.x + t * (end.x - start.x), start.y + t * (end.y - start.y))) }
    }
    return result
  }

  /// The place at a fraction of the way from the first corner to the last.
  func along(_ line: [(x: Double, y: Double)], _ fraction: Double) -> (x: Double, y: Double)? {
    let lengths = zip(line, line.dropFirst()).map { a, b in
      ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
    }
    var rest = lengths.reduce(0, +) * fraction
    for (index, length) in lengths.enumerated() where length > 0 {
      if rest <= length {
        let (a, b, t) = (line[index], line[index + 1], rest / length)
        return (a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))
      }
      rest -= length
    }
    return line.last
  }

  /// The centroid of a polygon.
  func middle(of corners: [(x: Double, y: Double)]) -> (x: Double, y: Double)? {
    guard let origin = corners.first, corners.count >= 3 else { return nil }
    var (area, x, y) = (0.0, 0.0, 0.0)
    for (a, b) in zip(corners, corners.dropFirst() + [origin]) {
      let cross = (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y)
      area += cross
      x += cross * (a.x + b.x - 2 * origin.x)
      y += cross * (a.y + b.y - 2 * origin.y)
    }
    guard abs(area) > 1e-9 else { return nil }
    return (origin.x + x / (3 * area), origin.y + y / (3 * area))
  }
}

extension ScalarField {
  /// The levels that are drawn as lines: the first ones, where there are more than anyone could tell apart.
  var drawnContours: [Double] { Array(contours.filter(\.isFinite).prefix(60)) }

  /// The surface with no more than 192 nodes along each axis: more is not seen on a drawing of this size.
  func thinned() -> ScalarField {
    let limit = 192
    guard isConsistent, columns > limit || rows > limit else { return self }
    func picks(_ count: Int) -> [Int] {
      count <= limit ? Array(0..<count) : (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    }
    let (columnPicks, rowPicks) = (picks(columns), picks(rows))
    var result = self
    result.columns = columnPicks.count
    result.rows = rowPicks.count
    result.values = rowPicks.flatMap { row in columnPicks.map { values[row * columns + $0] } }
    return result
  }
}
