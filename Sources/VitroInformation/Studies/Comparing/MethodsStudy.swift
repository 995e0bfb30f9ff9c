internal import Foundation
internal import VitroCore
internal import VitroData
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
    MODEL is a directory with config.json or network.json, a .gguf file or a llama2.c checkpoint. Methods, all of them unless --method names some:

    \(AttributionMethods.all.map { "  \($0.name): \($0.abstract)" }.joined(separator: "\n"))

    Each says of which layers it says nothing, and why. --reference is a table or a file of lines with texts to take the spread of features and the mean word from: \
    some dozens like the one asked about. Without it the text's own words serve, which is rough.

    Example:
      vitro information methods --model sst2-lstm --text "A rare bird." --reference sst2_dev.tsv --method lrp --report lrp
    """
  }
  /// The model, the text and the methods.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, help: "The model."),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
    Field("method", \.method, help: "Methods; all unless named."),
    Field("layers", \.layers, help: "Layers, as 'tap' or 'tap@-1'; all hidden states unless named."),
    Field("target", \.target, help: "What words are to matter to: each layer's value, or the answer."),
    Field(
      "class", \.classNumber, in: 0...1e9, help: "The class or next token that is the answer; the highest unless given."
    ),
    Field("reference", path: \.reference, help: "Texts to take the spread of features from."),
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
    for (value, field) in [(model, "model"), (text, "text")] where value?.isEmpty ?? true {
      throw VitroError(.argument, Self.fullName, "--\(field) is missing", details: ["field": field])
    }
    for name in method { _ = try AttributionMethods.named(name) }
    for layer in layers { _ = try Feature(parsing: layer) }
  }

  /// Asks every method.
  public func run(_ run: Run) throws -> Outcome {
    let model = try LanguageModel(model ?? "")
    try run.read(files: model.files, as: self.model ?? "", role: "model")
    let network = try WordNetwork(model)
    let text = try network.text(text ?? "")
    let features =
      try layers.isEmpty ? network.hiddenStates.map { Feature($0) } : layers.map { try Feature(parsing: $0) }
    try network.check(features)
    let references = try references(network, text, in: run)
    let names = method.isEmpty ? AttributionMethods.all.map { $0.name } : method
    let comparison = try run.stage("attributing") { stage in
      let scales = try FeatureScales(network, target == .answer ? [] : features, over: references) { done, all in
        try stage.show(done, of: all, "spreads")
      }
      return try MethodsComparison(
        network, text, layers: features, names, about: target, answer: classNumber, scales: scales, seed: run.seed
      ) { try stage.show($0, of: $1, $2) }
    }
    let result = MethodsResult(
      comparison: comparison, model: network.name, answer: answer(comparison.answer, network),
      references: reference == nil ? 0 : references.count)
    return Outcome(report: result.report(), facts: result.facts)
  }

  /// What the answer is called.
  private func answer(_ number: Int, _ network: WordNetwork) -> String {
    if let classes = network.classes, classes.indices.contains(number) { return classes[number] }
    guard network.answersEachWord, let model = network.model else { return "\(number)" }
    return ModelWords(model).word(number)
  }

  /// The texts that spreads are taken over; those that are too long for the model, or empty, are left out.
  private func references(_ network: WordNetwork, _ text: WordText, in run: Run) throws -> [WordText] {
    guard let reference, !reference.isEmpty else { return [text] }
    let lines: [String]
    if let table = try? LabeledTexts(reference) {
      lines = table.texts
    } else {
      let content = try String(decoding: Data(contentsOf: URL(filePath: reference)), as: UTF8.self)
      lines = content.split(whereSeparator: \.isNewline).map(String.init)
    }
    try run.read(files: [reference], as: reference, role: "reference")
    let texts = lines.prefix(Self.referenceLimit).compactMap { try? network.text($0) }
    guard !texts.isEmpty else {
      throw VitroError(
        .argument, Self.fullName, "'\(reference)' has no text that the model takes", details: ["field": "reference"])
    }
    return texts
  }

  private static let referenceLimit = 1000
}

extension MethodsComparison.Target: FieldValue {}

extension Stage {
  /// Shows how far work has come, and stops it when that is asked.
  fileprivate func show(_ done: Int, of total: Int, _ detail: String) throws {
    try checkpoint(name)
    update(ProgressUpdate(name, completed: done, of: total, detail: detail))
  }
}
