/// A closed interval of numbers: a confidence interval, or the range of an axis.
///
/// In JSON it is a pair `[low, high]`, with `null` for an end that is not finite.
public struct Interval: Codable, Sendable, Hashable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// Creates an interval from its ends.
  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  /// Reads a pair `[low, high]`.
  public init(from decoder: any Decoder) throws {
    let ends = try [Double](jsonFrom: decoder)
    guard ends.count == 2 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "An interval has 2 ends, found \(ends.count)."))
    }
    self.init(ends[0], ends[1])
  }

  /// Writes a pair `[low, high]`.
  public func encode(to encoder: any Encoder) throws {
    try [low, high].encodeJSON(to: encoder)
  }
}
