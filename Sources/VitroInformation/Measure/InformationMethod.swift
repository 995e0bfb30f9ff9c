internal import VitroCore
internal import VitroNetworks

/// The measure as a method among others: what a feature keeps of each word, −H with words at the cap last.
///
/// For the answer as target, the feature is the scores of all classes together.
public struct InformationMethod: AttributionMethod {
  /// `information`.
  public static let name = "information"
  /// What legends say.
  public static let title = "information"
  /// The formula.
  public static let abstract =
    "−log σ_i: the noise that word i can take while the feature stays put (after Guan et al., 2019)."
  /// How much, not whether for or against.
  public static let isSigned = false

  /// What decides the numbers; the question's seed takes the place of its own.
  public var settings = InformationSettings()

  /// With the measure's defaults.
  public init() {}

  /// Defined for whatever depends on the words.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? { nil }

  /// −log σ_i.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scoresAndResiduals(question).scores
  }

  /// −log σ_i, and how near each text came to its optimum.
  public func scoresAndResiduals(
    _ question: AttributionQuestion
  ) throws -> (scores: [[Double]], residuals: [Double]?) {
    var settings = settings
    settings.seed = question.seed
    let feature = Self.feature(question)
    let measure = try InformationMeasure(question.network, question.scales, settings: settings)
    let found = try measure(question.texts, [feature], progress: question.progress)
    return (found.map { $0[0].logSigma.map { -$0 } }, found.map { $0[0].residual })
  }

  /// The feature that a question is about.
  static func feature(_ question: AttributionQuestion) -> Feature {
    switch question.target {
    case .feature(let feature): feature
    case .answer: Feature(question.network.answer, at: question.network.answersEachWord ? -1 : nil)
    }
  }
}
