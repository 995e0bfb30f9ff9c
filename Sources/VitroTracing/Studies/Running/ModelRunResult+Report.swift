internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroModels

extension ModelRunResult {
  func report() throws -> Report {
    let model = words.model
    var sections = [ReportSection("The answer", id: "answer", try answerBlocks())]
    if let added { sections.append(ReportSection("The text goes on", id: "text", try continuationBlocks(added))) }
    if let lens { sections.append(ReportSection("What each layer would say", id: "lens", lensBlocks(lens))) }
    if !recorded.isEmpty {
      sections.append(
        ReportSection(
          "Recorded values", id: "recorded",
          [.table(Table(columns: [.init("tap")], rows: recorded.map { [.text($0)] }))]))
    }
    return Report(
      id: "model-run", title: title, kicker: "Language model · \(model.name)", lede: try lede(), metrics: metrics,
      sections: sections)
  }

  private var title: String {
    let flat = Self.line(text)
    return flat.count > 70 ? flat.prefix(69) + "…" : flat.isEmpty ? words.model.name : flat
  }

  /// A text on one line.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private func lede() throws -> RichText {
    let best = answer.places.first?.guesses.first
    let share = best.map { NumberFormat.percent(1).text($0.probability) } ?? ""
    // What a model says may hold marks of its own.
    func plain(_ text: String) -> String { RichText(plain: text).source }
    switch answer.kind {
    case .next:
      let next = best.map { "The most probable next token is \(plain(quoted($0.id))), with \(share)." } ?? ""
      return RichText(next + (try added.map { try " It goes on: “\(plain(Self.line(continuation($0))))”" } ?? ""))
    case .masked:
      guard let best else {
        return "The model fills in masked tokens, and the text has none: put [MASK] in the place of a word."
      }
      return RichText("The most probable word at the first mask is \(plain(quoted(best.id))), with \(share).")
    case .hidden:
      return
        "The model is an encoder: it has no predictions; its answer is a hidden state for each token, and their mean is the embedding of the text."
    case .outputs:
      return RichText(best.map { "The largest of its answers is \(plain(quoted($0.id))), with \(share)." } ?? "")
    }
  }

  private var metrics: [Metric] {
    var metrics = [Metric("tokens", Double(tokens.count), format: .integer)]
    if let best = answer.places.first?.guesses.first {
      metrics.append(
        Metric("best guess", best.probability, format: .percent(1), explanation: RichText(plain: label(best.id))))
    }
    if !answer.losses.isEmpty {
      let mean = answer.losses.reduce(0, +) / Double(answer.losses.count)
      let vocabulary = Double(words.model.transformer?.vocabulary ?? 1)
      metrics.append(
        Metric(
          "loss per token", mean, format: .fixed(3), unit: "nats",
          explanation: RichText("Perplexity \(NumberFormat.significant(3).text(exp(mean)))."),
          control: Metric.Control("all tokens alike", log(vocabulary))))
    }
    if answer.kind == .hidden {
      metrics.append(
        Metric(
          "length of the embedding", answer.pooledNorm, explanation: "Of the mean of the tokens' last hidden states."))
    }
    return metrics
  }

  private func answerBlocks() throws -> [ReportBlock] {
    switch answer.kind {
    case .next: return [.figure(lossStrip), .figure(guessFigure(answer.places[0], "After the last token"))]
    case .outputs: return answer.places.map { .figure(guessFigure($0, "Outputs after the last token")) }
    case .masked:
      return answer.places.prefix(12).map { .figure(guessFigure($0, "Mask at place \($0.position)", span: .half)) }
    case .hidden: return (answer.cosines.isEmpty ? [] : [.figure(cosineFigure)]) + [.figure(normStrip)]
    }
  }

  private func guessFigure(_ place: ModelAnswer.Place, _ title: String, span: Figure.Span = .full) -> Figure {
    Figure(
      title, caption: "The most probable answers, of all that there are.", span: span,
      .bars(
        BarFigure(
          label: answer.kind == .outputs ? "output" : "token", value: Axis("probability", format: .percent),
          bars: place.guesses.prefix(20).enumerated().map { rank, guess in
            .init(label(guess.id), guess.probability, isHighlighted: rank == 0)
          })))
  }

  private var lossStrip: Figure {
    let details = tokens.indices.map { place -> String in
      place == 0
        ? "no token stands before it"
        : "\(NumberFormat.fixed(2).text(answer.losses[place - 1])) nats, probability \(NumberFormat.significant(2).text(exp(-answer.losses[place - 1])))"
    }
    return Figure(
      "How surprising each token was", caption: "−log p of each token given those before it, in nats.",
      .tokens(
        TokenFigure(
          rows: [
            TokenFigure.Row(tokens: tokens.map(\.text), values: [.nan] + answer.losses, details: details)
          ], color: ColorScale("nats", format: .fixed(2), range: Interval(0, 10)))))
  }

  private var normStrip: Figure {
    Figure(
      "Last hidden states", caption: "The length of each token's last hidden state.",
      .tokens(
        TokenFigure(
          rows: [TokenFigure.Row(tokens: tokens.map(\.text), values: answer.norms)], color: ColorScale("length"))))
  }

  private var cosineFigure: Figure {
    let labels = tokens.map(words.label)
    return Figure(
      "How alike the tokens have become", caption: "Cosines between the tokens' last hidden states.", span: .half,
      .heatMap(
        HeatMapFigure(
          rows: labels.count, columns: labels.count, values: answer.cosines.flatMap(\.self), rowLabels: labels,
          columnLabels: labels, rowTitle: "token", columnTitle: "token",
          color: ColorScale("cosine", format: .fixed(2), map: .diverging, range: Interval(-1, 1)))))
  }

  private func continuationBlocks(_ added: Continuation) throws -> [ReportBlock] {
    guard !added.tokens.isEmpty else { return [.note(.remark, "The context has no room for more tokens.")] }
    let losses = [Double](repeating: .nan, count: tokens.count) + added.losses
    let all = tokens.map(\.text) + added.tokens.map(words.word)
    return [
      .figure(
        Figure(
          "The text and what was added",
          caption: "Added tokens are coloured by their probability among all tokens, whatever the temperature.",
          .tokens(
            TokenFigure(
              rows: [TokenFigure.Row(tokens: all, values: losses.map { exp(-$0) })],
              color: ColorScale("probability", format: .percent(0), range: Interval(0, 1))))))
    ]
  }
}
