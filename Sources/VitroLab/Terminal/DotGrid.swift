/// A plot's ground: cells of 2 × 4 dots, signs over the dots, and colours under them.
///
/// Dot (0, 0) is the upper left one. In Unicode a cell's dots are one Braille character; in ASCII the sign that is
/// nearest to them.
struct DotGrid {
  let columns: Int
  let rows: Int
  private var dots: [UInt8]
  private var inks: [TextStyle]
  private var signs: [Int: (text: String, style: TextStyle)] = [:]
  private var grounds: [Int: (top: TerminalColor, bottom: TerminalColor)] = [:]
  private var shades: [Int: String] = [:]

  init(columns: Int, rows: Int) {
    self.columns = max(1, columns)
    self.rows = max(1, rows)
    dots = Array(repeating: 0, count: self.columns * self.rows)
    inks = Array(repeating: .plain, count: self.columns * self.rows)
  }

  var dotColumns: Int { columns * 2 }
  var dotRows: Int { rows * 4 }

  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  mutating func set(_ x: Int, _ y: Int, _ ink: TextStyle) {
    guard x >= 0, y >= 0, x < dotColumns, y < dotRows else { return }
    let cell = y / 4 * columns + x / 2
    dots[cell] |= Self.bits[y % 4 * 2 + x % 2]
    inks[cell] = ink
  }

  func isSet(_ x: Int, _ y: Int) -> Bool {
    guard x >= 0, y >= 0, x < dotColumns, y < dotRows else { return false }
    return dots[y / 4 * columns + x / 2] & Self.bits[y % 4 * 2 + x % 2] != 0
  }

  /// A sign over a cell; true where it lies within the grid.
  @discardableResult
  mutating func put(_ sign: String, column: Int, row: Int, _ style: TextStyle) -> Bool {
    let width = DisplayWidth.of(sign)
    guard column >= 0, row >= 0, column + width <= columns, row < rows, width > 0 else { return false }
    signs[row * columns + column] = (sign, style)
    for next in 1..<max(width, 1) + 1 where next < width { signs[row * columns + column + next] = ("", style) }
    return true
  }

  func hasSign(column: Int, row: Int) -> Bool {
    column >= 0 && column < columns && signs[row * columns + column] != nil
  }

  func isFree(column: Int, row: Int, width: Int = 1) -> Bool {
    guard column >= 0, row >= 0, column + width <= columns, row < rows else { return false }
    return (0..<width).allSatisfy {
      signs[row * columns + column + $0] == nil && dots[row * columns + column + $0] == 0
    }
  }

  /// Clean text over cells, from a column on.
  mutating func write(_ text: String, column: Int, row: Int, _ style: TextStyle) {
    var column = column
    for character in text {
      put(String(character), column: column, row: row, style)
      column += DisplayWidth.of(character)
    }
  }

  mutating func paint(column: Int, row: Int, top: TerminalColor, bottom: TerminalColor) {
    grounds[row * columns + column] = (top, bottom)
  }

  mutating func shade(column: Int, row: Int, _ sign: String) { shades[row * columns + column] = sign }

  /// The lines of cells, from the top.
  func lines(_ charset: TerminalStyle.Charset) -> [StyledLine] {
    (0..<rows).map { row in
      var line = StyledLine()
      for column in 0..<columns { append(row * columns + column, charset, to: &line) }
      return line
    }
  }

  private func append(_ cell: Int, _ charset: TerminalStyle.Charset, to line: inout StyledLine) {
    let ground = grounds[cell]
    if let sign = signs[cell] {
      line.append(sign.text, over(ground, sign.style))
    } else if dots[cell] != 0 {
      let sign =
        charset == .unicode ? String(Unicode.Scalar(0x2800 + UInt32(dots[cell])) ?? " ") : asciiSign(dots[cell])
      line.append(sign, over(ground, inks[cell]))
    } else if let ground {
      if charset == .ascii || ground.top == ground.bottom {
        line.append(" ", TextStyle(ground: ground.bottom))
      } else {
        line.append("▀", TextStyle(color: ground.top, ground: ground.bottom))
      }
    } else {
      line.append(shades[cell] ?? " ")
    }
  }

