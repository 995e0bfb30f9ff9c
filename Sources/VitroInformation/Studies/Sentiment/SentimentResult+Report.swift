internal import VitroFitting
internal import VitroLab

extension SentimentResult {
  /// The study as a report: accuracy, information beside readability, classes of words, locality, training, and the claims.
  func report() throws -> Report {
    let claims = try claims()
    let held = claims.count { $0.verdict == .holds }
    let open = claims.count { $0.verdict == .undecided }
    return Report(
      id: "information-sentiment", title: "Sentiment: what is kept of a sentence", kicker: "Information",
      lede: RichText(
        "What \(models.count) kinds of networks keep of words while they judge sentences, layer by layer. **\(held) of \(claims.count)** claims hold, \(open) are undecided, each by its interval."
      ),
      metrics: try models.flatMap(metrics),
      sections: [
        ReportSection("Claims", id: "claims", [.table(Claim.table(claims)), .note(.caveat, caveat)]),
        ReportSection(
          "Information and readability", id: "layers",
          [
            .text(
              "A layer keeps of a word what noise at the word does not blur before the layer changes. A line reads the label off a layer's mean: what it gains, the layers have put in order; it cannot have come from anywhere but the words."
            )
          ] + (try models.map { .figure(try layerFigure($0)) }) + [.table(try layerTable())]),
        ReportSection(
          "Which words", id: "words",
          [
            .figure(try classFigure()),
            .text(
              RichText(
                "\(sentiment.leans.count) words lean to a class in the sentences to learn from (99 % interval of the log odds ratio excludes 0). Most to '\(classNames[1])': \(sentiment.strongest(8, positive: true).joined(separator: ", ")). Most to '\(classNames[0])': \(sentiment.strongest(8, positive: false).joined(separator: ", "))."
              )),
          ] + models.compactMap(exampleFigure).map(ReportBlock.figure)),
        ReportSection("Two views of a sentence", id: "views", models.flatMap(viewTables).map(ReportBlock.table)),
        ReportSection("Neighbours", id: "locality", [.table(try localityTable())]),
        ReportSection("Training", id: "training", try momentFigure().map { [.figure($0)] } ?? []),
      ].filter { !$0.blocks.isEmpty })
  }

  /// How near the measure came to its optimum.
  private var caveat: RichText {
    let residuals = models.map { model in
      "\(model.title) \(NumberFormat.fixed(2).text(WordStatistics.mean(of(model).map(\.residual))))"
    }
    let left = leftOut > 0 ? " \(leftOut) sentences were left out, for they are empty or too long." : ""
    return RichText(
      "Median residuals of the measure, 0 at the optimum, measured with noise of their own: \(residuals.joined(separator: ", ")). More samples make them smaller.\(left) What is kept by vectors of different networks is comparable as far as the spread of their words is."
    )
  }

  private func metrics(_ model: SentimentModel) throws -> [Metric] {
    let accuracies = of(model).map(\.accuracy)
    let interval = accuracies.count >= 2 ? try WordStatistics.overSeeds(accuracies).map(Interval.init) : nil
    return [
      Metric(
        "\(model.title): sentences judged right", WordStatistics.mean(accuracies), format: .percent(1),
        interval: interval,
        explanation: RichText(
          "On held-out sentences, no copy of which was learned from; \(accuracies.count) networks, all on the same."),
        control: Metric.Control("guessing", 0.5))
    ]
  }

  private func cell(_ estimate: Estimate?) -> Table.Cell {
    guard let estimate else { return .missing("not there") }
    return .number(estimate.value, estimate.low.isFinite ? Interval(estimate) : nil)
  }

  private func series(_ name: String, _ found: [Estimate?], role: LineSeries.Role = .measured) -> LineSeries {
    LineSeries(
      name, role: role, y: found.map { $0?.value ?? .nan },
      low: found.map { $0.map { $0.low.isFinite ? $0.low : .nan } ?? .nan },
      high: found.map { $0.map { $0.high.isFinite ? $0.high : .nan } ?? .nan })
  }

  private func layerFigure(_ model: SentimentModel) throws -> Figure {
    let layers = of(model)[0].layers
    return Figure(
      "\(model.title): information falls, readability rises",
      caption: RichText(
        "Kept: the mean over words. Label read: a logistic regression's accuracy on held-out sentences, off the mean over words. 95 % intervals over \(of(model).count > 1 ? "networks" : "texts")."
      ), span: .half,
      .lines(
        LineFigure(
          categories: ["words"] + layers, y: Axis("share", format: .fixed(2), range: Interval(0, 1)),
          series: [
            series(
              "kept of words",
              [nil]
                + (try layers.indices.map { layer in try estimate(model) { $0.kept[layer] } })),
            series("label read right", try (0...layers.count).map { try accuracy(model, probe: $0) }),
          ], references: [ReferenceLine("guessing", 0.5)])))
  }

