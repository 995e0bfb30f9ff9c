internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels

/// Heads in pictures.
struct HeadsReport {
  let model: LanguageModel
  let finding: HeadsFinding
  let patterns: [HeadPattern]
  let sequences: Int

  private static let two = NumberFormat.significant(2)

  func report() -> Report {
    let induction = finding.names("induction")
    var sections = [
      ReportSection("What heads look at", id: "scores", scoreFigures.map { .figure($0) }),
      ReportSection("What they are worth", id: "worth", worthBlocks),
    ]
    if !patterns.isEmpty {
      sections.append(
        ReportSection("On the text", id: "patterns", patterns.map { .figure(Self.figure($0)) }))
    }
    return Report(
      id: "model-heads", title: "The heads of \(model.name)", kicker: "Language model", lede: lede(induction),
      metrics: metrics(induction), sections: sections)
  }

  private func lede(_ induction: [String]) -> RichText {
    let previous = finding.names("previous")
    func list(_ names: [String]) -> String { names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "") }
    let found =
      induction.isEmpty
      ? "No head is shown to be an induction head"
      : "**\(induction.count) induction head\(induction.count == 1 ? "" : "s")**: \(list(induction))"
    return RichText(
      found
        + (previous.isEmpty
          ? "; none looks at the previous token."
          : "; \(previous.count) look at the previous token: \(list(previous))."))
  }

  private func metrics(_ induction: [String]) -> [Metric] {
    var metrics = [Metric("induction heads", Double(induction.count), format: .integer)]
    if let best = finding.heads.max(by: { $0.induction.value < $1.induction.value }) {
      metrics.append(
        Metric(
          "best induction score", best.induction.value, format: .percent(1), interval: Interval(best.induction),
          explanation: RichText("\(best.name); \(sequences) sequences."),
          control: Metric.Control("uniform pattern", finding.uniform)))
    }
    if let loss = finding.loss, let worst = finding.heads.max(by: { ($0.loss?.value ?? 0) < ($1.loss?.value ?? 0) }),
      let rise = worst.loss
    {
      metrics.append(
        Metric(
          "loss without \(worst.name)", loss + rise.value, format: .fixed(3), unit: "nats",
          interval: Interval(loss + rise.low, loss + rise.high), control: Metric.Control("with all heads", loss)))
    }
    return metrics
  }

  private var scoreFigures: [Figure] {
    let uniform = NumberFormat.percent(1).text(finding.uniform)
    func figure(_ title: String, _ what: String, _ value: (HeadsFinding.Head) -> Estimate) -> Figure {
      ModelGrid.heads(
        title, caption: RichText("The mean weight on \(what). A uniform pattern has \(uniform)."),
        finding.grid { value($0).value },
        color: ColorScale("weight", format: .percent(0), range: Interval(0, 1)))
    }
    return [
      figure("Induction", "the token after the first occurrence") { $0.induction },
      figure("Previous token", "the token before") { $0.previous },
      figure("Duplicate token", "the first occurrence itself") { $0.duplicate },
      figure("First token", "the first token of the text") { $0.first },
    ]
  }

  private var worthBlocks: [ReportBlock] {
    var blocks: [ReportBlock] = []
    if finding.loss != nil {
      blocks.append(
        .figure(
          ModelGrid.heads(
            "Loss without each head", caption: "How much the loss on the repeated half rises, in nats per token.",
            finding.grid { $0.loss?.value ?? .nan },
            color: ModelGrid.diverging("nats", finding.heads.compactMap { $0.loss?.value }))))
      blocks.append(.figure(scatter))
    } else {
      blocks.append(.note(.remark, "No head was taken out, so scores alone speak."))
    }
    blocks.append(.figure(best))
    if !finding.claims.isEmpty { blocks.append(.table(Claim.table(finding.claims, title: "Claims"))) }
    let factor = NumberFormat.integer.text(HeadsFinding.factor)
    blocks.append(
      .note(
        .remark,
        RichText(
          "A head counts when its score's interval lies above \(factor) times the uniform pattern's, and an induction head when the loss without it rises too, its interval above 0. "
            + "Intervals are Student's over \(sequences) sequences; those of the claims are wider than the pictures', so that all \(finding.heads.count) scores hold together with 95 %, and so do the losses of all heads whose score is high enough (Bonferroni). "
            + "That a head can be spared does not make it none: others may do the same work.")))
    return blocks
  }

  private var scatter: Figure {
    let heads = finding.heads
    return Figure(
      "Score and worth",
      caption:
        "A point for each head: how much it looks like an induction head, and what the loss rises by without it.",
      span: .half,
      .scatter(
        ScatterFigure(
          x: Axis("induction score", format: .percent(0)), y: Axis("loss without it", unit: "nats"), equalUnits: false,
          series: [
            ScatterSeries(
              "heads", x: heads.map(\.induction.value), y: heads.map { $0.loss?.value ?? .nan },
              labels: heads.map(\.name))
          ])))
  }

  private var best: Figure {
    let shown = finding.heads.sorted { $0.induction.value > $1.induction.value }.prefix(12)
    let found = Set(finding.names("induction"))
    return Figure(
      "Best induction scores",
      caption: RichText("With intervals; a uniform pattern has \(Self.two.text(finding.uniform))."),
      .bars(
        BarFigure(
          label: "head", value: Axis("induction score", format: .percent(0)),
          bars: shown.map {
            .init($0.name, $0.induction.value, interval: Interval($0.induction), isHighlighted: found.contains($0.name))
          })))
  }

  private static func figure(_ pattern: HeadPattern) -> Figure {
    Figure(
      pattern.name, caption: "Each row is a token that looks, each column one that is looked at.", span: .half,
      .heatMap(
        HeatMapFigure(
          rows: pattern.weights.count, columns: pattern.weights.first?.count ?? 0,
          values: pattern.weights.flatMap(\.self), rowLabels: pattern.labels, columnLabels: pattern.labels,
          rowTitle: "from", columnTitle: "to",
          color: ColorScale("weight", format: .percent(0), range: Interval(0, 1)))))
  }
}
