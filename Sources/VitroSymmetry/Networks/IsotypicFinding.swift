internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What one training of the cutting study found, with intervals over its seeds.
struct IsotypicFinding {
  let name: String
  let parts: [SimplePart]
  let target: Int
  let taps: [String]
  let loss: Estimate
  let untrained: Estimate
  /// The mean square of the test's targets: what the loss is when the output has nothing of the target.
  let targetSquare: Double
  let cuts: [Cut]
  /// `[tap][simple]`.
  let shares: [[Estimate]]

  struct Cut {
    let tap: String
    let simple: Int
    let proof: FreeCut
    let rise: Estimate
    let control: Estimate
    let largestChange: Double
  }

  /// Cuts that are proved to be free may differ by rounding, in float64: so much of the target's root mean square.
  static let rounding = 1e-12

  init(name: String, training: IsotypicTraining, parts: [SimplePart], result: IsotypicTraining.Result) throws {
    self.name = name
    self.parts = parts
    target = training.task.target
    taps = result.taps
    loss = try .mean(of: result.losses)
    untrained = try .mean(of: result.untrained)
    targetSquare = result.targetSquare
    cuts = try result.cuts.map {
      Cut(
        tap: $0.tap, simple: $0.simple, proof: $0.proof, rise: try .mean(of: $0.rises),
        control: try .mean(of: $0.controls), largestChange: $0.largestChange)
    }
    shares = try result.shares.map { try $0.map { try .mean(of: $0) } }
  }

  var claims: [Claim] {
    let free = cuts.filter { $0.proof != .unproved }
    let open = cuts.filter { $0.proof == .unproved }
    let largest = free.map(\.largestChange).max() ?? 0
    let number = NumberFormat.significant(3)
    var claims = [
      Claim(
        "free-cuts: \(name)", "Cuts that are proved to be free change nothing (\(name)).",
        verdict: .of(largest <= Self.rounding), numbers: ["cuts": Double(free.count), "largestChange": largest],
        reason:
          "\(free.count) cuts; the largest change is \(number.text(largest)) of the target's size, against a rounding of \(number.text(Self.rounding))."
      ),
      Claim(
        "other-cuts: \(name)", "Every other cut costs something (\(name)).",
        verdict: .all(open.map { .ofSign($0.rise, expected: .plus) }),
        numbers: [
          "cuts": Double(open.count), "costing": Double(open.count { $0.rise.low > 0 }),
          "smallestRise": open.map(\.rise.value).min() ?? .nan,
        ],
        reason:
          "\(open.count { $0.rise.low > 0 }) of \(open.count) have intervals above 0; the smallest rise is \(number.text(open.map(\.rise.value).min() ?? .nan))."
      ),
    ]
    if let cut = cuts.first(where: { $0.tap == taps.last && $0.simple == target }) {
      let left = cut.rise.value + loss.value
      claims.append(
        Claim(
          "target-cut: \(name)",
          "Cutting the target's own simple from the last layer leaves exactly the target's mean square (\(name)).",
          verdict: .of(abs(left - targetSquare) <= Self.rounding * 100),
          numbers: ["loss": left, "expected": targetSquare],
          reason: "The loss becomes \(number.text(left)); the target's mean square is \(number.text(targetSquare))."))
    }
    return claims
  }

  var facts: JSONValue {
    [
      "signals": .string(name), "loss": .number(loss.value),
      "lossInterval": .numbers([loss.low, loss.high]), "untrained": .number(untrained.value),
      "cuts": .array(
        cuts.map { cut in
          [
            "tap": .string(cut.tap), "simple": .string(parts[cut.simple].name), "proof": .string(cut.proof.rawValue),
            "rise": .number(cut.rise.value), "interval": .numbers([cut.rise.low, cut.rise.high]),
            "control": .number(cut.control.value),
          ]
        }),
    ]
  }

  func section() throws -> ReportSection {
    ReportSection(
      name.prefix(1).uppercased() + name.dropFirst(), id: name,
      [.figure(costs), .figure(proved), .figure(flow), .table(table)])
  }

  private func rises(at tap: String, _ value: (Cut) -> Estimate) -> [Estimate] {
    cuts.filter { $0.tap == tap }.map(value)
  }

  private var costs: Figure {
    let measured = taps.map { tap in
      let rises = rises(at: tap, \.rise)
      return LineSeries(tap, y: rises.map(\.value), low: rises.map(\.low), high: rises.map(\.high))
    }
    let controls = taps.suffix(1).map { tap in
      let rises = rises(at: tap, \.control)
      return LineSeries(
        "\(tap), a random subspace", role: .control, of: tap, y: rises.map(\.value), low: rises.map(\.low),
        high: rises.map(\.high))
    }
    return Figure(
      "What each cut costs",
      caption:
        "The rise of the loss in the target's part when a simple is cut out of a layer; 1 is the whole target. Whiskers: 95 % over seeds. Dashed: a random subspace of as many dimensions.",
      .lines(
        LineFigure(
          categories: parts.map(\.name), x: Axis("simple that is cut out"), y: Axis("rise of the loss"),
          series: measured + controls, references: [ReferenceLine("nothing", 0)])))
  }

  private var proved: Figure {
    let kinds: [FreeCut] = [.unproved, .schur, .filtration]
    return Figure(
      "What is proved",
      caption: "For each layer and simple, whether representation theory proves the cut to be free.", span: .half,
      .heatMap(
        HeatMapFigure(
          rows: taps.count, columns: parts.count,
          values: cuts.map { cut in Double(kinds.firstIndex(of: cut.proof) ?? 0) }, rowLabels: taps,
          columnLabels: parts.map(\.name), rowTitle: "layer", columnTitle: "simple",
          color: ColorScale("proved", categories: kinds.map(\.word)))))
  }

  private var flow: Figure {
    Figure(
      "Energy of each simple",
      caption: "The share of each simple in the centred energy of each layer, mean over seeds.",
      span: .half,
      .bars(EnergyFlow.bars(taps: taps, names: parts.map(\.name), shares: shares.map { $0.map(\.value) })))
  }

  private var table: Table {
    Table(
      columns: [
        .init("layer"), .init("simple"), .init("kernel", .integer), .init("proved"),
        .init("rise of the loss", .significant(3)), .init("random subspace", .significant(3)),
        .init("largest change", .significant(2)),
      ],
      rows: cuts.map { cut in
        [
          .text(cut.tap), .text(parts[cut.simple].name), .number(Double(parts[cut.simple].kernelOrder)),
          .text(cut.proof.word), .number(cut.rise.value, Interval(cut.rise)),
          .number(cut.control.value, Interval(cut.control)), .number(cut.largestChange),
        ]
      })
  }
}
