/// Counts or amounts by name, as horizontal bars: how many runs ended at each loss.
///
/// ```swift
/// let bars = BarFigure(
///   label: "head", value: Axis("effect on the logit"),
///   bars: [.init("0.3", 1.4, interval: Interval(1.2, 1.6), isHighlighted: true), .init("1.0", 0.1)])
/// ```
public struct BarFigure: Codable, Sendable, Hashable {
  /// What the names are.
  public var label: String
  /// The axis along which the bars grow, from zero.
  public var value: Axis
  /// The bars, from top to bottom.
  public var bars: [Bar]

  /// A bar.
  public struct Bar: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its length.
    @JSONNumber public var value: Double
    /// Its confidence interval.
    public var interval: Interval?
    /// Whether it is the one to look at.
    public var isHighlighted: Bool

    /// Creates a bar.
    public init(_ name: String, _ value: Double, interval: Interval? = nil, isHighlighted: Bool = false) {
      self.name = name
      self.value = value
      self.interval = interval
      self.isHighlighted = isHighlighted
    }
  }

  /// Creates a bar figure.
  public init(label: String, value: Axis, bars: [Bar]) {
    self.label = label
    self.value = value
    self.bars = bars
  }
}
