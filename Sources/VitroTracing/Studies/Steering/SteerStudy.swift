internal import VitroCore
public import VitroLab
internal import VitroModels

/// Steering: a direction between two sets of texts is added while a model writes, against random directions of the same length.
public struct SteerStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `steer`.
  public static let name = "steer"
  /// What is found.
  public static let abstract =
    "Add the direction between two sets of texts to a layer, and see what the model writes then."
  /// How.
  public static let discussion = """
    \(Models.textsHelp)

    The direction is the mean residual at the last token of the text followed by each positive text, minus the same with the negative ones, at the input of --layer; several texts of a set stand apart by \
    '|'. It is added at every position, times the strength. What it does is measured by how much more probable the positive texts become as continuations than the negative ones, beside random directions of the same length.

    Of a set of two or more texts, every second one is held out: the direction is made from the others, and judged by these.

    Example: vitro model steer SmolLM2.gguf --text "I think the film was" --positive "wonderful|great" \
      --negative "terrible|awful" --layer 12 --strength 4 --generate 20
    """
  /// The model, the texts, where and how strongly.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text that the model goes on with."),
    Field("positive", \.positive, mayBeginWithMinus: true, help: "The texts to steer towards, with | between them."),
    Field("negative", \.negative, mayBeginWithMinus: true, help: "The texts to steer away from, with | between them."),
    Field("layer", \.layer, in: 0...10_000, help: "The block whose input is changed; the middle one unless given."),
    Field("strength", \.strength, in: 0...1000, help: "The largest multiple of the direction that is added."),
    Field("generate", \.generate, in: 0...100_000, help: "How many tokens to write at each strength."),
    Field(
      "controls", \.controls, in: 2...1000, help: "How many random directions are tried; fewer than 39 decide nothing."),
  ]

  /// The model's path.
  public var model: String?
  /// The text that the model goes on with.
  public var text: String?
  /// The texts to steer towards.
  public var positive: String?
  /// The texts to steer away from.
  public var negative: String?
  /// The block whose input is changed.
  public var layer: Int?
  /// The largest multiple of the direction.
  public var strength = 4.0
  /// How many tokens to write.
  public var generate = 20
  /// How many random directions are tried.
  public var controls = 39

  /// Without a model.
  public init() {}

  /// A model and three texts are needed.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    for (text, flag) in [(text, "text"), (positive, "positive"), (negative, "negative")] {
      _ = try Models.given(text, flag, Self.fullName)
    }
    for (texts, flag) in [(positive, "positive"), (negative, "negative")] where Self.split(texts).isEmpty {
      throw Models.missing("a text in --\(flag)", Self.fullName, field: flag)
    }
    if strength == 0 {
      throw VitroError(.argument, Self.fullName, "--strength 0 changes nothing", details: ["field": "strength"])
    }
  }

  /// Steers at several strengths.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    if !model.predictsNext {
      throw VitroError(
        .unsupported, Self.fullName, "'\(model.name)' does not predict the next token",
        hint: "Take a model such as GPT-2 or a Llama.")
    }
    let (positive, negative) = (Self.split(positive), Self.split(negative))
    let prompt = try SteeringPrompt(words: words, text: text ?? "", positive: positive, negative: negative)
    let vector = try run.stage("direction") { stage in
      try stage.progress(0, of: 1)
      // In place of the texts alone: the first token of a text has a residual that drowns all others.
      return try SteeringVector(
        model, positive: prompt.making.positive, negative: prompt.making.negative, layer: layer ?? model.layers / 2)
    }
    let bench = SteeringBench(words: words, prompt: prompt, vector: vector)
    let strengths = [-1, -0.5, 0, 0.5, 1].map { $0 * strength }
    let effects = try run.stage("measuring") { stage in
      try bench.effects(strengths, controls: controls, seed: stage.seed) { try stage.progress($0, of: $1) }
    }
    var texts: [SteeringBench.Written] = []
    if generate > 0 {
      texts = try run.stage("writing") { stage in
        try bench.texts(strengths, count: generate, seed: stage.seed) { try stage.progress($0, of: $1) }
      }
    }
    let finding = try SteeringFinding(
      vector: vector, strengths: strengths, effects: effects, texts: texts, isHeldOut: prompt.isHeldOut)
    return Outcome(report: finding.report(of: model, prompt: text ?? ""), facts: finding.facts)
  }

  private static func split(_ texts: String?) -> [String] {
    (texts ?? "").split(separator: "|").compactMap { text -> String? in
      let own = text.drop(while: \.isWhitespace)
      return own.lastIndex { !$0.isWhitespace }.map { String(own[...$0]) }
    }
  }
}
