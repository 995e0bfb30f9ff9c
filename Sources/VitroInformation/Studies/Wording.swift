internal import VitroFitting
internal import VitroLab

extension Interval {
  /// The interval of an estimate, cut to the values that its number can have: a share has no interval beyond 1.
  init(_ estimate: Estimate, within range: ClosedRange<Double>) {
    self.init(estimate.low.cut(to: range), estimate.high.cut(to: range))
  }
}

extension Double {
  /// The nearest value of a range; NaN stays.
  func cut(to range: ClosedRange<Double>) -> Double { min(max(self, range.lowerBound), range.upperBound) }
}

extension [String] {
  /// The names as a sentence lists them: “a, b and c”.
  var listed: String {
    guard count > 1, let last else { return first ?? "" }
    return "\(dropLast().joined(separator: ", ")) and \(last)"
  }
}
