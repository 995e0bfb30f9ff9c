internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// A way to say how much each word matters to something inside a network or to its answer.
///
/// A further method is one file: a type with this protocol, entered in ``AttributionMethods/all``.
public protocol AttributionMethod: Sendable {
  /// The name for commands and reports, such as `integrated-gradients`.
  static var name: String { get }
  /// What it is called in a sentence or a legend.
  static var title: String { get }
  /// One line: the formula, and the source.
  static var abstract: String { get }
  /// Whether scores have a sign: for the target above 0, against it below.
  static var isSigned: Bool { get }

  /// With the settings of its source.
  init()

  /// Why the method says nothing of a target in a network, as the end of a sentence; nothing where it is defined.
  func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String?

  /// For each text the score of each token: high is important.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when texts do not fit, or when stopped.
  func scores(_ question: AttributionQuestion) throws -> [[Double]]

  /// The scores, and for each text how far they are from the optimum that defines them, where the method searches for one and knows (``RetainedInformation/residual``).
  ///
  /// - Throws: ``/VitroCore/VitroError`` when texts do not fit, or when stopped.
  func scoresAndResiduals(_ question: AttributionQuestion) throws -> (scores: [[Double]], residuals: [Double]?)
}

extension AttributionMethod {
  /// The scores; there is no search.
  public func scoresAndResiduals(
    _ question: AttributionQuestion
  ) throws -> (scores: [[Double]], residuals: [Double]?) {
    (try scores(question), nil)
  }
}

/// What words are to matter to.
public enum AttributionTarget: Sendable, Hashable {
  /// A value inside the network, as a whole.
  ///
  /// A method that needs one number takes the feature's agreement with itself, `T(x̃) = mean_m Φ_m(x̃)·Φ_m(x)/R_m²`; one that needs a distance takes
  /// `mean_m (Φ_m(x̃) − Φ_m(x))²/R_m²`.
  case feature(Feature)
  /// A score of the answer (its logit): of a class, or of the token that may come next at the last word.
  case answer

  /// The value that is asked about, or that the score is one of.
  func tap(in network: WordNetwork) -> String {
    switch self {
    case .feature(let feature): feature.tap
    case .answer: network.answer
    }
  }
}

/// Texts, and what is asked of them.
public struct AttributionQuestion: Sendable {
  /// The network.
  public var network: WordNetwork
  /// The texts, of any lengths.
  public var texts: [WordText]
  /// What words are to matter to.
  public var target: AttributionTarget
  /// For each text the class, or the next token, whose score is meant; those with the highest score unless given.
  public var classes: [Int]
  /// The spreads of features, and the mean word.
  public var scales: FeatureScales
  /// Where random numbers come from.
  public var seed: UInt64
  /// Is told how many texts are done; may throw to stop.
  public var progress: @Sendable (_ done: Int, _ of: Int) throws -> Void

  /// Asks.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are not as many classes as texts.
  public init(
    _ network: WordNetwork, _ texts: [WordText], _ target: AttributionTarget, classes: [Int]? = nil,
    scales: FeatureScales, seed: UInt64 = 0,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws {
    (self.network, self.texts, self.target, self.scales, self.seed) = (network, texts, target, scales, seed)
    self.progress = progress
    // A masked model answers at its masks, and says nothing of the text at its last word.
    let hasAnswer = !network.answersEachWord || network.isCausal
    guard hasAnswer || target != .answer else {
      throw VitroError(
        .unsupported, "attributing the answer of '\(network.name)'",
        "it answers at each word what stands there, and has no answer to the text", hint: "Ask about a layer.",
        details: ["field": "target"])
    }
    self.classes =
      try classes ?? network.answers(texts).map { scores in scores.indices.max { scores[$0] < scores[$1] } ?? 0 }
    guard self.classes.count == texts.count else {
      throw VitroError(.shape, "attributing", "there are \(self.classes.count) classes for \(texts.count) texts")
    }
  }
}

extension WordNetwork {
  /// The scores of the answer for each text; at the last word where there are some for each.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when texts do not fit.
  public func answers(_ texts: [WordText]) throws -> [[Double]] {
    try answers(texts, rows: rows(recording: [answer]))
  }

  /// The same with at most so many words in a pass.
  func answers(_ texts: [WordText], rows: Int) throws -> [[Double]] {
    var result = [[Double]](repeating: [], count: texts.count)
    for batch in WordText.batches(texts, rows: rows) {
      let run = try run(batch.map { texts[$0] }, recording: [], needsOutputs: true)
      let scores = try answerRows(run.output)
      for (row, text) in batch.enumerated() { result[text] = try scores.select(at: row).doubles }
    }
    return result
  }

  /// `[texts, scores]` of the network's output, at the last word where it has a row for each.
  func answerRows(_ output: Tensor) throws -> Tensor {
    guard answersEachWord else { return try output.reshaped([output.shape[0], -1]) }
    return try output.select(axis: 1, at: output.shape[1] - 1)
  }
}
