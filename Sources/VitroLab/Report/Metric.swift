/// A number to remember, with its uncertainty and the control that it must be read against.
///
/// ```swift
/// let metric = Metric(
///   "best probe", 0.031, format: .percent, interval: Interval(0.026, 0.037),
///   control: Metric.Control("shuffled labels", 0.9))
/// ```
public struct Metric: Codable, Sendable, Hashable {
  /// What is measured, in a few words.
  public var label: String
  /// The number.
  @JSONNumber public var value: Double
  /// How the number is written.
  public var format: NumberFormat
  /// Its unit, unless the format says it.
  public var unit: String?
  /// Its confidence interval.
  public var interval: Interval?
  /// One sentence that says what it means.
  public var explanation: RichText?
  /// The same measure where there is nothing to find.
  public var control: Control?

  /// A control: the same measure on shuffled labels, random weights, or by chance.
  public struct Control: Codable, Sendable, Hashable {
    /// What the control is, such as "shuffled labels".
    public var label: String
    /// Its number.
    @JSONNumber public var value: Double
    /// Its confidence interval.
    public var interval: Interval?

    /// Creates a control.
    public init(_ label: String, _ value: Double, interval: Interval? = nil) {
      self.label = label
      self.value = value
      self.interval = interval
    }
  }

  /// Creates a metric.
  public init(
    _ label: String, _ value: Double, format: NumberFormat = .standard, unit: String? = nil, interval: Interval? = nil,
    explanation: RichText? = nil, control: Control? = nil
  ) {
    self.label = label
    self.value = value
    self.format = format
    self.unit = unit
    self.interval = interval
    self.explanation = explanation
    self.control = control
  }
}
