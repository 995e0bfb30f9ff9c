internal import VitroCore
public import VitroLab
internal import VitroModels

/// What each layer of a model still holds of each word.
public struct RetentionStudy: Experiment {
  /// `vitro information …`.
  public static var group: (any ExperimentGroup.Type)? { Information.self }
  /// `measure`.
  public static let name = "measure"
  /// What is found.
  public static let abstract = "Measure how much of each word each layer still holds, in nats."
  /// How it is measured.
  public static let discussion = """
    Noise is added to the words' vectors, to each as much as it can take while a layer's value stays put: its mean squared change is held at --distortion, in units \
    of its variance over reference texts. Where a word can take much noise, the layer has forgotten it. log σ + ½ log 2πe is the entropy of the word given the \
    layer, per dimension; 'kept' brings it to 0 … 1.

    Every result says how far it is from the exact condition of an optimum (residual), and its interval over independent seeds. --form penalty is the published \
    objective.

    Example:
      vitro information measure all-MiniLM-L6-v2 --text "A rare bird has more than enough charm." --report forgotten
    """
  /// The model, the texts, and what decides the numbers.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Information.modelHelp),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("data", path: \.data, help: "A file of texts in place of one: a line each, or a table with labels."),
    Field("texts", \.texts, in: 1...100_000, help: "The most texts of the file."),
    Field("layers", \.layers, help: Information.layersHelp),
    Field("reference", path: \.reference, help: Information.referenceHelp),
    Field("form", \.form, help: "Hold the distortion fixed, or penalize it as published."),
    Field("distortion", \.distortion, help: "The change that a layer's value may have, in its variance."),
    Field("rate", \.rate, help: "The published form's weight of the entropy."),
    Field("scale", \.scale, help: "The published form's largest σ; ten times the words' spread unless given."),
    Field(
      "floor", \.floor,
      help: "The share of the mean spread of a layer's coordinates that each has at least; 1 takes one spread for all."),
    Field("cap", \.cap, help: "The noise, in the words' spread, at which nothing of a word is kept."),
    Field("samples", \.samples, in: 100...16_777_216, help: "Forward and backward passes for each text and layer."),
    Field(
      "mostSamples", \.mostSamples, in: 0...268_435_456,
      help:
        "The most passes for each text and layer, for results that have not converged by then; sixteen times as many unless given, 0 for no more."
    ),
    Field(
      "calibrate", \.calibrate, help: "Measure with other choices of distortion, spread and passes, too, and compare."),
    Field("decode", \.decode, help: "Add the decoder's view: which words a line can read off each layer."),
    Field("bits", \.bits, help: "Say entropies in bits."),
  ]

  /// The two forms.
  public enum Form: String, FieldValue, CaseIterable {
    /// The distortion is fixed.
    case distortion
    /// The distortion is penalized, as published.
    case penalty
  }

  /// The model's path.
  public var model: String?
  /// The text.
  public var text: String?
  /// The path of a file of texts.
  public var data: String?
  /// The most texts of the file.
  public var texts = 20
  /// The values to ask about.
  public var layers: [String] = []
  /// The path of the reference texts.
  public var reference: String?
  /// The form.
  public var form = Form.distortion
  /// The distortion that is allowed.
  public var distortion = InformationSettings.usualDistortion
  /// The published form's rate.
  public var rate = 0.1
  /// The published form's scale.
  public var scale: Double?
  /// The share of the mean spread that each coordinate has at least.
  public var floor = 0.1
  /// The largest σ in the words' spread.
  public var cap = 3.0
  /// The budget.
  public var samples = 600
  /// The most passes where the budget is not enough to converge; sixteen times the budget unless given.
  public var mostSamples: Int?
  /// Whether other distortions are compared.
  public var calibrate = false
  /// Whether the decoder's view is added.
  public var decode = false
  /// Whether entropies are in bits.
  public var bits = false

  /// Without a model.
  public init() {}

  /// A model, texts and settings that can work are needed.
  public func validate() throws {
    guard model?.isEmpty == false else {
      throw VitroError(
        .argument, Self.fullName, "MODEL, a directory or file, is missing", details: ["field": "model"])
    }
    guard text.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
      throw VitroError(
        .argument, Self.fullName, "--text is empty", hint: "Give words: --text \"A rare bird.\".",
        details: ["field": "text"])
    }
    guard (text == nil) != (data == nil) || usesSample && text == nil else {
      throw VitroError(
        .argument, Self.fullName, text == nil ? "no text is given" : "--text and --data both give texts",
        hint: "Give --text TEXT or --data FILE.", details: ["field": "text"])
    }
    try settings(spread: 1, seed: 0).validate()
  }

  private func settings(spread: Double, seed: UInt64, _ choice: Choice = .given) -> InformationSettings {
    let samples = max(InformationSettings.fewestSamples, Int(Double(samples) * choice.samples))
    // Other choices are compared at the budget that is named, for one of them is half of it.
    let most = choice.isGiven ? InformationSettings.most(mostSamples, samples: samples) : samples
    switch form {
    case .distortion:
      return InformationSettings(
        distortion: distortion * choice.distortion, cap: cap, samples: samples, mostSamples: most, seed: seed)
    case .penalty:
      return InformationSettings(
        form: .penalty(rate: rate * choice.distortion, scale: scale ?? 10 * spread), cap: cap, samples: samples,
        mostSamples: most, seed: seed)
    }
  }

  /// Another choice of what decides the numbers, each with noise of its own.
  struct Choice: Sendable {
    let name: String
    /// The share of the distortion, or rate, and of the passes.
    var distortion = 1.0
    var samples = 1.0
    /// Whether all coordinates of a layer have one spread.
    var hasOneSpread = false

    init(_ name: String) { self.name = name }

    /// What the command was asked for.
    static let given = Choice("as given")
    var isGiven: Bool { name == Self.given.name }

    /// What --calibrate compares with; the first is the same with other noise.
    static var all: [Choice] {
      var (same, quarter, four) = (Choice("other seeds"), Choice("¼ δ"), Choice("4 δ"))
      var (half, spread) = (Choice("half the passes"), Choice("one spread a layer"))
      same.samples = 1
      quarter.distortion = 0.25
      four.distortion = 4
      half.samples = 0.5
      spread.hasOneSpread = true
      return [same, quarter, four, half, spread]
    }
  }

  /// Measures.
  public func run(_ run: Run) throws -> Outcome {
    let input = InformationInput(Self.fullName, run)
    let network = try input.network(model)
    let texts =
      try usesSample && data == nil
      ? Self.sample.map { try input.fitting($0, network) }
      : input.texts(text, data, atMost: texts, for: network)
    let features = try input.features(layers, of: network)
    let reference = try input.reference(reference, atMost: Self.referenceTexts, for: network)
    let scales = try FeatureScales(network, features, over: reference, floor: floor)
    func measured(
      _ name: String, _ choice: Choice = .given, seed: UInt64
    ) throws
      -> [[RetainedInformation]]
    {
      try run.stage(name) { stage in
        let scales =
          try choice.hasOneSpread ? FeatureScales(network, features, over: reference, floor: 1) : scales
        let settings = settings(spread: scales.wordSpread, seed: seed, choice)
        return try InformationMeasure(network, scales, settings: settings)(texts, features) { done, total in
          try stage.checkpoint(name)
          stage.update(ProgressUpdate(name, completed: done, of: total))
        }
      }
    }
    let found = try measured("measuring", seed: run.seed)
    var result = RetentionResult(
      model: network.name, texts: texts, features: features, found: found, scales: scales,
      settings: settings(spread: scales.wordSpread, seed: run.seed), isBuiltInReference: self.reference == nil,
      inBits: bits)
    result.unknownToken = network.model?.ownTokenizer?.unknown
    if calibrate {
      result.calibration = try Choice.all.enumerated().map { number, choice in
        (choice.name, try measured("with \(choice.name)", choice, seed: run.seed &+ UInt64(number) &+ 1))
      }
    }
    if decode {
      let decoded = Array(features.filter { (try? network.hasRows($0.tap)) == true })
      result.decoded = try run.stage("decoding") { stage in
        try decoded.enumerated().map { number, feature in
          try stage.checkpoint("decoding")
          let view = try FeatureDecoder(network, feature, learning: reference, seed: run.seed)
            .reconstruction(of: texts[0])
          stage.update(ProgressUpdate("decoding", completed: number + 1, of: decoded.count))
          return view
        }
      }
    }
    return Outcome(report: try result.report(), facts: result.facts)
  }

  /// Whether built-in sentences are measured where no text is given, as `examine` asks for.
  package var usesSample = false

  /// Sentences to show a model with when none is given.
  private static var sample: [String] { Array(ReferenceTexts.sentences[5...7]) }

  /// The most texts that spreads are measured over.
  static let referenceTexts = 200
}
