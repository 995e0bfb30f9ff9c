internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroPiecewise

/// `x < c` with one sigmoid neuron: what is written, and what training does with weight and bias.
struct LessThanStudy {
  let threshold: Int
  let seeds: Int
  let steps: Int?

  func run(_ run: Run) throws -> Outcome {
    let task = CircuitTask.lessThan(threshold, steps: steps)
    var training = SeedTraining(task: task, seeds: seeds)
    training.followed = seeds
    let result = try run.stage("training") { try training.train($0, seed: run.seed) }
    let trained = TrainedNeurons(task: task, threshold: threshold, moments: result.moments)
    return Outcome(report: try trained.report(), facts: trained.facts)
  }
}

/// Neurons σ(w·x + b) on their way.
struct TrainedNeurons {
  let task: CircuitTask
  let threshold: Int
  let moments: [SeedTraining.Moment]

  /// The middle of the gap between the last number below and the first that is not: about it the data are symmetric.
  var middle: Double { Double(threshold) - 0.5 }

  private func values(_ of: ([Double]) -> Double) -> [[Double]] { moments.map { $0.parameters.map(of) } }
  var weights: [[Double]] { values { $0[0] } }
  var biases: [[Double]] { values { $0[1] } }
  var crossings: [[Double]] { values { -$0[1] / $0[0] } }

  /// The step from which on the slope −w has grown at every look, in every seed; `nil` if it fell at the last.
  ///
  /// At first the weight has to find its sign, and Adam's momentum carries it too far once.
  var slopeGrowsFrom: Int? {
    let steps = moments.map(\.step)
    guard let last = weights.last, steps.count > 1, last.allSatisfy({ $0 < 0 }) else { return nil }
    var from = 0
    for look in 1..<steps.count {
      let isGrowing = zip(weights[look - 1], weights[look]).allSatisfy { -$1 > -$0 && $1 < 0 }
      if !isGrowing { from = look }
    }
    return from < steps.count - 1 ? steps[from] : nil
  }

  /// Whether the slope grows at every look from the first 200 epochs, or the first hundredth of training, on.
  var slopeGrows: Bool { slopeGrowsFrom.map { $0 <= max(200, task.steps / 100) } ?? false }

  var finalCrossings: [Double] { crossings.last ?? [] }
  var share: Double {
    let near = finalCrossings.count { abs($0 - middle) <= 0.05 }
    return Double(near) / Double(max(finalCrossings.count, 1))
  }

