internal import VitroCore
internal import VitroLab
internal import VitroModels

extension MethodsResult {
  func report() -> Report {
    var sections: [ReportSection] = []
    if !defined.isEmpty {
      sections.append(ReportSection("The words", id: "words", [.figure(strip)]))
    }
    if comparison.layers.count > 1, !defined.isEmpty {
      let intro = "One picture for each method, each on its own scale. The formulas are explained at the end."
      sections.append(
        ReportSection("Layer by layer", id: "layers", [.text(RichText(intro))] + defined.map { .figure(map($0)) }))
    }
    if defined.count > 1 {
      sections.append(ReportSection("Agreement", id: "agreement", [.figure(agreement)]))
    }
    sections.append(ReportSection("The methods", id: "methods", [.table(table), .text(Self.symbols)] + notes))
    return Report(
      id: "information-methods", title: "Which words matter, by \(named)", kicker: "Information · \(model)",
      lede: lede, sections: sections)
  }

  /// The methods that say something, without the control.
  private var judged: [MethodsComparison.Found] { defined.filter { $0.name != RandomScores.name } }

  private var named: String {
    let methods = judged.isEmpty ? comparison.methods : judged
    return methods.count == 1 ? methods[0].title : "\(methods.count) methods"
  }

  /// What words matter to in the first figure.
  private var place: String {
    comparison.target == .answer ? "the answer \(answer)" : labels.last ?? ""
  }

  /// How many words count as the best of a method.
  private static let best = 3

  private var lede: RichText {
    let last = comparison.layers.count - 1
    let words = comparison.tokens.indices.filter { !comparison.isSpecial[$0] }
    let chosen = judged.compactMap { method in method.scores[last].map { best($0, of: method, among: words) } }
    let counts = Dictionary(chosen.joined().map { ($0, 1) }, uniquingKeysWith: +)
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.best)
    let goal = RichText(plain: place).source
    if let first = comparison.methods.first, defined.isEmpty {
      let reason = comparison.reasonUndefined(first) ?? "no score"
      return RichText(plain: "Nothing is said here by \(comparison.methods.map(\.title).listed): \(reason).")
    }
    guard words.count > Self.best, !counts.isEmpty else {
      return comparison.target == .answer
        ? RichText("How much each word counts for \(goal).")
        : RichText("How much each word counts for what each of \(comparison.layers.count) layers holds.")
    }
    func word(_ place: Int) -> String { "“**\(RichText(plain: comparison.tokens[place].trimmingSpaces).source)**”" }
    if chosen.count == 1 {
      return RichText("By \(judged[0].title), \(counts.map { word($0.key) }.listed) matter most to \(goal).")
    }
    let votes = counts.enumerated().map { "\($1.value)\($0 == 0 ? " of them" : "") \(word($1.key))" }
    return RichText(
      "\(chosen.count < judged.count ? "\(chosen.count) of \(judged.count)" : "\(chosen.count)") methods each name the three words that matter most to \(goal): \(votes.listed). Random scores would name each word in \(NumberFormat.fixed(1).text(Double(chosen.count * Self.best) / Double(words.count)))."
    )
  }

  /// The words with the largest scores, whichever sign; a word whose score is 0 is none of them.
  private func best(_ scores: [Double], of method: MethodsComparison.Found, among words: [Int]) -> [Int] {
    let sizes = shares(scores, method).map { abs($0) }
    return Array(words.filter { sizes[$0] > 0 }.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.prefix(Self.best))
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
        title(method) + note, tokens: spaced, values: shares(scores, method),
        details: scores.map { "\(method.title) \(NumberFormat.significant(3).text($0))" })
    }
    let isSigned = defined.contains(where: \.isSigned)
    let signs =
      isSigned
      ? " Methods with a sign run from −1, against it (blue), to 1, for it (orange); the others from 0 to 1."
      : ""
    return Figure(
      "Which words each method names",
      caption: RichText(plain: "About \(place), in shares of each method's own largest score.\(signs)"),
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
      title(method),
      caption: RichText(
        plain: method.abstract + (method.scores.contains { $0 == nil } ? "; hatched where it is not defined" : "")),
      span: defined.count % 2 == 1 && method.name == defined.last?.name ? .full : .half,
      .heatMap(
        HeatMapFigure(
          rows: comparison.layers.count, columns: comparison.tokens.count, values: values,
          rowLabels: labels, columnLabels: comparison.tokens.map { TokenText($0).label }, rowTitle: "layer",
          columnTitle: "token",
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
          rows: defined.count, columns: defined.count, values: values, rowLabels: defined.map(title),
          columnLabels: defined.map(title), rowTitle: "method", columnTitle: "method",
          color: ColorScale("rank correlation", format: .fixed(2), map: .diverging, range: Interval(-1, 1)),
          showsNumbers: true)))
  }

  /// What a method is called; random scores are the control.
  private func title(_ method: MethodsComparison.Found) -> String {
    method.name == RandomScores.name ? "\(method.title) (control)" : method.title
  }

  private var table: Table {
    let reasons = comparison.methods.map(comparison.reasonUndefined)
    let hasReasons = reasons.contains { $0 != nil }
    return Table(
      title: "What each method computes",
      columns: [.init("method"), .init("formula and source")] + (hasReasons ? [.init("says nothing, and why")] : []),
      rows: zip(comparison.methods, reasons).map { method, reason in
        [.text(title(method)), .text(method.abstract)]
          + (hasReasons ? [reason.map { .text($0) } ?? .missing()] : [])
      })
  }

  /// The letters of the formulas.
  private static let symbols = RichText(
    plain:
      "x is a word's vector as the first layer reads it and x̄ what stands in for a word that is left out; Φ_m a coordinate of the layer's value and R_m its spread over the reference texts; f the score of the answer. T is what words are to explain: the value's agreement with itself, mean Φ_m(x̃)·Φ_m(x)/R_m², or f. D is the squared distance, mean (Φ_m(x̃) − Φ_m(x))²/R_m². σ_i is the noise that word i can take, m its mask, A a pattern of attention, h a state."
  )

  private var notes: [ReportBlock] {
    var notes: [ReportBlock] = []
    for method in defined {
      guard let most = method.residuals.compactMap(\.self).max() else { continue }
      let tolerance = NumberFormat.percent(0).text(InformationSettings().tolerance)
      notes.append(
        .note(
          .remark,
          RichText(
            plain:
              "\(method.title) misses the condition of its optimum by at most \(NumberFormat.percent(1).text(most)) in a layer; up to \(tolerance) counts as converged ('vitro information measure' goes on until it is)."
          )))
    }
    if isBuiltInReference, comparison.target == .feature {
      notes.append(
        .note(.remark, "The spread of layers and the mean word are those of built-in prose; --reference takes a file."))
    }
    return notes
  }
}
