internal import VitroFitting
internal import VitroLab

extension FaithfulnessResult {
  private static let positive = 0...Double.infinity

  /// One bar for each method, the best first; the control is named and in its place.
  private func bars(
    _ title: String, _ axis: Axis, caption: String, isHighBetter: Bool, within range: ClosedRange<Double>,
    mark: (JudgedMethod) -> String = { _ in "" }, _ pick: (JudgedMethod) -> Estimate?
  ) -> ReportBlock {
    let found = defined.compactMap { method in pick(method).map { (method, $0) } }
      .sorted { isHighBetter ? $0.1.value > $1.1.value : $0.1.value < $1.1.value }
    return .figure(
      Figure(
        title, caption: RichText(caption),
        alternative: "\(caption) From the best on: "
          + found.map { "\(self.title($0)) \(axis.format.text($1.value))" }.joined(separator: ", ") + ".",
        span: .half,
        .bars(
          BarFigure(
            label: "method", value: axis,
            bars: found.map {
              BarFigure.Bar(
                self.title($0) + mark($0), $1.value, interval: Interval($1, within: range),
                isHighlighted: $0.name == InformationMethod.name)
            }))))
  }

  var truthBlocks: [ReportBlock] {
    [
      bars(
        "Finding the relevant words", Axis("AUC", format: .fixed(3), range: Interval(0, 1)),
        caption:
          "The chance that a relevant word scores above an irrelevant one; 0.5 is chance. Mean over texts with its 95 % interval.",
        isHighBetter: true, within: 0...1, \.auc),
      bars(
        "Divergence from the truth", Axis("D_JS", unit: "nats", format: .fixed(3)),
        caption:
          "Jensen–Shannon divergence of the scores' shares from equal shares of the relevant words; low is better.",
        isHighBetter: false, within: Self.positive, \.jensenShannon),
    ]
  }

  var erasureBlocks: [ReportBlock] {
    let drop = Axis(target == .answer ? "drop of the probability" : "distance", format: dropFormat)
    return [
      curves("Taking out", "the best words are taken out", \.deletion),
      curves("Putting in", "only the best words are left", \.insertion),
      bars(
        "Comprehensiveness", drop,
        caption: "What is lost when the best words are taken out, the mean over ten shares; high is better.",
        isHighBetter: true, within: drops, \.comprehensiveness),
      bars(
        "Sufficiency", drop,
        caption: "What is lost when only the best words are left, the mean over ten shares; low is better.",
        isHighBetter: false, within: drops, \.sufficiency),
      bars(
        "Infidelity", Axis("squared error", format: .significant(3)),
        caption:
          "How far sums of scores are from what taking random sets of words out does to the score, each text's scores scaled best; low is better.",
        isHighBetter: false, within: Self.positive, \.infidelity),
      bars(
        "Max-sensitivity", Axis("relative change", format: .significant(2)),
        caption:
          "The largest change of scores under steps of \(study.radius) of the words' spread; low is better. Random scores do not look at the words, so that theirs is 0.",
        isHighBetter: false, within: Self.positive, \.sensitivity),
    ]
  }

  /// What a word becomes that is taken out.
  private var replacement: String {
    switch settings.replacement {
    case .mean: "A word that is taken out becomes the mean of the reference's vectors."
    case .zero: "A word that is taken out becomes the vector 0."
    case .mask: "A word that is taken out becomes the token for a hidden or an unknown word."
    case .deletion: "A word that is taken out is left away, and those after it move up."
    }
  }

  private func curves(
    _ title: String, _ what: String, _ pick: (JudgedMethod.MeanCurves) -> [Estimate]
  ) -> ReportBlock {
    let isAnswer = target == .answer
    let range = isAnswer ? 0...1 : -Double.infinity...Double.infinity
    // The control is a baseline: without a colour, so that it cannot share that of a method.
    let first = [InformationMethod.name, Self.controlName]
    let order = defined.filter { first.contains($0.name) } + defined.filter { !first.contains($0.name) }
    return .figure(
      Figure(
        title,
        caption: RichText(
          "What is there of \(RichText(plain: targetName).source) when \(what), the mean over texts. Bands are the 95 % intervals of information and of random scores (grey), the control. \(replacement)"
        ), span: .full,
        .lines(
          LineFigure(
            x: Axis("share of words", format: .percent(0)),
            y: Axis(
              isAnswer ? "probability of the answer" : "closeness −D", format: .significant(3),
              range: isAnswer ? Interval(0, 1) : nil),
            series: order.compactMap { method in
              guard let values = method.curves.map(pick), values.count == ErasureCurves.shares.count else { return nil }
              let hasBand = first.contains(method.name)
              return LineSeries(
                self.title(method), role: method.name == Self.controlName ? .baseline : .measured,
                x: ErasureCurves.shares, y: values.map(\.value),
                low: hasBand ? values.map { $0.low.cut(to: range) } : [],
                high: hasBand ? values.map { $0.high.cut(to: range) } : [])
            }))))
  }

  var stabilityBlocks: [ReportBlock] {
    let limit = NumberFormat.fixed(1).text(JudgedMethod.unchanged)
    return [
      bars(
        "Incoherency between layers", Axis("total variation a step", format: .fixed(3)),
        caption:
          "How much scores change from a layer to the next after the best scaling: 0 is not at all; with the words of one layer mixed it is \(mixed).",
        isHighBetter: false, within: Self.positive, \.coherency),
      bars(
        "Random weights", Axis("rank correlation", format: .fixed(3)),
        caption:
          "Of the maps before and after all weights are dealt anew, \(study.dealings) times; the mean over texts and dealings; low is better. A map with † hardly depends on the network: its whole interval is above \(limit). Random scores do not look at the weights, so that theirs is 1.",
        isHighBetter: false, within: -1...1,
        mark: { $0.isUnchangedByRandomWeights && $0.name != Self.controlName ? " †" : "" }, \.random),
    ]
  }

  private var mixed: String {
    let values = defined.compactMap(\.coherencyControl?.value)
    guard !values.isEmpty else { return "not known" }
    return NumberFormat.fixed(2).text(values.reduce(0, +) / Double(values.count))
  }

  var agreementFigure: Figure {
    let names = defined.map(title)
    return Figure(
      "How alike the methods rank words",
      caption:
        "Spearman's correlation of the sizes of scores within a text, the mean over texts; the row of random scores shows what chance gives.",
      .heatMap(
        HeatMapFigure(
          rows: names.count, columns: names.count, values: agreement.flatMap(\.self), rowLabels: names,
          columnLabels: names, rowTitle: "method", columnTitle: "method",
          color: ColorScale("rank correlation", format: .fixed(2), map: .diverging, range: Interval(-1, 1)),
          showsNumbers: true)))
  }
}
