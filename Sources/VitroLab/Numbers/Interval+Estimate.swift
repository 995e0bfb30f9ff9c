public import VitroFitting

extension Interval {
  /// The interval of an estimate.
  public init(_ estimate: Estimate) { self.init(estimate.low, estimate.high) }
}
