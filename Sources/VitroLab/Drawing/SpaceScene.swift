import Foundation

/// What stands in a space: an axis box and things in it, as numbers from which any view of it is drawn.
struct SpaceScene {
  /// An axis along the edges of the box.
  struct Axis: Encodable {
    var title: String
    /// Where its ticks stand in the box, what they say, and how wide that is.
    var ticks: [Double]
    var labels: [String]
    var widths: [Double]
    /// Half the length of the box along it.
    var half: Double
  }

  /// A thing: a point (one vertex), a line (two) or a face (more).
  struct Item {
    /// The classes that set its look; `ray` makes a line an arrow.
    var className: String
    var vertices: [Int]
    var tip: String?
    /// The shape of a point.
    var style = MarkStyle(color: nil, shape: 0)
    var radius = 4.0
    var series: Int?
  }

  var axes: [Axis]
  var vertices: [SpacePoint] = []
  /// What hides what stands behind it.
  var solid: [Item] = []
  /// What is drawn above all that, so that nothing hides it.
  var above: [Item] = []

  mutating func add(_ point: SpacePoint) -> Int {
    vertices.append(point.rounded)
    return vertices.count - 1
  }

  /// From the middle of the box to a corner.
  var reach: Double { axes.reduce(0) { $0 + $1.half * $1.half }.squareRoot() }

  /// How far the box reaches from its middle to the side in any view, and up in the given one.
  func extent(_ projection: SpaceProjection) -> GraphSize {
    let across = (axes[0].half * axes[0].half + axes[1].half * axes[1].half).squareRoot()
    let angle = projection.elevation * .pi / 180
    return GraphSize(width: across, height: across * sin(angle) + axes[2].half * cos(angle))
  }
}

extension SpaceScene.Axis {
  init(_ axis: FigureAxis, _ scale: AxisScale, half: Double) {
    var scale = scale
    (scale.start, scale.end) = (-half, half)
    let places = zip(scale.ticks, scale.labels).compactMap { tick, label in scale.place(tick).map { ($0, label) } }
      .filter { abs($0.0) <= half * 1.0001 }
    title = TextMeasure.shortened(axis.title, toWidth: 130, size: 12)
    ticks = places.map { ($0.0 * 1000).rounded() / 1000 }
    labels = places.map(\.1)
    widths = labels.map { TextMeasure.width($0, size: 12).rounded() }
    self.half = (half * 1000).rounded() / 1000
  }
}
