internal import Foundation
internal import VitroFitting
internal import VitroLab

extension CompositionResult {
  private var percent: NumberFormat { .percent(1) }
  private var three: NumberFormat { .significant(3) }

  func report() -> Report {
    let claims = claims
    let said = ReportSection(
      "Claims", id: "claims", [.table(Claim.table(claims, title: "What is said, and what these seeds say of it"))])
    return Report(
      id: "symmetry-train-composition", title: "Learning to multiply in \(task.name)", kicker: "Symmetry",
      lede: lede, metrics: metrics,
      sections: [ReportSection("How it learns", id: "training", trainingBlocks)] + reading.sections()
        + [ReportSection("Every seed", id: "seeds", seedTables)] + (claims.isEmpty ? [] : [said])
        + [ReportSection("How it was done", id: "method", [.text(method)])])
  }

  private var lede: RichText {
    let total = learned.count
    guard let epoch = learned[typical].grokked else {
      return RichText(
        "**None of \(total) \(total == 1 ? "network" : "networks")** generalizes within \(training.epochs) epochs: \(percent.text(testAccuracy(typical))) of unseen products are right at best."
      )
    }
    let key = reading.measures.key.count
    let some = total == 1 ? "The network" : "**\(grokked.count) of \(total)** networks grok; the one in the middle"
    return RichText(
      "\(some) generalizes after **\(epoch) epochs**, from \(training.trainingCount) of \(task.order * task.order) products, by **\(key)** of \(task.simples.count) simple representations: their part at a·b alone has a loss of \(three.text(reading.measures.restrictedLoss)), and without it the loss on the training pairs is \(three.text(reading.measures.excludedLoss))."
    )
  }

  /// A share over the seeds that grokked, or of the one that is shown; the control is taken over the same seeds.
  private func metric(
    _ label: String, _ explanation: String, control: (label: String, value: (MeasuredSeed) -> Double)? = nil,
    _ value: (MeasuredSeed) -> Double
  ) -> Metric {
    let found = overSeeds(value)
    let isMean = found.count > 1
    let beside = control.map { control in
      Metric.Control(
        control.label, isMean ? overSeeds(control.value).estimate.value : control.value(measured[typical]))
    }
    return Metric(
      label, isMean ? found.estimate.value : value(measured[typical]), format: percent,
      interval: isMean ? Interval(found.estimate) : nil,
      explanation: RichText(explanation + (isMean ? " The mean over \(found.count) seeds." : "")),
      control: beside.flatMap { $0.value.isFinite ? $0 : nil })
  }

  private var metrics: [Metric] {
    let isCyclic = task.cyclicOrdering != nil
    return [
      Metric(
        "unseen products right", testAccuracy(typical), format: percent,
        explanation: RichText("Of \(task.order * task.order - training.trainingCount) pairs."),
        control: Metric.Control("chance", 1 / Double(task.order))),
      metric("of the embedding", "The key simples' share of the embedding of a.") {
        $0.reading.measures.xEmbed
      },
      metric(
        "of the hidden layer at a·b",
        "The key simples' share of the centred activations at the product.",
        control: isCyclic ? ("equal waves on a torus", { _ in HarmonicShares.predicted.sum }) : nil
      ) { $0.reading.measures.hiddenAB },
      metric(
        "at forbidden harmonics", "Of the energy of units of one simple.",
        control: ("fed their simple alone", { $0.reading.purifiedForbidden })
      ) { $0.reading.harmonics.forbidden },
    ].filter { $0.value.isFinite }
  }

  private var trainingBlocks: [ReportBlock] {
    let moments = measured[typical].moments
    var blocks: [ReportBlock] = [.text(phaseText), .figure(phaseFigure)]
    blocks.append(.figure(accuracyFigure))
    if learned.count > 1 { blocks.append(.figure(lossFigure)) }
    let epochs = moments.map { Double($0.epoch) }
    blocks.append(
      .figure(
        Figure(
          "Weights", caption: "Σ of the squares of both embeddings and the unembedding: what weight decay clears away.",
          span: .half,
          .lines(
            LineFigure(
              x: Axis("epoch", format: .integer), y: Axis("Σ w²"),
              series: [LineSeries("sum of squares", x: epochs, y: moments.map(\.energy))])))))
    blocks.append(
      .figure(
        Figure(
          "Sparsity in simples",
          caption:
            "The Gini coefficient of the embedding's energy over simples, and the share of those that are key in the end.",
          span: .half,
          .lines(
            LineFigure(
              x: Axis("epoch", format: .integer), y: Axis("share", format: .percent(0)),
              series: [
                LineSeries("Gini coefficient", x: epochs, y: moments.map(\.gini)),
                LineSeries("key simples in the embedding", x: epochs, y: moments.map(\.xEmbed)),
                LineSeries("key simples at a·b in the hidden layer", x: epochs, y: moments.map(\.hiddenAB)),
              ])))))
    return blocks
  }

  private var phaseText: RichText {
    let seed = learned[typical]
    guard let memorised = seed.memorised else {
      return "It has not learned its training pairs."
    }
    guard let grokked = seed.grokked else {
      return RichText("It knows its training pairs after \(memorised) epochs, and has not generalized.")
    }
    let start = "It knows its training pairs after **\(memorised)** epochs (memorisation)."
    let end = "Unseen products come out right at **\(grokked)**. The curves are of seed \(typical)."
    guard let phases = phases(typical) else {
      return RichText("\(start) Its losses do not fall far enough to tell phases. \(end)")
    }
    let circuit =
      "What the key simples give at a·b is half-way to its final loss, in the logarithm, at epoch **\(phases.circuit)** (the circuit forms)"
    let order =
      phases.generalization > phases.circuit
      ? "the test loss follows at **\(phases.generalization)**, while weight decay clears away what is not needed (cleanup)"
      : "the test loss is so already at **\(phases.generalization)**"
    return RichText("\(start) \(circuit); \(order). \(end)")
  }

