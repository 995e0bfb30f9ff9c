internal import Foundation
internal import VitroCore
internal import VitroFormats
public import VitroLab
internal import VitroModels

/// What a model loses on texts without each of its parts.
public struct AblateStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `ablate`.
  public static let name = "ablate"
  /// What is found.
  public static let abstract =
    "Take each head or block part out of a model, and measure what its loss on texts rises by."
  /// How.
  public static let discussion = """
    \(Models.textsHelp)

    --data is a file with a text on each line. A part's output is replaced by zeros, by its mean over the texts, or (resample) by what it is on another text; resampling cuts all texts to the \
    length of the shortest. Intervals are of the paired bootstrap over texts.

    Example: vitro model ablate SmolLM2.gguf --data sentences.txt --parts outputs --by mean --report parts
    """
  /// The model, the texts, and what is taken out.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("data", path: \.data, help: "A file with a text on each line."),
    Field("text", \.text, mayBeginWithMinus: true, help: "One text, in place of a file."),
    Field("parts", \.parts, help: "What is taken out, one at a time: each head, or each block's two outputs."),
    Field("by", \.by, help: "What takes a part's place."),
    Field("texts", \.texts, in: 1...1_000_000, help: "The most texts of the file."),
    Field("length", \.length, in: 2...1_000_000, help: "The most tokens of a text; longer ones are cut."),
  ]

  /// The model's path.
  public var model: String?
  /// The path of a file of texts.
  public var data: String?
  /// One text.
  public var text: String?
  /// What is taken out.
  public var parts = Ablation.Parts.heads
  /// What takes a part's place.
  public var by = AblationKind.mean
  /// The most texts.
  public var texts = 32
  /// The most tokens of a text.
  public var length = 64

  /// Without a model.
  public init() {}

  /// A model and either a file or a text are needed.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    guard (data == nil) != (text == nil) else {
      throw VitroError(
        .argument, Self.fullName, data == nil ? "no texts are given" : "--data and --text both give texts",
        hint: "Give --data FILE or --text TEXT.", details: ["field": "data"])
    }
    if by == .resample, text != nil {
      throw VitroError(
        .argument, Self.fullName, "resampling takes a part's output from another text, but there is one text",
        hint: "Give --data FILE, or --by mean.", details: ["field": "by"])
    }
  }

  /// Takes out every part.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    if let data { try run.read(data, role: "texts") }
    let texts = try cut(lines().map { try words.cut($0).map(\.id) })
    let ablation = try run.stage("taking parts out") { stage in
      try Ablation(model, texts: texts, of: parts, by: by) { try stage.progress($0, of: $1) }
    }
    let finding = try AblationFinding(ablation, seed: run.seed)
    return Outcome(
      report: finding.report(of: model, parts: parts, tokens: texts.reduce(0) { $0 + $1.count }),
      facts: finding.facts)
  }

  private func lines() throws -> [String] {
    if let text { return [text] }
    let path = data ?? ""
    let bytes = try FileBytes(path: path)
    let whole = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    return whole.split(whereSeparator: \.isNewline).lazy.filter { !$0.allSatisfy(\.isWhitespace) }.prefix(texts)
      .map(String.init)
  }

  /// Texts of two tokens at least and of the length that is asked; all of one length for resampling.
  private func cut(_ all: [[Int]]) throws -> [[Int]] {
    let long = all.filter { $0.count >= 2 }.map { Array($0.prefix(length)) }
    guard let shortest = long.map(\.count).min() else {
      throw VitroError(
        .argument, Self.fullName, "no text has two tokens, and the first has nothing to be predicted from",
        details: ["field": data == nil ? "text" : "data"])
    }
    return by == .resample ? long.map { Array($0.prefix(shortest)) } : long
  }
}

extension Ablation.Parts: FieldValue {}
extension AblationKind: FieldValue {}
