/// Series over a numeric axis or over names: error per layer with its control, loss per step.
///
/// ```swift
/// let lines = LineFigure(
///   categories: ["input", "conv1", "logits"], y: Axis("test error", format: .percent),
///   series: [
///     LineSeries("trained", y: [0.077, 0.081, 0.0145], low: [0.072, 0.076, 0.012], high: [0.082, 0.086, 0.017]),
///     LineSeries("shuffled labels", role: .control, y: [0.9, 0.9, 0.9]),
///   ])
/// ```
public struct LineFigure: Codable, Sendable, Hashable {
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// The names along the horizontal axis; without them it is numeric.
  public var categories: [String]?
  /// The series.
  public var series: [LineSeries]
  /// Horizontal lines to compare with: chance, the majority class.
  public var references: [ReferenceLine]
  /// How intervals are drawn.
  public var intervals: IntervalStyle

  /// How intervals are drawn.
  public enum IntervalStyle: String, Codable, Sendable, Hashable {
    /// Whiskers over names, a band over numbers.
    case automatic
    /// A tinted band along the line.
    case band
    /// A whisker at each point.
    case whiskers
  }

  /// Creates a figure over names, such as layers; series hold one value for each.
  public init(
    categories: [String], x: Axis = Axis(""), y: Axis, series: [LineSeries], references: [ReferenceLine] = [],
    intervals: IntervalStyle = .automatic
  ) {
    self.categories = categories
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.intervals = intervals
  }

  /// Creates a figure over numbers; series hold their own.
  public init(
    x: Axis, y: Axis, series: [LineSeries], references: [ReferenceLine] = [], intervals: IntervalStyle = .automatic
  ) {
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.intervals = intervals
  }

  var drawsBand: Bool {
    intervals == .band || (intervals == .automatic && categories == nil)
  }
}

/// A series of a line figure.
///
/// NaN leaves a gap.
public struct LineSeries: Codable, Sendable, Hashable {
  /// Its name in the legend.
  public var name: String
  /// What it stands for; decides how it is drawn.
  public var role: Role
  /// The name of the measured series that this controls; the two share a colour.
  public var counterpart: String?
  /// Where its points stand on a numeric axis; empty over names.
  @JSONNumber public var x: [Double]
  /// The values.
  @JSONNumber public var y: [Double]
  /// The lower ends of the intervals, or none.
  @JSONNumber public var low: [Double]
  /// The upper ends of the intervals, or none.
  @JSONNumber public var high: [Double]

  /// What a series stands for.
  public enum Role: String, Codable, Sendable, Hashable, CaseIterable {
    /// What was measured: a solid line with filled points.
    case measured
    /// The same measure where there is nothing to find: dashed, with hollow points.
    case control
    /// What a simple method attains: dotted and thin.
    case baseline
    /// What others have published, or theory predicts: thin, with crosses.
    case reference
  }

  /// Creates a series over names.
  public init(
    _ name: String, role: Role = .measured, of counterpart: String? = nil, y: [Double], low: [Double] = [],
    high: [Double] = []
  ) {
    self.init(name, role: role, of: counterpart, x: [], y: y, low: low, high: high)
  }

  /// Creates a series over numbers.
  public init(
    _ name: String, role: Role = .measured, of counterpart: String? = nil, x: [Double], y: [Double],
    low: [Double] = [], high: [Double] = []
  ) {
    self.name = name
    self.role = role
    self.counterpart = counterpart
    self.x = x
    self.y = y
    self.low = low
    self.high = high
  }

  /// The interval of a point, if it has one.
  func interval(at index: Int) -> Interval? {
    guard index < low.count, index < high.count, low[index].isFinite || high[index].isFinite else { return nil }
    return Interval(low[index], high[index])
  }
}

/// A horizontal line to compare with.
public struct ReferenceLine: Codable, Sendable, Hashable {
  /// What it is, such as "chance".
  public var label: String
  /// Where it stands.
  @JSONNumber public var value: Double

  /// Creates a reference line.
  public init(_ label: String, _ value: Double) {
    self.label = label
    self.value = value
  }
}
