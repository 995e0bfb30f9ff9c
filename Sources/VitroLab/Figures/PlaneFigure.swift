/// A plane with a surface, regions, points, lines and arrows on it: a network's output over its inputs, its linear
/// regions, a hidden space and the line that separates its classes.
///
/// ```swift
/// let plane = PlaneFigure(
///   x: Axis("x"), y: Axis("y"),
///   lines: [PlaneLine(from: PlanePosition(0, 0.5), to: PlanePosition(1, 0.5), extended: true, label: "boundary")],
///   points: [PlanePoint(0, 0, group: "0"), PlanePoint(0, 1, group: "1", label: "(0, 1)")])
/// ```
public struct PlaneFigure: Codable, Sendable, Hashable {
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// Whether a unit is as long on both axes.
  public var equalUnits: Bool
  /// The surface below everything.
  public var field: ScalarField?
  /// Polygons, such as linear regions.
  public var regions: [PlaneRegion]
  /// Lines, such as decision boundaries.
  public var lines: [PlaneLine]
  /// Arrows, such as weight vectors.
  public var arrows: [PlaneArrow]
  /// Points, such as data.
  public var points: [PlanePoint]
  /// How the values of regions, arrows and points become colours.
  public var color: ColorScale?

  /// Creates a plane.
  public init(
    x: Axis, y: Axis, equalUnits: Bool = true, field: ScalarField? = nil, regions: [PlaneRegion] = [],
    lines: [PlaneLine] = [], arrows: [PlaneArrow] = [], points: [PlanePoint] = [], color: ColorScale? = nil
  ) {
    self.x = x
    self.y = y
    self.equalUnits = equalUnits
    self.field = field
    self.regions = regions
    self.lines = lines
    self.arrows = arrows
    self.points = points
    self.color = color
  }

  /// The classes of the points, in order of appearance.
  var groups: [String] {
    var seen: Set<String> = []
    return points.compactMap(\.group).filter { seen.insert($0).inserted }
  }
}

/// A place on a plane; `[x, y]` in JSON.
public struct PlanePosition: Codable, Sendable, Hashable {
  /// The horizontal coordinate.
  public var x: Double
  /// The vertical coordinate.
  public var y: Double

  /// Creates a position.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// Reads a pair `[x, y]`.
  public init(from decoder: any Decoder) throws {
    let pair = try [Double](jsonFrom: decoder)
    guard pair.count == 2 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "A position has 2 numbers, found \(pair.count)."))
    }
    self.init(pair[0], pair[1])
  }

  /// Writes a pair `[x, y]`.
  public func encode(to encoder: any Encoder) throws {
    try [x, y].encodeJSON(to: encoder)
  }

  var isFinite: Bool { x.isFinite && y.isFinite }
}

/// A surface over a grid of nodes, drawn in bands of colour.
public struct ScalarField: Codable, Sendable, Hashable {
  /// What it measures.
  public var label: String
  /// How its numbers are written.
  public var format: NumberFormat
  /// The number of nodes along the horizontal axis.
  public var columns: Int
  /// The number of nodes along the vertical axis.
  public var rows: Int
  /// Where the first and the last column stand.
  public var x: Interval
  /// Where the first and the last row stand; the first is the lowest.
  public var y: Interval
  /// The values [rows, columns], row by row from below.
  ///
  /// NaN leaves a hole.
  @JSONNumber public var values: [Double]
  /// The values at the ends of the colour map; without it the extremes.
  public var range: Interval?
  /// The colour map.
  public var colors: ColorMap
  /// Levels drawn as lines, such as a threshold.
  @JSONNumber public var contours: [Double]

  /// How values become colours.
  public enum ColorMap: String, Codable, Sendable, Hashable {
    /// From pale to deep: amounts.
    case sequential
    /// From one hue over a neutral middle to another: two sides of a threshold, which is the middle of the range.
    case diverging
  }

