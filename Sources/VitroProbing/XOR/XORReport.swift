internal import VitroCore
internal import VitroFitting
public import VitroLab

extension XORResult {
  /// The study as a report: the surface, the hidden space, the regions, the formula, and the fate of all seeds.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are no seeds, or no network has finite weights.
  public func report() throws -> Report {
    let share = Double(solved) / Double(losses.count)
    let interval = try Estimate.clopperPearson(successes: solved, trials: losses.count)
    let cells = try example.regions()
    let percent = NumberFormat.percent(1)
    return Report(
      id: "probe-xor", title: "XOR: the smallest thing a line cannot read", kicker: "Probing",
      lede: RichText(
        "A line answers **\(NumberFormat.fixed(2).text(linearOutputs[0]))** to all four inputs. Two ReLU units without biases can "
          + "solve XOR, and training finds that in **\(percent.text(share))** of \(losses.count) starts."),
      metrics: [
        Metric(
          "solved", share, format: percent, interval: Interval(interval),
          explanation: RichText(
            "\(solved) of \(losses.count) seeds end below a squared error of \(Self.solvedLoss); 95 % interval, Clopper–Pearson."
          ),
          control: Metric.Control("linear regression", 0)),
        Metric(
          "best loss", example.loss, format: .significant(2),
          explanation: "Mean squared error of the network that is shown below."),
      ],
      sections: [
        ReportSection(
          "What a line can do", id: "linear",
          [
            .text(
              "Least squares with an intercept minimizes the squared error over all lines. XOR is uncorrelated with each input and with the constant once its mean is taken off, so the best line is flat."
            ),
            .table(linearTable),
          ]),
        ReportSection(
          "What two ReLU units do", id: "network",
          [
            .text(
              RichText(
                "The best network, read off its weights: `y = \(example.formula)`. Without biases each unit switches on a line through the "
                  + "origin; the lines cut the plane into \(cells.count) regions, on each of which the network is exactly one affine map."
              )),
            .figure(surface(cells)),
            .figure(hiddenSpace),
            .figure(space),
            .table(regionTable(cells)),
          ]),
        ReportSection(
          "Where training gets stuck", id: "training",
          [
            .text(
              RichText(
                "\(losses.count) networks 2-2-1 without biases, PyTorch's default initialization, full batches, Adam with rate 0.01, \(steps) steps. "
                  + "Networks that do not solve the task stop at a few values of the loss.")),
            .figure(fates),
          ]),
      ])
  }

  private var linearTable: Table {
    Table(
      columns: [
        .init("input"), .init("XOR", .integer), .init("linear regression", .fixed(4)), .init("network", .fixed(4)),
      ],
      rows: zip(Self.points, Self.targets).enumerated().map { index, pair in
        [
          .text(Self.name(pair.0)), .number(pair.1), .number(linearOutputs[index]),
          .number(example.output(pair.0[0], pair.0[1])),
        ]
      })
  }

  private func surface(_ cells: [Example.Region]) -> Figure {
    Figure(
      "Output surface",
      caption:
        "The output over the plane, its exact linear regions (outlined), and the four inputs. The line marks output 1/2.",
      span: .half,
      .plane(
        PlaneFigure(
          x: Axis("x"), y: Axis("y"),
          field: ScalarField("output", x: Interval(-0.5, 1.5), y: Interval(-0.5, 1.5), contours: [0.5]) {
            example.output($0, $1)
          },
          regions: cells.map { PlaneRegion($0.corners.map { PlanePosition($0[0], $0[1]) }) },
          points: zip(Self.points, Self.targets).map {
            PlanePoint($0[0], $0[1], group: "XOR = \(Int($1))", label: Self.name($0))
          })))
  }

  /// The output as a height, which the reader turns.
  private var space: Figure {
    Figure(
      "The output in space",
      caption:
        "The output as a height over the plane, with the four inputs at what they should give: folds are where a unit switches on.",
      .surface(
        SurfaceFigure(
          x: Axis("x"), y: Axis("y"), z: Axis("output"),
          field: ScalarField("output", x: Interval(-0.5, 1.5), y: Interval(-0.5, 1.5), resolution: 33) {
            example.output($0, $1)
          },
          points: zip(Self.points, Self.targets).map {
            SurfacePoint($0[0], $0[1], $1, group: "XOR = \(Int($1))", label: Self.name($0))
          })))
  }

  private var hiddenSpace: Figure {
    let line = example.line
    let length = line[0] * line[0] + line[1] * line[1]
    let foot = PlanePosition(-line[2] * line[0] / length, -line[2] * line[1] / length)
    let along = PlanePosition(foot.x - line[1], foot.y + line[0])
    let hidden = example.hidden
    return Figure(
      "Hidden space", caption: hiddenCaption,
      span: .half,
      .plane(
        PlaneFigure(
          x: Axis("unit 1"), y: Axis("unit 2"),
          lines: [PlaneLine(from: foot, to: along, extended: true, label: "output 1/2")],
          points: Self.points.indices.map {
            PlanePoint(
              hidden[$0][0], hidden[$0][1], group: "XOR = \(Int(Self.targets[$0]))", label: Self.name(Self.points[$0]))
          })))
  }

  private var hiddenCaption: RichText {
    let hidden = example.hidden
    let meets = zip(hidden[0], hidden[3]).allSatisfy { abs($0 - $1) < 1e-3 }
    let separated = zip(hidden, Self.targets).allSatisfy { point, target in
      (zip(point, example.readout).map(*).reduce(0, +) > 0.5) == (target > 0.5)
    }
    return RichText(
      "What the two units answer to the four inputs. "
        + (meets ? "The two inputs with XOR = 0 fall on one point. " : "")
        + (separated
          ? "The line on which the output is 1/2 separates the classes."
          : "No line of this network separates the classes."))
  }

  private func regionTable(_ cells: [Example.Region]) -> Table {
    Table(
      title: "The linear regions in [−0.5, 1.5]²",
      columns: [
        .init("units on"), .init("slope in x", .fixed(4)), .init("slope in y", .fixed(4)), .init("area", .fixed(3)),
      ],
      rows: cells.map { cell in
        let on = cell.isOn.indices.filter { cell.isOn[$0] }.map { "\($0 + 1)" }
        return [
          .text(on.isEmpty ? "none" : on.joined(separator: ", ")), .number(cell.slope[0]), .number(cell.slope[1]),
          .number(cell.area),
        ]
      })
  }

  private var fates: Figure {
    let count = Double(losses.count)
    func bar(_ name: String, _ number: Int, _ highlighted: Bool) -> BarFigure.Bar {
      let interval = try? Estimate.clopperPearson(successes: number, trials: losses.count)
      return BarFigure.Bar(
        name, Double(number) / count, interval: interval.map(Interval.init), isHighlighted: highlighted)
    }
    return Figure(
      "Where \(losses.count) seeds end",
      caption: "The share of seeds at each final mean squared error, with 95 % intervals (Clopper–Pearson).",
      .bars(
        BarFigure(
          label: "mean squared error", value: Axis("share of seeds", format: .percent),
          bars: [bar("solved (below \(Self.solvedLoss))", solved, true)]
            + stuck.map { bar(NumberFormat.fixed(3).text($0.loss), $0.count, false) })))
  }

  private static func name(_ point: [Double]) -> String { "(\(Int(point[0])), \(Int(point[1])))" }
}
