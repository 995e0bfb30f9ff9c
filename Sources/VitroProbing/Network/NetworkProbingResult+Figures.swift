internal import Foundation
internal import VitroFitting
internal import VitroLab

extension NetworkProbingResult {
  private static let place = Axis("value, in the order of the network")

  /// So many kinds have a line for their control each; of more the best control of any kind is one line.
  private static let mostControls = 3

  /// The errors of every kind by tap, with their controls.
  var errorFigure: Figure {
    let positive = readings.allSatisfy { $0.accuracy.high < 1 && $0.control.high < 1 }
    let isMerged = kinds.count > Self.mostControls
    let controls =
      isMerged
      ? [LineSeries("the best control of any kind", role: .control, taps.map { Self.error(bestControl($0)) })]
      : kinds.map { kind in series(kind, "\(kind.title), control") { Self.error($0.control) } }
    let dashed =
      isMerged
      ? "the dashed one is the least error that any of their controls makes there (\(controlName))"
      : "dashed ones their controls (\(controlName))"
    return Figure(
      "Error by value",
      caption: RichText("Lower is more readable. Solid lines are probes, \(dashed); whiskers are 95 % intervals."),
      .lines(
        LineFigure(
          categories: taps, x: Self.place, y: Axis("test error", scale: positive ? .log : .linear, format: .percent),
          series: kinds.map { kind in series(kind) { Self.error($0.accuracy) } } + controls,
          references: readings.first.map { [ReferenceLine("majority class", 1 - $0.baseline)] } ?? [])))
  }

  private func bestControl(_ tap: String) -> Estimate {
    let controls = readings.filter { $0.tap == tap }.map(\.control)
    return controls.max { $0.value < $1.value } ?? Self.gap
  }

  private static let gap = Estimate(value: .nan, low: .nan, high: .nan)

  /// How much of each reading is not the probe's own doing.
  var selectivityFigure: Figure {
    // Where all stands far above zero, an axis down to it would hide the differences.
    let isNearZero = readings.contains { $0.selectivity.low < 0.2 }
    return Figure(
      "Selectivity by value",
      caption: RichText(
        "The accuracy less that of the probe's own control on the same examples, with 95 % intervals of the difference (Hewitt & Liang, 2019)."
          + (isNearZero ? "" : " Zero, no more than the control, is off the axis.")),
      .lines(
        LineFigure(
          categories: taps, x: Self.place, y: Axis("selectivity", format: .percent),
          series: kinds.map { kind in series(kind) { $0.selectivity } },
          references: isNearZero ? [ReferenceLine("no more than the control", 0)] : [])))
  }

  /// One kind's estimates by tap, a gap where it has none; with another name it is the control.
  private func series(
    _ kind: ProbeKind, _ name: String? = nil, _ value: (TapReading) -> Estimate
  ) -> LineSeries {
    let known = readings(kind)
    let estimates = taps.map { known[$0].map(value) ?? Self.gap }
    guard let name else { return LineSeries(kind.title, estimates) }
    return LineSeries(name, role: .control, of: kind.title, estimates)
  }

  private static func error(_ accuracy: Estimate) -> Estimate {
    Estimate(
      value: 1 - accuracy.value, low: 1 - accuracy.high, high: 1 - accuracy.low, confidence: accuracy.confidence)
  }

