internal import VitroCore
public import VitroLab
internal import VitroModels

/// Direct logit attribution: what each head and each feed-forward part adds to an answer.
public struct AttributeStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `attribute`.
  public static let name = "attribute"
  /// What is found.
  public static let abstract = "Split an answer's logit into what each head and each feed-forward part adds to it."
  /// How.
  public static let discussion = """
    \(Models.textsHelp)

    The last residual is a sum of what all parts write. With the last normalization's scale held, the logit of the answer at the last position (minus that of --wrong) is the sum of the parts' shares, \
    exactly. An answer is one token: after a word, the one that begins with a space; '#412' names a token by its number.

    Example: vitro model attribute SmolLM2.gguf --text "The capital of France is" --answer Paris --wrong Rome --report parts
    """
  /// The model, the text and the answers.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("answer", \.answer, mayBeginWithMinus: true, help: "The token whose logit is split."),
    Field("wrong", \.wrong, mayBeginWithMinus: true, help: "A token to compare with: the difference is split."),
  ]

  /// The model's path.
  public var model: String?
  /// The text.
  public var text: String?
  /// The token whose logit is split.
  public var answer: String?
  /// A token to compare with.
  public var wrong: String?

  /// Without a model.
  public init() {}

  /// A model, a text and an answer are needed.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    for (text, flag) in [(text, "text"), (answer, "answer")] { _ = try Models.given(text, flag, Self.fullName) }
  }

  /// Splits the logit.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    let text = text ?? ""
    let tokens = try words.tokens(text)
    let answer = try words.answer(answer ?? "", after: text, field: "answer")
    let wrong = try wrong.map { try words.answer($0, after: text, field: "wrong") }
    let attribution = try run.stage("attributing") { stage in
      try stage.progress(0, of: 1)
      return try DirectAttribution(model, tokens: tokens.map(\.id), answer: answer, wrong: wrong)
    }
    let result = AttributionResult(words: words, answer: answer, wrong: wrong, attribution: attribution)
    return Outcome(report: result.report(), facts: result.facts)
  }
}
