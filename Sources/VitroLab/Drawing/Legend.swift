/// The keys of a legend, set in rows from the left.
struct Legend {
  /// A key: what is drawn before the words, and the words.
  struct Key {
    var label: String
    var className: String
    var series: Int?
    var sampleWidth: Double
    var sample: (inout Markup, _ x: Double, _ y: Double) -> Void
  }

  static let rowHeight = 21.0
  private static let gap = 7.0
  private static let spacing = 22.0

  private let placed: [(key: Key, label: String, x: Double, row: Int)]
  let height: Double

  init(_ keys: [Key], width: Double) {
    var placed: [(Key, String, Double, Int)] = []
    var (x, row) = (0.0, 0)
    for key in keys {
      let label = TextMeasure.shortened(key.label, toWidth: width - key.sampleWidth - Self.gap, size: 12)
      let keyWidth = key.sampleWidth + Self.gap + TextMeasure.width(label, size: 12)
      if x > 0, x + keyWidth > width { (x, row) = (0, row + 1) }
      placed.append((key, label, x, row))
      x += keyWidth + Self.spacing
    }
    self.placed = placed
    height = placed.isEmpty ? 0 : Double(row + 1) * Self.rowHeight
  }

  func draw(into markup: inout Markup, x left: Double, y top: Double) {
    for (key, label, x, row) in placed {
      let middle = top + (Double(row) + 0.5) * Self.rowHeight
      markup.element(
        "g", ["class": "key \(key.className)", "data-series": key.series.map(String.init) ?? ""]
      ) { group in
        if label != key.label { group.element("title", key.label) }
        key.sample(&group, left + x, middle)
        group.element(
          "text", ["class": "name", "x": px(left + x + key.sampleWidth + Self.gap), "y": px(middle + 4)], label)
      }
    }
  }
}
