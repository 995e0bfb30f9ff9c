/// An estimate and the interval that holds the truth with a stated confidence.
///
/// ```swift
/// let error = try Estimate.clopperPearson(successes: 3, trials: 100)
/// print(error.value, error.low, error.high)  // 0.03 and its exact 95 % interval, 0.006 … 0.085
/// ```
public struct Estimate: Sendable, Hashable, Codable {
  /// The estimate.
  public var value: Double
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double
  /// The probability with which intervals made this way hold the truth.
  public var confidence: Double

  /// Makes an interval.
  public init(value: Double, low: Double, high: Double, confidence: Double = 0.95) {
    self.value = value
    self.low = low
    self.high = high
    self.confidence = confidence
  }

  /// Whether a number lies in the interval, ends included.
  public func contains(_ number: Double) -> Bool { low <= number && number <= high }
}
