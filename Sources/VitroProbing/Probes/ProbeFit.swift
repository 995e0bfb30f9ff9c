public import VitroFitting
public import VitroTensor

/// A fitted probe: what it answers for any rows, and how it came about.
///
/// ```swift
/// let fit = try Probe(ProbeSettings(.logistic)).fit(parts.train, validation: parts.validation)
/// let direction = fit.linearModels?[0].weights  // in the coordinates of the raw features
/// let answers = try fit.predictions(parts.test.features).classes
/// ```
public struct ProbeFit: Sendable {
  /// How it was fitted.
  public let settings: ProbeSettings
  /// The strength of the penalty that was chosen on the validation part, of those kinds that have one.
  public let strength: Double?
  /// The features that a k-sparse probe reads, the most telling first; one list, or one for each label.
  public let neurons: [[Int]]?
  /// Whether every fit reached its tolerance; always of kinds with a direct solution.
  public let converged: Bool
  let readout: ProbeReadout

  /// The linear models in the coordinates of the raw features, whatever was standardized: one, or one for each label; `nil` for a network.
  ///
  /// A k-sparse probe's weights are 0 but for the features that it reads.
  public var linearModels: [LinearModel]? {
    switch readout.form {
    case .fixed: []
    case .together(let model): [model]
    case .separate(let models): models
    case .network: nil
    }
  }

  /// What the probe answers for rows of features `[rows, width]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the width is another.
  public func predictions(_ features: Tensor) throws -> ProbePredictions { try readout.predictions(features) }

  /// How well it answers for rows whose target is known, with 95 % intervals.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when features or target are not those of the probe.
  public func scores(_ rows: ProbeRows) throws -> ProbeScores {
    try ProbeScores(predictions(rows.features), of: rows, seed: settings.seed)
  }
}
