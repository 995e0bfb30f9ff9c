internal import VitroCore
internal import VitroFitting
public import VitroLab

/// How many clouds of points a network needs that knows that their order says nothing, against dense ones that do not.
public struct PointsStudy: Sendable {
  /// The points of a cloud.
  public var points = 16
  /// How many clouds each network has, those that choose its settings included.
  public var sizes = [100, 200, 400, 800, 1600]
  /// Networks of each kind, each from its own initial weights and clouds.
  public var seeds = 5
  /// Channels of each point in the equivariant layers.
  public var channels = 24
  /// Steps of each training.
  public var steps = 700
  /// Clouds of each step.
  public var batchSize = 64
  /// Clouds to judge by.
  public var testCount = 2000
  /// How often a dense network that is shown the symmetry sees each example, moved at random.
  public var copies = 32
  /// The learning rates to choose from.
  public var rates = [0.003, 0.01]
  /// The weight decays to choose from.
  public var decays = [0.01, 1]

  /// The study at its defaults.
  public init() {}

  /// Checks what cannot work.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names the field.
  public func validate() throws {
    func check(_ holds: Bool, _ field: String, _ message: String) throws {
      if !holds { throw VitroError(.argument, "symmetry train points", message, details: ["field": field]) }
    }
    try check((2...128).contains(points), "points", "there are \(points) points, expected 2 to 128")
    try check(
      !sizes.isEmpty && sizes.allSatisfy { (10...100_000).contains($0) } && sizes == Set(sizes).sorted(), "sizes",
      "the sizes are \(sizes), expected rising numbers from 10 to 100 000")
    try check(seeds >= 2, "seeds", "\(seeds) networks give no interval, expected 2 or more")
    try check(
      channels >= 1 && steps >= 1 && batchSize >= 1 && testCount >= 1, "channels", "there is nothing to train")
    try check((2...1000).contains(copies), "copies", "each example occurs \(copies) times, expected 2 to 1000")
    try check(
      !rates.isEmpty && !decays.isEmpty && rates.allSatisfy { $0 > 0 } && decays.allSatisfy { $0 >= 0 }, "rates",
      "there are no learning rates and decays to choose from")
    let units = Double(points * channels)
    try StudyMemory.check(
      16 * units * units * Double(seeds), "the wide dense networks", field: "channels",
      operation: "symmetry train points")
    let shown = Double(sizes.last ?? 0) * Double(copies) * Double(2 * points) * Double(seeds)
    try StudyMemory.check(8 * shown, "the moved copies", field: "sizes", operation: "symmetry train points")
  }

  /// Trains, judges and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a field cannot be, something fails or the user asks to stop.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    let task = try PointsTask(points: points, testCount: testCount)
    let contest = SampleContest(
      task: task, seeds: seeds, steps: steps, batchSize: batchSize, rates: rates, decays: decays)
    let contenders = try task.contenders(channels: channels, copies: copies)
    let curves = try contenders.map { try contest.curve(of: $0, sizes: sizes, run) }
    let largest = sizes.last ?? 0
    let shuffled = try run.stage("\(contenders[0].name), shuffled targets") { stage in
      try contest.train(contenders[0], size: largest, shuffled: true, stage).scores
    }
    let constant = try run.stage("the mean as an answer") { stage in
      try task.errorsOfTheMean(seeds: seeds, seed: stage.seed)
    }
    let found = SampleCurves(
      measure: "test error", moreIsBetter: false, format: .significant(3), curves: curves)
    let claims = try found.quarterClaims()
    let symmetry = try contest.symmetry(of: contenders, size: sizes.last ?? 0, run)
    let controls = Controls(shuffled: try .mean(of: shuffled), constant: try .mean(of: constant))
    return Outcome(
      report: try report(found, claims, controls, symmetry),
      facts: [
        "points": .integer(points), "seeds": .integer(seeds), "networks": found.facts,
        "shuffled": .numbers(shuffled), "constant": .numbers(constant), "symmetry": symmetry.facts,
        "claims": .array(claims.map(\.fact)),
      ])
  }

  private struct Controls {
    let shuffled: Estimate
    let constant: Estimate
  }

  private func report(
    _ found: SampleCurves, _ claims: [Claim], _ controls: Controls, _ symmetry: ContestSymmetry
  ) throws -> Report {
    let (own, wide) = (found.curves[0], found.curves[1])
    let number = NumberFormat.significant(3)
    let last = own.estimates.count - 1
    return Report(
      id: "symmetry-points", title: "A sum and a maximum over points", kicker: "Symmetry",
      lede: RichText(
        "With \(sizes[last]) clouds the S\(points) network misses **\(number.text(own.estimates[last].value))** of the target's variance; a dense network with as many "
          + "units misses **\(number.text(wide.estimates[last].value))**."),
      metrics: [
        Metric(
          "S\(points), \(sizes[last]) clouds", own.estimates[last].value, format: number,
          interval: Interval(own.estimates[last]),
          explanation: RichText("Mean squared error on new clouds, \(own.parameterCount) parameters, \(seeds) seeds."),
          control: Metric.Control("shuffled targets", controls.shuffled.value, interval: Interval(controls.shuffled))),
        Metric(
          "dense, \(sizes[last]) clouds", wide.estimates[last].value, format: number,
          interval: Interval(wide.estimates[last]),
          explanation: RichText("As many hidden units, \(wide.parameterCount) parameters."),
          control: Metric.Control("always the mean", controls.constant.value, interval: Interval(controls.constant))),
      ],
      sections: [
        ReportSection(
          "Error against examples", id: "curves",
          [
            .figure(
              found.figure(
                "Test error",
                caption:
                  "The mean squared error on new clouds; the target has variance 1. Bands: 95 % over \(seeds) seeds, each with its own clouds and initial weights.",
                controls: [
                  ReferenceLine("always the mean", controls.constant.value),
                  ReferenceLine("shuffled targets", controls.shuffled.value),
                ])), .figure(try found.leadFigure()), .table(found.table),
            .table(found.factorTable), .table(found.networks),
          ]),
        symmetry.section,
        ReportSection("What is said, and what came out", id: "claims", [.table(Claim.table(claims)), .text(method)]),
      ])
  }

  private var method: RichText {
    """
    **The task.** \(points) points (x, y) from the normal distribution; the target is ¼·Σ sin(2x)·y plus the largest distance of a point from the origin, \
    brought to variance 1.

    **The rule for all networks.** Of its clouds each seed trains on four fifths; the last fifth chooses among \(rates.count * decays.count) settings \
    (AdamW with rates \(rates.map { "\($0)" }.joined(separator: ", ")) and decays \(decays.map { "\($0)" }.joined(separator: ", ")), \
    \(steps) steps, the rate falling along half a cosine). The S\(points) network (Deep Sets) has two equivariant layers of \(channels) channels, each a·x + b·Σx, \
    keeps the mean and the maximum over points, and ends in two dense layers.
    """
  }
}
