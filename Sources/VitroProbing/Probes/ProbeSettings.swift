public import VitroFitting
internal import VitroCore

/// What kind of function reads the features.
public enum ProbeKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Softmax or logistic regression with an L2 penalty.
  case logistic
  /// Least squares with an L2 penalty; classes are told apart by targets of ±1.
  case ridge
  /// The nearest class mean (Marks & Tegmark, 2023), plain or with the covariance within classes.
  case massMean
  /// Linear discriminant analysis: Gaussian classes with one shrunk covariance.
  case lda
  /// A network with one hidden layer of ReLU units.
  case mlp
  /// Logistic regression on the few features that tell most (Gurnee et al., 2023).
  case kSparse

  /// Whether the fitted function is linear in the features.
  public var isLinear: Bool { self != .mlp }

  /// Whether its scores are log-odds, so that it gives probabilities.
  public var givesProbabilities: Bool { self != .ridge && self != .massMean }

  /// Whether this kind can read a target.
  public func takes(_ target: ProbeTarget) -> Bool {
    if case .values = target { return self == .ridge || self == .mlp }
    return true
  }

  func require(takes target: ProbeTarget) throws {
    guard !takes(target) else { return }
    let able = ProbeKind.allCases.filter { $0.takes(target) }.map { "'\($0.rawValue)'" }
    throw VitroError(
      .unsupported, "probe", "a probe of kind '\(rawValue)' does not read \(target.description)",
      hint: "Kinds that do: \(able.joined(separator: ", ")).")
  }
}

/// How a probe is fitted: everything that decides the bits of the result, apart from the rows.
///
/// ```swift
/// var settings = ProbeSettings(.kSparse)
/// settings.neurons = 4
/// let result = try Probe(settings).run(parts)
/// ```
public struct ProbeSettings: Sendable, Hashable, Codable {
  /// How much classes count while fitting.
  public enum ClassWeights: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every row counts alike.
    case uniform
    /// Every class counts alike.
    case balanced
  }

  /// What the features of a ``ProbeKind/kSparse`` probe are ranked by.
  public enum Ranking: String, Sendable, Hashable, Codable, CaseIterable {
    /// The share of a feature's variance that lies between classes; of two classes the order of |μ₁ − μ₀| / σ.
    case meanDifference
    /// The largest weight of the logistic probe of all features, in units of their standard deviations.
    case fullProbe
  }

  /// What kind of function reads the features.
  public var kind: ProbeKind
  /// Whether features are centred and scaled to variance 1, by the training rows, before they are fitted.
  public var standardizing: Bool
  /// The strengths of the L2 penalty to choose from on the validation part: λ in Σ loss + ½λ‖w‖².
  public var strengths: [Double]
  /// How much classes count.
  public var classWeights: ClassWeights
  /// How a mass-mean probe measures distances from the means.
  public var metric: MassMean.Metric
  /// How LDA shrinks its covariance.
  public var shrinkage: DiscriminantAnalysis.Shrinkage
  /// How many features a k-sparse probe may read; all when there are fewer.
  public var neurons: Int
  /// What a k-sparse probe ranks features by.
  public var ranking: Ranking
  /// The units of an MLP's hidden layer.
  public var hiddenUnits: Int
  /// The certified relative distance from the optimum at which a logistic fit has converged.
  public var tolerance: Double
  /// What random labels, a network's initial weights and resamples are drawn from.
  public var seed: UInt64

  /// Creates settings.
  public init(
    _ kind: ProbeKind = .logistic, standardizing: Bool = true, strengths: [Double] = [1, 10, 100, 1000],
    classWeights: ClassWeights = .uniform, metric: MassMean.Metric = .withinClass(ridge: 1e-3),
    shrinkage: DiscriminantAnalysis.Shrinkage = .ledoitWolf, neurons: Int = 16, ranking: Ranking = .meanDifference,
    hiddenUnits: Int = 64, tolerance: Double = 1e-4, seed: UInt64 = 0
  ) {
    self.kind = kind
    self.standardizing = standardizing
    self.strengths = strengths
    self.classWeights = classWeights
    self.metric = metric
    self.shrinkage = shrinkage
    self.neurons = neurons
    self.ranking = ranking
    self.hiddenUnits = hiddenUnits
    self.tolerance = tolerance
    self.seed = seed
  }

  /// Checks that a probe can be fitted with these settings.
  ///
  /// - Throws: ``/VitroCore/VitroError`` naming the first setting that cannot work.
  public func validate() throws {
    func check(_ holds: Bool, _ message: String) throws {
      if !holds { throw VitroError(.argument, "probe settings", message) }
    }
    try check(!strengths.isEmpty, "there are no strengths to choose from")
    for strength in strengths {
      try check(strength > 0 && strength.isFinite, "a strength is \(strength), expected a number above 0")
    }
    try check(neurons >= 1, "\(neurons) neurons are asked for, expected 1 or more")
    try check((1...65_536).contains(hiddenUnits), "\(hiddenUnits) hidden units are asked for, expected 1 to 65536")
    try check(tolerance > 0 && tolerance.isFinite, "the tolerance is \(tolerance), expected a number above 0")
  }
}
