internal import VitroCore
internal import VitroData
internal import VitroFormats
internal import VitroGroups
public import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// What a group that acts on a network's inputs finds in its layers.
///
/// ```swift
/// var study = AnalyseStudy()
/// (study.network, study.data) = ("my-network", "signals.npz")
/// (study.group, study.set) = ("C8", "regular")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct AnalyseStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `analyse`.
  public static let name = "analyse"
  /// What is found.
  public static let abstract =
    "How far each layer of a trained network follows a group, and how its energy divides among simples."
  /// What networks and data may be.
  public static let discussion = """
    NETWORK and --data are what 'vitro examine' takes; the group acts on the points of the input: positions, pixels, elements of a set. For each layer: the error of equivariance beside that of \
    random permutations, the energy in each simple from layer to layer, and simples that are dead.

    The published transformer that adds modulo a prime (arrays embed.W_E, blocks.0.mlp.W_in, …) needs no data: its hidden layer and logits are computed for all pairs and read as a network that \
    multiplies in C_p, as those of 'vitro symmetry train composition'.

    Examples:
      vitro symmetry analyse my-network --data test.npz --group C12xC12 --report symmetry
      vitro symmetry analyse mod_addition_113.safetensors --group C113 --report mod113
    """
  /// The network, the data, the group and the set.
  public static let fields: [Field<Self>] =
    [
      Field(
        "network", path: \.network, isPositional: true, help: "The network: a directory, an ONNX or a safetensors file."
      ),
      Field(
        "data", path: \.data, names: ["digits", "fashion-mnist", "mnist:DIR"], valueName: "data",
        help: "Labelled data of its kind."),
    ] + groupFields + [
      Field("set", \.set, help: "How the group acts on the input's points: " + Symmetry.setHelp),
      Field("examples", \.examples, in: 2...100_000, help: "How many examples to look at."),
    ]

  /// The network's path.
  public var network: String?
  /// The data's path, or a name.
  public var data: String?
  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?
  /// How the group acts on the input's points.
  public var set = "regular"
  /// How many examples to look at.
  public var examples = 256

  /// Network, data and group are missing.
  public init() {}

  /// A network and a group are needed.
  public func validate() throws {
    guard network != nil else {
      throw VitroError(
        .argument, Self.fullName, "NETWORK is missing: the network to analyse", details: ["field": "network"])
    }
    try checkGroup()
  }

  /// Analyses.
  public func run(_ run: Run) throws -> Outcome {
    let path = network ?? ""
    let group = try makeGroup(run)
    if let file = try? SafetensorsFile(path), ModularAdditionTransformer.describes(file) {
      guard data == nil, set == "regular" else {
        throw VitroError(
          .argument, Self.fullName,
          "'\(path)' is the transformer that adds modulo a prime: it is read on all pairs, and takes neither --data nor --set",
          details: ["field": data == nil ? "set" : "data"])
      }
      try run.read(files: [path], as: path, role: "network")
      return try analyse(ModularAdditionTransformer(file), group, run)
    }
    guard let data else {
      throw VitroError(
        .argument, Self.fullName, "--data is missing: name the data to analyse '\(path)' on", details: ["field": "data"]
      )
    }
    if set.hasPrefix("cosets:") {
      let subgroup = String(set.dropFirst("cosets:".count))
      try run.read(files: [subgroup], as: subgroup, role: "subgroup")
    }
    let action = try GroupAction(group, set: set)
    let network = try Network(path)
    try run.read(files: Network.files(at: path), as: path, role: "network")
    let labeled = try LabeledData.load(data).shaped(network.graph.inputs[0].shape)
    try run.read(files: labeled.files, as: data, role: "data")
    let subject = try Subject(network: network.instance(0), data: labeled, seed: run.seed)
    var examiner = SymmetryExaminer(action: action)
    examiner.mostExamples = examples
    guard subject.parts.test.count >= 2 else {
      throw VitroError(
        .argument, Self.fullName, "'\(data)' has \(labeled.labels.count) examples, too few for two to be compared",
        details: ["field": "data"])
    }
    guard examiner.applies(to: subject) else {
      throw VitroError(
        .argument, Self.fullName,
        "\(action.name) acts on \(action.points) points, but the input is \(labeled.exampleShape): no consecutive axes hold so many",
        hint: "Choose the group and --set so that their points are those of the input.", details: ["field": "set"])
    }
    let finding = try run.stage("analysing") { try examiner.examine(subject, observer: $0) }
    let report = Report(
      id: "symmetry-analyse", title: "\(network.graph.name) under \(action.name)", kicker: "Symmetry",
      lede: finding.headline, metrics: finding.metrics, sections: [finding.section])
    guard case .object(let facts)? = finding.facts["symmetry"] else {
      return Outcome(report: report, facts: finding.facts)
    }
    return Outcome(report: report, facts: facts)
  }

  private func analyse(_ transformer: ModularAdditionTransformer, _ group: Group, _ run: Run) throws -> Outcome {
    // Element k of a named cyclic group is the residue k.
    guard group.family == .cyclic(transformer.modulus) else {
      throw VitroError(
        .argument, Self.fullName, "the network adds modulo \(transformer.modulus), the group is \(group.name)",
        hint: "Give --group C\(transformer.modulus).", details: ["field": "group"])
    }
    let task = try CompositionTask(RealTable(group))
    let reading = try run.stage("reading") { stage in
      let values = transformer.values()
      return try CompositionAnalysis(task, hidden: values.hidden, logits: values.logits).reading(seed: stage.seed)
    }
    let measures = reading.measures
    let key = measures.key.map(\.name)
    let named = key.prefix(12).joined(separator: ", ") + (key.count > 12 ? ", …" : "")
    let three = NumberFormat.significant(3)
    let report = Report(
      id: "symmetry-composition", title: "Addition modulo \(transformer.modulus), as a transformer does it",
      kicker: "Symmetry",
      lede: RichText(
        "The network answers \(NumberFormat.percent(1).text(measures.accuracy)) of all pairs by **\(key.count)** of \(measures.simples.count) simple representations, \(named): their characters explain **\(NumberFormat.percent(1).text(measures.logits))** of the logits. "
          + "Their part at a·b alone has a loss of \(three.text(measures.restrictedLoss)); without it the loss is \(three.text(measures.excludedLoss))."
      ),
      metrics: [
        Metric(
          "key simples", Double(key.count), format: .integer,
          explanation: "Those whose character the logits resemble by more than 0.005."),
        Metric(
          "of the hidden layer at a·b", measures.hiddenAB, format: .percent(1),
          explanation: "The key simples' share of the centred activations at the product.",
          control: Metric.Control("equal waves on a torus", HarmonicShares.predicted.sum)),
        Metric(
          "at forbidden harmonics", reading.harmonics.forbidden, format: .percent(1),
          explanation: "Of the energy of units of one simple."),
      ], sections: reading.sections())
    return Outcome(report: report, facts: reading.facts)
  }
}
