public import VitroCore
internal import VitroData
internal import VitroFitting
public import VitroLab
internal import VitroNetworks

/// The probing section of `examine`: the error of a linear probe at every layer, with its control.
public struct LayerProbeExaminer: Examiner {
  /// `probing`.
  public let id = "probing"
  private let probes = LayerProbes()

  /// Creates the examiner.
  public init() {}

  /// Always: data that cannot be probed are told of.
  public func applies(to subject: Subject) -> Bool { true }

  /// Fits the probes and tells what they read, or why there is nothing to read.
  public func examine(_ subject: Subject, observer: any Observer) throws -> Finding {
    let classes = Set(subject.data.labels)
    guard classes.count >= 2 else {
      let name = classes.first.map { "'\(subject.data.classNames[$0])'" } ?? "none"
      return nothing([
        .note(.warning, RichText("All examples are of one class, \(name): there is nothing to tell apart."))
      ])
    }
    let result = try probes.run(
      subject.network, subject.data, parts: subject.parts, seed: subject.seed,
      scratch: (observer as? Stage)?.checkpoints, observer: observer)
    guard let first = result.readings.first, let best = result.readings.min(by: { $0.error.value < $1.error.value })
    else {
      return nothing([.note(.warning, "No value of the network can be probed.")] + left(result))
    }
    let percent = NumberFormat.percent(1)
    let headline = RichText(
      "A linear probe errs on **\(percent.text(first.error.value))** of test examples at `\(first.tap)` and on "
        + "**\(percent.text(best.error.value))** at `\(best.tap)`; with shuffled labels it errs on \(percent.text(best.control.value))."
    )
    var blocks: [ReportBlock] = [
      .text(method(result, grouped: subject.data.groups != nil)), .figure(curve(result)), .table(table(result)),
    ]
    for unseen in result.unseenClasses {
      blocks.append(
        .note(
          .warning,
          RichText(
            "Class '\(unseen.name)' has no training example: its \(unseen.tests) test examples count as errors of every probe."
          )
        ))
    }
    for reading in result.readings where !reading.converged {
      blocks.append(.note(.warning, RichText("A fit at `\(reading.tap)` stopped before its tolerance.")))
    }
    blocks += left(result)
    blocks.append(
      .note(
        .caveat,
        RichText(
          "Readable is not used: a probe shows what a linear classifier could take from a layer, not what the network does with it. "
            + "The \(result.readings.count) intervals are each at 95 %; about one in twenty may miss its truth by chance."
        )))
    let used = try interventions(subject, result, observer)
    if let used { blocks += used.blocks() }
    return Finding(
      section: ReportSection("What each layer makes linearly readable", id: id, blocks), headline: headline,
      metrics: [
        Metric(
          "best probe", best.error.value, format: percent, interval: Interval(best.error),
          explanation: RichText(
            "The lowest of \(result.readings.count) test errors, at `\(best.tap)`; chosen on the same examples."),
          control: Metric.Control(
            "shuffled labels", best.control.value, interval: Interval(best.control)))
      ],
      facts: [
        "layers": .array(
          result.readings.map {
            [
              "tap": .string($0.tap), "error": .number($0.error.value), "control": .number($0.control.value),
              "interval": .numbers([$0.error.low, $0.error.high]), "untrained": .number($0.untrained.value),
              "features": .integer($0.width),
            ]
          }),
        "used": used?.facts ?? .null,
      ])
  }

  /// What the network does with what the probes read; nothing when its output is not one score for each class.
  private func interventions(
    _ subject: Subject, _ result: LayerProbes.Result, _ observer: any Observer
  ) throws -> ReadableAndUsed? {
    guard let output = subject.network.graph.outputs.first,
      try subject.network.shape(at: output) == [subject.data.classNames.count]
    else { return nil }
    let test = try subject.data.subset(subject.parts.test)
    var interventions = DirectionInterventions()
    interventions.draws = 4
    interventions.mostExamples = 1000
    interventions.mostSteered = 100
    interventions.strengths = [-4, -2, 0, 2, 4]
    return try interventions.limited(toWidth: result.probes.map(\.mean.count).max() ?? 1).run(
      subject.network, test, directions: result.probes.map(\.directions), groups: test.groups, seed: subject.seed,
      observer: observer)
  }

  /// The section of an examination in which nothing was probed.
  private func nothing(_ blocks: [ReportBlock]) -> Finding {
    Finding(
      section: ReportSection("What each layer makes linearly readable", id: id, blocks),
      facts: ["layers": .array([]), "used": .null])
  }

  /// What was left out, and why.
  private func left(_ result: LayerProbes.Result) -> [ReportBlock] {
    result.skipped.map { .note(.remark, RichText("`\($0.tap)` was not probed: \($0.reason).")) }
  }

  private func method(_ result: LayerProbes.Result, grouped: Bool) -> RichText {
    RichText(
      "At each value of the network a softmax regression is fitted to the standardized activations of \(result.counts.train) examples; "
        + (result.method == .exact
          ? "its L2 penalty is chosen among \(probes.candidates.count) on \(result.counts.validation) others; "
          : "as some values are too wide to keep, all are trained in the forward pass and stopped early on \(result.counts.validation) others; ")
        + "errors are counted on \(result.counts.test) more, with 95 % intervals (\(grouped ? "whole groups drawn anew" : "Clopper–Pearson")). Each probe stands beside two comparisons: the same "
        + "probe with **shuffled labels**, which shows what it reads where there is nothing to read, and the same probe on the same network "
        + "with **random weights**, which shows what the architecture alone makes readable. No gradient of a probe reaches the network."
    )
  }

  private func curve(_ result: LayerProbes.Result) -> Figure {
    let readings = result.readings
    return Figure(
      "Probe error by layer",
      caption:
        "Lower is more readable. Whiskers are 95 % intervals. The dashed line is the control with shuffled labels.",
      .lines(
        LineFigure(
          categories: readings.map(\.tap), x: Axis("value, in the order of the network"),
          y: Axis("test error", scale: readings.allSatisfy(\.isPositive) ? .log : .linear, format: .percent),
          series: [
            LineSeries(
              "this network", y: readings.map(\.error.value), low: readings.map(\.error.low),
              high: readings.map(\.error.high)),
            LineSeries(
              "random weights", role: .baseline, y: readings.map(\.untrained.value), low: readings.map(\.untrained.low),
              high: readings.map(\.untrained.high)),
            LineSeries(
              "shuffled labels", role: .control, of: "this network", y: readings.map(\.control.value),
              low: readings.map(\.control.low), high: readings.map(\.control.high)),
          ], references: [ReferenceLine("majority class", result.majorityError)])))
  }

  private func table(_ result: LayerProbes.Result) -> Table {
    Table(
      columns: [
        .init("tap"), .init("features", .integer), .init("error", .percent(1)), .init("random weights", .percent(1)),
        .init("shuffled labels", .percent(1)), .init("C", .significant(2)),
      ],
      rows: result.readings.map {
        [
          .text($0.tap), .number(Double($0.width)), .number($0.error.value, Interval($0.error)),
          .number($0.untrained.value, Interval($0.untrained)),
          .number($0.control.value, Interval($0.control)),
          $0.inverseRegularization.map { .number($0) } ?? .missing("stopped early"),
        ]
      })
  }
}

extension LayerProbes.Reading {
  /// Whether every error can be drawn on a logarithmic axis.
  fileprivate var isPositive: Bool { [error.low, untrained.low, control.low].allSatisfy { !($0 <= 0) } }
}
