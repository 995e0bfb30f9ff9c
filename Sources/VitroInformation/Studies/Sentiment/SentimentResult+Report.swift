internal import VitroFitting
internal import VitroLab

extension SentimentResult {
  /// The study as a report: information beside readability, classes of words, locality, training, and the claims.
  func report() throws -> Report {
    let claims = try claims()
    return Report(
      id: "information-sentiment", title: "Sentiment: what is kept of a sentence", kicker: "Information",
      lede: lede(claims), metrics: try models.flatMap(metrics),
      sections: [
        ReportSection(
          "Information and readability", id: "layers",
          [
            .text(
              "A layer keeps of a word what noise at the word does not blur before the layer changes. A line reads the label off a layer's mean: what it gains, the layers have put in order; it cannot have come from anywhere but the words."
            )
          ] + (try models.map { .figure(try layerFigure($0)) })),
        ReportSection(
          "Which words", id: "words",
          (try models.compactMap { try classFigure($0).map(ReportBlock.figure) }) + [.text(leaningWords)]
            + models.compactMap(exampleFigure).map(ReportBlock.figure)),
        ReportSection("Two views of a sentence", id: "views", viewBlocks),
        ReportSection("Training", id: "training", try momentFigure().map { [.figure($0)] } ?? []),
        ReportSection("Neighbours", id: "locality", [.table(try localityTable())]),
        ReportSection("Claims", id: "claims", [.table(Claim.table(claims, title: "Claims")), .note(.caveat, caveat)]),
        ReportSection("All numbers", id: "numbers", try layerTables().map { .table($0) }),
      ].filter { !$0.blocks.isEmpty })
  }

  /// Whether information falls while readability rises, by the claims about both.
  private func lede(_ claims: [Claim]) -> RichText {
    func held(_ beginning: String) -> String? {
      let asked = claims.filter { $0.id.hasPrefix(beginning) }
      return asked.isEmpty ? nil : "**\(asked.count { $0.verdict == .holds }) of \(asked.count)** kinds of networks"
    }
    let holding = claims.count { $0.verdict == .holds }
    let open = claims.count { $0.verdict == .undecided }
    let sentences = [
      held("layers-kept-").map { "The sentence's vector keeps less of words than the first layer in \($0)." },
      held("layers-read-").map { "The label is read better off it than off the words in \($0)." },
      "Of \(claims.count) claims \(holding) hold, \(claims.count - holding - open) fail and \(open) are undecided, each by its interval.",
    ]
    return RichText(sentences.compactMap(\.self).joined(separator: " "))
  }

  private var leaningWords: RichText {
    let known =
      "\(sentiment.leans.count) words lean to a class in the sentences to learn from (99 % interval of the log odds ratio excludes 0)."
    let sides = [(1, true), (0, false)].compactMap { number, positive -> String? in
      let words = sentiment.strongest(8, positive: positive)
      return words.isEmpty ? nil : "Most to the class '\(classNames[number])': \(words.joined(separator: ", "))."
    }
    return RichText(plain: ([known] + sides).joined(separator: " "))
  }

  /// How information was measured, and how near to its optimum it came.
  private var caveat: RichText {
    let residuals = models.map { model in
      let share = WordStatistics.mean(of(model).map(\.convergence.share))
      let residual = WordStatistics.mean(of(model).map(\.residual))
      return
        "\(model.title) \(NumberFormat.percent(0).text(share)), median residual \(NumberFormat.fixed(3).text(residual))"
    }
    let left = leftOut > 0 ? " \(leftOut) sentences were left out, for they are empty or too long." : ""
    return RichText(
      "Each word has \(study.measure.words)\(models.contains(.tuned) ? " (of the pretrained model \(study.tunedSamples.usual) and \(study.tunedSamples.most))" : ""). Of the results have converged, which is missing the condition of an optimum by at most \(NumberFormat.percent(0).text(study.measure.tolerance)): \(residuals.joined(separator: "; ")). The others are left out of all figures and numbers; a claim about networks of which less than nine tenths have converged must come out alike with them, and at least half must have.\(left) What is kept by vectors of different networks is comparable as far as the spread of their words is."
    )
  }

  private func metrics(_ model: SentimentModel) throws -> [Metric] {
    let accuracies = of(model).map(\.accuracy)
    let interval =
      accuracies.count >= 2 ? try WordStatistics.overSeeds(accuracies).map { Interval($0, within: 0...1) } : nil
    let networks = accuracies.count == 1 ? "one network" : "the mean over \(accuracies.count) networks, all on the same"
    return [
      Metric(
        "\(model.title): sentences judged right", WordStatistics.mean(accuracies), format: .percent(1),
        interval: interval,
        explanation: RichText(
          "On held-out sentences, no copy of which was learned from; \(networks)."),
        control: Metric.Control("guessing", 0.5))
    ]
  }
}
