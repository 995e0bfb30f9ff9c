internal import VitroCore
internal import VitroFitting
public import VitroLab

extension ReadableAndUsed {
  /// The findings as blocks of a report: how they came about, what is readable beside what is used, and what steering does.
  ///
  /// Nothing is drawn when there are no values.
  public func blocks() -> [ReportBlock] {
    guard !values.isEmpty else { return [] }
    return [
      .text(method), .text(RichText(sentence)), .figure(sideBySide), .table(table), .table(patternTable),
      .figure(steeringCurves),
      .table(detailTable),
      .note(.caveat, caveat),
    ]
  }

  private var method: RichText {
    RichText(
      "At each value the directions that the probe reads are projected out, `x − Wᵀ(WWᵀ)⁺W(x − μ)`, so that every difference of the probe's scores becomes a "
        + "constant, and the network runs on from there on \(count) test examples. Beside it the same is done with the directions of the "
        + "probe with **shuffled labels**, and with \(draws) **random subspaces** of the same rank, normal in standardized coordinates. Weights say what "
        + "a probe looks at, not how the value holds it; so its **patterns** are taken out too, the directions along which the value varies with the "
        + "probe's scores (Haufe et al., 2014), beside the patterns of the probe with shuffled labels, of the same rank. Accuracy "
        + "without any of this is \(Self.percent.text(accuracy.value, Interval(accuracy))). Intervals are at 95 %, by the bootstrap over examples, or groups where there are groups."
    )
  }

  private var caveat: RichText {
    RichText(
      "What is taken out is what this probe reads, at once and everywhere in the value; another probe may still read something, and a network may "
        + "hold the same thing elsewhere. A value without its directions is one that the network has never met, which the random subspaces make "
        + "comparable, not harmless. McNemar's exact test takes examples as independent. \(values.count) values are judged at 95 % each, so about one "
        + "in twenty verdicts may be chance."
    )
  }

  static let percent = NumberFormat.percent(1)

  /// Readable and used, tap by tap.
  private var sideBySide: Figure {
    func lost(_ estimates: [Estimate?]) -> (y: [Double], low: [Double], high: [Double]) {
      (
        estimates.map { -($0?.value ?? .nan) }, estimates.map { -($0?.high ?? .nan) },
        estimates.map { -($0?.low ?? .nan) }
      )
    }
    let used = lost(values.map(\.removal.change.accuracy))
    let patterns = lost(values.map(\.pattern.change.accuracy))
    let shuffled = lost(values.map { $0.shuffledPattern?.change.accuracy })
    let (directions, pattern) = (
      "used: accuracy lost without its directions", "used: accuracy lost without its patterns"
    )
    var series = [
      LineSeries(
        "readable: accuracy of the probe above its control", y: values.map { $0.margin?.value ?? .nan },
        low: values.map { $0.margin?.low ?? .nan }, high: values.map { $0.margin?.high ?? .nan }),
      LineSeries(directions, y: used.y, low: used.low, high: used.high),
      LineSeries(
        "lost without random directions", role: .control, of: directions, y: values.map { -$0.randomChange },
        low: values.map { -$0.randomRange.high },
        high: values.map { -$0.randomRange.low }),
    ]
    if values.contains(where: { $0.shuffledPattern != nil }) {
      series += [
        LineSeries(pattern, y: patterns.y, low: patterns.low, high: patterns.high),
        LineSeries(
          "lost without patterns of shuffled labels", role: .control, of: pattern, y: shuffled.y, low: shuffled.low,
          high: shuffled.high),
      ]
    }
    return Figure(
      "Readable, and used",
      caption: RichText(
        "Where the solid lines part, a probe reads what the network does not need, or the network needs more than the probe reads. Whiskers "
          + "are 95 % intervals; those of random directions span all \(draws) draws."),
      .lines(
        LineFigure(
          categories: values.map(\.tap), x: Axis("value, in the order of the network"),
          y: Axis("share of test examples", format: .percent), series: series)))
  }

