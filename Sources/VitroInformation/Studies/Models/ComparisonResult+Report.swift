internal import VitroFitting
internal import VitroLab

extension ComparisonResult {
  /// The most texts in the figure of differences, and with grids of their own.
  private static let (differences, grids) = (12, 4)
  private static let percent = NumberFormat.percent(0)

  func report() throws -> Report {
    var blocks: [ReportBlock] = [.figure(try depthFigure()), .figure(differenceFigure())]
    blocks.append(
      try claimsTable().map { .table($0) }
        ?? .note(
          .remark,
          "Fewer than three texts have no interval, so that nothing is claimed: `--data` takes a file of texts."))
    var sections = [ReportSection("Layer by layer, word by word", id: "depth", blocks)]
    for text in lines.indices.prefix(Self.grids) {
      sections.append(
        ReportSection(
          lines.count == 1 ? "The text" : "Text \(text + 1)", id: "text-\(text + 1)",
          models.map { .figure(grid($0, text)) }))
    }
    return Report(
      id: "information-compare", title: "\(first.name) and \(second.name), side by side",
      kicker: "Information · two models", lede: try lede(), metrics: try metrics(), sections: sections)
  }

  private static func last(_ model: ComparedModel) -> String {
    model.features.last.map(RetentionResult.label) ?? ""
  }

  private func lede() throws -> RichText {
    let kept = models.map { model in
      let known = lines.indices.map { model.mean($0, model.features.count - 1) }.filter { !$0.isNaN }
      return known.isEmpty ? "nothing" : Self.percent.text(known.reduce(0, +) / Double(known.count))
    }
    let names = models.map { RichText(plain: $0.name).source }
    let lasts = models.map { RichText(plain: Self.last($0)).source }
    var sentences = [
      "At its last layer (\(lasts[0])) \(names[0]) keeps **\(kept[0])** of an average word, \(names[1]) at its own (\(lasts[1])) **\(kept[1])**."
    ]
    if let difference = try difference(), isConverged {
      let isSure = difference.low > 0 || difference.high < 0
      sentences.append(
        "The 95 % interval of the difference, over \(lines.count) texts, \(isSure ? "lies on one side of" : "includes") 0."
      )
    }
    if !isConverged { sentences.append("Preliminary: \(RichText(plain: unconverged).source).") }
    return RichText(sentences.joined(separator: " "))
  }

  private var isConverged: Bool { models.allSatisfy(\.isConverged) }

  /// Which of the two did not converge.
  private var unconverged: String {
    "the measure has not converged everywhere in \(models.filter { !$0.isConverged }.map(\.name).listed)"
  }

  private func metrics() throws -> [Metric] {
    var result: [Metric] = []
    if let difference = try difference() {
      result.append(
        Metric(
          "kept by \(first.name), less by \(second.name)", difference.value, format: Self.percent,
          interval: Interval(difference, within: -1...1),
          explanation: "Of a word, at the last layers; the mean over texts with Student's interval, in points."))
    }
    if let agreement = try agreement() {
      result.append(
        Metric(
          "agreement of the order of words", agreement.value, format: .fixed(2),
          interval: Interval(agreement, within: -1...1),
          explanation: "Spearman's correlation of what the last layers keep; the mean over texts. 0 is chance."))
    }
    return result
      + models.map {
        Metric(
          "residual, \($0.name)", $0.residual, format: .significant(2),
          explanation: $0.isConverged
            ? "The largest distance from the condition of an optimum; within the tolerance."
            : "The largest distance from the condition of an optimum; above the tolerance: allow more passes with `--most-samples`."
        )
      }
  }

  // MARK: - Figures

