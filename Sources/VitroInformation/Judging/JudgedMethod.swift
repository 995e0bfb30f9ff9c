public import VitroFitting

/// What judging found of a method in one network.
public struct JudgedMethod: Sendable, Hashable, Codable {
  /// The method's name.
  public var name: String
  /// What it is called in a legend.
  public var title: String
  /// Whether scores have a sign.
  public var isSigned = false
  /// Why nothing is said, where the method says nothing of the answer.
  public var reasonUndefined: String?
  /// For each text the score of each word; marks and special tokens have none.
  public var scores: [[Double]] = []
  /// For each text how far the scores are from the optimum that defines them; nothing for a method that does not search for one.
  public var residuals: [Double]?
  /// The area under the ROC curve against the planted truth, the mean over texts.
  public var auc: Estimate?
  /// The same for each text with words of both kinds.
  public var areas: [Double] = []
  /// The divergence of the truth from the scores' shares, where truth is planted: the mean over the texts in which it is finite.
  public var divergence: Estimate?
  /// The texts in which it is infinite, for a relevant word has a score of 0; the mean leaves them out.
  public var infiniteDivergences = 0
  /// The Jensen–Shannon divergence.
  public var jensenShannon: Estimate?
  /// The drop when the best words are taken out.
  public var comprehensiveness: Estimate?
  /// The same for each text, to compare methods text by text.
  public var drops: [Double] = []
  /// The drop when only the best words are left.
  public var sufficiency: Estimate?
  /// The area under the curve of taking out.
  public var deletionArea: Estimate?
  /// The area under the curve of putting in.
  public var insertionArea: Estimate?
  /// Infidelity, each text's scores scaled best.
  public var infidelity: Estimate?
  /// Max-sensitivity.
  public var sensitivity: Estimate?
  /// The total variation between neighbouring layers, a step.
  public var coherency: Estimate?
  /// The same with one layer's words in random order: what no coherency comes to.
  public var coherencyControl: Estimate?
  /// The rank correlation with the maps of networks whose weights are dealt anew, the mean over texts and dealings (``DealtWeights``).
  public var random: Estimate?
  /// The same for each dealing and text; nothing where one of the maps says nothing.
  public var correlations: [[Double?]] = []
  /// The mean curves over texts.
  public var curves: MeanCurves?

  /// Curves over all texts, at ``ErasureCurves/shares``.
  public struct MeanCurves: Sendable, Hashable, Codable {
    /// What is left when the best words are taken out.
    public var deletion: [Estimate]
    /// What is there when only the best words are left.
    public var insertion: [Estimate]
  }

  /// A correlation with a random network above this says that a map hardly depends on the weights.
  ///
  /// Half of the ranks' variance is shared at 0.7; 0.5 is where a fourth is, more than chance gives any method that reads the weights.
  public static let unchanged = 0.5

  /// Whether the map stays when weights are dealt anew: the whole interval of the correlation is above ``unchanged``.
  public var isUnchangedByRandomWeights: Bool { (random?.low ?? -1) > Self.unchanged }
}

extension JudgedMethod {
  /// The measures with their names, for reports and facts.
  var measures: [(name: String, value: Estimate?)] {
    [
      ("auc", auc), ("comprehensiveness", comprehensiveness), ("sufficiency", sufficiency), ("coherency", coherency),
      ("infidelity", infidelity), ("sensitivity", sensitivity), ("random", random), ("deletionArea", deletionArea),
      ("insertionArea", insertionArea), ("divergence", divergence), ("jensenShannon", jensenShannon),
      ("coherencyControl", coherencyControl),
    ]
  }
}
