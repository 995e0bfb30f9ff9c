internal import VitroCore
public import VitroLab
internal import VitroModels

/// Methods side by side: which words matter to each layer, or to the answer, by each of them.
public struct MethodsStudy: Experiment {
  /// `vitro information …`.
  public static var group: (any ExperimentGroup.Type)? { Information.self }
  /// `methods`.
  public static let name = "methods"
  /// What is shown.
  public static let abstract = "Ask other methods which words matter to each layer, or to the answer."
  /// What the methods are.
  public static var discussion: String {
    """
    Methods, all of them unless --method names some:

    \(AttributionMethods.all.map { "  \($0.name): \($0.abstract)" }.joined(separator: "\n"))

    Each says of which layers it says nothing, and why. --target answer asks about the score of a class, or of the next token, instead.

    Example:
      vitro information methods sst2-lstm --text "A rare bird." --reference sst2_dev.tsv --method lrp --report lrp
    """
  }
  /// The model, the text and the methods.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Information.modelHelp),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("method", \.method, help: "Methods; all unless named."),
    Field("layers", \.layers, help: Information.layersHelp),
    Field("target", \.target, help: "What words are to matter to: each layer's value, or the answer."),
    Field(
      "class", \.classNumber, in: 0...1e9, help: "The class or next token that is the answer; the highest unless given."
    ),
    Field("reference", path: \.reference, help: Information.referenceHelp),
  ]

  /// The model's path.
  public var model: String?
  /// The text.
  public var text: String?
  /// The methods.
  public var method: [String] = []
  /// The layers.
  public var layers: [String] = []
  /// What words are to matter to.
  public var target = MethodsComparison.Target.feature
  /// The class or next token.
  public var classNumber: Int?
  /// The file of reference texts.
  public var reference: String?

  /// Without a model.
  public init() {}

  /// A model and a text are needed, and methods that exist.
  public func validate() throws {
    for (value, what, field) in [(model, "MODEL, a directory or file,", "model"), (text, "--text", "text")]
    where value?.isEmpty ?? true {
      throw VitroError(.argument, Self.fullName, "\(what) is missing", details: ["field": field])
    }
    guard text?.allSatisfy(\.isWhitespace) == false else {
      throw VitroError(
        .argument, Self.fullName, "--text is empty", hint: "Give words: --text \"A rare bird.\".",
        details: ["field": "text"])
    }
    for name in method { _ = try AttributionMethods.named(name) }
    for layer in layers { _ = try Feature(parsing: layer) }
  }

  /// Asks every method.
  public func run(_ run: Run) throws -> Outcome {
    let input = InformationInput(Self.fullName, run)
    let network = try input.network(model)
    let text = try network.text(text ?? "")
    let features = try input.features(layers, of: network)
    let reference = try input.reference(reference, atMost: RetentionStudy.referenceTexts, for: network)
    let names = method.isEmpty ? AttributionMethods.all.map { $0.name } : method
    let comparison = try run.stage("attributing") { stage in
      let answer = Feature(network.answer, at: network.answersEachWord ? -1 : nil)
      let scales = try FeatureScales(network, target == .answer ? [answer] : features, over: reference) { done, all in
        try stage.show(done, of: all, "spreads")
      }
      return try MethodsComparison(
        network, text, layers: features, names, about: target, answer: classNumber, scales: scales, seed: run.seed
      ) { try stage.show($0, of: $1, $2) }
    }
    let result = MethodsResult(
      comparison: comparison, model: network.name, answer: answer(comparison.answer, network),
      isBuiltInReference: self.reference == nil)
    return Outcome(report: result.report(), facts: result.facts)
  }

  /// What the answer is called.
  private func answer(_ number: Int, _ network: WordNetwork) -> String {
    if let classes = network.classes, classes.indices.contains(number) { return classes[number] }
    guard network.answersEachWord, let model = network.model else { return "\(number)" }
    return ModelWords(model).word(number)
  }
}

extension MethodsComparison.Target: FieldValue {}

extension Stage {
  /// Shows how far work has come, and stops it when that is asked.
  fileprivate func show(_ done: Int, of total: Int, _ detail: String) throws {
    try checkpoint(name)
    update(ProgressUpdate(name, completed: done, of: total, detail: detail))
  }
}
