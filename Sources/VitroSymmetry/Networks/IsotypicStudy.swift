internal import VitroCore
internal import VitroFitting
public import VitroLab

/// Which simples of its layers a network needs: each is cut out of each layer in turn, beside what is proved to be free.
///
/// Networks of equivariant layers on C_n learn a target that lies in one isotypic part, the part of x_i · x_{i+1} in it. They are trained twice, on
/// signals of all simples, and on signals that a subgroup fixes; there the kernel filtration proves that every simple that the subgroup moves is
/// absent from every layer.
public struct IsotypicStudy: Sendable {
  /// The number of points: the group is C_n on itself.
  public var points = 8
  /// The number of the simple that the target lies in, by frequency.
  public var target = 2
  /// The order of the subgroup that fixes the signals of the second training.
  public var subgroup = 2
  /// Channels of each hidden layer.
  public var channels = 16
  /// Hidden layers.
  public var layers = 2
  /// Networks, each from other initial weights.
  public var seeds = 8
  /// Steps of each training.
  public var steps = 3000
  /// Signals to train on, and as many to judge by.
  public var samples = 4096

  /// The study at its defaults: C_8, target L2.
  public init() {}

  /// Checks what cannot work.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that names the field.
  public func validate() throws {
    func check(_ holds: Bool, _ field: String, _ message: String) throws {
      if !holds { throw VitroError(.argument, "symmetry train isotypic", message, details: ["field": field]) }
    }
    try check((3...64).contains(points), "points", "there are \(points) points, expected 3 to 64")
    try check((1...points / 2).contains(target), "target", "there is no L\(target), expected L1 to L\(points / 2)")
    try check(
      subgroup >= 1 && points % subgroup == 0 && points / subgroup >= 3, "subgroup",
      "C\(points) has no subgroup of order \(subgroup) that leaves three points or more different")
    try check(
      target * (points / subgroup) % points == 0, "subgroup",
      "the subgroup of order \(subgroup) moves L\(target): signals that it fixes cannot have such a target")
    try check(layers >= 1 && channels >= 1, "layers", "\(layers) layers of \(channels) channels cannot be")
    try check(seeds >= 2, "seeds", "\(seeds) networks give no interval, expected 2 or more")
    try check(steps >= 1 && samples >= 2, "steps", "\(steps) steps on \(samples) signals cannot be")
    let values = Double(samples) * Double(points * channels) * Double(seeds) * Double(2 * layers + 2)
    try StudyMemory.check(
      8 * values, "the values of all signals", field: "channels", operation: "symmetry train isotypic")
  }

  /// The trainings, one for each kind of signals.
  var worlds: [(name: String, training: IsotypicTraining)] {
    func training(_ order: Int) -> IsotypicTraining {
      IsotypicTraining(
        task: IsotypicTask(points: points, target: target, kernelOrder: order), channels: channels, layers: layers,
        seeds: seeds, steps: steps, samples: samples)
    }
    let all = ("signals of all simples", training(1))
    return subgroup == 1 ? [all] : [all, ("signals fixed by C\(subgroup)", training(subgroup))]
  }

  /// Trains, cuts and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a field cannot be, something fails or the user asks to stop.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    let parts = try SimplePart.cyclic(points)
    let found = try worlds.map { world in
      let result = try run.stage("training on \(world.name)") { try world.training.train($0) }
      return try IsotypicFinding(name: world.name, training: world.training, parts: parts, result: result)
    }
    let claims = found.flatMap(\.claims)
    return Outcome(
      report: try report(found, claims),
      facts: [
        "points": .integer(points), "target": .string("L\(target)"), "seeds": .integer(seeds),
        "trainings": .array(found.map(\.facts)), "claims": .array(claims.map(\.fact)),
      ])
  }

  private func report(_ found: [IsotypicFinding], _ claims: [Claim]) throws -> Report {
    let first = found[0]
    let free = found.flatMap(\.cuts).filter { $0.proof != .unproved }
    let largest = free.map(\.largestChange).max() ?? 0
    let costly = found.flatMap(\.cuts).filter { $0.proof == .unproved }
    let costing = costly.count { $0.rise.low > 0 }
    return Report(
      id: "symmetry-isotypic", title: "Cutting simples out of a C\(points) network", kicker: "Symmetry",
      lede: RichText(
        "Of \(costly.count) cuts of which nothing is proved, **\(costing) cost something**; the \(free.count) cuts that "
          + "representation theory proves to be free change no output by more than **\(NumberFormat.significant(2).text(largest))** of its size."
      ),
      metrics: [
        Metric(
          "loss", first.loss.value, format: .significant(3), interval: Interval(first.loss),
          explanation: RichText(
            "The part of the target's mean square that networks of \(layers) hidden layers miss, over \(seeds) seeds."),
          control: Metric.Control("untrained", first.untrained.value, interval: Interval(first.untrained))),
        Metric(
          "free cuts", Double(free.count), format: .integer,
          explanation: RichText("Proved; of \(found.map(\.cuts.count).reduce(0, +)) cuts.")),
        Metric(
          "largest change by a free cut", largest, format: .significant(2),
          explanation:
            "Of any output's part in the target's simple, in units of the target's root mean square: rounding."),
      ],
      sections: try found.map { try $0.section() } + [
        ReportSection(
          "What is said, and what came out", id: "claims", [.table(Claim.table(claims)), .text(Self.proofs)])
      ])
  }

  private static let proofs: RichText = """
    **What is proved.** After the last ReLU only an equivariant linear map follows, and by Schur's lemma it keeps each simple to itself: cutting any \
    other simple than the target's leaves the target's part of the output as it is. And where the signals are fixed by a normal subgroup N, so is every \
    value in the network, at any depth, biases included: a simple that N moves is zero in every layer.

    **What is not.** Before a ReLU all simples that the signals have may mix: on one transitive set of points, for any two of them, there are weights \
    with which cutting one changes the other. What such a cut costs is measured.
    """
}
