internal import VitroFitting
internal import VitroLab

/// The pictures of the study.
extension SentimentResult {
  private static let share = ColorScale("kept, or probability", format: .percent(0), range: Interval(0, 1))

  /// A layer's short name.
  static func label(_ layer: String) -> String { RetentionResult.label(Feature(stringLiteral: layer)) }

  /// A series of shares, each interval cut to what a share can be.
  private func series(_ name: String, _ found: [Estimate?]) -> LineSeries {
    let intervals = found.map { $0.map { Interval($0, within: 0...1) } ?? Interval(.nan, .nan) }
    return LineSeries(name, y: found.map { $0?.value ?? .nan }, low: intervals.map(\.low), high: intervals.map(\.high))
  }

  /// Figures of two models stand side by side; of an odd number the last has the line for itself.
  private func span(of model: SentimentModel) -> Figure.Span {
    models.count % 2 == 1 && model == models.last ? .full : .half
  }

  func layerFigure(_ model: SentimentModel) throws -> Figure {
    let layers = of(model)[0].layers
    let over = of(model).count > 1 ? "networks" : "texts"
    return Figure(
      "\(model.title): information and readability",
      caption: RichText(
        "Kept: the mean over words. Label read: a logistic regression's accuracy on held-out sentences, off the mean over words; half is guessing. 95 % intervals over \(over)."
      ), span: span(of: model),
      .lines(
        LineFigure(
          categories: ["words"] + layers.map(Self.label), x: Axis("layer"),
          y: Axis("share", format: .percent(0), range: Interval(0, 1)),
          series: [
            series(
              "kept of words", [nil] + (try layers.indices.map { layer in try estimate(model) { $0.kept[layer] } })),
            series("label read right", try (0...layers.count).map { try accuracy(model, probe: $0) }),
          ], references: [ReferenceLine("guessing", 0.5)])))
  }

  /// What is kept of each class of words; a class that the sentences do not have has no bar, and nothing is shown where no result has converged.
  func classFigure(_ model: SentimentModel) throws -> Figure? {
    let found = try WordClass.allCases.map { kind in
      (
        kind, try estimate(model) { reading in reading.classes[reading.sentence].map { $0?.kept[kind] } }
      )
    }
    guard found.contains(where: { $0.1 != nil }) else { return nil }
    return Figure(
      "\(model.title): kept, by class of words",
      caption: "The mean of what the sentence's vector keeps of the words of a class, with its 95 % interval.",
      span: span(of: model),
      .bars(
        BarFigure(
          label: "class", value: Axis("kept", format: .percent(0), range: Interval(0, 1)),
          bars: found.compactMap { kind, estimate in
            estimate.map { estimate in
              BarFigure.Bar(
                Self.name(kind), estimate.value,
                interval: estimate.low.isFinite ? Interval(estimate, within: 0...1) : nil,
                isHighlighted: kind == .sentiment)
            }
          })))
  }

  private static func name(_ kind: WordClass) -> String {
    switch kind {
    case .sentiment: "words that lean"
    case .content: "other content words"
    case .function: "function words"
    case .punctuation: "punctuation"
    case .special: "special tokens"
    }
  }

  func exampleFigure(_ model: SentimentModel) -> Figure? {
    guard let reading = of(model).first, !reading.example.isEmpty else { return nil }
    return Figure(
      "\(model.title): one sentence",
      caption:
        "What each layer keeps of each token, 0 % nothing, 100 % fixed; without colour where the measure has not converged. The first network of the kind.",
      .tokens(
        TokenFigure(
          rows: zip(reading.layers, reading.exampleKept).map {
            TokenFigure.Row(Self.label($0), tokens: reading.example, values: $1)
          }, color: ColorScale("kept", format: .percent(0), range: Interval(0, 1)))))
  }

  func momentFigure() throws -> Figure? {
    let trained = models.filter { of($0)[0].moments.count >= 2 }
    guard !trained.isEmpty else { return nil }
    return Figure(
      "What training does to the sentence's vector",
      caption:
        "The mean H of words after so many passes through the data, 0 before training: high is forgotten. In units of the words' own spread (H less its logarithm), for words' vectors grow; 95 % intervals.",
      .lines(
        LineFigure(
          x: Axis("passes", format: .integer), y: Axis("H − log spread", unit: "nats", format: .fixed(2)),
          series: try trained.map { model in
            let epochs = of(model)[0].moments.map(\.epoch)
            let found = try epochs.map { epoch in
              try estimate(model) { $0.moments.first { $0.epoch == epoch }?.entropy ?? [] }
            }
            return LineSeries(
              model.title, x: epochs.map(Double.init), y: found.map { $0?.value ?? .nan },
              low: found.map { $0?.low ?? .nan }, high: found.map { $0?.high ?? .nan })
          }, intervals: .whiskers)))
  }

  // MARK: - Two views

  var viewBlocks: [ReportBlock] {
    let figures = models.compactMap(viewFigure)
    guard !figures.isEmpty else { return [] }
    return [
      .text(
        "What noise says is fixed of each word, beside what a decoder reads off the same values: a ridge regression that names the word at each place. The two need not agree."
      )
    ] + figures.map(ReportBlock.figure) + [.table(viewTable)]
  }

  private func viewFigure(_ model: SentimentModel) -> Figure? {
    guard let reading = of(model).first, !reading.views.isEmpty else { return nil }
    let percent = NumberFormat.percent(0)
    let rows = reading.views.flatMap { view in
      let layer = Self.label(view.layer)
      return [
        TokenFigure.Row("\(layer), kept", tokens: reading.example, values: view.kept),
        TokenFigure.Row(
          "\(layer), decoded",
          tokens: view.words.enumerated().map { place, word in
            guard let guess = word?.guesses.first?.word else { return reading.example[place] }
            return guess.first?.isWhitespace == true ? guess : " " + guess
          }, values: view.words.map { $0?.probability ?? .nan },
          details: view.words.map { word in
            guard let word else { return "not decoded" }
            let guesses = word.guesses.map { "\($0.word) \(percent.text($0.probability))" }.joined(separator: ", ")
            return
              "the true word \(word.word) has \(percent.text(word.probability)); guesses: \(guesses); entropy \(NumberFormat.significant(2).text(word.entropy)) nats"
          }),
      ]
    }
    return Figure(
      "\(model.title): fixed, and read",
      caption:
        "Kept: the words, coloured by what is kept of them. Decoded: the best guess at each place, coloured by the probability of the true word; without colour nothing was decoded, or the measure has not converged. The first network of the kind.",
      .tokens(TokenFigure(rows: rows, color: Self.share)))
  }

  private var viewTable: Table {
    Table(
      title: "How well the decoder reads held-out words, and how much better than two controls",
      columns: [
        .init("network"), .init("layer"), .init("words", .integer), .init("named right", .percent(1)),
        .init("nats a word, above how often words occur", .fixed(2)),
        .init("above other sentences' vectors", .fixed(2)),
      ],
      rows: models.flatMap { model in
        (of(model).first?.views ?? []).map { view in
          let score = view.score
          return [
            .text(model.title), .text(Self.label(view.layer)), .number(Double(score.words)), .number(score.accuracy),
            .number(score.logLikelihood - score.chance),
            score.gain.map { .number($0.value, Interval($0)) } ?? .number(score.logLikelihood - score.control),
          ]
        }
      })
  }
}
