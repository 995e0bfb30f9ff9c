internal import VitroCore

/// Clouds of points in the plane, or in a space that the reader turns: activations on their principal axes, features.
///
/// A ``PlaneFigure`` is for geometry, with regions, boundaries and a few points; this is for many points.
///
/// ```swift
/// let scatter = ScatterFigure(
///   x: Axis("PC 1"), y: Axis("PC 2"),
///   series: [ScatterSeries("0", x: [0.1, 0.2], y: [1, 1.2]), ScatterSeries("1", x: [2, 2.1], y: [0, -0.2])])
/// ```
public struct ScatterFigure: Codable, Sendable, Hashable {
  /// The first axis.
  public var x: Axis
  /// The second axis.
  public var y: Axis
  /// The third axis; with it the figure is a space.
  public var z: Axis?
  /// Whether a unit is as long on all axes.
  public var equalUnits: Bool
  /// The clouds.
  public var series: [ScatterSeries]
  /// How the points' values become colours; without it each cloud has its own colour.
  public var color: ColorScale?
  /// Lines between points, such as the edges of a polytope or the path of a training; by series and index.
  public var links: [Link]
  /// Whether each point is drawn as an arrow from the origin, as feature directions are.
  public var fromOrigin: Bool

  /// A line between two points of the figure.
  public struct Link: Codable, Sendable, Hashable {
    /// A point, by the number of its series and its own in it.
    public var from: PointReference
    /// The other point.
    public var to: PointReference

    /// Creates a line.
    public init(from: PointReference, to: PointReference) {
      self.from = from
      self.to = to
    }
  }

  /// A point of the figure: the number of its series, and its own number in it.
  public struct PointReference: Codable, Sendable, Hashable {
    /// The number of the series.
    public var series: Int
    /// The number of the point in the series.
    public var point: Int

    /// Creates a reference.
    public init(_ series: Int, _ point: Int) {
      self.series = series
      self.point = point
    }
  }

  /// Creates a figure.
  public init(
    x: Axis, y: Axis, z: Axis? = nil, equalUnits: Bool = true, series: [ScatterSeries], color: ColorScale? = nil,
    links: [Link] = [], fromOrigin: Bool = false
  ) {
    self.x = x
    self.y = y
    self.z = z
    self.equalUnits = equalUnits
    self.series = series
    self.color = color
    self.links = links
    self.fromOrigin = fromOrigin
  }
}

/// A cloud of points.
public struct ScatterSeries: Codable, Sendable, Hashable {
  /// Its name in the legend.
  public var name: String
  /// The first coordinates.
  @JSONNumber public var x: [Double]
  /// The second coordinates.
  @JSONNumber public var y: [Double]
  /// The third coordinates; empty in the plane.
  @JSONNumber public var z: [Double]
  /// The values that become colours, or none.
  @JSONNumber public var values: [Double]
  /// What is said of each point, or nothing.
  public var labels: [String]

  /// Creates a cloud.
  public init(
    _ name: String, x: [Double], y: [Double], z: [Double] = [], values: [Double] = [], labels: [String] = []
  ) {
    self.name = name
    self.x = x
    self.y = y
    self.z = z
    self.values = values
    self.labels = labels
  }
}
