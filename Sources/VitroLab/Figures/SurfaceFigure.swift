internal import VitroCore

/// A surface over a plane as the reader turns it, with points and paths: a network's output, a loss between solutions.
///
/// ```swift
/// let surface = SurfaceFigure(
///   x: Axis("x"), y: Axis("y"), z: Axis("output"),
///   field: ScalarField("output", x: Interval(0, 1), y: Interval(0, 1)) { x, y in abs(x - y) },
///   points: [SurfacePoint(0, 1, 1, group: "XOR = 1")])
/// ```
public struct SurfaceFigure: Codable, Sendable, Hashable {
  /// The first axis.
  public var x: Axis
  /// The second axis.
  public var y: Axis
  /// The axis of the values.
  public var z: Axis
  /// The surface; its colours follow its values.
  public var field: ScalarField
  /// Points in the space.
  public var points: [SurfacePoint]
  /// Whether the points are joined in their order, class by class, as the path of a training.
  public var joinsPoints: Bool

  /// Creates a surface.
  public init(
    x: Axis, y: Axis, z: Axis, field: ScalarField, points: [SurfacePoint] = [], joinsPoints: Bool = false
  ) {
    self.x = x
    self.y = y
    self.z = z
    self.field = field
    self.points = points
    self.joinsPoints = joinsPoints
  }
}

/// A point in the space of a surface.
public struct SurfacePoint: Codable, Sendable, Hashable {
  /// The first coordinate.
  @JSONNumber public var x: Double
  /// The second coordinate.
  @JSONNumber public var y: Double
  /// The height.
  @JSONNumber public var z: Double
  /// Its class; decides colour and shape.
  public var group: String?
  /// What is said of it.
  public var label: String?

  /// Creates a point.
  public init(_ x: Double, _ y: Double, _ z: Double, group: String? = nil, label: String? = nil) {
    self.x = x
    self.y = y
    self.z = z
    self.group = group
    self.label = label
  }
}
