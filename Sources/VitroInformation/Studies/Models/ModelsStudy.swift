internal import VitroCore
public import VitroLab
internal import VitroModels

/// Two models side by side: what each still holds of the same words, in one unit.
public struct ModelsStudy: Experiment {
  /// `vitro information …`.
  public static var group: (any ExperimentGroup.Type)? { Information.self }
  /// `compare`.
  public static let name = "compare"
  /// What is found.
  public static let abstract = "Lay two models side by side: what each layer still holds of the same words."
  /// What makes them comparable.
  public static let discussion = """
    Both are measured at the same distortion in units of their own layers' variance, and noise is counted in units of their own words' spread, so that neither the \
    scale of a layer nor of an embedding matters. Words are the text's own, between spaces; a word of several tokens has their mean.

    Example:
      vitro information compare all-MiniLM-L6-v2 gpt2 --data sentences.txt --texts 20 --report side-by-side
    """
  /// The models, the texts, and what decides the numbers.
  public static let fields: [Field<Self>] = [
    Field(
      "first", path: \.first, isPositional: true, help: "A model: a directory, a .gguf file, or a llama2.c checkpoint."),
    Field("second", path: \.second, isPositional: true, help: "Another model."),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("data", path: \.data, help: "A file of texts in place of one: a line each, or a table with labels."),
    Field("texts", \.texts, in: 1...100_000, help: "The most texts of the file."),
    Field("reference", path: \.reference, help: Information.referenceHelp),
    Field("distortion", \.distortion, help: "The change that a layer's value may have, in its variance."),
    Field("samples", \.samples, in: 100...16_777_216, help: "Forward and backward passes for each text and layer."),
    Field(
      "mostSamples", \.mostSamples, in: 0...268_435_456,
      help:
        "The most passes for each text and layer, for results that have not converged by then; sixteen times as many unless given, 0 for no more."
    ),
  ]

  /// A model's path.
  public var first: String?
  /// Another model's path.
  public var second: String?
  /// The text.
  public var text: String?
  /// The path of a file of texts.
  public var data: String?
  /// The most texts of the file.
  public var texts = 20
  /// The path of the reference texts.
  public var reference: String?
  /// The distortion that is allowed.
  public var distortion = InformationSettings.usualDistortion
  /// The budget.
  public var samples = 600
  /// The most passes where the budget is not enough to converge; sixteen times the budget unless given.
  public var mostSamples: Int?

  /// Without models.
  public init() {}

  /// Two models, texts and settings that can work are needed.
  public func validate() throws {
    for (path, field) in [(first, "first"), (second, "second")] where path?.isEmpty != false {
      throw VitroError(
        .argument, Self.fullName, "the \(field) MODEL, a directory or file, is missing", details: ["field": field])
    }
    guard text.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
      throw VitroError(
        .argument, Self.fullName, "--text is empty", hint: "Give words: --text \"A rare bird.\".",
        details: ["field": "text"])
    }
    guard (text == nil) != (data == nil) else {
      throw VitroError(
        .argument, Self.fullName, text == nil ? "no text is given" : "--text and --data both give texts",
        hint: "Give --text TEXT or --data FILE.", details: ["field": "text"])
    }
    try InformationSettings(
      distortion: distortion, samples: samples, mostSamples: InformationSettings.most(mostSamples, samples: samples)
    ).validate()
  }

  /// Measures both.
  public func run(_ run: Run) throws -> Outcome {
    let input = InformationInput(Self.fullName, run)
    let lines = try text.map { [$0] } ?? input.texts(in: data ?? "", atMost: texts, role: "texts")
    // Both are opened and read before either is measured.
    let subjects = try [(first, "first"), (second, "second")].map { path, field in
      let network = try input.network(path, field: field)
      let reference = try input.reference(reference, atMost: RetentionStudy.referenceTexts, for: network)
      return (
        field: field, network: network, texts: try lines.map { try input.fitting($0, network) }, reference: reference
      )
    }
    let models = try subjects.map { subject in
      let features = try input.features([], of: subject.network)
      let scales = try FeatureScales(subject.network, features, over: subject.reference)
      let name = "measuring the \(subject.field) model"
      let found = try run.stage(name) { stage in
        let settings = InformationSettings(
          distortion: distortion, samples: samples,
          mostSamples: InformationSettings.most(mostSamples, samples: samples), seed: run.seed)
        let measure = try InformationMeasure(subject.network, scales, settings: settings)
        return try measure(subject.texts, features) { done, total in
          try stage.checkpoint(name)
          stage.update(ProgressUpdate(name, completed: done, of: total))
        }
      }
      return ComparedModel(
        name: subject.network.name, lines: lines, texts: subject.texts, features: features, found: found,
        spread: scales.wordSpread)
    }
    let result = ComparisonResult(first: models[0], second: models[1], lines: lines)
    return Outcome(report: try result.report(), facts: result.facts)
  }
}
