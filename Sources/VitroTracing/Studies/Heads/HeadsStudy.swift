internal import VitroCore
internal import VitroFitting
public import VitroLab
internal import VitroModels
internal import VitroTensor

/// What each attention head looks at on repeated random tokens, and what the model loses without it.
public struct HeadsStudy: Experiment {
  /// What takes a head's place when it is taken out.
  public enum Replacement: String, Sendable, CaseIterable, FieldValue {
    /// Heads stay.
    case none
    /// Zeros.
    case zero
    /// The head's mean output.
    case mean
  }

  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `heads`.
  public static let name = "heads"
  /// What is found.
  public static let abstract =
    "Score attention heads: induction, previous token, duplicate token; by pattern and by ablation."
  /// How.
  public static let discussion = """
    Random tokens come twice. In the second half, an induction head looks at the token after the first occurrence of the one it stands on, and the \
    model needs it to repeat the text: taking it out raises the loss there. Scores are means of the pattern over sequences, with intervals; a uniform pattern is the control.

    --text adds the patterns of the heads that score highest on that text.

    Example: vitro model heads SmolLM2.gguf --period 20 --sequences 6 --report heads
    """
  /// The model, the sequences and what is taken out.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("text", \.text, mayBeginWithMinus: true, help: "A text on which patterns are shown."),
    Field("period", \.period, in: 2...256, help: "How many random tokens come twice."),
    Field("sequences", \.sequences, in: 2...1000, help: "How many texts of random tokens."),
    Field("by", \.by, help: "What takes the place of a head that is taken out."),
  ]

  /// The model's path.
  public var model: String?
  /// A text on which patterns are shown.
  public var text: String?
  /// How many random tokens come twice.
  public var period = 25
  /// How many texts.
  public var sequences = 10
  /// What takes the place of a head that is taken out.
  public var by = Replacement.mean

  /// Without a model.
  public init() {}

  /// A model is needed.
  public func validate() throws { try Models.check(model, Self.fullName) }

  /// Scores and takes out every head.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    let (beginning, allowed) = (words.beginning, words.ordinary)
    let scores = try run.stage("scoring") { stage in
      try stage.progress(0, of: 1)
      return try HeadScores(
        model, period: period, sequences: sequences, beginning: beginning, allowed: allowed, seed: stage.seed)
    }
    var ablation: Ablation?
    if model.predictsNext, let kind = AblationKind(rawValue: by.rawValue) {
      ablation = try run.stage("taking heads out") { stage in
        let texts = try HeadScores.repeatedTokens(
          model, period: period, sequences: sequences, beginning: beginning, allowed: allowed, seed: stage.seed)
        // The first token of the second half cannot be known; from the next on the text repeats.
        let from = period + (beginning == nil ? 1 : 2)
        return try Ablation(model, texts: texts, of: .heads, by: kind, from: from) { try stage.progress($0, of: $1) }
      }
    }
    let finding = try HeadsFinding(scores: scores, ablation: ablation)
    var patterns: [HeadPattern] = []
    if let text {
      let tokens = try words.tokens(text)
      patterns = try run.stage("patterns") { stage in
        try stage.progress(0, of: 1)
        return try HeadPattern.read(model, tokens.map(\.id), finding.heads(toShow: 6))
      }
      for index in patterns.indices { patterns[index].labels = tokens.map(words.label) }
    }
    return Outcome(
      report: HeadsReport(model: model, finding: finding, patterns: patterns, sequences: sequences).report(),
      facts: finding.facts)
  }
}