  /// At most four hundred looks, the last among them.
  private func thinned(_ looks: [CompositionLook]) -> [CompositionLook] {
    let step = max(1, looks.count / 400)
    return looks.indices.filter { $0 % step == 0 || $0 == looks.count - 1 }.map { looks[$0] }
  }

  private var phaseFigure: Figure {
    let (looks, moments) = (thinned(learned[typical].looks), measured[typical].moments)
    let epochs = looks.map { Double($0.epoch) }, at = moments.map { Double($0.epoch) }
    func positive(_ values: [Double]) -> [Double] { values.map { max($0, 1e-16) } }
    return Figure(
      "Losses",
      caption:
        "Restricted: only the part of the key simples at a·b is kept, all pairs. Excluded: that part is taken away, training pairs. Key are those of the end.",
      .lines(
        LineFigure(
          x: Axis("epoch", format: .integer), y: Axis("cross-entropy", unit: "nats", scale: .log),
          series: [
            LineSeries("training", x: epochs, y: positive(looks.map(\.trainingLoss))),
            LineSeries("test", x: epochs, y: positive(looks.map(\.testLoss))),
            LineSeries("restricted", x: at, y: positive(moments.map(\.restrictedLoss))),
            LineSeries("excluded", x: at, y: positive(moments.map(\.excludedLoss))),
          ], references: [ReferenceLine("chance", log(Double(task.order)))])))
  }

  private func perSeed(_ value: (CompositionLook) -> Double) -> [LineSeries] {
    learned.prefix(8).enumerated().map { index, seed in
      let looks = thinned(seed.looks)
      return LineSeries("seed \(index)", x: looks.map { Double($0.epoch) }, y: looks.map(value))
    }
  }

  private var accuracyFigure: Figure {
    let looks = thinned(learned[typical].looks)
    let training = LineSeries(
      "training pairs", role: .reference, x: looks.map { Double($0.epoch) }, y: looks.map(\.trainingAccuracy))
    return Figure(
      "Unseen products",
      caption: "The share of unseen pairs that each network multiplies rightly; above 99 % it has grokked.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("epoch", format: .integer), y: Axis("right", format: .percent(0), range: Interval(0, 1)),
          series: perSeed(\.testAccuracy) + [training])))
  }

  private var lossFigure: Figure {
    Figure(
      "Test loss of every seed", caption: "Each goes on \(training.stopAfter) epochs after it has grokked.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("epoch", format: .integer), y: Axis("cross-entropy", unit: "nats", scale: .log),
          series: perSeed { max($0.testLoss, 1e-16) })))
  }

  private var seedTables: [ReportBlock] {
    func name(_ seed: Int) -> Table.Cell { .text("\(seed)\(seed == typical && learned.count > 1 ? " (shown)" : "")") }
    func epoch(_ epoch: Int?) -> Table.Cell { epoch.map { .number(Double($0)) } ?? .missing("not yet") }
    let learning = Table(
      title: "How each seed learns",
      columns: [
        .init("seed"), .init("memorised", .integer), .init("grokked", .integer), .init("unseen right", percent),
        .init("test loss", three), .init("restricted", three), .init("excluded", three), .init("key simples", .integer),
      ],
      rows: learned.indices.map { seed in
        let (one, measures) = (learned[seed], measured[seed].reading.measures)
        return [
          name(seed), epoch(one.memorised), epoch(one.grokked), .number(testAccuracy(seed)),
          .number(one.looks.last?.testLoss ?? .nan), .number(measures.restrictedLoss), .number(measures.excludedLoss),
          .number(Double(measures.key.count)),
        ]
      })
    let shares = Table(
      title: "What the key simples have of each",
      columns: [
        .init("seed"), .init("x embed", percent), .init("y embed", percent), .init("unembed", percent),
        .init("hidden a", percent), .init("hidden b", percent), .init("hidden a·b", percent), .init("logits", percent),
        .init("forbidden", .percent(2)),
      ],
      rows: learned.indices.map { seed in
        let reading = measured[seed].reading
        let (measures, forbidden) = (reading.measures, reading.harmonics.forbidden)
        return [
          name(seed), .number(measures.xEmbed), .number(measures.yEmbed), .number(measures.unembed),
          .number(measures.hiddenA), .number(measures.hiddenB), .number(measures.hiddenAB), .number(measures.logits),
          forbidden.isFinite ? .number(forbidden) : .missing("no rule"),
        ]
      })
    return [.table(learning), .table(shares)]
  }

  private var method: RichText {
    RichText(
      "One hidden layer of \(training.hidden) ReLUs without biases over embeddings of width \(training.embed) (Chughtai, Chan & Nanda, 2023), \(training.trainingCount) of \(task.order * task.order) pairs (\(percent.text(training.fraction))) drawn anew for each seed, all at once each epoch; AdamW, rate \(three.text(training.rate)), decay \(three.text(training.decay)), β = (0.9, 0.98); at most \(training.epochs) epochs, \(training.stopAfter) more after more than 99 % of unseen pairs are right, looked at every \(training.interval). A simple is key when the cosine of the logits and its character at a·b·c⁻¹ is above 0.005."
    )
  }
}
