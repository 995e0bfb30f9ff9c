internal import VitroCore
internal import VitroFitting
public import VitroLab

/// How many images a network needs that knows of shifts, against dense ones that do not: digits at random places on a torus.
public struct ImagesStudy: Sendable {
  /// The side of the torus, on which an 8 × 8 digit lies anywhere.
  public var side = 12
  /// How many examples each network has, those that choose its settings included.
  public var sizes = [25, 50, 100, 200, 400, 800]
  /// Networks of each kind, each from its own initial weights, digits and places.
  public var seeds = 5
  /// Filters of the equivariant network.
  public var channels = 16
  /// Steps of each training.
  public var steps = 300
  /// Examples of each step.
  public var batchSize = 64
  /// How often a dense network that is shown the symmetry sees each example, moved at random.
  public var copies = 32
  /// The learning rates to choose from.
  public var rates = [0.003, 0.01, 0.03]
  /// The weight decays to choose from.
  public var decays = [0.01, 1]

  /// The study at its defaults.
  public init() {}

  /// Checks what cannot work.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names the field.
  public func validate() throws {
    func check(_ holds: Bool, _ field: String, _ message: String) throws {
      if !holds { throw VitroError(.argument, "symmetry train images", message, details: ["field": field]) }
    }
    try check((8...32).contains(side), "side", "the torus has a side of \(side), expected 8 to 32")
    try check(
      !sizes.isEmpty && sizes.allSatisfy { (10...1500).contains($0) } && sizes == Set(sizes).sorted(), "sizes",
      "the sizes are \(sizes), expected rising numbers from 10 to 1500")
    try check(seeds >= 2, "seeds", "\(seeds) networks give no interval, expected 2 or more")
    try check(channels >= 1 && steps >= 1 && batchSize >= 1, "channels", "there is nothing to train")
    try check((2...1000).contains(copies), "copies", "each example occurs \(copies) times, expected 2 to 1000")
    try check(
      !rates.isEmpty && !decays.isEmpty && rates.allSatisfy { $0 > 0 } && decays.allSatisfy { $0 >= 0 }, "rates",
      "there are no learning rates and decays to choose from")
    let points = Double(side * side)
    let units = points * Double(channels)
    try StudyMemory.check(
      16 * units * points * Double(seeds), "the wide dense networks", field: "channels",
      operation: "symmetry train images")
    let shown = Double(sizes.last ?? 0) * Double(copies) * points * Double(seeds)
    try StudyMemory.check(8 * shown, "the moved copies", field: "sizes", operation: "symmetry train images")
  }

