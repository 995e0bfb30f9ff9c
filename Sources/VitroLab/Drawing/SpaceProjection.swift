import Foundation

/// A point in the box of a space: the box's middle is the origin, its longest half edge is 1.
struct SpacePoint: Hashable {
  var x: Double
  var y: Double
  var z: Double

  subscript(axis: Int) -> Double {
    get { axis == 0 ? x : axis == 1 ? y : z }
    set {
      switch axis {
      case 0: x = newValue
      case 1: y = newValue
      default: z = newValue
      }
    }
  }

  /// The point to three digits, as the page's script gets it.
  var rounded: SpacePoint {
    SpacePoint(x: (x * 1000).rounded() / 1000, y: (y * 1000).rounded() / 1000, z: (z * 1000).rounded() / 1000)
  }
}

/// An orthographic view of a space: parallel lines stay parallel, and lengths along an axis compare.
struct SpaceProjection {
  /// Where the viewer stands around the vertical axis, in degrees from the first axis.
  var azimuth = -58.0
  /// How high the viewer stands, in degrees.
  var elevation = 24.0
  /// Where the middle of the box is drawn.
  var middle = GraphPoint(x: 0, y: 0)
  /// The length of 1 on the drawing.
  var scale = 1.0

  /// The direction to the viewer.
  var toViewer: SpacePoint {
    let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
    return SpacePoint(x: cos(e) * cos(a), y: cos(e) * sin(a), z: sin(e))
  }

  /// Where a point is drawn, and how near it is to the viewer.
  func place(_ point: SpacePoint) -> (x: Double, y: Double, depth: Double) {
    let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
    let along = point.x * cos(a) + point.y * sin(a)
    let across = point.y * cos(a) - point.x * sin(a)
    return (
      middle.x + scale * across, middle.y - scale * (point.z * cos(e) - along * sin(e)),
      along * cos(e) + point.z * sin(e)
    )
  }
}
