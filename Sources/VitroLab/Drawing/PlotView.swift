import Foundation

/// Where a plot stands on a drawing and what its axes span: what the page's script needs to draw it anew.
struct PlotView: Encodable {
  /// An axis: its values at both ends and where these stand.
  struct Side: Encodable {
    var low: Double
    var high: Double
    var log = false
    var start: Double
    var end: Double
    /// About how many ticks it has.
    var count: Int

    init(low: Double, high: Double, start: Double, end: Double, count: Int) {
      (self.low, self.high, self.count) = (low, high, count)
      (self.start, self.end) = (Self.hundredths(start), Self.hundredths(end))
    }

    init(_ scale: AxisScale, count: Int) {
      self.init(low: scale.domain.low, high: scale.domain.high, start: scale.start, end: scale.end, count: count)
      log = scale.isLogarithmic
    }

    private static func hundredths(_ value: Double) -> Double { (value * 100).rounded() / 100 }
  }

  var x: Side
  var y: Side

  /// The view as JSON.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

extension Markup {
  /// The place over a plot where the script takes the pointer and the keyboard.
  mutating func pad(_ view: PlotView, left: Double, top: Double, right: Double, bottom: Double) {
    empty(
      "rect",
      [
        "class": "pad", "x": px(left), "y": px(top), "width": px(right - left), "height": px(bottom - top),
        "data-view": view.json,
      ])
  }

  /// A clip path around a plot, with a little room for strokes along its edges.
  mutating func clip(_ id: String, left: Double, top: Double, right: Double, bottom: Double, room: Double = 0) {
    element("clipPath", ["id": id]) { clip in
      clip.empty(
        "rect",
        [
          "x": px(left - room), "y": px(top - room), "width": px(right - left + 2 * room),
          "height": px(bottom - top + 2 * room),
        ])
    }
  }
}
