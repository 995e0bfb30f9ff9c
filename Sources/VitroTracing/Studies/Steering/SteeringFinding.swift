internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels

/// What a steering vector does beside random directions of its length.
struct SteeringFinding {
  let vector: SteeringVector
  let strengths: [Double]
  let effects: SteeringBench.Measured
  let texts: [SteeringBench.Written]
  /// The random directions' preference at each strength.
  private let control: [Estimate]
  /// How much more the vector moves the preference from the weakest to the greatest strength than random directions do.
  let advantage: Estimate
  let claim: Claim

  init(
    vector: SteeringVector, strengths: [Double], effects: SteeringBench.Measured, texts: [SteeringBench.Written]
  ) throws {
    (self.vector, self.strengths, self.effects, self.texts) = (vector, strengths, effects, texts)
    control = try strengths.indices.map { place in try .mean(of: effects.random.map { $0.preferences[place] }) }
    func shift(_ effects: SteeringBench.Effects) -> Double {
      (effects.preferences.last ?? .nan) - (effects.preferences.first ?? .nan)
    }
    let own = shift(effects.vector)
    advantage = try .mean(of: effects.random.map { own - shift($0) })
    claim = Claim(
      "steers", "The direction moves the preference further than random directions of its length do.",
      verdict: .ofSign(advantage, expected: .plus), numbers: ["advantage": advantage.value, "low": advantage.low],
      reason:
        "\(NumberFormat.significant(3).text(advantage.value, Interval(advantage))) nats per token further, over \(effects.random.count) random directions"
    )
  }

  var facts: [String: JSONValue] {
    [
      "tap": .string(vector.tap), "norm": .number(vector.norm), "residualNorm": .number(vector.residualNorm),
      "strengths": .numbers(strengths), "preference": .numbers(effects.vector.preferences),
      "control": .array(control.map { .numbers([$0.value, $0.low, $0.high]) }),
      "loss": .numbers(effects.vector.losses),
      "texts": .array(
        texts.map {
          ["direction": .string($0.direction), "strength": .number($0.strength), "text": .string($0.text)]
        }),
      "claims": .array([claim.fact]),
    ]
  }

  private static let three = NumberFormat.significant(3)

  func report(of model: LanguageModel, prompt: String) -> Report {
    let before = strengths.firstIndex(of: 0).map { effects.vector.preferences[$0] } ?? .nan
    let after = effects.vector.preferences.last ?? .nan
    let greatest = strengths.last ?? 0
    let shift = control.last.map { Interval($0) }
    var blocks: [ReportBlock] = []
    if !texts.isEmpty { blocks.append(.table(textTable)) }
    return Report(
      id: "model-steer", title: "Steering at \(vector.tap)", kicker: "Language model · \(model.name)",
      lede: RichText(
        "Adding the direction \(Self.three.text(greatest)) times moves the preference for the positive texts from \(Self.three.text(before)) to **\(Self.three.text(after))** nats per token; random directions of the same length come to \(Self.three.text(control.last?.value ?? .nan, shift))."
      ),
      metrics: [
        Metric(
          "preference, steered", after, format: Self.three, unit: "nats per token",
          explanation: "Mean log-probability of the positive continuations minus that of the negative ones.",
          control: Metric.Control("random direction", control.last?.value ?? .nan, interval: shift)),
        Metric("preference, untouched", before, format: Self.three, unit: "nats per token"),
        Metric(
          "length of the direction", vector.norm, format: Self.three,
          explanation: "Before it is multiplied by the strength.",
          control: Metric.Control("residuals", vector.residualNorm)),
      ],
      sections: [
        ReportSection("What changes", id: "effect", [.figure(preferenceFigure), .figure(lossFigure)]),
        ReportSection(
          "What the model writes", id: "texts", blocks.isEmpty ? [.note(.remark, "Nothing was written.")] : blocks),
        ReportSection("Claims", id: "claims", [.table(Claim.table([claim])), .note(.caveat, Self.caveat)]),
      ])
  }

  private static let caveat: RichText =
    "Student's interval is over random directions; the vector itself is one, made from few texts, and other prompts may answer otherwise."

  private var preferenceFigure: Figure {
    Figure(
      "Preference for the positive texts",
      caption: "Against the strength; the band holds the mean of random directions with 95 %.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("strength"), y: Axis("preference", unit: "nats per token"),
          series: [
            LineSeries("direction", x: strengths, y: effects.vector.preferences),
            LineSeries(
              "random directions", role: .control, of: "direction", x: strengths, y: control.map(\.value),
              low: control.map(\.low), high: control.map(\.high)),
          ])))
  }

  private var lossFigure: Figure {
    let random = strengths.indices.map { place in
      effects.random.reduce(0) { $0 + $1.losses[place] } / Double(effects.random.count)
    }
    return Figure(
      "What it costs", caption: "The loss of the prompt's own tokens: a model that is pushed too far loses the thread.",
      span: .half,
      .lines(
        LineFigure(
          x: Axis("strength"), y: Axis("loss of the prompt", unit: "nats per token"),
          series: [
            LineSeries("direction", x: strengths, y: effects.vector.losses),
            LineSeries("random directions", role: .control, of: "direction", x: strengths, y: random),
          ])))
  }

  private var textTable: Table {
    Table(
      columns: [.init("direction"), .init("strength", Self.three), .init("what the model writes")],
      rows: texts.map { [.text($0.direction), .number($0.strength), .text($0.text)] })
  }
}
