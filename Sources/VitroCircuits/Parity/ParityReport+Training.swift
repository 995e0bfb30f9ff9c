internal import VitroFitting
internal import VitroLab

extension ParityResult {
  var trainedBlocks: [ReportBlock] {
    [
      .text(
        RichText(
          "\(1 << bits) integers in one batch, mean squared error, Adam with rate 0.01, \(steps) steps, PyTorch's initialization. A network solves the task when it answers every integer on the right side of 1/2. Answering the mean alone costs the variance, 1/4."
        )),
      .figure(
        Figure(
          "How many solve it",
          caption: "The share of seeds that answer every integer right, with 95 % intervals (Clopper–Pearson).",
          span: .half,
          .bars(shares(trained)))),
      .figure(
        Figure(
          "Where they end",
          caption:
            "The final losses of all seeds, sorted: how large a share of the seeds ends below each loss. The line is the target's variance, the loss of the mean.",
          span: .half, .lines(endings(trained)))),
      .table(table(trained, "From scratch")),
      .text(
        RichText(
          "Why it sticks: the best line through alternating targets is nearly flat, so a unit by itself has almost nothing to gain, and a bend helps only beside its neighbours: \(1 << bits) integers in turn take a zigzag of slopes ± 1. On raw integers the bends −b/w of the first layer, ratios of two uniform numbers, crowd around 0: half of them lie within ± 1 and fewer than a quarter among the integers. Normalizing brings the integers to the bends, and width brings more bends."
        )
      ),
    ]
  }

  var helpedBlocks: [ReportBlock] {
    [
      .text(
        "Each way has its plain control: the same architecture from PyTorch's initialization, all integers at once, the same number of steps. The curriculum shows 2, 4, 8 … 2ⁿ integers for equal parts of the steps. Warm starts are the written weights with normal noise on each weight and bias, zeros included."
      ),
      .figure(
        Figure(
          "Helped, and as plain",
          caption:
            "The share of seeds that solve it, with 95 % intervals; the highlighted bars are the plain controls.",
          .bars(shares(compared + controls, highlighted: Set(controls.map(\.name)))))),
      .table(table(compared + controls, "Helped, and their controls")),
    ]
  }

  /// What is trained from many seeds.
  private var compared: [ParityTraining] { helped.filter { $0.method != .warmStart(noise: 0) } }

  private var controls: [ParityTraining] {
    trained.filter { plain in helped.contains { control(of: $0) == plain } }
  }

  var lineBlocks: [ReportBlock] {
    guard let training = plain.first(where: { $0.line != nil }), let line = training.line else {
      return [.text("No network of this architecture was trained.")]
    }
    let worst = line.losses.max() ?? 0
    return [
      .text(
        RichText(
          "The network of \(training.name) with the median loss, and the folds written into the same architecture: \(training.architecture.hidden.count) zigzags, the units that are left over zero. In between lies every network (1 − t)·stuck + t·written. Its loss rises to \(NumberFormat.significant(3).text(worst)): a straight way over the ridge. (Another order of the units would give another line.)"
        )),
      .figure(
        Figure(
          "The loss between them",
          caption: "Mean squared error along the line; 0 is the stuck network, 1 the written one.",
          span: .half,
          .lines(
            LineFigure(
              x: Axis("t"), y: Axis("mean squared error"),
              series: [LineSeries("loss", x: line.places, y: line.losses)],
              references: [ReferenceLine("variance 1/4", 0.25)])))),
      .figure(
        Figure(
          "Both functions", caption: "Drawn through their exact corners. The integers alternate between 0 and 1.",
          span: .half,
          .lines(
            LineFigure(
              x: Axis("x"), y: Axis("answer"),
              series: [
                LineSeries("stuck", x: line.stuck.map { $0[0] }, y: line.stuck.map { $0[1] }),
                LineSeries("written", role: .control, x: line.written.map { $0[0] }, y: line.written.map { $0[1] }),
              ])))),
    ]
  }

  private func shares(_ trainings: [ParityTraining], highlighted: Set<String> = []) -> BarFigure {
    BarFigure(
      label: "networks", value: Axis("share solved", format: .percent, range: Interval(0, 1)),
      bars: trainings.map { training in
        BarFigure.Bar(
          training.name, training.share?.value ?? 0, interval: training.share.map(Interval.init),
          isHighlighted: highlighted.contains(training.name))
      })
  }

  private func endings(_ trainings: [ParityTraining]) -> LineFigure {
    LineFigure(
      x: Axis("share of seeds", format: .percent), y: Axis("final mean squared error"),
      series: trainings.map { training in
        let sorted = training.losses.sorted()
        return LineSeries(
          training.name, x: sorted.indices.map { Double($0 + 1) / Double(sorted.count) }, y: sorted)
      }, references: [ReferenceLine("variance 1/4", 0.25)])
  }

  private func table(_ trainings: [ParityTraining], _ title: String) -> Table {
    Table(
      title: title,
      columns: [
        .init("networks"), .init("seeds", .integer), .init("solved", .percent(1)), .init("at the mean", .percent(1)),
        .init("best loss", .significant(2)), .init("median loss", .fixed(3)),
      ],
      rows: trainings.map { training in
        [
          .text(training.name), .number(Double(training.losses.count)),
          training.share.map { .number($0.value, Interval($0)) } ?? .missing(),
          .number(Double(training.atTheMean) / Double(Swift.max(training.losses.count, 1))),
          .number(training.losses.min() ?? .nan), .number(training.medianLoss),
        ]
      })
  }
}