  /// Creates a surface from its values [rows, columns].
  public init(
    _ label: String, format: NumberFormat = .standard, columns: Int, rows: Int, x: Interval, y: Interval,
    values: [Double], range: Interval? = nil, colors: ColorMap = .sequential, contours: [Double] = []
  ) {
    self.label = label
    self.format = format
    self.columns = columns
    self.rows = rows
    self.x = x
    self.y = y
    self.values = values
    self.range = range
    self.colors = colors
    self.contours = contours
  }

  /// Creates a surface by asking a function at `resolution` × `resolution` nodes.
  public init(
    _ label: String, format: NumberFormat = .standard, x: Interval, y: Interval, resolution: Int = 65,
    range: Interval? = nil, colors: ColorMap = .sequential, contours: [Double] = [],
    of function: (Double, Double) -> Double
  ) {
    precondition(resolution >= 2, "A surface has at least two nodes along each axis.")
    let steps = (0..<resolution).map { Double($0) / Double(resolution - 1) }
    self.init(
      label, format: format, columns: resolution, rows: resolution, x: x, y: y,
      values: steps.flatMap { v in
        steps.map { u in function(x.low + u * (x.high - x.low), y.low + v * (y.high - y.low)) }
      }, range: range, colors: colors, contours: contours)
  }
}

/// A polygon on a plane.
public struct PlaneRegion: Codable, Sendable, Hashable {
  /// Its name, set in its middle.
  public var label: String?
  /// Its corners in order.
  public var corners: [PlanePosition]
  /// How it is filled.
  public var fill: Fill
  /// The value that becomes its colour, if it has one, in place of a fill.
  @JSONNumber public var color: Double?

  /// How a region is filled.
  public enum Fill: String, Codable, Sendable, Hashable {
    /// Not at all: an outline.
    case none
    /// With fine parallel lines.
    case hatch
    /// With a tint.
    case tint
  }

  /// Creates a region.
  public init(_ corners: [PlanePosition], label: String? = nil, fill: Fill = .none, color: Double? = nil) {
    self.corners = corners
    self.label = label
    self.fill = fill
    self.color = color
  }
}

/// A point on a plane.
public struct PlanePoint: Codable, Sendable, Hashable {
  /// Where it stands.
  public var position: PlanePosition
  /// Its class; decides colour and shape.
  public var group: String?
  /// What is written beside it.
  public var label: String?
  /// The value that becomes its colour, if it has one.
  @JSONNumber public var color: Double?

  /// Creates a point.
  public init(_ x: Double, _ y: Double, group: String? = nil, label: String? = nil, color: Double? = nil) {
    position = PlanePosition(x, y)
    self.group = group
    self.label = label
    self.color = color
  }
}

/// A straight or broken line on a plane.
public struct PlaneLine: Codable, Sendable, Hashable {
  /// Its corners.
  public var corners: [PlanePosition]
  /// Whether a line of two corners goes on to the borders of the plane.
  public var extended: Bool
  /// What is written along it.
  public var label: String?
  /// What it stands for.
  public var role: Role

  /// What a line stands for.
  public enum Role: String, Codable, Sendable, Hashable {
    /// Where a decision changes: strong and solid.
    case boundary
    /// A help for the eye: thin and dashed.
    case guide
  }

  /// Creates a line along corners.
  public init(_ corners: [PlanePosition], extended: Bool = false, label: String? = nil, role: Role = .boundary) {
    self.corners = corners
    self.extended = extended
    self.label = label
    self.role = role
  }

  /// Creates a line through two positions.
  public init(
    from start: PlanePosition, to end: PlanePosition, extended: Bool = false, label: String? = nil,
    role: Role = .boundary
  ) {
    self.init([start, end], extended: extended, label: label, role: role)
  }
}

/// An arrow on a plane, such as a weight vector.
public struct PlaneArrow: Codable, Sendable, Hashable {
  /// Its tail.
  public var start: PlanePosition
  /// Its head.
  public var end: PlanePosition
  /// What is written at its head; among more than twelve only where there is room.
  public var label: String?
  /// The value that becomes its colour, if it has one.
  @JSONNumber public var color: Double?

  /// Creates an arrow.
  public init(from start: PlanePosition, to end: PlanePosition, label: String? = nil, color: Double? = nil) {
    self.start = start
    self.end = end
    self.label = label
    self.color = color
  }
}
