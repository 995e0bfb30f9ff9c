import Foundation

/// A plane drawn for a terminal: a field of colours or shades, lines, and signs with their names.
///
/// A cell is twice as high as wide and has 2 × 4 dots, so that dots are square.
struct TerminalPlane {
  let canvas: TerminalCanvas
  let frame: PlotFrame
  var grid: DotGrid

  init(_ canvas: TerminalCanvas, x: Axis, y: Axis, showing corners: [PlanePosition], equalUnits: Bool, rounded: Bool) {
    self.canvas = canvas
    let rows = min(max(canvas.width / 4, 10), 20)
    let xScale = AxisScale(x, showing: corners.map(\.x), count: max(3, canvas.width / 14), rounded: rounded)
    let yScale = AxisScale(y, showing: corners.map(\.y), count: rows / 3, rounded: rounded)
    var columns = min(canvas.width - PlotFrame.margin(yScale, canvas), 72)
    var height = rows
    let isLinear = x.scale == .linear && y.scale == .linear
    let aspect = (yScale.domain.high / 2 - yScale.domain.low / 2) / (xScale.domain.high / 2 - xScale.domain.low / 2)
    if equalUnits, isLinear, aspect > 1e-3, aspect < 1e3 {
      columns = min(columns, max(16, Int((Double(rows) * 2 / aspect).rounded())))
      height = min(rows, max(6, Int((Double(columns) * aspect / 2).rounded())))
    }
    frame = PlotFrame(
      canvas, x: xScale, y: yScale, columns: columns, rows: height, xTitle: x.title, yTitle: y.title)
    grid = frame.grid
  }

  func place(_ position: PlanePosition) -> (x: Double, y: Double)? { frame.place(position.x, position.y) }

  func lines() -> [StyledLine] { frame.lines(around: grid) }

  /// Fills every cell that the field covers.
  mutating func draw(_ field: ScalarField, _ ends: Interval) {
    guard field.isConsistent else { return }
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let x = Double(column * 2) + 0.5
        let values = [0.5, 2.5].map {
          field.value(atX: value(x, frame.xScale), y: value(Double(row * 4) + $0, frame.yScale))
        }
        let shares = values.map { ($0 - ends.low) / (ends.high - ends.low) }
        if canvas.hasColor {
          let known = shares.filter(\.isFinite)
          guard let first = known.first else { continue }
          let top = shares[0].isFinite ? shares[0] : first
          let bottom = shares[1].isFinite ? shares[1] : first
          grid.paint(
            column: column, row: row, top: TerminalPalette.color(field.colors, top),
            bottom: TerminalPalette.color(field.colors, bottom))
        } else {
          grid.shade(column: column, row: row, canvas.shade((shares[0] + shares[1]) / 2))
        }
      }
    }
  }

  /// The value at a place along an axis.
  private func value(_ dot: Double, _ scale: AxisScale?) -> Double {
    guard let scale else { return .nan }
    return scale.value(at: dot)
  }

  mutating func draw(_ corners: [(x: Double, y: Double)], _ ink: TextStyle, _ pattern: DotPattern = .solid) {
    grid.polyline(corners.map { $0 }, ink, pattern)
  }

  /// A sign at a place; false where that is outside.
  @discardableResult
  mutating func mark(_ sign: String, at place: (x: Double, y: Double), _ style: TextStyle) -> Bool {
    guard place.x > -0.5, place.y > -0.5, place.x < Double(grid.dotColumns), place.y < Double(grid.dotRows) else {
      return false
    }
    return grid.put(sign, column: Int(place.x.rounded()) / 2, row: Int(place.y.rounded()) / 4, style)
  }

  /// Writes a name beside a place, where there is room for it.
  mutating func name(_ text: String, beside place: (x: Double, y: Double), _ style: TextStyle = .plain) {
    guard place.x.isFinite, place.y.isFinite, abs(place.x) < 1e6, abs(place.y) < 1e6 else { return }
    let (column, row) = (Int(place.x.rounded()) / 2, Int(place.y.rounded()) / 4)
    let text = canvas.shortened(text, to: max(6, grid.columns / 2))
    let width = DisplayWidth.of(text)
    let candidates = [
      (column + 2, row), (column - width - 1, row), (column - width / 2, row - 1), (column - width / 2, row + 1),
      (column + 1, row - 1), (column + 1, row + 1), (column - width, row - 1), (column - width, row + 1),
    ]
    for (start, row) in candidates where grid.isFree(column: start, row: row, width: width) {
      grid.write(text, column: start, row: row, style)
      return
    }
  }
}

extension AxisScale {
  /// The value that stands at a place.
  func value(at place: Double) -> Double {
    let fraction = (place - start) / (end - start)
    if isLogarithmic { return domain.low * pow(domain.high / domain.low, fraction) }
    return domain.low + (domain.high / 2 - domain.low / 2) * 2 * fraction
  }
}

extension ScalarField {
  /// The value between the nodes, by the four around; NaN outside and beside holes.
  func value(atX x: Double, y: Double) -> Double {
    let u = (x - self.x.low) / (self.x.high - self.x.low) * Double(columns - 1)
    let v = (y - self.y.low) / (self.y.high - self.y.low) * Double(rows - 1)
    guard u > -0.5, v > -0.5, u < Double(columns) - 0.5, v < Double(rows) - 0.5 else { return .nan }
    let column = min(max(Int(u), 0), columns - 2)
    let row = min(max(Int(v), 0), rows - 2)
    let (s, t) = (min(max(u - Double(column), 0), 1), min(max(v - Double(row), 0), 1))
    let index = row * columns + column
    let below = values[index] * (1 - s) + values[index + 1] * s
    let above = values[index + columns] * (1 - s) + values[index + columns + 1] * s
    return below * (1 - t) + above * t
  }

  /// Its range, else its extremes; never empty.
  var colorEnds: Interval { ColorScale(label, map: .sequential, range: range).ends(of: values) }
}
