public import VitroFitting

/// What a linear probe reads at one value of a network, with its control: the one is never had without the other.
public struct LayerReading: Sendable, Hashable, Codable {
  /// How a probe was fitted.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// By a solver, to a certified distance from the optimum, its strength chosen on the validation part; from activations that were kept.
    case exact
    /// By gradient descent in the forward pass, stopped early on the validation part.
    case online
  }

  /// The value's tap.
  public var tap: String
  /// The number of features.
  public var width: Int
  /// How the probe was fitted.
  public var method: Method
  /// The test error of the probe and its 95 % interval: Clopper and Pearson's, or by resampling whole groups where there are groups.
  public var error: Estimate
  /// The test error of the same probe fitted to shuffled labels.
  public var control: Estimate
  /// C, the strength that was chosen, of an exact fit.
  public var inverseRegularization: Double?
  /// Whether every fit reached its stated tolerance; early stopping has none.
  public var converged: Bool
  /// The error of the exact fit at a tap whose ``error`` is of the other method.
  public var exactError: Estimate?
  /// How much the error is above that of the value read before, on the same test examples, with an interval by resampling them.
  public var step: Estimate?
}

/// What linear probes read all through a network.
public struct LayerReadings: Sendable {
  /// One reading for each value that was probed, in the order of the network.
  public var readings: [LayerReading]
  /// The taps that were left out, with the reason.
  public var skipped: [SkippedTap]
  /// The probes themselves, in the same order.
  public var probes: [TapProbe]

  /// The test error of always answering the most frequent class of the training part.
  public var majorityError: Double

  /// A value of the network that was not probed.
  public struct SkippedTap: Sendable, Hashable, Codable {
    /// Its tap.
    public var tap: String
    /// Why.
    public var reason: String
  }
}

extension Estimate {
  /// Nothing was measured.
  static let missing = Estimate(value: .nan, low: .nan, high: .nan)
}
