internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroPiecewise

/// What many seeds of a task have found.
struct TrainedCircuit {
  let task: CircuitTask
  let result: SeedTraining.Result
  let readings: [SolutionReading]

  var losses: [Double] { result.losses }
  var solved: Int { losses.count { $0 < task.solved } }
  var clusters: [SolutionCluster] { SolutionCluster.clusters(readings) }

  func share() throws -> Estimate { try Estimate.clopperPearson(successes: solved, trials: losses.count) }

  func facts() throws -> [String: JSONValue] {
    let share = try share()
    return [
      "task": .string(task.title), "seeds": .integer(losses.count), "steps": .integer(task.steps),
      "solved": .integer(solved), "share": .number(share.value),
      "interval": .numbers([share.low, share.high]), "losses": .numbers(losses),
      "certified": .integer(readings.count(where: \.isCertified)), "read": .integer(readings.count),
      "tolerance": .number(Double(task.tolerance)), "box": .string("\(task.box)"),
      "formulas": .object(
        Dictionary(grouping: readings, by: \.formula).mapValues { .integer($0.count) }),
      "clusters": .array(
        clusters.map {
          [
            "units": .string($0.units), "formula": .string($0.formula), "count": .integer($0.count),
            "certified": .integer($0.certified), "bound": .number($0.largestBound), "example": .integer($0.example),
            "program": .string($0.program),
          ]
        }),
    ]
  }

  func report() throws -> Report {
    let share = try share()
    let percent = NumberFormat.percent(1)
    let certified = readings.count(where: \.isCertified)
    let best = clusters.first
    return Report(
      id: "circuits-train", title: "What training finds: \(task.title)", kicker: "Circuits",
      lede: RichText(
        "**\(percent.text(share.value))** of \(losses.count) seeds learn it. "
          + (best.map { "Most of them spell `\($0.formula)`, written as `\($0.program)`; " } ?? "")
          + "**\(certified) of \(readings.count)** readings are proved over \(boxText)."),
      metrics: [
        Metric(
          "learned", share.value, format: percent, interval: Interval(share),
          explanation: RichText(
            "\(solved) of \(losses.count) seeds end below a loss of \(Certificate.digits.text(task.solved)); 95 %, Clopper–Pearson."
          )),
        Metric(
          "proved readings", Double(certified), format: .integer,
          explanation: RichText("Of \(readings.count) that were read.")),
        Metric(
          "ways to do it", Double(clusters.count), format: .integer,
          explanation: "Sets of folding units, up to scale and order."),
      ],
      sections: [
        ReportSection("Which algorithms", id: "clusters", try clusterBlocks()),
        ReportSection("How they learn", id: "training", [.figure(lossCurves), .figure(finalLosses)]),
      ])
  }

  private var boxText: String {
    zip(task.box.names, zip(task.box.lower, task.box.upper)).map { "\($0) ∈ [\($1.0), \($1.1)]" }
      .joined(separator: ", ").replacing("-", with: "−")
  }

  private func clusterBlocks() throws -> [ReportBlock] {
    guard !clusters.isEmpty else { return [.note(.remark, "No network learned the task, so none was read.")] }
    let shown = Array(clusters.prefix(16))
    return [
      .figure(
        Figure(
          "Which units fold",
          caption: RichText(
            "The \(readings.count) networks that learned the task, by the insides of the units that fold in the box, up to scale and order; insides are rounded by a twentieth."
          ),
          .bars(
            BarFigure(
              label: "units", value: Axis("networks", format: .integer),
              bars: shown.enumerated().map { BarFigure.Bar($1.units, Double($1.count), isHighlighted: $0 == 0) })))),
      .table(
        Table(
          title: "What they spell",
          columns: [
            .init("units that fold"), .init("an example, numbers merged"), .init("formula"),
            .init("networks", .integer),
            .init("proved", .integer), .init("largest bound", Certificate.digits),
          ],
          rows: shown.map {
            [
              .text($0.units), .text($0.program), .text($0.formula), .number(Double($0.count)),
              .number(Double($0.certified)), .number($0.largestBound),
            ]
          })),
      .text(
        RichText(
          "Each network is read over the box: canonical form, numbers rounded while the error stays below \(Certificate.text(task.tolerance)), units named, and the printed formula proved against the network itself; the largest bound of a row is the worst of its proofs. On the examples the task is `\(task.formula)`."
        )),
    ]
  }

  /// Quantiles of the losses at every moment.
  private var lossCurves: Figure {
    func quantile(_ share: Double) -> [Double] {
      result.moments.map { moment in
        let sorted = moment.losses.filter(\.isFinite).sorted()
        return sorted.isEmpty ? .nan : sorted[Int(share * Double(sorted.count - 1))]
      }
    }
    let steps = result.moments.map { Double($0.step) }
    return Figure(
      "Losses", caption: "The loss of all seeds: the middle one, between the tenth and the ninetieth percentile.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("step", format: .integer), y: Axis("loss", scale: .log),
          series: [LineSeries("median", x: steps, y: quantile(0.5), low: quantile(0.1), high: quantile(0.9))])))
  }

  private var finalLosses: Figure {
    let sorted = losses.filter(\.isFinite).sorted()
    return Figure(
      "Where the seeds end", caption: "The final losses in order; the line is what counts as learned.", span: .half,
      .lines(
        LineFigure(
          x: Axis("seeds, in order", format: .integer), y: Axis("final loss", scale: .log),
          series: [
            LineSeries("final loss", x: sorted.indices.map { Double($0 + 1) }, y: sorted.map { max($0, 1e-16) })
          ],
          references: [ReferenceLine("learned", task.solved)])))
  }
}
