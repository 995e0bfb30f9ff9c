internal import VitroFitting
internal import VitroLab
internal import VitroModels

extension RetentionResult {
  /// Below this share of what could be known a word is written XXX.
  private static let written = 0.5

  /// What is still fixed beside what can be read: “How XXX you?” beside the decoder's guess at the gap.
  func decoderSection() -> ReportSection {
    let words = texts[0].words
    let percent = NumberFormat.percent(0)
    let color = ColorScale("probability of the true word", format: percent, range: Interval(0, 1))
    let rows = decoded.map { view in
      TokenFigure.Row(
        Self.label(view.feature),
        tokens: view.words.enumerated().map { place, word in
          " " + (word?.guesses.first?.word.trimmingSpaces ?? words[place])
        }, values: view.words.map { $0?.probability ?? .nan },
        details: view.words.map { word in
          guard let word else { return "not decoded" }
          let guesses = word.guesses.map { "\($0.word) \(percent.text($0.probability))" }.joined(separator: ", ")
          return "\(guesses); the entropy is \(NumberFormat.significant(2).text(word.entropy)) nats"
        })
    }
    let fixed = features.indices.filter { feature in decoded.contains { $0.feature == features[feature] } }.map {
      feature in
      TokenFigure.Row(
        labels[feature],
        tokens: words.indices.map { place in
          found[0][feature].kept[place] < Self.written ? " XXX" : " " + words[place].trimmingSpaces
        }, values: found[0][feature].kept)
    }
    return ReportSection(
      "What is fixed, and what can be read", id: "decoder",
      [
        .text(
          "Two questions about \(texts.count == 1 ? "the text" : "the first text"): which words does a layer fix, and which can a line read off it?"
        ),
        .figure(
          Figure(
            "The noise view",
            caption: RichText("Words of which less than \(percent.text(Self.written)) is kept stand as XXX."),
            span: .full,
            .tokens(TokenFigure(rows: fixed, color: ColorScale("kept", format: percent, range: Interval(0, 1)))))),
        .figure(
          Figure(
            "The decoder's view",
            caption:
              "The best guess of a ridge regression that reads the word at each place off the layer's row there, learned from the reference texts. A word that is not fixed may still be read, from what stands around it.",
            span: .full, .tokens(TokenFigure(rows: rows, color: color)))),
        .table(
          Table(
            title: "How well layers can be read, on reference texts held out",
            columns: [
              .init("layer"), .init("words", .integer), .init("best guess right", percent),
              .init("nats a word gained over other texts' features", .fixed(2)),
            ],
            rows: decoded.map { view in
              [
                .text(Self.label(view.feature)), .number(Double(view.score.words)), .number(view.score.accuracy),
                view.score.gain.map { .number($0.value, Interval($0.low, $0.high)) } ?? .missing("one text"),
              ]
            })),
      ])
  }
}
