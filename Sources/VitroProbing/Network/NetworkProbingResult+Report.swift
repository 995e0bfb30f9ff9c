internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension NetworkProbingResult {
  static let percent = NumberFormat.percent(1)

  /// The report: what is read where, how much of it is the probes' own doing, by how few neurons, and at what length.
  func report() throws -> Report {
    guard let best else { throw VitroError(.unsupported, "probing a network", "there is no reading") }
    var sections = [
      ReportSection("What each value makes readable", id: "probes", try probeBlocks()),
      ReportSection("All readings", id: "readings", try tableBlocks()),
    ]
    if let section = sparsitySection { sections.insert(section, at: 1) }
    if let section = codeSection { sections.insert(section, at: sections.count - 1) }
    return Report(
      id: "probe-network", title: "What \(subject.network) makes readable of \(subject.data)", kicker: "Probing",
      lede: RichText(lede(best)), metrics: metrics(best), sections: sections)
  }

  private func lede(_ best: TapReading) -> String {
    let percent = Self.percent
    let what = "\(best.kind.article) probe"
    let start =
      "Of \(subject.classNames.count) classes, \(what) at `\(best.tap)` tells **\(percent.text(best.accuracy.value))** of test examples right, "
      + "its control \(percent.text(best.control.value))"
    let others = readings(best.kind)
    guard let origin = taps.first, let first = others[origin], origin != best.tap else {
      let count = taps.count - 1
      return start + (count > 0 ? "; none of the \(count) values after it reads more." : ".")
    }
    let isClear = best.accuracy.low > first.accuracy.high
    return start + "; at `\(origin)` it tells **\(percent.text(first.accuracy.value))**"
      + (isClear ? "." : ", and the intervals of the two overlap.")
  }

  private func metrics(_ best: TapReading) -> [Metric] {
    [
      Metric(
        "accuracy of the best probe", best.accuracy.value, format: Self.percent, interval: Interval(best.accuracy),
        explanation: RichText("\(best.kind.title), at `\(best.tap)`."),
        control: Metric.Control(controlName, best.control.value, interval: Interval(best.control))),
      Metric(
        "its selectivity", best.selectivity.value, format: Self.percent, interval: Interval(best.selectivity),
        explanation: "Accuracy less that of the control, on the same examples."),
    ]
  }

  /// What the control is called.
  var controlName: String { readings.first?.task.rule == .byType ? "one label a group" : "shuffled labels" }

  private func probeBlocks() throws -> [ReportBlock] {
    let holding = try MultipleComparisons.holdAfterHolm(readings.map(\.pValue))
    let (count, verb) = (readings.count, holding == 1 ? "beats its control" : "beat their control")
    var blocks: [ReportBlock] = [.text(method), .figure(errorFigure), .figure(selectivityFigure)]
    blocks.append(
      .note(
        .caveat,
        RichText(
          "After Holm's correction **\(holding) of \(count) readings** \(verb) (one-sided sign test, 5 % for any of them to be wrong). "
            + "The best of \(count) readings is chosen on the examples that it is judged on, which flatters it a little. Readable is not used: a probe says what could be taken from a value, not what the network does with it."
        )
      ))
    for unseen in subject.unseen {
      blocks.append(
        .note(
          .warning,
          RichText(
            "Class '\(RichText(plain: unseen.className).source)' has no training example: \(unseen.examples) examples of it are left out, which a probe could only get wrong."
          )))
    }
    if let caveat { blocks.append(.note(.caveat, RichText(caveat))) }
    return blocks
  }

  var caveat: String? {
    guard let repetition = settings.repetition else { return nil }
    let official =
      repetition == .folds && subject.hasOfficialTest
      ? " The folds are drawn from all examples: the published division into training and test examples is not kept."
      : ""
    return RepeatedProbe.caveat(repetition, count: settings.divisions)
      + " Of p-values over divisions, which depend on each other, the middle one counts, times the number of divisions by its rank (Rüger, 1978)."
      + official
  }

  var method: RichText {
    let kinds = kinds.map(\.title).joined(separator: ", ")
    let (train, validation, test) = (subject.counts[0], subject.counts[1], subject.counts[2])
    let division =
      switch settings.repetition {
      case .folds:
        "\(settings.divisions) folds, of about \(train) examples to fit to, \(validation) to choose by and \(test) to judge on"
      case nil: "\(train) examples to fit to, \(validation) to choose strengths and stop by, and \(test) to judge on"
      default:
        "\(settings.divisions) divisions into \(train) examples to fit to, \(validation) to choose by and \(test) to judge on"
      }
    let scale =
      settings.standardizing
      ? "Activations are **standardized** by the training examples"
      : "Activations are **as they are**, not standardized"
    let weights = settings.balanced ? ", and every class counts alike while fitting (not in an MLP's stopping)" : ""
    let groups = subject.groups.map { count in
      " The examples belong to \(count) groups, of which none stands in two parts; intervals draw whole groups."
    }
    let source = subject.source.map { " The data: \($0)." } ?? ""
    let instances = subject.instances.map { " The file holds \($0) networks; the first is probed." } ?? ""
    return RichText(
      "At \(taps.count) values of the network, probes (\(kinds)) are fitted to the classes of \(RichText(plain: subject.data).source): \(division). \(scale)\(weights); they are kept "
        + "in \(settings.precision).\(groups ?? "") \(task)\(instances)\(source)")
  }

  /// What the control is, in words.
  private var task: String {
    let explanation = readings.first?.task.explanation ?? ""
    let aside =
      readings.contains { $0.task.isDividedAnew }
      ? " Selectivity is the difference on that division, so it is not the accuracy in the figure less its control."
      : ""
    return explanation + aside
  }

  /// The tables, and what was left out.
  func tableBlocks() throws -> [ReportBlock] {
    [.table(scoreTable), .table(try controlTable())]
      + readings.filter { !$0.converged }.map {
        .note(.warning, RichText("A \($0.kind.title) fit at `\($0.tap)` stopped before its tolerance."))
      } + skippedNote
  }

  private var skippedNote: [ReportBlock] {
    guard !skipped.isEmpty else { return [] }
    let shown = skipped.prefix(40).map { "`\($0.tap)`: \(RichText(plain: $0.reason).source)." }
    let rest = skipped.count > shown.count ? ["And \(skipped.count - shown.count) more."] : []
    return [.note(.remark, RichText("Not probed:\n\n" + (shown + rest).joined(separator: "\n\n")))]
  }

  private var scoreTable: Table {
    let hasAreas = readings.contains { $0.auc != nil }
    return Table(
      title: "What each probe reads",
      columns: [.init("tap"), .init("probe"), .init("features", .integer)]
        + ["accuracy", "control", "balanced", "macro F1"].map { .init($0, Self.percent) }
        + (hasAreas ? [.init("AUC", .fixed(3))] : []),
      rows: readings.map { reading in
        [.text(reading.tap), .text(reading.kind.title), .number(Double(reading.features))]
          + [.number(reading.accuracy.value, Interval(reading.accuracy)), .number(reading.control.value)]
          + [reading.balancedAccuracy, reading.macroF1].map(Self.cell) + (hasAreas ? [Self.cell(reading.auc)] : [])
      })
  }

  private func controlTable() throws -> Table {
    let adjusted = try MultipleComparisons.holm(readings.map(\.pValue))
    return Table(
      title: "Against the control",
      columns: [
        .init("tap"), .init("probe"), .init("control", Self.percent), .init("selectivity", Self.percent),
        .init("majority", Self.percent), .init("p", .significant(2)), .init("p, Holm", .significant(2)),
        .init("λ", .significant(2)),
      ],
      rows: zip(readings, adjusted).map { reading, adjusted in
        [
          .text(reading.tap), .text(reading.kind.title), .number(reading.control.value, Interval(reading.control)),
          .number(reading.selectivity.value, Interval(reading.selectivity)), .number(reading.baseline),
          .number(reading.pValue), .number(adjusted), reading.strength.map { .number($0) } ?? .missing(),
        ]
      })
  }

  private static func cell(_ estimate: Estimate?) -> Table.Cell {
    estimate.map { .number($0.value) } ?? .missing("not defined")
  }
}

extension ProbeKind {
  /// What it is called in a report.
  var title: String {
    switch self {
    case .logistic: "logistic"
    case .ridge: "ridge"
    case .massMean: "mass-mean"
    case .lda: "LDA"
    case .mlp: "MLP"
    case .kSparse: "k-sparse"
    }
  }

  fileprivate var article: String { self == .lda || self == .mlp ? "an \(title)" : "a \(title)" }
}
