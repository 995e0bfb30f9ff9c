internal import VitroCore

/// How numbers become colours, and what the bar beside a figure says of them.
public struct ColorScale: Codable, Sendable, Hashable {
  /// What is measured.
  public var label: String
  /// How its numbers are written.
  public var format: NumberFormat
  /// The colours.
  public var map: ScalarField.ColorMap
  /// The values at the ends of the colours; without it the extremes, for a diverging map the same on both sides of 0.
  public var range: Interval?

  /// Creates a scale.
  public init(
    _ label: String, format: NumberFormat = .standard, map: ScalarField.ColorMap = .sequential, range: Interval? = nil
  ) {
    self.label = label
    self.format = format
    self.map = map
    self.range = range
  }

  /// The values at the ends of the colours, for values of which those that are not finite do not count.
  ///
  /// - Complexity: O(values).
  func ends(of values: some Sequence<Double>) -> Interval {
    var (low, high) = (range?.low ?? .infinity, range?.high ?? -.infinity)
    if range == nil {
      for value in values where value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
      if map == .diverging, low <= high {
        let reach = max(abs(low), abs(high))
        (low, high) = (-reach, reach)
      }
    }
    if low < high, (high - low).isFinite { return Interval(low, high) }
    let middle = low.isFinite ? min(max(low, -1e100), 1e100) : 0
    let margin = max(abs(middle) * 0.5, 0.5)
    return Interval(middle - margin, middle + margin)
  }
}

extension ColorScale {
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the ends are not two numbers in ascending order, a finite way apart.
  func validate(_ operation: String) throws {
    guard let range, !(range.low < range.high && (range.high - range.low).isFinite) else { return }
    throw VitroError(
      .argument, operation, "the colours of '\(label)' cannot run from \(range.low) to \(range.high)",
      details: ["field": "range", "found": "[\(range.low), \(range.high)]", "expected": "two numbers, ascending"])
  }
}
