internal import VitroCore

/// What decides the numbers of the measure, apart from network, texts and reference.
///
/// ```swift
/// let settings = InformationSettings(distortion: 0.05, samples: 600, seed: 1)
/// let published = InformationSettings(form: .penalty(rate: 0.1, scale: 0.5))
/// ```
public struct InformationSettings: Sendable, Hashable, Codable {
  /// The two forms of the trade between noise and the feature's distortion.
  public enum Form: Sendable, Hashable, Codable {
    /// Maximize Σ log σ_i such that D(σ) ≤ δ and σ_i ≤ cap: well posed, one unit for all layers and networks.
    case fixedDistortion(Double)
    /// Minimize D(σ) − rate · mean_i log σ_i with σ_i < scale (Guan et al., 2019, as released): its optimum spends D = rate/2 where the feature is linear in the noise.
    case penalty(rate: Double, scale: Double)
  }

  /// The form.
  public var form: Form
  /// The largest σ, in the words' own spread: a word that takes so much noise is not kept at all.
  public var cap: Double
  /// The forward and backward passes for each text and feature.
  public var samples: Int
  /// The most passes for each text and feature, where those were not enough to converge; ``samples`` unless more is allowed.
  public var mostSamples: Int
  /// The independent seeds within them, whose spread is the interval.
  public var chains: Int
  /// The largest residual of a result that has converged.
  public var tolerance: Double
  /// Where noise comes from.
  public var seed: UInt64

  /// The published rate of 0.1 spends D = 0.05: the default's distortion.
  public static let usualDistortion = 0.05

  /// Settings of the default form.
  public init(
    distortion: Double = usualDistortion, cap: Double = 3, samples: Int = 600, mostSamples: Int? = nil, chains: Int = 4,
    tolerance: Double = 0.05, seed: UInt64 = 0
  ) {
    self.init(
      form: .fixedDistortion(distortion), cap: cap, samples: samples, mostSamples: mostSamples, chains: chains,
      tolerance: tolerance, seed: seed)
  }

  /// Settings of either form.
  public init(
    form: Form, cap: Double = 3, samples: Int = 600, mostSamples: Int? = nil, chains: Int = 4,
    tolerance: Double = 0.05, seed: UInt64 = 0
  ) {
    (self.form, self.cap, self.samples, self.chains) = (form, cap, samples, chains)
    self.mostSamples = mostSamples ?? samples
    (self.tolerance, self.seed) = (tolerance, seed)
  }

  /// How many times as many passes the commands allow, unless told, for what has not converged.
  static let usualPatience = 16

  /// The most passes that commands allow where none are named.
  static func most(_ most: Int?, samples: Int) -> Int { most ?? min(samples, 1 << 24) * usualPatience }

  /// The fewest passes with which the measure works.
  public static let fewestSamples = 100

  /// Checks that the measure can work.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) naming the first setting that cannot be.
  public func validate() throws {
    func check(_ holds: Bool, _ field: String, _ found: String, _ expected: String) throws {
      guard !holds else { return }
      throw VitroError(
        .argument, "measuring information", "\(field): found \(found), expected \(expected)",
        details: ["field": field, "found": found, "expected": expected])
    }
    switch form {
    case .fixedDistortion(let delta):
      try check(delta > 0 && delta.isFinite, "distortion", "\(delta)", "a number above 0")
    case .penalty(let rate, let scale):
      try check(rate > 0 && rate.isFinite, "rate", "\(rate)", "a number above 0")
      try check(scale > 0 && scale.isFinite, "scale", "\(scale)", "a number above 0")
    }
    try check(cap > 0 && cap.isFinite, "cap", "\(cap)", "a number above 0")
    try check((2...64).contains(chains), "chains", "\(chains)", "2 to 64")
    try check(
      samples >= Self.fewestSamples && samples >= 20 * chains, "samples", "\(samples)",
      "\(max(Self.fewestSamples, 20 * chains)) or more")
    try check(samples <= 1 << 24, "samples", "\(samples)", "at most \(1 << 24)")
    try check(
      mostSamples >= 0 && mostSamples <= 1 << 28, "mostSamples", "\(mostSamples)",
      "0 (no more than samples) to \(1 << 28)")
    try check(tolerance > 0 && tolerance < 1, "tolerance", "\(tolerance)", "a number between 0 and 1")
  }
}
