extension ImageGridFigure: TerminalDrawable {
  /// More images than these are counted, not shown.
  private static let limit = 60

  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    let shown = images.prefix(Self.limit).filter(\.isDrawable)
    guard let widest = shown.map(\.width).max() else { return [] }
    // A column is one pixel wide and, being twice as high as wide, two pixels high.
    let gap = 2
    let perRow = max(1, min(columns ?? .max, max(1, (canvas.width + gap) / (min(widest, 28) + gap))))
    let room = min(max(4, (canvas.width + gap) / perRow - gap), 40)
    var lines: [StyledLine] = []
    for start in stride(from: 0, to: shown.count, by: perRow) {
      let row = shown[start..<min(start + perRow, shown.count)]
      let drawings = row.map { drawn($0, canvas.narrowed(to: room)) }
      let height = drawings.map(\.count).max() ?? 0
      for line in 0..<height {
        var joined = StyledLine()
        for (number, drawing) in drawings.enumerated() {
          joined.pad(to: number * (room + gap))
          if line < drawing.count { joined.append(drawing[line]) }
        }
        lines.append(joined)
      }
      lines.append(StyledLine())
    }
    if let color, let first = shown.first {
      lines += canvas.key(color.label, color.map, ends(of: first), color.format)
    }
    if images.count > Self.limit { lines += canvas.wrapped("and \(images.count - Self.limit) more images", .soft) }
    while lines.last?.width == 0 { lines.removeLast() }
    return lines
  }

  private func ends(of image: GridImage) -> Interval {
    if let range, range.low < range.high { return range }
    if let color { return color.ends(of: images.lazy.filter(\.isDrawable).flatMap(\.values)) }
    return ColorScale("").ends(of: image.values)
  }

  private func drawn(_ image: GridImage, _ canvas: TerminalCanvas) -> [StyledLine] {
    let columns = min(image.width, canvas.width)
    let rows = max(1, Int((Double(image.height) * Double(columns) / Double(image.width)).rounded()))
    let limited = min(rows, 200)
    let ends = ends(of: image)
    func pixel(_ column: Int, _ row: Int) -> [Double] {
      image.mean(
        columns: (
          column * image.width / columns, max((column + 1) * image.width / columns, column * image.width / columns + 1)
        ),
        rows: (row * image.height / limited, max((row + 1) * image.height / limited, row * image.height / limited + 1))
      ).map { ($0 - ends.low) / (ends.high - ends.low) }
    }
    var grid = DotGrid(columns: columns, rows: (limited + 1) / 2)
    for row in 0..<grid.rows {
      for column in 0..<columns {
        let top = pixel(column, row * 2)
        let bottom = row * 2 + 1 < limited ? pixel(column, row * 2 + 1) : top
        if canvas.hasColor {
          grid.paint(column: column, row: row, top: shade(top), bottom: shade(bottom))
        } else {
          grid.shade(column: column, row: row, canvas.shade((brightness(top) + brightness(bottom)) / 2))
        }
      }
    }
    var lines = grid.lines(canvas.style.charset)
    let caption = [image.label, image.group].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    if !caption.isEmpty { lines += canvas.wrapped(caption, .soft).prefix(3) }
    return lines
  }

  private func brightness(_ pixel: [Double]) -> Double { pixel.reduce(0, +) / Double(max(1, pixel.count)) }

  private func shade(_ pixel: [Double]) -> TerminalColor {
    if pixel.count == 3 {
      let bytes = pixel.map { UInt8(min(max($0.isNaN ? 0 : $0, 0), 1) * 255) }
      return TerminalColor(bytes[0], bytes[1], bytes[2])
    }
    let share = pixel.first ?? .nan
    return color.map { TerminalPalette.color($0.map, share) } ?? TerminalColor(grey: share)
  }
}

extension GridImage {
  /// Whether there are as many values as width, height and channels say.
  fileprivate var isDrawable: Bool {
    guard width > 0, height > 0, channels == 1 || channels == 3, width <= values.count, height <= values.count else {
      return false
    }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return !overflow && area <= values.count / channels
  }

  /// The mean of each channel over a block of pixels.
  fileprivate func mean(columns: (Int, Int), rows: (Int, Int)) -> [Double] {
    (0..<channels).map { channel in
      var (sum, count) = (0.0, 0.0)
      for row in rows.0..<min(rows.1, height) {
        for column in columns.0..<min(columns.1, width) {
          let value = values[(row * width + column) * channels + channel]
          if value.isFinite { (sum, count) = (sum + value, count + 1) }
        }
      }
      return count > 0 ? sum / count : .nan
    }
  }
}