  private func over(_ ground: (top: TerminalColor, bottom: TerminalColor)?, _ style: TextStyle) -> TextStyle {
    guard let ground else { return style }
    var style = style
    style.ground = ground.bottom
    style.color = ground.bottom.contrasting
    style.isSoft = false
    return style
  }

  private func asciiSign(_ dots: UInt8) -> String {
    let rowMasks: [UInt8] = [0x09, 0x12, 0x24, 0xC0]
    let used = rowMasks.indices.filter { dots & rowMasks[$0] != 0 }
    guard let first = used.first, let last = used.last else { return " " }
    if last - first >= 2 {
      let left = rowMasks.indices.filter { dots & rowMasks[$0] & 0x47 != 0 }
      let right = rowMasks.indices.filter { dots & rowMasks[$0] & 0xB8 != 0 }
      guard let leftTop = left.first, let rightTop = right.first else { return "|" }
      return leftTop == rightTop ? "|" : leftTop > rightTop ? "/" : "\\"
    }
    if first == 0 { return "'" }
    return first == 3 ? "_" : last == 3 ? "." : "-"
  }
}

/// Which dots of a line are drawn: so many on, so many off.
struct DotPattern {
  var on: Int
  var off: Int
  static let solid = DotPattern(on: 1, off: 0)
  static let dashed = DotPattern(on: 5, off: 3)
  static let dotted = DotPattern(on: 1, off: 2)
  static let sparse = DotPattern(on: 1, off: 3)
}

extension DotGrid {
  /// A line between places in dots; what lies outside the grid is cut off.
  ///
  /// `phase` carries the pattern from one stretch of a broken line to the next.
  mutating func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ ink: TextStyle,
    _ pattern: DotPattern = .solid, phase: inout Int
  ) {
    guard let (a, b) = clipped(start, end) else { return }
    let (x0, y0) = (Int(a.x.rounded()), Int(a.y.rounded()))
    let (x1, y1) = (Int(b.x.rounded()), Int(b.y.rounded()))
    let steps = max(abs(x1 - x0), abs(y1 - y0))
    // The dot that ended the stretch before is not drawn twice, so that patterns go on evenly.
    let goesOn = steps > 0 && a == start
    for step in (goesOn ? 1 : 0)...steps {
      let t = steps == 0 ? 0 : Double(step) / Double(steps)
      if phase % (pattern.on + pattern.off) < pattern.on {
        set(
          Int((Double(x0) + t * Double(x1 - x0)).rounded()), Int((Double(y0) + t * Double(y1 - y0)).rounded()), ink)
      }
      phase += 1
    }
  }

  /// A broken line; a place that is `nil` leaves a gap.
  mutating func polyline(
    _ places: some Sequence<(x: Double, y: Double)?>, _ ink: TextStyle, _ pattern: DotPattern = .solid
  ) {
    var phase = 0
    var previous: (x: Double, y: Double)?
    for place in places {
      guard let place else {
        previous = nil
        continue
      }
      if let last = previous {
        // Of the points within one dot, only the way out matters.
        if last.x.rounded() == place.x.rounded(), last.y.rounded() == place.y.rounded() { continue }
        line(from: last, to: place, ink, pattern, phase: &phase)
      } else {
        line(from: place, to: place, ink, .solid, phase: &phase)
      }
      previous = place
    }
  }

  /// The part of a stretch that lies on the grid (Liang and Barsky 1984).
  private func clipped(
    _ start: (x: Double, y: Double), _ end: (x: Double, y: Double)
  ) -> ((x: Double, y: Double), (x: Double, y: Double))? {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    guard dx.isFinite, dy.isFinite else { return nil }
    var (enter, leave) = (0.0, 1.0)
    let right = Double(dotColumns - 1) + 0.49
    let bottom = Double(dotRows - 1) + 0.49
    for (p, q) in [(-dx, start.x + 0.49), (dx, right - start.x), (-dy, start.y + 0.49), (dy, bottom - start.y)] {
      if p == 0 {
        if q < 0 { return nil }
      } else if p < 0 {
        enter = max(enter, q / p)
      } else {
        leave = min(leave, q / p)
      }
    }
    guard enter <= leave else { return nil }
    return ((start.x + enter * dx, start.y + enter * dy), (start.x + leave * dx, start.y + leave * dy))
  }
}