  /// What a few neurons hold.
  var sparsitySection: ReportSection? {
    guard let sparsity, let last = sparsity.points.last else { return nil }
    let sizes = sparsity.points.map { Double($0.neurons.count) }
    func line(_ name: String, _ role: LineSeries.Role, _ value: (Sparsity.Point) -> Estimate) -> LineSeries {
      let estimates = sparsity.points.map(value)
      return LineSeries(
        name, role: role, of: role == .control ? "k-sparse" : nil, x: sizes, y: estimates.map(\.value),
        low: estimates.map(\.low), high: estimates.map(\.high))
    }
    let most = sparsity.points.map(\.accuracy.value).max() ?? 0
    let enough = sparsity.points.first { $0.accuracy.high >= most } ?? last
    let percent = Self.percent
    let word = enough.neurons.count == 1 ? "neuron" : "neurons"
    let finding =
      "At `\(sparsity.tap)`, where k-sparse probes read most, **\(enough.neurons.count) \(word)** already tell "
      + "\(percent.text(enough.accuracy.value)) of test examples right (control \(percent.text(enough.control.value))); the best size tells \(percent.text(most)). "
      + "Each control chooses its own neurons in the same way."
    let rows = sparsity.points.map { point -> [Table.Cell] in
      let shown = point.neurons.prefix(16).map(String.init).joined(separator: ", ")
      return [
        .number(Double(point.neurons.count)), .number(point.accuracy.value, Interval(point.accuracy)),
        .number(point.control.value, Interval(point.control)),
        .text(shown + (point.neurons.count > 16 ? ", …" : "")),
      ]
    }
    return ReportSection(
      "How few neurons hold it", id: "sparsity",
      [
        .text(RichText(finding)),
        .figure(
          Figure(
            "Accuracy by the number of neurons",
            caption:
              "Logistic probes of the k neurons whose variance lies most between classes (Gurnee et al., 2023), on the first division.",
            .lines(
              LineFigure(
                x: Axis("neurons", scale: .log, format: .integer), y: Axis("test accuracy", format: .percent),
                series: [
                  line("k-sparse", .measured, \.accuracy), line("k-sparse, control", .control, \.control),
                ], intervals: .whiskers)))),
        .table(
          Table(
            title: "The neurons read, the most telling first",
            columns: [
              .init("k", .integer), .init("accuracy", percent), .init("control", percent),
              .init("neurons of \(sparsity.tap)"),
            ], rows: rows)),
      ])
  }

  /// The length of the labels' code where it was measured.
  var codeSection: ReportSection? {
    let coded = kinds.filter { kind in readings.contains { $0.kind == kind && $0.code != nil } }
    let codes = readings.compactMap { reading in reading.code.map { (reading, $0) } }
    guard let (shortest, code) = codes.min(by: { $0.1.bits < $1.1.bits }) else { return nil }
    func line(_ kind: ProbeKind, _ name: String, isControl: Bool) -> LineSeries {
      let known = readings(kind)
      return LineSeries(
        name, role: isControl ? .control : .measured, of: isControl ? kind.title : nil,
        y: taps.map { tap in known[tap]?.code.map { isControl ? $0.controlBits : $0.bits } ?? .nan })
    }
    let bits = NumberFormat.fixed(2)
    let silent = kinds.filter { !$0.givesProbabilities }.map(\.title)
    let none =
      silent.isEmpty ? "" : " \(silent.joined(separator: " and ")) probes give no probabilities, and so no code."
    return ReportSection(
      "How much effort the reading takes", id: "code",
      [
        .text(
          RichText(
            "The shortest code is that of the \(shortest.kind.title) probe at `\(shortest.tap)`: **\(bits.text(code.bits)) bits** a label in place of \(bits.text(code.uniformBits)), "
              + "\(NumberFormat.significant(3).text(code.compression)) times shorter than without features; its control's is \(NumberFormat.significant(3).text(code.controlCompression)) times "
              + "shorter. The labels of the first division's \(code.labels) training examples are sent block by block, each with a probe fitted to those before "
              + "(Voita & Titov, 2020).\(none)")),
        .figure(
          Figure(
            "Code length by value",
            caption: "Bits a label, less is more readable with less effort. Above the line features do harm.",
            .lines(
              LineFigure(
                categories: taps, x: Self.place, y: Axis("code length", unit: "bits a label"),
                series: coded.map { line($0, $0.title, isControl: false) }
                  + coded.map { line($0, "\($0.title), control", isControl: true) },
                references: [ReferenceLine("without features", code.uniformBits)])))),
      ])
  }
}