  /// The seed whose crossing ends in the middle of all.
  private var typical: Int {
    let sorted = finalCrossings.indices.sorted { finalCrossings[$0] < finalCrossings[$1] }
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  var facts: [String: JSONValue] {
    let final = moments.last?.parameters ?? []
    return [
      "task": .string(task.title), "seeds": .integer(final.count), "epochs": .integer(task.steps),
      "slope": .numbers(final.map { -$0[0] }), "ratio": .numbers(finalCrossings),
      "ratioOfTypicalSeed": .number(finalCrossings.isEmpty ? .nan : finalCrossings[typical]),
      "middle": .number(middle), "threshold": .integer(threshold), "shareWithin0.05": .number(share),
      "slopeGrows": .bool(slopeGrows), "slopeGrowsFrom": slopeGrowsFrom.map { .integer($0) } ?? .null,
      "losses": .numbers(moments.last?.losses ?? []),
      "written": .array(
        Self.slopes.map {
          [
            "slope": .number($0), "largestError": .number(writtenError($0).largest),
            "meanSquaredError": .number(writtenError($0).mean),
          ]
        }),
    ]
  }

  static let slopes = [0.5, 1, 2, 4, 8, 16, 32, 64, 128]

  /// The errors on the whole numbers of `σ(M(c − x))` and of the line through the middle.
  private func writtenError(_ slope: Double, at crossing: Double? = nil) -> (largest: Double, mean: Double) {
    let errors = zip(task.inputs, task.targets).map { input, target in
      abs(1 / (1 + exp(-slope * ((crossing ?? Double(threshold)) - input[0]))) - target)
    }
    return (errors.max() ?? 0, errors.map { $0 * $0 }.reduce(0, +) / Double(max(errors.count, 1)))
  }

  func report() throws -> Report {
    let crossing = finalCrossings.isEmpty ? Double.nan : finalCrossings[typical]
    let slope = -(weights.last?[typical] ?? .nan)
    let three = NumberFormat.fixed(3)
    return Report(
      id: "circuits-less-than", title: "x < \(threshold), with one neuron", kicker: "Circuits",
      lede: RichText(
        "Training writes σ(M(c − x)) with **c = \(three.text(crossing))** and a slope M that \(growth). "
          + "The examples are symmetric about **\(NumberFormat.fixed(1).text(middle))**, the middle of the gap between \(threshold - 1) and \(threshold), and there the ratio −bias/weight goes; "
          + "to call it M(\(threshold) − x) is a reading of it."),
      metrics: [
        Metric(
          "−bias / weight", crossing, format: three, interval: spread,
          explanation: RichText(
            "The seed in the middle; the interval holds 95 % of \(finalCrossings.count) seeds. After \(task.steps) epochs."
          ),
          control: Metric.Control("middle of the gap", middle)),
        Metric(
          "slope M", slope, format: .significant(3), explanation: "Minus the weight of the same seed; it has no limit."),
        Metric(
          "within 0.05 of the middle", share, format: .percent(0),
          explanation: RichText("Of \(finalCrossings.count) seeds.")),
      ],
      sections: [
        ReportSection(
          "What training does", id: "training",
          [.figure(ratioFigure), .figure(parameterFigure), .figure(functionFigure), .figure(lossFigure)]),
        ReportSection(
          "What is written", id: "written",
          [
            .text(
              RichText(
                "A neuron is continuous and `<` is not: σ(M(\(threshold) − x)) answers 1/2 at x = \(threshold) for every M, so its largest error on the whole numbers never falls below 1/2. Between the numbers, at \(NumberFormat.fixed(1).text(middle)), the error falls as e^(−M/2) without reaching zero."
              )), .figure(errorFigure), .table(errorTable),
          ]),
      ])
  }

  private var growth: String {
    guard let from = slopeGrowsFrom else { return "does not grow to the end in every seed" }
    return slopeGrows
      ? "**grows all through training** (in every seed, at every look from epoch \(from) on; before, the weight finds its sign)"
      : "grows in every seed from epoch \(from) on"
  }

  private var spread: Interval? {
    let sorted = finalCrossings.sorted()
    guard sorted.count >= 2 else { return nil }
    let last = Double(sorted.count - 1)
    return Interval(sorted[Int((0.025 * last).rounded())], sorted[Int((0.975 * last).rounded())])
  }

  private var steps: [Double] { moments.map { Double(max($0.step, 1)) } }

  private func series(_ name: String, _ values: [[Double]]) -> LineSeries {
    LineSeries(
      name, x: steps, y: values.map { $0[typical] }, low: values.map { $0.min() ?? .nan },
      high: values.map { $0.max() ?? .nan })
  }

  private var ratioFigure: Figure {
    // Before the weight has its sign the ratio means nothing and may be anything.
    let bounded = crossings.map { $0.map { abs($0 - middle) < 1.5 ? $0 : .nan } }
    return Figure(
      "−bias / weight", caption: "Where the neuron crosses 1/2, once that is near the data: one seed.", span: .half,
      .lines(
        LineFigure(
          x: Axis("epoch", scale: .log, format: .integer), y: Axis("−bias / weight"),
          series: [LineSeries("a typical seed", x: steps, y: bounded.map { $0[typical] })],
          references: [
            ReferenceLine("middle of the gap", middle),
            ReferenceLine("the threshold", Double(threshold)),
          ])))
  }

  private var parameterFigure: Figure {
    Figure(
      "Weight and bias", caption: "Both grow without limit, in proportion: one seed, with all seeds as bands.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("epoch", scale: .log, format: .integer), y: Axis("value"),
          series: [series("weight", weights), series("bias", biases)])))
  }

  private var functionFigure: Figure {
    let picked = [0, moments.count / 4, moments.count / 2, moments.count - 1]
    let x = stride(from: Double(threshold) - 12, through: Double(threshold) + 11, by: 0.1).map { $0 }
    return Figure(
      "The neuron", caption: "σ(wx + b) of the same seed at four moments of training.", span: .half,
      .lines(
        LineFigure(
          x: Axis("x"), y: Axis("output"),
          series: Set(picked).sorted().map { index in
            let (w, b) = (weights[index][typical], biases[index][typical])
            return LineSeries("epoch \(moments[index].step)", x: x, y: x.map { 1 / (1 + exp(-(w * $0 + b))) })
          })))
  }

  private var lossFigure: Figure {
    Figure(
      "Loss", caption: "The mean squared error over the \(task.inputs.count) numbers.", span: .half,
      .lines(
        LineFigure(
          x: Axis("epoch", scale: .log, format: .integer), y: Axis("mean squared error", scale: .log),
          series: [LineSeries("a typical seed", x: steps, y: moments.map { max($0.losses[typical], 1e-16) })])))
  }

  private var errorFigure: Figure {
    Figure(
      "Error against slope",
      caption:
        "The largest error on the whole numbers: with the crossing at the threshold, and in the middle of the gap.",
      .lines(
        LineFigure(
          x: Axis("slope M", scale: .log), y: Axis("largest error", scale: .log),
          series: [
            LineSeries("σ(M(\(threshold) − x))", x: Self.slopes, y: Self.slopes.map { writtenError($0).largest }),
            LineSeries(
              "σ(M(\(NumberFormat.fixed(1).text(middle)) − x))", x: Self.slopes,
              y: Self.slopes.map { max(writtenError($0, at: middle).largest, 1e-30) }),
          ])))
  }

  private var errorTable: Table {
    Table(
      columns: [
        .init("slope M", .significant(3)), .init("largest error at \(threshold)", .significant(3)),
        .init("mean squared", .significant(3)),
        .init("largest error at \(NumberFormat.fixed(1).text(middle))", .significant(3)),
      ],
      rows: Self.slopes.map {
        [
          .number($0), .number(writtenError($0).largest), .number(writtenError($0).mean),
          .number(writtenError($0, at: middle).largest),
        ]
      })
  }
}
