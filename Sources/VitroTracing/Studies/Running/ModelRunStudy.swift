internal import VitroCore
internal import VitroFormats
public import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// A model run on a text: what it predicts, what surprises it, what its layers would answer, how it goes on.
public struct ModelRunStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `run`.
  public static let name = "run"
  /// What is shown.
  public static let abstract = "Run a model on a text: predictions, losses, logit lens, generation, recorded values."
  /// What models and texts may be.
  public static let discussion = """
    \(Models.textsHelp)

    A model of the next token tells the most probable ones after the text, and how surprising each token was (nats). A masked model fills in each [MASK]. An encoder gives \
    the hidden state of each token; their mean is the text's embedding.

    --record takes names of taps (`vitro model inspect` lists them), with * for any characters, and writes them as safetensors.

    Examples:
      vitro model run SmolLM2.gguf --text "The capital of France is" --lens --report paris
      vitro model run stories260K.bin --text "Once upon a time" --generate 60
      vitro model run gpt2 --text "In a glass" --record "blocks.*.hook_resid_post" --save taps.safetensors
    """
  /// The model, the text, and what is asked.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("top", \.top, in: 1...1000, help: "How many predictions to show."),
    Field("generate", \.generate, in: 1...1_000_000, help: "How many tokens to add to the text."),
    Field("temperature", \.temperature, in: 0...100, help: "What logits are divided by; 0 takes the most probable."),
    Field("topK", \.topK, in: 1...10_000_000, help: "Draw from the k most probable tokens alone."),
    Field("topP", \.topP, in: 0...1, help: "Draw from the most probable tokens that together hold this share."),
    Field("lens", \.lens, help: "Show what each layer would answer if it were the last."),
    Field("record", \.record, valueName: "name,…", help: "The taps to write, * standing for any characters."),
    Field("save", \.save, valueName: "file", help: "The safetensors file that --record writes."),
  ]

  /// The model's path.
  public var model: String?
  /// The text.
  public var text: String?
  /// How many predictions to show.
  public var top = 10
  /// How many tokens to add.
  public var generate: Int?
  /// What logits are divided by.
  public var temperature = 0.0
  /// Draw from the k most probable tokens alone.
  public var topK: Int?
  /// Draw from the most probable tokens that together hold this share.
  public var topP: Double?
  /// Whether each layer is read.
  public var lens = false
  /// The taps to write.
  public var record: [String] = []
  /// Where they are written.
  public var save: String?

  /// Without a model.
  public init() {}

  /// A model and a text are needed, and --record and --save go together.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    if text == nil { throw Models.missing("--text", Self.fullName, field: "text") }
    if record.isEmpty != (save == nil) {
      throw VitroError(
        .argument, Self.fullName, record.isEmpty ? "--save writes what --record names" : "--record needs --save FILE",
        hint: "Give both.", details: ["field": record.isEmpty ? "record" : "save"])
    }
    if topP == 0 { throw VitroError(.argument, Self.fullName, "--top-p 0 leaves no token", details: ["field": "topP"]) }
    if generate == nil, temperature != 0 || topK != nil || topP != nil {
      throw VitroError(
        .argument, Self.fullName, "--temperature, --top-k and --top-p say how tokens are drawn, but none are",
        hint: "Give --generate n.", details: ["field": "generate"])
    }
  }

  /// Runs the model.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    let tokens = try words.tokens(text ?? "")
    let ids = tokens.map(\.id)
    if lens { _ = try FinalLayer(model, for: "reading layers of '\(model.name)'") }
    if generate != nil, !model.predictsNext { try Self.refuseGenerating(model) }
    var result = ModelRunResult(
      words: words, text: text ?? "", tokens: tokens,
      answer: try run.stage("running") { stage in
        try stage.progress(0, of: 1)
        return try ModelAnswer(model, ids, mask: model.ownTokenizer?.mask, keeping: top)
      })
    if lens {
      result.lens = try run.stage("reading every layer") { stage in
        try stage.progress(0, of: 1)
        return try LogitLens(model, tokens: ids)
      }
    }
    if let generate {
      result.added = try run.stage("generating") { try continuation(model, ids, generate, $0) }
    }
    if let save { result.recorded = try write(model, ids, to: save, run) }
    return Outcome(report: try result.report(), facts: try result.facts())
  }

  private static func refuseGenerating(_ model: LanguageModel) throws {
    throw VitroError(
      .unsupported, fullName, "'\(model.name)' does not predict the next token, so it cannot go on with a text",
      hint: "Take a model such as GPT-2 or a Llama.", details: ["field": "generate"])
  }

  private func continuation(
    _ model: LanguageModel, _ tokens: [Int], _ count: Int, _ stage: Stage
  ) throws -> ModelRunResult.Continuation {
    var generation = Generation(count: count)
    (generation.temperature, generation.topK, generation.topP) = (temperature, topK, topP)
    generation.seed = stage.seed
    generation.ends = Set([model.ownTokenizer?.end].compactMap(\.self))
    var done = 0
    let added = try model.generate(after: tokens, generation) { _ in
      done += 1
      try stage.progress(done, of: count)
      return true
    }
    // One more run says how probable each of them was.
    let losses =
      added.isEmpty ? [] : try ModelAnswer(model, tokens + added, mask: nil, keeping: 1).losses.suffix(added.count)
    return ModelRunResult.Continuation(tokens: added, losses: Array(losses))
  }

  private func write(_ model: LanguageModel, _ tokens: [Int], to path: String, _ run: Run) throws -> [String] {
    let taps = try model.network.taps(.names(record))
    try run.checkpoint("recording")
    let values = try model.run([tokens], recording: .names(taps), needsOutputs: false)
    try Safetensors.write(
      taps.map { ($0, try values.value(at: $0, text: 0).raw) },
      metadata: ["model": model.name, "tokens": tokens.map(String.init).joined(separator: " ")], to: path)
    return taps
  }
}
