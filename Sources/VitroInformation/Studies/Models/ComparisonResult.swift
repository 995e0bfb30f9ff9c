internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What two models hold of the same words.
struct ComparisonResult {
  let first, second: ComparedModel
  let lines: [String]

  private var models: [ComparedModel] { [first, second] }

  /// What the first model's last layer keeps more than the second's, the mean over texts.
  private func difference() throws -> Estimate? {
    let differences = lines.indices.map {
      first.mean($0, first.features.count - 1) - second.mean($0, second.features.count - 1)
    }
    return try Estimate.mean(ofTexts: differences)
  }

  /// The rank correlation of what the two last layers keep, the mean over texts.
  private func agreement() throws -> Estimate? {
    let values = lines.indices.map { text in
      let pairs = zip(first.kept[text].last ?? [], second.kept[text].last ?? []).filter { !$0.isNaN && !$1.isNaN }
      return RankAgreement.spearman(pairs.map(\.0), pairs.map(\.1))
    }
    return try Estimate.mean(ofTexts: values)
  }

  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "texts": .array(lines.map { .string($0) }),
      "words": .array(first.words.map { .array($0.map { .string($0) }) }),
      "models": .array(
        models.map { model in
          [
            "name": .string(model.name), "layers": .array(model.features.map { .string($0.description) }),
            "kept": .array(model.kept.map { .array($0.map { .numbers($0) }) }),
            "noise": .array(model.noise.map { .array($0.map { .numbers($0) }) }),
            "residual": .number(model.residual),
          ]
        }),
    ]
    if let difference = try? difference() { facts["difference"] = Self.json(difference) }
    if let agreement = try? agreement() { facts["agreement"] = Self.json(agreement) }
    return facts
  }

  private static func json(_ estimate: Estimate) -> JSONValue {
    ["value": .number(estimate.value), "low": .number(estimate.low), "high": .number(estimate.high)]
  }

  func report() throws -> Report {
    let percent = NumberFormat.percent(0)
    let lasts = models.map { model in
      let known = lines.indices.map { model.mean($0, model.features.count - 1) }.filter { !$0.isNaN }
      return known.isEmpty ? "nothing" : percent.text(known.reduce(0, +) / Double(known.count))
    }
    let names = models.map { RichText(plain: $0.name).source }
    var sections = [ReportSection("Layer by layer", id: "depth", [.figure(try depthFigure())])]
    if let claims = try claimsBlock() { sections[0].blocks.append(claims) }
    for text in lines.indices.prefix(4) {
      sections.append(
        ReportSection(
          lines.count == 1 ? "The text" : "Text \(text + 1)", id: "text-\(text + 1)",
          models.map { .figure(grid($0, text)) }))
    }
    return Report(
      id: "information-compare", title: "\(first.name) and \(second.name), side by side",
      kicker: "Information · two models",
      lede: RichText(
        "At the last layer \(names[0]) keeps **\(lasts[0])** of an average word, \(names[1]) **\(lasts[1])**."),
      metrics: models.map {
        Metric(
          "residual, \($0.name)", $0.residual, format: .significant(2),
          explanation: "The largest distance from the condition of an optimum.")
      }, sections: sections)
  }

  private func depthFigure() throws -> Figure {
    let series = try models.map { model in
      let estimates = try model.features.indices.map { layer in
        let means = lines.indices.map { model.mean($0, layer) }
        return try Estimate.mean(ofTexts: means)
          ?? Estimate(value: means.first ?? .nan, low: .nan, high: .nan)
      }
      return LineSeries(
        model.name, x: model.depths, y: estimates.map(\.value), low: estimates.map(\.low), high: estimates.map(\.high))
    }
    return Figure(
      "Kept with depth",
      caption:
        "The mean over words of what each layer keeps, from 0 (nothing) to 1 (fixed), against its place between the first layer and the last; Student's intervals over texts.",
      .lines(LineFigure(x: Axis("depth"), y: Axis("kept", format: .percent(0)), series: series)))
  }

  private func claimsBlock() throws -> ReportBlock? {
    guard let difference = try difference(), let agreement = try agreement() else { return nil }
    let claims = [
      Claim(
        "keeps-more", "The last layer of \(first.name) keeps more of a word than that of \(second.name).",
        verdict: verdict(difference),
        numbers: ["difference": difference.value, "low": difference.low, "high": difference.high],
        reason: "The mean over texts, with Student's interval."),
      Claim(
        "same-words", "Both last layers keep the same words: the order of words agrees.",
        verdict: verdict(agreement),
        numbers: ["rank correlation": agreement.value, "low": agreement.low, "high": agreement.high],
        reason: "Spearman's correlation, the mean over texts, with Student's interval."),
    ]
    return .table(Claim.table(claims))
  }

  /// What the interval says, where both have converged.
  private func verdict(_ estimate: Estimate) -> Claim.Verdict {
    models.allSatisfy(\.isConverged) ? .ofSign(estimate, expected: .plus) : .undecided
  }

  private func grid(_ model: ComparedModel, _ text: Int) -> Figure {
    Figure(
      model.name, caption: "What each layer keeps of each word of the text.", span: .full,
      .heatMap(
        HeatMapFigure(
          rows: model.features.count, columns: model.words[text].count, values: model.kept[text].flatMap(\.self),
          rowLabels: model.features.map(RetentionResult.label),
          columnLabels: model.words[text].map { TokenText($0).label }, rowTitle: "layer", columnTitle: "word",
          color: ColorScale("kept", format: .percent(0), range: Interval(0, 1)))))
  }
}
