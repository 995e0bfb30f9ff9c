internal import VitroCore
public import VitroLab
internal import VitroModels

/// A text as a model's tokenizer cuts it.
public struct TokensStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `tokens`.
  public static let name = "tokens"
  /// What is shown.
  public static let abstract = "Cut a text into a model's tokens, each with its place in the text."
  /// What the places are.
  public static let discussion = """
    Places are counted in Unicode scalars of the text; special tokens that the model expects around it stand for no place.

    Example: vitro model tokens all-MiniLM-L6-v2 --text "A café in Zürich"
    """
  /// The model and the text.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("text", \.text, mayBeginWithMinus: true, help: "The text."),
  ]

  /// The model's path.
  public var model: String?
  /// The text.
  public var text: String?

  /// Without a model.
  public init() {}

  /// A model and a text are needed.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    if text == nil { throw Models.missing("--text", Self.fullName, field: "text") }
  }

  /// Opens the model and cuts the text.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let text = text ?? ""
    let tokens = try ModelWords(model).cut(text)
    return Outcome(
      report: report(model, text, tokens),
      facts: [
        "tokens": .array(
          tokens.map {
            [
              "id": .integer($0.id), "text": .string($0.text), "start": .integer($0.range.lowerBound),
              "end": .integer($0.range.upperBound),
            ]
          })
      ])
  }

  /// The most tokens in a report.
  private static let shownTokens = 2000

  private func report(_ model: LanguageModel, _ text: String, _ tokens: [Tokenizer.Token]) -> Report {
    let words = tokens.count { !$0.isSpecial }
    let scalars = text.unicodeScalars.count
    // A longer list says no more to a person; the facts have all tokens.
    let shown = tokens.prefix(Self.shownTokens)
    let cut = shown.count < tokens.count ? " The first \(shown.count) of \(tokens.count)." : ""
    let strip = Figure(
      "Tokens", caption: RichText("Each token on the text, coloured by its number.\(cut)"),
      .tokens(
        TokenFigure(
          rows: [
            TokenFigure.Row(
              tokens: shown.map(\.text), values: shown.map { Double($0.id) },
              details: shown.map {
                "\($0.id), \($0.piece)"
                  + ($0.range.isEmpty ? "" : ", scalars \($0.range.lowerBound) to \($0.range.upperBound - 1)")
              })
          ], color: ColorScale("number", format: .integer))))
    let table = Table(
      columns: [
        .init("place", .integer), .init("number", .integer), .init("piece"), .init("text"), .init("from", .integer),
        .init("to", .integer),
      ],
      rows: shown.enumerated().map { place, token in
        [
          .number(Double(place)), .number(Double(token.id)), .text(token.piece), .text(TokenText(token.text).label),
          .number(Double(token.range.lowerBound)), .number(Double(token.range.upperBound)),
        ]
      })
    return Report(
      id: "model-tokens", title: "\(tokens.count) tokens", kicker: "Language model · \(model.name)",
      lede: RichText(plain: model.ownTokenizer.map { "Cut by \($0.summary)." } ?? "Given as numbers."),
      metrics: [
        Metric("tokens", Double(tokens.count), format: .integer),
        Metric("scalars per token", words > 0 ? Double(scalars) / Double(words) : .nan, format: .significant(3)),
      ],
      sections: [
        ReportSection(
          "The text", id: "text",
          tokens.isEmpty ? [.note(.remark, "The text has no tokens.")] : [.figure(strip), .table(table)])
      ])
  }
}