  /// Trains, judges and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a field cannot be, something fails or the user asks to stop.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    let task = try ImagesTask(side: side, poolSize: sizes.last ?? 800)
    let contest = SampleContest(
      task: task, seeds: seeds, steps: steps, batchSize: batchSize, rates: rates, decays: decays)
    let contenders = try task.contenders(channels: channels, copies: copies)
    let curves = try contenders.map { try contest.curve(of: $0, sizes: sizes, run) }
    let shuffled = try run.stage("\(contenders[0].name), shuffled labels") { stage in
      try contest.train(contenders[0], size: sizes.last ?? 800, shuffled: true, stage).scores
    }
    let shown = try run.stage("examples") { try task.pictures(12, seed: $0.seed) }
    let found = SampleCurves(
      measure: "test accuracy", moreIsBetter: true, format: .percent(1), curves: curves)
    let claims = try found.quarterClaims()
    let symmetry = try contest.symmetry(of: contenders, size: sizes.last ?? 0, run)
    let control = try Estimate.mean(of: shuffled)
    let pictures = Pictures(
      digits: shown, filters: try task.filters(of: contest.network(of: contenders[0], size: sizes.last ?? 0, run)))
    return Outcome(
      report: try report(found, claims, control, pictures, symmetry),
      facts: [
        "side": .integer(side), "seeds": .integer(seeds), "networks": found.facts,
        "shuffled": .numbers(shuffled), "symmetry": symmetry.facts, "claims": .array(claims.map(\.fact)),
      ])
  }

  private struct Pictures {
    let digits: [GridImage]
    let filters: [GridImage]
  }

  private func report(
    _ found: SampleCurves, _ claims: [Claim], _ control: Estimate, _ pictures: Pictures,
    _ symmetry: ContestSymmetry
  ) throws -> Report {
    let (own, wide) = (found.curves[0], found.curves[1])
    let percent = NumberFormat.percent(1)
    let factor = found.factor(of: wide, at: sizes[0])
    let text = factor?.text ?? "an unknown number of"
    let last = own.estimates.count - 1
    return Report(
      id: "symmetry-images", title: "Digits anywhere on a torus", kicker: "Symmetry",
      lede: RichText(
        "With \(sizes[0]) digits the C\(side)² network reads **\(percent.text(own.estimates[0].value))** of new ones right; a dense network with as many units "
          + "needs **\(text) times as many** for that."),
      metrics: [
        Metric(
          "C\(side)², \(sizes[last]) digits", own.estimates[last].value, format: percent,
          interval: Interval(own.estimates[last]),
          explanation: RichText("Test accuracy, \(own.parameterCount) parameters, \(seeds) seeds."),
          control: Metric.Control("shuffled labels", control.value, interval: Interval(control))),
        Metric(
          "dense, \(sizes[last]) digits", wide.estimates[last].value, format: percent,
          interval: Interval(wide.estimates[last]),
          explanation: RichText("As many hidden units, \(wide.parameterCount) parameters.")),
      ],
      sections: [
        ReportSection(
          "The task", id: "task",
          [
            .figure(
              Figure(
                "Digits on a torus",
                caption: RichText(
                  "What goes over an edge comes in at the opposite one: \(side) × \(side) points, each digit at a random place."
                ),
                .images(ImageGridFigure(images: pictures.digits, columns: 6, range: Interval(0, 1)))))
          ]),
        ReportSection(
          "Accuracy against examples", id: "curves",
          [
            .figure(
              found.figure(
                "Test accuracy",
                caption:
                  "New digits at new places. Bands: 95 % over \(seeds) seeds, each with its own digits, places and initial weights.",
                controls: [ReferenceLine("shuffled labels", control.value)])), .figure(try found.leadFigure()),
            .table(found.table), .table(found.factorTable), .table(found.networks),
          ]),
        ReportSection(
          "What it looks for", id: "filters",
          [
            .figure(
              Figure(
                "The filters of the equivariant network",
                caption: RichText(
                  "The weights of each channel by the shift from where it looks, for the first seed's network on \(sizes.last ?? 0) digits; it keeps the largest answer of each over all places. They lie on the torus as the digits do."
                ),
                .images(
                  ImageGridFigure(
                    images: pictures.filters, columns: 8, color: ColorScale("weight", map: .diverging)))))
          ]),
        symmetry.section,
        ReportSection("What is said, and what came out", id: "claims", [.table(Claim.table(claims)), .text(method)]),
      ])
  }

  private var method: RichText {
    """
    **The rule for all networks.** Of its examples each seed trains on four fifths; the last fifth chooses among \(rates.count * decays.count) settings \
    (AdamW with rates \(rates.map { "\($0)" }.joined(separator: ", ")) and decays \(decays.map { "\($0)" }.joined(separator: ", ")), \
    \(steps) steps, the rate falling along half a cosine). All networks are linear, ReLU, linear; the equivariant one has \(channels) filters over the whole \
    torus, tied along the orbits of C\(side)², and keeps the largest value of each over all places, so that its output does not change when a digit is moved.
    """
  }
}

extension SampleContest {
  /// Trains a kind of network with each number of examples, a stage each.
  func curve(of contender: Contender, sizes: [Int], _ run: Run) throws -> SampleCurves.Curve {
    let points = try sizes.map { size in
      try run.stage(stageName(contender, size)) { try train(contender, size: size, $0) }
    }
    return try SampleCurves.Curve(
      contender, sizes: sizes, scores: points.map(\.scores), untrained: points.last?.untrained ?? [])
  }
}
