internal import VitroCore
internal import VitroLab

/// What a study of methods found: facts, and a report.
struct MethodsResult {
  let comparison: MethodsComparison
  let model: String
  /// What the answer is called.
  let answer: String
  /// Whether spreads were taken over the built-in texts.
  let isBuiltInReference: Bool

  private var defined: [MethodsComparison.Found] { comparison.methods.filter(\.isDefined) }

  // MARK: - Facts

  var facts: [String: JSONValue] {
    func rows(_ method: MethodsComparison.Found) -> JSONValue {
      .array(method.scores.map { $0.map { .numbers($0) } ?? .null })
    }
    let methods = comparison.methods
    let scores = JSONValue.object(Dictionary(methods.map { ($0.name, rows($0)) }, uniquingKeysWith: { $1 }))
    let reasons = methods.compactMap { method in
      comparison.reasonUndefined(method).map { (method.name, JSONValue.string($0)) }
    }
    var facts: [String: JSONValue] = [
      "model": .string(model), "tokens": .array(comparison.tokens.map { .string($0) }),
      "layers": .array(comparison.layers.map { .string($0) }), "target": .string(comparison.target.rawValue),
      "class": .integer(comparison.answer), "answer": .string(answer),
      "scores": methods.count == 1 ? rows(methods[0]) : scores,
      "undefined": .object(Dictionary(reasons, uniquingKeysWith: { $1 })),
    ]
    if defined.count > 1 {
      facts["agreement"] = .object(
        Dictionary(
          defined.map { first in
            let row = defined.map { ($0.name, JSONValue.number(comparison.agreement(first, $0))) }
            return (first.name, .object(Dictionary(row, uniquingKeysWith: { $1 })))
          }, uniquingKeysWith: { $1 }))
    }
    return facts
  }

  // MARK: - Report

  func report() -> Report {
    var sections: [ReportSection] = []
    if !defined.isEmpty {
      sections.append(ReportSection("The words", id: "words", [.figure(strip)]))
    }
    if comparison.layers.count > 1, !defined.isEmpty {
      sections.append(ReportSection("Layer by layer", id: "layers", defined.map { .figure(map($0)) }))
    }
    if defined.count > 1 {
      sections.append(ReportSection("Agreement", id: "agreement", [.figure(agreement)]))
    }
    sections.append(ReportSection("The methods", id: "methods", [.table(table)] + notes))
    return Report(
      id: "information-methods", title: "Which words matter, by \(named)", kicker: "Information · \(model)",
      lede: lede, sections: sections)
  }

  private var named: String {
    comparison.methods.count == 1 ? comparison.methods[0].title : "\(comparison.methods.count) methods"
  }

  private var lede: RichText {
    let text = RichText(plain: answer).source
    return comparison.target == .answer
      ? RichText("How much each word counts for the answer **\(text)**.")
      : RichText("How much each word counts for what each of \(comparison.layers.count) layers holds.")
  }

  private var labels: [String] { comparison.layers.map { RetentionResult.label(Feature(stringLiteral: $0)) } }

  /// Tokens with a space where a new word begins.
  private var spaced: [String] {
    comparison.tokens.enumerated().map { place, token in
      let isNew = place > 0 && comparison.wordNumbers[place] != comparison.wordNumbers[place - 1]
      return isNew && !token.hasPrefix(" ") ? " " + token : token
    }
  }

  /// All methods about the last layer that each is defined for, each in shares of its largest score.
  private var strip: Figure {
    let rows = defined.compactMap { method -> TokenFigure.Row? in
      guard let place = method.scores.lastIndex(where: { $0 != nil }), let scores = method.scores[place] else {
        return nil
      }
      let note = place == comparison.layers.count - 1 ? "" : " (\(labels[place]))"
      return TokenFigure.Row(
        method.title + note, tokens: spaced, values: shares(scores, method),
        details: scores.map { "\(method.title) \(NumberFormat.significant(3).text($0))" })
    }
    let isSigned = defined.contains(where: \.isSigned)
    let place = comparison.target == .answer ? "the answer" : labels.last ?? ""
    return Figure(
      "Every method's words",
      caption: RichText(plain: "About \(place). Each method in shares of its own largest score; below 0 is against."),
      .tokens(
        TokenFigure(
          rows: rows,
          color: ColorScale(
            "share of the largest", format: .fixed(2), map: isSigned ? .diverging : .sequential,
            range: Interval(isSigned ? -1 : 0, 1)))))
  }

  /// Scores as shares of the largest; those of a method without a sign from its least one on, where that is below 0.
  private func shares(_ scores: [Double], _ method: MethodsComparison.Found) -> [Double] {
    let start = method.isSigned ? 0 : min(scores.min() ?? 0, 0)
    let largest = scores.map { abs($0 - start) }.max() ?? 0
    return scores.map { largest > 0 ? ($0 - start) / largest : 0 }
  }

  private func map(_ method: MethodsComparison.Found) -> Figure {
    let none = comparison.tokens.map { _ in Double.nan }
    let values = method.scores.flatMap { $0 ?? none }
    let finite = values.filter(\.isFinite)
    let reach = finite.map { abs($0) }.max() ?? 0
    let least = method.isSigned ? -reach : min(finite.min() ?? 0, 0)
    let range = reach > 0 ? Interval(least, max(finite.max() ?? 0, method.isSigned ? reach : least + reach / 100)) : nil
    return Figure(
      method.title, caption: RichText(plain: method.abstract), span: .half,
      .heatMap(
        HeatMapFigure(
          rows: comparison.layers.count, columns: comparison.tokens.count, values: values,
          rowLabels: labels, columnLabels: comparison.tokens, rowTitle: "layer", columnTitle: "token",
          color: ColorScale(
            "score", format: .significant(3), map: method.isSigned ? .diverging : .sequential, range: range))))
  }

  private var agreement: Figure {
    let values = defined.flatMap { first in defined.map { comparison.agreement(first, $0) } }
    return Figure(
      "How alike the methods rank words",
      caption:
        "Spearman's correlation of the sizes of scores over the tokens of this text, the mean over layers that both are defined for. One text's number: words are few, and the row of random scores shows what chance gives.",
      .heatMap(
        HeatMapFigure(
          rows: defined.count, columns: defined.count, values: values, rowLabels: defined.map(\.title),
          columnLabels: defined.map(\.title), rowTitle: "method", columnTitle: "method",
          color: ColorScale("rank correlation", format: .fixed(2), map: .diverging, range: Interval(-1, 1)),
          showsNumbers: true)))
  }

  private var table: Table {
    Table(
      columns: [.init("method"), .init("what is computed"), .init("undefined")],
      rows: comparison.methods.map { method in
        [
          .text(method.title), .text(method.abstract), .text(comparison.reasonUndefined(method) ?? "–"),
        ]
      })
  }

  private var notes: [ReportBlock] {
    guard isBuiltInReference, comparison.target == .feature else { return [] }
    return [
      .note(.remark, "The spread of layers and the mean word are those of built-in prose; --reference takes a file.")
    ]
  }
}
