/// The closed curves around `field ≥ level`, by marching squares on a grid padded with −∞, so that every curve closes.
///
/// Each band of a surface is one smooth polygon in place of thousands of cells: it prints sharply and exports small.
struct Isolines {
  /// A corner of a curve.
  struct Vertex {
    var x: Double
    var y: Double
    /// Whether it lies on the border of the grid or of a hole, where the level itself is not crossed.
    var onBorder: Bool
  }

  private let field: ScalarField
  /// Nodes with the padding.
  private let columns: Int
  private let rows: Int

  init(_ field: ScalarField) {
    self.field = field
    columns = field.columns + 2
    rows = field.rows + 2
  }

  /// The curves, the inside to the left, in the coordinates of the plane.
  ///
  /// - Complexity: O(columns · rows)
  func curves(at level: Double) -> [[Vertex]] {
    var next = [Int32](repeating: -1, count: 2 * columns * rows)
    for row in 0..<(rows - 1) {
      for column in 0..<(columns - 1) {
        for (from, to) in segments(column, row, level) { next[edge(column, row, from)] = Int32(edge(column, row, to)) }
      }
    }
    var curves: [[Vertex]] = []
    for start in next.indices where next[start] >= 0 {
      var curve: [Vertex] = []
      var current = start
      while next[current] >= 0 {
        curve.append(vertex(onEdge: current, level))
        let following = Int(next[current])
        next[current] = -1
        current = following
      }
      if curve.count >= 3 { curves.append(curve) }
    }
    return curves
  }

  /// The parts of the curves where the level is crossed, as open lines (or closed ones that come back to their start).
  func crossings(at level: Double) -> [[Vertex]] {
    curves(at: level).flatMap { curve -> [[Vertex]] in
      guard let seam = curve.firstIndex(where: \.onBorder) else { return [curve + curve.prefix(1)] }
      let turned = curve[seam...] + curve[..<seam]
      return turned.split(whereSeparator: \.onBorder).map(Array.init).filter { $0.count >= 2 }
    }
  }
}

extension Isolines {
  private enum Side { case bottom, right, top, left }

  private func value(_ column: Int, _ row: Int) -> Double {
    guard column > 0, row > 0, column <= field.columns, row <= field.rows else { return -.infinity }
    let value = field.values[(row - 1) * field.columns + column - 1]
    return value.isNaN ? -.infinity : value
  }

  private func segments(_ column: Int, _ row: Int, _ level: Double) -> [(Side, Side)] {
    let corners = [
      value(column, row), value(column + 1, row), value(column + 1, row + 1), value(column, row + 1),
    ]
    let code = corners.enumerated().reduce(0) { $0 | ($1.element >= level ? 1 << $1.offset : 0) }
    switch code {
    case 1: return [(.bottom, .left)]
    case 2: return [(.right, .bottom)]
    case 3: return [(.right, .left)]
    case 4: return [(.top, .right)]
    case 6: return [(.top, .bottom)]
    case 7: return [(.top, .left)]
    case 8: return [(.left, .top)]
    case 9: return [(.bottom, .top)]
    case 11: return [(.right, .top)]
    case 12: return [(.left, .right)]
    case 13: return [(.bottom, .right)]
    case 14: return [(.left, .bottom)]
    case 5, 10:
      let joined = corners.reduce(0, +) / 4 >= level
      switch (code, joined) {
      case (5, true): return [(.bottom, .right), (.top, .left)]
      case (5, false): return [(.bottom, .left), (.top, .right)]
      case (_, true): return [(.left, .bottom), (.right, .top)]
      case (_, false): return [(.right, .bottom), (.left, .top)]
      }
    default: return []
    }
  }

  /// The number of an edge: twice its lower left node's, and one more when it stands upright.
  private func edge(_ column: Int, _ row: Int, _ side: Side) -> Int {
    switch side {
    case .bottom: 2 * (row * columns + column)
    case .top: 2 * ((row + 1) * columns + column)
    case .left: 2 * (row * columns + column) + 1
    case .right: 2 * (row * columns + column + 1) + 1
    }
  }

  private func vertex(onEdge edge: Int, _ level: Double) -> Vertex {
    let (row, column) = ((edge / 2) / columns, (edge / 2) % columns)
    let upright = edge % 2 == 1
    let low = value(column, row)
    let high = upright ? value(column, row + 1) : value(column + 1, row)
    let onBorder = !low.isFinite || !high.isFinite
    let fraction = onBorder || low == high ? 0.5 : min(max((level - low) / (high - low), 0), 1)
    let start = node(column, row)
    let end = upright ? node(column, row + 1) : node(column + 1, row)
    return Vertex(
      x: start.x + fraction * (end.x - start.x), y: start.y + fraction * (end.y - start.y), onBorder: onBorder)
  }

  /// Where a node stands; a node of the padding stands on the border beside it.
  private func node(_ column: Int, _ row: Int) -> (x: Double, y: Double) {
    let u = Double(min(max(column - 1, 0), field.columns - 1)) / Double(field.columns - 1)
    let v = Double(min(max(row - 1, 0), field.rows - 1)) / Double(field.rows - 1)
    return (field.x.low + u * (field.x.high - field.x.low), field.y.low + v * (field.y.high - field.y.low))
  }
}