  private var steeringCurves: Figure {
    let frames = values.map { value in
      let steering = value.steering
      func series(
        _ name: String, _ estimates: [Estimate], _ role: LineSeries.Role = .measured, of counterpart: String? = nil
      ) -> LineSeries {
        LineSeries(
          name, role: role, of: counterpart, x: steering.strengths, y: estimates.map(\.value),
          low: estimates.map(\.low), high: estimates.map(\.high))
      }
      let untouched = steering.strengths.firstIndex(of: 0).map { steering.probe[$0].value }
      let curves =
        [
          series("the probe's direction of the class", steering.probe),
          series("a random direction", steering.random, .control, of: "the probe's direction of the class"),
        ] + (steering.shuffled.map { [series("the direction of shuffled labels", $0, .baseline)] } ?? [])
      return FigureSequence.Frame(
        value.tap,
        .lines(
          LineFigure(
            x: Axis("added along the direction", unit: "standard deviations"),
            y: Axis("answers that are the class", format: .percent, range: Interval(0, 1)), series: curves,
            references: untouched.map { [ReferenceLine("untouched", $0)] } ?? [])))
    }
    return Figure(
      "Steering",
      caption: RichText(
        "How often the network answers a class when so many standard deviations are added along that class's direction, the mean over the "
          + "classes, on \(steeredCount) test examples. A direction that the network uses pulls the answers with it; one that is only readable does not."
      ), .sequence(FigureSequence("value", frames: frames, start: strongest)))
  }

  /// The value at which steering moves most.
  private var strongest: Int? {
    values.indices.max { reach(values[$0]) < reach(values[$1]) }
  }

  private func reach(_ value: Value) -> Double {
    let curve = value.steering.probe.map(\.value)
    return (curve.max() ?? 0) - (curve.min() ?? 0)
  }

  private var table: Table {
    let percent = Self.percent
    return Table(
      title: "What the probe reads, and the change of the network's accuracy without it",
      columns: [
        .init("value"), .init("probe", percent), .init("control", percent), .init("change", percent),
        .init("p", .significant(2)), .init("random (range)", percent), .init("verdict"),
      ],
      rows: values.map { value in
        [
          .text(value.tap), Self.cell(value.probe), Self.cell(value.control),
          Self.cell(value.removal.change.accuracy), value.removal.change.pValueCell,
          .number(value.randomChange, Interval(value.randomRange.low, value.randomRange.high)),
          .text(value.verdict.words),
        ]
      })
  }

  private var patternTable: Table {
    let percent = Self.percent
    return Table(
      title: "The change of accuracy without the probe's patterns",
      columns: [
        .init("value"), .init("variance", percent), .init("change", percent), .init("p", .significant(2)),
        .init("variance, shuffled labels", percent), .init("change, shuffled labels", percent),
      ],
      rows: values.map { value in
        [
          .text(value.tap), .number(value.pattern.variance), Self.cell(value.pattern.change.accuracy),
          value.pattern.change.pValueCell, value.shuffledPattern.map { .number($0.variance) } ?? .missing(),
          Self.cell(value.shuffledPattern?.change.accuracy),
        ]
      })
  }

  private var detailTable: Table {
    let percent = Self.percent
    return Table(
      title: "What was taken out, and the change of accuracy by other directions",
      columns: [
        .init("value"), .init("rank", .integer), .init("variance", percent), .init("of random", percent),
        .init("shuffled labels", percent), .init("own class", percent), .init("another class", percent),
      ],
      rows: values.map { value in
        [
          .text(value.tap), .number(Double(value.removal.rank)), .number(value.removal.variance),
          .number(value.random.map(\.variance).mean), Self.cell(value.shuffled?.change.accuracy),
          Self.cell(value.classRemoval?.own), Self.cell(value.classRemoval?.others),
        ]
      })
  }

  private static func cell(_ estimate: Estimate?) -> Table.Cell {
    estimate.map { .number($0.value, Interval($0)) } ?? .missing()
  }
}

extension ReadableAndUsed.Verdict {
  /// The verdict in a word or two.
  var words: String {
    switch self {
    case .notReadable: "not readable"
    case .used: "used"
    case .unused: "readable, not used"
    case .undecided: "undecided"
    }
  }
}

extension PairedChange {
  /// The p-value, as far down as it means anything.
  var pValueCell: Table.Cell { pValue < 1e-12 ? .text("< 10⁻¹²") : .number(pValue) }
}
