/// An estimate and the interval that holds the truth with a stated confidence.
public struct Interval: Sendable, Hashable, Codable {
  /// The estimate.
  public var estimate: Double
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double
  /// The probability with which intervals made this way hold the truth.
  public var confidence: Double

  /// Makes an interval.
  public init(estimate: Double, low: Double, high: Double, confidence: Double = 0.95) {
    self.estimate = estimate
    self.low = low
    self.high = high
    self.confidence = confidence
  }

  /// Whether a number lies in the interval, ends included.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