  private func depthFigure() throws -> Figure {
    let series = try models.map { model in
      let estimates = try model.features.indices.map { layer in
        let means = lines.indices.map { model.mean($0, layer) }
        let known = means.filter { !$0.isNaN }
        return try Estimate.mean(ofTexts: means)
          ?? Estimate(
            value: known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count), low: .nan, high: .nan)
      }
      return LineSeries(
        model.name, x: model.depths, y: estimates.map(\.value), low: estimates.map { $0.low.cut(to: 0...1) },
        high: estimates.map { $0.high.cut(to: 0...1) })
    }
    let intervals = lines.count >= 3 ? " Bands are Student's 95 % intervals over texts." : ""
    return Figure(
      "Kept with depth",
      caption: RichText(
        "The mean over words of what each layer keeps, from 0 % (nothing) to 100 % (fixed), against its place between the first layer (0) and the last (1).\(intervals)"
      ),
      .lines(
        LineFigure(
          x: Axis("place between the first layer and the last"), y: Axis("kept", format: Self.percent), series: series))
    )
  }

  /// What the last layer of the first model keeps of each word less what that of the second does.
  private func differenceFigure() -> Figure {
    let shown = lines.indices.prefix(Self.differences)
    let rows = shown.map { text in
      let (ours, theirs) = (first.kept[text].last ?? [], second.kept[text].last ?? [])
      return TokenFigure.Row(
        lines.count == 1 ? nil : "text \(text + 1)", tokens: first.words[text].map { " " + $0 },
        values: zip(ours, theirs).map { $0 - $1 },
        details: zip(ours, theirs).map { ours, theirs in
          ours.isNaN || theirs.isNaN
            ? "a model has no token of its own for it"
            : "\(first.name) \(Self.percent.text(ours)), \(second.name) \(Self.percent.text(theirs))"
        })
    }
    return Figure(
      "Which words which model keeps",
      caption: RichText(
        plain:
          "What the last layer of \(first.name) keeps of each word less what that of \(second.name) keeps: above 0 (orange) \(first.name) keeps more, below 0 (blue) \(second.name) does.\(lines.count > shown.count ? " The first \(shown.count) of \(lines.count) texts." : "")"
      ),
      .tokens(
        TokenFigure(
          rows: rows, color: ColorScale("difference", format: Self.percent, map: .diverging, range: Interval(-1, 1)))))
  }

  private func grid(_ model: ComparedModel, _ text: Int) -> Figure {
    let values = model.kept[text].flatMap(\.self)
    let means = model.features.indices.map { model.mean(text, $0) }
    return Figure(
      model.name,
      caption: RichText(
        "What each layer keeps of each word of the text.\(values.contains(where: \.isNaN) ? " Hatched words have no token of their own." : "")"
      ),
      alternative: "What each layer of \(model.name) keeps of each word of the text, on average: "
        + zip(model.features, means).map { "\(RetentionResult.label($0)) \(Self.percent.text($1))" }.listed + ".",
      span: .full,
      .heatMap(
        HeatMapFigure(
          rows: model.features.count, columns: model.words[text].count, values: values,
          rowLabels: model.features.map(RetentionResult.label),
          columnLabels: model.words[text].map { TokenText($0).label }, rowTitle: "layer", columnTitle: "word",
          color: ColorScale("kept", format: Self.percent, range: Interval(0, 1)))))
  }

  // MARK: - Claims

  private func claimsTable() throws -> Table? {
    guard let difference = try difference(), let agreement = try agreement() else { return nil }
    let doubt = isConverged ? "" : "; undecided, for \(unconverged)"
    func reason(_ estimate: Estimate, _ format: NumberFormat) -> String {
      "\(format.text(estimate.value, Interval(estimate, within: -1...1))), the mean over \(lines.count) texts\(doubt)"
    }
    let claims = [
      Claim(
        "keeps-more", "The last layer of \(first.name) keeps more of a word than that of \(second.name).",
        verdict: verdict(difference),
        numbers: ["difference": difference.value, "low": difference.low, "high": difference.high],
        reason: "Difference \(reason(difference, Self.percent))"),
      Claim(
        "same-words", "Words of which one last layer keeps more, the other keeps more of, too.",
        verdict: verdict(agreement),
        numbers: ["rank correlation": agreement.value, "low": agreement.low, "high": agreement.high],
        reason: "Rank correlation \(reason(agreement, .fixed(2)))"),
    ]
    return Claim.table(claims, title: "Claims")
  }

  /// What the interval says, where both have converged.
  private func verdict(_ estimate: Estimate) -> Claim.Verdict {
    isConverged ? .ofSign(estimate, expected: .plus) : .undecided
  }
}
