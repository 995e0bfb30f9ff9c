internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension SkipResult {
  private static let percent = NumberFormat.percent(1)

  /// The study as a report: the losses, the error of probes by layer as training goes on, and what either path into the second half is worth.
  func report(series: [MetricSeries]) throws -> Report {
    let (with, without) = (try accuracy(skipping), try accuracy(plain))
    let percent = Self.percent
    return Report(
      id: "probe-skip", title: "A skip connection, and the half that it bypasses", kicker: "Probing",
      lede: RichText(lede(with, without)),
      metrics: [
        Metric(
          "accuracy with the skip", with.value, format: percent, interval: Interval(with),
          explanation: RichText("Of \(skipping.count) test examples; 95 % interval, Clopper–Pearson."),
          control: Metric.Control("without the skip", without.value, interval: Interval(without))),
        Metric(
          "change without the bypassed half", cuts.bypassed.accuracy.value, format: percent,
          interval: Interval(cuts.bypassed.accuracy),
          explanation: RichText(
            "Accuracy after what layers 1 to \(study.bypassed) compute is held at its mean, less accuracy before."),
          control: Metric.Control(
            "without the image that the skip carries", cuts.skip.accuracy.value, interval: Interval(cuts.skip.accuracy))
        ),
      ],
      sections: [
        ReportSection("The two trainings", id: "training", trainingBlocks(series)),
        ReportSection("What each layer makes linearly readable", id: "probes", probeBlocks),
        ReportSection("Which path is used", id: "paths", [.text(paths), .table(pathTable), .note(.caveat, caveat)]),
      ])
  }

  private func lede(_ with: Estimate, _ without: Estimate) -> String {
    let percent = Self.percent
    let isBetter = with.low > without.high
    let start =
      "With the skip connection the network answers **\(percent.text(with.value))** of \(skipping.count) test images right, without it "
      + "**\(percent.text(without.value))**"
    guard isBetter else { return start + ": after \(study.steps) steps the skip has made no difference that shows." }
    let change = cuts.bypassed.accuracy
    let cost =
      "held at a constant, they change accuracy by **\(percent.text(change.value, Interval(change)))**, the image that the skip carries by "
      + "\(percent.text(cuts.skip.accuracy.value))."
    return start + "; the \(study.bypassed) layers that it bypasses \(Self.part(change)): " + cost
  }

  /// What an interval of the change without the bypassed half supports.
  static func part(_ change: Estimate) -> String {
    switch (change.high < 0, change.low > -ReadableAndUsed.negligible) {
    case (false, true): "are dead"
    case (true, true): "do next to nothing"
    case (true, false): "have a part in that"
    case (false, false): "have a part in that, or none, which these examples do not tell"
    }
  }

  private func trainingBlocks(_ series: [MetricSeries]) -> [ReportBlock] {
    let count = study.seeds > 1 ? " The mean of \(study.seeds) networks of each kind." : ""
    var blocks: [ReportBlock] = [
      .text(
        RichText(
          "\(study.layers) fully connected layers of \(study.width) ReLU units on \(dataName), plain gradient descent with rate \(study.rate), batches of "
            + "\(study.batchSize), \(study.steps) steps. Weights are normal with \(study.gain == 1 ? "" : "\(study.gain) times ")the deviation √(2/inputs) that "
            + "keeps the size of signals (He et al., 2015), biases 0. With the skip, layer \(study.bypassed + 1) reads the image beside layer "
            + "\(study.bypassed) (Alain & Bengio, 2016, [section 5.1](https://arxiv.org/abs/1610.01644)).\(count)"))
    ]
    let stretch = max(1, study.steps / 100)
    let lines = ["with the skip", "without the skip"].compactMap { name in
      series.first { $0.name == "\(name): loss" }.map { Self.line(name, $0, stretch: stretch) }
    }
    if !lines.isEmpty {
      blocks.append(
        .figure(
          Figure(
            "Loss",
            caption: RichText(
              "Cross-entropy of the batches, the mean of \(stretch) steps\(study.seeds > 1 ? " and \(study.seeds) networks" : ""). A network that answers every "
                + "class alike stands at chance."),
            .lines(
              LineFigure(
                x: Axis("step", format: .integer), y: Axis("loss", unit: "nats"), series: lines,
                references: [ReferenceLine("chance", log(Double(max(classCount, 2))))])))))
    }
    if study.seeds > 1 {
      blocks.append(
        .table(
          Table(
            title: "Test accuracy of each network",
            columns: [
              .init("network", .integer), .init("with the skip", Self.percent), .init("without", Self.percent),
            ],
            rows: zip(skipping.correct, plain.correct).enumerated().map { index, correct in
              [
                .number(Double(index + 1)), .number(Double(correct.0) / Double(skipping.count)),
                .number(Double(correct.1) / Double(plain.count)),
              ]
            })))
    }
    return blocks
  }

  /// A series as the means of stretches of steps.
  private static func line(_ name: String, _ series: MetricSeries, stretch: Int) -> LineSeries {
    let starts = stride(from: 0, to: series.values.count, by: stretch)
    let stretches = starts.map { $0..<min($0 + stretch, series.values.count) }
    return LineSeries(
      name, x: stretches.map { series.steps[$0].map(Double.init).mean },
      y: stretches.map { Array(series.values[$0]).mean })
  }

  private var probeBlocks: [ReportBlock] {
    guard let last = moments.last else { return [] }
    return [.text(RichText(finding(last))), .figure(curves), .table(halves)]
  }

  /// What the probes at the end say of the border between the halves.
  private func finding(_ moment: SkipMoment) -> String {
    let percent = Self.percent
    guard let before = half(0, at: moment).last, let behind = half(1, at: moment).first else {
      return "No layer could be probed."
    }
    func text(_ layer: SkipMoment.Layer) -> String {
      "**\(percent.text(layer.error.value, Interval(layer.error)))**"
    }
    let dead =
      before.error.high < before.control.low
      ? "so something of the image is left there" : "which its control with shuffled labels does not tell from nothing"
    let jump =
      behind.error.high < before.error.low
      ? "the probe of the next layer, which the skip reaches, errs on \(text(behind)): what is readable from there on came past the first half"
      : "the probe of the next layer, which the skip reaches, errs on \(text(behind)), and the intervals do not part"
    return
      "After \(moment.step) steps the probe of layer \(before.number), the last that is bypassed, errs on \(text(before)) of test examples "
      + "(shuffled labels: \(percent.text(before.control.value, Interval(before.control)))), \(dead); \(jump)."
  }

  /// The error by layer at each moment.
  private var curves: Figure {
    let frames = moments.map { moment in
      func series(
        _ name: String, _ layers: [SkipMoment.Layer], _ role: LineSeries.Role = .measured,
        of value: (SkipMoment.Layer) -> Estimate = { $0.error }
      ) -> LineSeries {
        LineSeries(
          name, role: role, x: layers.map { Double($0.number) }, y: layers.map { value($0).value },
          low: layers.map { value($0).low }, high: layers.map { value($0).high })
      }
      return FigureSequence.Frame(
        moment.step == 0 ? "before training" : "\(moment.step)",
        .lines(
          LineFigure(
            x: Axis("layer", format: .integer),
            y: Axis("test error of the probe", format: .percent, range: Interval(0, 1)),
            series: [
              series("layers that the skip bypasses", half(0, at: moment)),
              series("layers behind the skip", half(1, at: moment)),
              series("shuffled labels", moment.layers, .control) { $0.control },
            ], references: [ReferenceLine("the image itself", moment.image.value)])))
    }
    return Figure(
      "Probe error by layer",
      caption: RichText(
        "Lower is more readable. A linear probe on every layer of the network with the skip, fitted anew at each moment to at most "
          + "\(SkipStudy.probedExamples) examples and judged on at most as many others, with 95 % intervals. The skip comes in between layers \(study.bypassed) and \(study.bypassed + 1)."
      ),
      .sequence(FigureSequence("steps", frames: frames)))
  }

  private var halves: Table {
    Table(
      title: "Both halves of the network with the skip",
      columns: [
        .init("steps", .integer), .init("half"), .init("mean probe error", Self.percent),
        .init("shuffled labels", Self.percent), .init("weights moved", .percent(2)),
        .init("size of the weights", .significant(3)),
      ],
      rows: moments.flatMap { moment in
        [0, 1].map { number in
          let layers = half(number, at: moment)
          return [
            .number(Double(moment.step)), .text(number == 0 ? "bypassed" : "behind the skip"),
            .number(layers.map(\.error.value).mean), .number(layers.map(\.control.value).mean),
            .number(moment.movement[number]), .number(moment.size[number]),
          ]
        }
      })
  }

  private var paths: RichText {
    RichText(
      "Readable is not used. Where the two paths join, one after the other is held at its mean over the test examples, so that it carries "
        + "nothing that tells them apart, and the second half runs on. The weights of the bypassed half are not zero: see their size above."
    )
  }

  private var pathTable: Table {
    func row(_ name: String, _ change: PairedChange) -> [Table.Cell] {
      [
        .text(name), .number(change.accuracy.value, Interval(change.accuracy)), .number(Double(change.lost)),
        .number(Double(change.gained)), change.pValueCell,
      ]
    }
    return Table(
      columns: [
        .init("held constant"), .init("change of accuracy", Self.percent), .init("lost", .integer),
        .init("gained", .integer), .init("p (McNemar)", .significant(2)),
      ],
      rows: [
        row("the bypassed half", cuts.bypassed), row("the image that the skip carries", cuts.skip),
      ])
  }

  private var caveat: RichText {
    RichText(
      "One network of each kind is probed\(study.seeds > 1 ? ", the first of \(study.seeds)" : ""), and its intervals speak of examples, not of other seeds. "
        + "How far either network comes hangs on the scale of the weights, the rate and the patience: try `--gain`, `--rate` and `--steps`."
    )
  }
}
