/// The bands of colour that numbers fall into, and the bar that explains them.
struct FieldColors {
  private let map: ScalarField.ColorMap
  /// The values at the ends of the colours.
  let range: Interval
  /// The lower border of each band, from the lowest, whose border is −∞ for every finite value.
  let levels: [Double]
  private let scale: AxisScale
  private let exceeds: (below: Bool, above: Bool)

  /// The bands of a surface; without a range its extremes are the ends.
  init(_ field: ScalarField) {
    var color = ColorScale(field.label, format: field.format, map: field.colors, range: field.range)
    if color.range == nil {
      let finite = field.values.lazy.filter(\.isFinite)
      color.range = Interval(finite.min() ?? 0, finite.max() ?? 1)
    }
    self.init(color, values: field.values)
  }

  /// The bands of a colour scale for the values to be shown.
  ///
  /// - Complexity: O(values)
  init(_ color: ColorScale, values: some Sequence<Double>) {
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    for value in values where !value.isNaN {
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    map = color.map
    range = color.ends(of: [minimum, maximum])
    scale = AxisScale(
      Axis(color.label, format: color.format, range: range), showing: [], count: 5, rounded: false)
    let step = (range.high - range.low) / Double(FigureStyle.bands)
    let low = range.low
    levels = [-Double.greatestFiniteMagnitude] + (1..<FigureStyle.bands).map { low + Double($0) * step }
    exceeds = (minimum < range.low - step * 1e-6, maximum > range.high + step * 1e-6)
  }

  /// The band of a value; none for NaN.
  func band(of value: Double) -> Int? {
    guard !value.isNaN else { return nil }
    let position = (value - range.low) / (range.high - range.low) * Double(FigureStyle.bands)
    return Int(min(max(position, 0), Double(FigureStyle.bands - 1)))
  }

  func className(_ band: Int) -> String { map == .diverging ? "d\(band)" : "q\(band)" }

  private var labels: [String] { scale.labels }

  var labelWidth: Double { labels.map { TextMeasure.width($0, size: 12) }.max() ?? 0 }

  /// A column of bands; it is pointed where values go on beyond the range.
  func drawBar(into body: inout Markup, x: Double, top: Double, bottom: Double) {
    let width = 11.0
    let tip = 7.0
    let (upper, lower) = (top + (exceeds.above ? tip : 0), bottom - (exceeds.below ? tip : 0))
    let step = (lower - upper) / Double(FigureStyle.bands)
    for band in 0..<FigureStyle.bands {
      // Each band goes a little below the next, so that no ground shines through between them.
      let y = lower - Double(band + 1) * step
      body.empty(
        "rect",
        [
          "class": className(band), "x": px(x), "y": px(y), "width": px(width),
          "height": px(min(step + 0.5, lower - y)),
        ])
    }
    if exceeds.above {
      body.polyline(
        [(x, upper + 0.5), (x + width / 2, top), (x + width, upper + 0.5)], class: className(FigureStyle.bands - 1),
        closed: true)
    }
    if exceeds.below {
      body.polyline(
        [(x, lower - 0.5), (x + width / 2, bottom), (x + width, lower - 0.5)], class: className(0), closed: true)
    }
    var scale = scale
    (scale.start, scale.end) = (lower, upper)
    for (tick, label) in zip(scale.ticks, labels) {
      guard let y = scale.place(tick) else { continue }
      body.empty("path", ["class": "axis", "d": "M\(px(x + width)) \(px(y))h3"])
      body.element("text", ["class": "tick", "x": px(x + width + 6), "y": px(y + 4)], label)
    }
  }
}