  private func layerTable() throws -> Table {
    Table(
      title: "Every layer",
      columns: [
        .init("network"), .init("layer"), .init("kept", .fixed(3)), .init("H (nats)", .fixed(3)),
        .init("label read", .percent(1)), .init("attribute lost (nats)", .fixed(3)),
        .init("separator − words", .fixed(3)),
      ],
      rows: try models.flatMap { model in
        try of(model)[0].layers.enumerated().map { layer, name in
          [
            .text(model.title), .text(name), cell(try estimate(model) { $0.kept[layer] }),
            cell(try estimate(model) { $0.entropy[layer] }), cell(try accuracy(model, probe: layer + 1)),
            cell(try estimate(model) { $0.attributes[layer] }), cell(try estimate(model) { $0.separator[layer] }),
          ]
        }
      })
  }

  private func classFigure() throws -> Figure {
    let kinds = WordClass.allCases
    return Figure(
      "What the sentence's vector keeps, by class of words",
      caption:
        "The mean of what is kept of words that lean to a class of the training sentences, of other content words, of function words, of punctuation and of special tokens; 95 % intervals.",
      .lines(
        LineFigure(
          categories: kinds.map(\.rawValue), y: Axis("kept", format: .fixed(2)),
          series: try models.map { model in
            series(
              model.title,
              try kinds.map { kind in
                try estimate(model) { reading in reading.classes[reading.sentence].map { $0.kept[kind] } }
              })
          })))
  }

  private func exampleFigure(_ model: SentimentModel) -> Figure? {
    guard let reading = of(model).first, !reading.example.isEmpty else { return nil }
    return Figure(
      "\(model.title): one sentence",
      caption: "What each layer keeps of each token, 0 nothing, 1 fixed; the first network of the kind.",
      .tokens(
        TokenFigure(
          rows: zip(reading.layers, reading.exampleKept).map {
            TokenFigure.Row($0, tokens: reading.example, values: $1)
          }, color: ColorScale("kept", format: .fixed(2), range: Interval(0, 1)))))
  }

  private func viewTables(_ model: SentimentModel) -> [Table] {
    (of(model).first?.views ?? []).map { view in
      let score = view.score
      let accuracy = NumberFormat.percent(1).text(score.accuracy)
      let format = NumberFormat.fixed(2)
      let known = format.text(score.logLikelihood - score.chance)
      let gain =
        score.gain.map { format.text($0.value, Interval($0)) } ?? format.text(score.logLikelihood - score.control)
      return Table(
        title:
          "\(model.title), \(view.layer): the decoder names \(accuracy) of \(score.words) held-out words; nats a word: \(known) better than how often words occur, \(gain) better than off other sentences' vectors",
        columns: [
          .init("word"), .init("kept (noise)", .fixed(2)), .init("best guess (decoder)"),
          .init("its probability", .percent(1)), .init("the true word's", .percent(1)),
          .init("entropy (nats)", .fixed(2)),
        ],
        rows: zip(view.words, view.kept).enumerated().map { place, pair in
          guard let found = pair.0 else {
            return [
              .text(of(model)[0].example[place]), .number(pair.1), .missing("not decoded"), .missing(), .missing(),
              .missing(),
            ]
          }
          return [
            .text(found.word), .number(pair.1), .text(found.guesses.first?.word ?? ""),
            .number(found.guesses.first?.probability ?? .nan), .number(found.probability), .number(found.entropy),
          ]
        })
    }
  }

  private func localityTable() throws -> Table {
    Table(
      title: "How alike neighbours are kept by the sentence's vector",
      columns: [
        .init("network"), .init("correlation of neighbours", .fixed(3)),
        .init("runs over those of a random order", .fixed(3)),
        .init("deviation of H in a sentence", .fixed(3)),
      ],
      rows: try models.map { model in
        [
          .text(model.title), cell(try estimate(model) { $0.locality[$0.sentence].neighbours }),
          cell(try estimate(model) { $0.locality[$0.sentence].runs }),
          cell(try estimate(model) { $0.locality[$0.sentence].deviations }),
        ]
      })
  }

  private func momentFigure() throws -> Figure? {
    let trained = models.filter { (of($0)[0].moments.count) >= 2 }
    guard !trained.isEmpty else { return nil }
    let epochs = Set(trained.flatMap { of($0)[0].moments.map(\.epoch) }).sorted()
    return Figure(
      "What training does to the sentence's vector",
      caption:
        "The mean H of words, in units of the words' own spread (H less its logarithm, for words' vectors grow), after so many passes through the data, 0 before training; 95 % intervals.",
      .lines(
        LineFigure(
          categories: epochs.map { "\($0)" }, x: Axis("passes"),
          y: Axis("H − log spread", unit: "nats", format: .fixed(2)),
          series: try trained.map { model in
            series(
              model.title,
              try epochs.map { epoch in
                try estimate(model) { $0.moments.first { $0.epoch == epoch }?.entropy ?? [] }
              })
          })))
  }
}
