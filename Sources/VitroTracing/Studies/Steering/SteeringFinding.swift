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
  /// Whether the texts that judge are others than those that made the direction.
  let isHeldOut: Bool
  /// The random directions' mean preference at each strength, and what a further one is expected between.
  private let control: [Estimate]
  /// How much more the vector moves the preference from the least to the greatest strength than random directions do on average.
  let advantage: Double
  let claim: Claim

  init(
    vector: SteeringVector, strengths: [Double], effects: SteeringBench.Measured, texts: [SteeringBench.Written],
    isHeldOut: Bool
  ) throws {
    (self.vector, self.strengths, self.effects, self.texts) = (vector, strengths, effects, texts)
    self.isHeldOut = isHeldOut
    control = strengths.indices.map { place in Self.prediction(effects.random.map { $0.preferences[place] }) }
    func shift(_ effects: SteeringBench.Effects) -> Double {
      (effects.preferences.last ?? .nan) - (effects.preferences.first ?? .nan)
    }
    let own = shift(effects.vector)
    let random = effects.random.map(shift)
    let mean = random.reduce(0, +) / Double(random.count)
    advantage = own - mean
    // The direction is one: what it does is ranked among what as many random ones do.
    let asFar = random.count { !($0 < own) }
    let noFarther = random.count { !($0 > own) }
    let above = Double(1 + asFar) / Double(random.count + 1)
    let below = Double(1 + noFarther) / Double(random.count + 1)
    let judges = isHeldOut ? "texts that it was not made from" : "the very texts that it was made from"
    claim = Claim(
      "steers", "The direction moves the preference further than random directions of its length do, on \(judges).",
      verdict: above <= Self.level ? .holds : below <= Self.level ? .fails : .undecided,
      numbers: ["shift": own, "random": mean, "advantage": advantage, "p": above],
      reason:
        "\(Self.three.text(own)) nats per token, random directions \(Self.three.text(mean)); \(asFar) of \(random.count) go as far, p = \(NumberFormat.significant(2).text(above))"
        + (random.count < 39 ? "; fewer than 39 decide nothing" : ""))
  }

  /// The level of the claim on each side.
  private static let level = 0.025

  /// The mean of values, and the order statistics between which a further value lies with about 95 %, or as often as so few allow.
  private static func prediction(_ values: [Double]) -> Estimate {
    let sorted = values.sorted()
    let rank = max(1, Int(level * Double(sorted.count + 1)))
    guard sorted.count >= 2 * rank else { return Estimate(value: sorted.first ?? .nan, low: .nan, high: .nan) }
    return Estimate(
      value: sorted.reduce(0, +) / Double(sorted.count), low: sorted[rank - 1], high: sorted[sorted.count - rank],
      confidence: Double(sorted.count + 1 - 2 * rank) / Double(sorted.count + 1))
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
    var changes: [ReportBlock] = [.figure(preferenceFigure)]
    if hasLosses { changes.append(.figure(lossFigure)) }
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
        ReportSection("What changes", id: "effect", changes),
        ReportSection(
          "What the model writes", id: "texts", blocks.isEmpty ? [.note(.remark, "Nothing was written.")] : blocks),
        ReportSection("Claims", id: "claims", [.table(Claim.table([claim])), .note(.caveat, caveat)]),
      ])
  }

  /// A prompt of one token has no loss of its own.
  private var hasLosses: Bool { effects.vector.losses.allSatisfy(\.isFinite) }

  private var caveat: RichText {
    let judged =
      isHeldOut
      ? "The texts that judge it are others than those that it was made from. "
      : "A set has one text only, which both makes the direction and judges it: that it moves the preference for this text says little of others. "
    return RichText(
      judged
        + "p is the direction's rank among random directions; the direction itself is one, made from few texts, and other prompts may answer otherwise."
    )
  }

  private var preferenceFigure: Figure {
    Figure(
      "Preference for the positive texts",
      caption: RichText(
        "Against the strength; the band holds a further random direction with \(NumberFormat.percent(0).text(control.first?.confidence ?? .nan))."
      ),
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
