internal import VitroCore
public import VitroData
internal import VitroFitting
public import VitroLab

/// Concept depth: what each layer of a language model makes linearly readable of labelled texts, and at which layer it becomes so.
///
/// ```swift
/// var study = TextProbing()
/// study.model = "my-network"
/// study.data = "films.csv"
/// study.groupColumn = "film"
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
///
/// The jump point and the converge point are those of Jin et al., *Exploring Concept Depth* (COLING 2025, arXiv:2404.07066): of the accuracies α₀ … α_d
/// of probes at the layers and their ratios βᵢ = αᵢ / αᵢ₋₁ the first layer with βᵢ ≥ 1.1 and the last one with |βᵢ − 1| < 0.03. Layer 0 is
/// the embedding here, before any block; theirs begin with what leaves the first block.
public struct TextProbing: Experiment {
  /// `vitro probe …`.
  public static var group: (any ExperimentGroup.Type)? { Probing.self }
  /// `text`.
  public static let name = "text"
  /// What is asked.
  public static let abstract = "Texts: at which layer of a language model a concept becomes linearly readable."
  /// What it does, and with what.
  public static let discussion = """
    Runs a language model over labelled texts, takes each text's last token (or its mean, its first token, or any other) at \
    every layer, and fits probes to it. Every probe stands beside its control and the majority class. The report shows the \
    accuracy by layer with the jump point (the first layer a tenth better than the one before) and the converge point (the \
    last layer whose change is under 3 %), both with intervals.

    DATA is a table as it is published: CSV or TSV, with or without a header, or lines that begin with their label. With \
    --group-column no group (a city, an author) is both fitted to and judged on: without it a probe may know its test \
    texts' subjects by heart.

    Example: vitro probe text --model SmolLM2-135M --data cities.csv --text-column statement --label-column label --group-column city
    """
  /// What is probed, by what, and how much it may take.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, valueName: "dir", help: "The language model: a directory, a GGUF file, a network."),
    Field("data", path: \.data, valueName: "file", help: "The table of labelled texts."),
    Field("textColumn", \.textColumn, valueName: "column", help: "The column of texts; by itself it is found out."),
    Field("labelColumn", \.labelColumn, valueName: "column", help: "The column of labels; by itself it is found out."),
    Field("groupColumn", \.groupColumn, valueName: "column", help: "The column of what texts belong to."),
    Field(
      "token", \.token, valueName: "token", mayBeginWithMinus: true,
      help: "What stands for a text: last, first, mean, or a token's number, negative ones from the end."),
    Field(
      "prompt", \.prompt, valueName: "text", help: "What to put around each text: any words with {text} among them."),
    Field("probes", \.probes, valueName: "kind,…", help: "The kinds of probes: \(ProbeChoice.kindNames)."),
    Field(
      "taps", \.taps, valueName: "tap,…",
      help: "The values to probe, * for any characters; by itself the states of all layers."),
    Field("untrained", \.untrained, help: "Probe the same architecture with random weights too."),
    Field("raw", \.raw, help: "Fit to activations as they are, not to standardized ones."),
    Field("balanced", \.balanced, help: "Let every class count alike while fitting, not every text."),
    Field("neurons", \.neurons, in: 1...65_536, help: "How many neurons a k-sparse probe may read."),
    Field("hidden", \.hidden, in: 1...65_536, help: "The hidden units of an MLP."),
    Field("folds", \.folds, in: 0...100, help: "Cross-validate over so many folds; 0 to divide at random."),
    Field(
      "repeats", \.repeats, in: 1...100,
      help: "Divide the texts so many times anew, for intervals over divisions; by itself 5 times."),
    Field("code", \.code, help: "Measure the online code length of the labels too (Voita & Titov, 2020)."),
    Field("limit", \.limit, in: 10...1_000_000_000, help: "The most texts; whole groups and all classes alike."),
    Field("precision", \.precision, help: "How activations are kept on disk."),
    Field(
      "memory", \.memory, in: 1...1_048_576,
      help: "The most MiB that activations in a run of the model, on their way to disk, and at one value may take."),
    Field("disk", \.disk, in: 1...1_073_741_824, help: "The most MiB that activations may take on disk."),
  ]

  /// The model's path.
  public var model: String?
  /// The path of the labelled texts.
  public var data: String?
  /// The column of texts.
  public var textColumn: String?
  /// The column of labels.
  public var labelColumn: String?
  /// The column of what texts belong to.
  public var groupColumn: String?
  /// What stands for a text: `last`, `first`, `mean`, or a token's number.
  public var token = "last"
  /// What stands around each text, with `{text}` in its place.
  public var prompt: String?
  /// The kinds of probes; jump and converge points are told of each, the picture shows the first.
  public var probes: [ProbeKind] = [.logistic]
  /// The taps, or patterns of taps; without any the states of all layers.
  public var taps: [String] = []
  /// Whether the same architecture with random weights is probed too.
  public var untrained = false
  /// Whether activations are left as they are, and not standardized.
  public var raw = false
  /// Whether every class counts alike while fitting.
  public var balanced = false
  /// How many neurons a k-sparse probe may read.
  public var neurons = 16
  /// The hidden units of an MLP.
  public var hidden = 64
  /// The number of folds, 0 for random divisions.
  public var folds = 0
  /// How many times the texts are divided anew.
  public var repeats: Int?
  /// Whether the online code length is measured too.
  public var code = false
  /// The most texts.
  public var limit: Int?
  /// How activations are kept on disk.
  public var precision = ActivationStore.Precision.float32
  /// The most MiB of activations at once.
  public var memory = 1024
  /// The most MiB of activations on disk.
  public var disk: Int?

  /// A logistic probe at the last token of every layer; model and data are missing.
  public init() {}

  private static let usualRepeats = 5

  /// A model and data are needed, and kinds, tokens and divisions that make sense.
  public func validate() throws {
    func refuse(_ field: String, _ message: String, hint: String? = nil) -> VitroError {
      VitroError(.argument, Self.fullName, message, hint: hint, details: ["field": field])
    }
    let example = "Such as 'vitro probe text --model SmolLM2-135M --data cities.csv'."
    guard let model, !model.isEmpty else {
      throw refuse("model", "--model is missing: name the language model", hint: example)
    }
    guard let data, !data.isEmpty else {
      throw refuse("data", "--data is missing: name the labelled texts to probe '\(model)' on", hint: example)
    }
    _ = try TokenChoice(token)
    if let prompt, !prompt.contains(ProbedTexts.placeholder) {
      throw refuse(
        "prompt", "the prompt '\(prompt)' has no place for the text", hint: "Write {text} where the text shall stand.")
    }
    try choice.check(for: Self.fullName, taps: taps, folds: folds, repeats: repeats ?? 1)
  }

  /// Records, probes, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let subject = try ProbedTexts(self, run)
    let trained = try run.stage("probing") { stage in try TextReader(self, subject, stage).read() }
    let random =
      untrained
      ? try run.stage("probing random weights") { stage in
        try TextReader(self, subject.untrained(seed: stage.seed), stage).read()
      } : nil
    let result = try TextProbingResult(self, subject, trained, random, seed: run.seed)
    return Outcome(report: try result.report(), facts: result.facts)
  }

  /// How many times the texts are divided.
  var divisions: Int { folds > 0 ? 1 : repeats ?? Self.usualRepeats }

  /// Which probes are fitted, and how.
  var choice: ProbeChoice {
    ProbeChoice(
      kinds: probes, standardizing: !raw, balanced: balanced, neurons: neurons, hidden: hidden, code: code)
  }
}
