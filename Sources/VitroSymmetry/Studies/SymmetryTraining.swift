internal import VitroCore
internal import VitroGroups
public import VitroLab

/// Equivariant networks and networks that learn a group, trained and looked into.
///
/// ```swift
/// var study = SymmetryTraining()
/// (study.task, study.group, study.steps) = (.composition, "C7", 300)
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct SymmetryTraining: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `train`.
  public static let name = "train"
  /// What is trained.
  public static let abstract = "Train equivariant networks, or one that learns a group, and look inside."
  /// The tasks.
  public static let discussion = """
    TASK is composition (the one-layer network of Chughtai et al. learns the multiplication of a group: when it groks, which simples it uses), images (digits at random places on \
    a torus: how many examples shifts save), points (clouds of points: Deep Sets against dense), or isotypic (C_n: each simple cut out of each layer in turn, beside what the kernel filtration proves to be free).

    Examples:
      vitro symmetry train composition --group C31 --seeds 5 --report grok
      vitro symmetry train images --report images
    """
  /// The task and its settings; what is not given suits the task.
  public static let fields: [Field<Self>] =
    [Field("task", \.task, isPositional: true, help: "What is learned.")] + groupFields + [
      Field(
        "seeds", \.seeds, in: 1...10_000,
        help: "How many networks; of composition 1, of isotypic 8, of the others 5 by itself."),
      Field("steps", \.steps, in: 1...10_000_000, help: "The steps of a training; of composition the most epochs."),
      Field(
        "sizes", \.sizes, in: 10...100_000, valueName: "n,…",
        help: "Of images and points: how many examples networks have."),
      Field(
        "channels", \.channels, in: 1...4096, help: "Of images, points, isotypic: channels of an equivariant layer."),
      Field("fraction", \.fraction, in: 0.01...0.99, help: "Of composition: the share of pairs to train on."),
      Field("embed", \.embed, in: 1...4096, help: "Of composition: the width of the embeddings."),
      Field("hidden", \.hidden, in: 1...4096, help: "Of composition: the hidden units."),
      Field("decay", \.decay, in: 0...100, help: "Of composition: AdamW's weight decay."),
      Field("rate", \.rate, in: 1e-6...1, help: "Of composition: AdamW's rate."),
      Field("target", \.target, in: 1...32, help: "Of isotypic: the simple that the target lies in, by frequency."),
      Field("layers", \.layers, in: 1...16, help: "Of isotypic: hidden layers."),
    ]

  /// The tasks.
  public enum Task: String, CaseIterable, FieldValue {
    /// The multiplication of a group.
    case composition
    /// Digits at random places on a torus.
    case images
    /// Clouds of points.
    case points
    /// A target in one isotypic part.
    case isotypic
  }

  /// What is learned.
  public var task = Task.composition
  /// A group by name; C31 for composition, C8 for isotypic unless given.
  public var group: String?
  /// A file of generators, for composition.
  public var generators: String?
  /// How many networks.
  public var seeds: Int?
  /// The steps of a training.
  public var steps: Int?
  /// How many examples networks have.
  public var sizes: [Int]?
  /// Channels of a layer.
  public var channels: Int?
  /// The share of pairs to train on.
  public var fraction: Double?
  /// The width of the embeddings.
  public var embed: Int?
  /// The hidden units.
  public var hidden: Int?
  /// AdamW's weight decay.
  public var decay: Double?
  /// AdamW's rate.
  public var rate: Double?
  /// The simple that the target lies in.
  public var target: Int?
  /// Hidden layers.
  public var layers: Int?

  /// The multiplication of C31, one network.
  public init() {}

  /// The fields that say something to each task, besides those that all have.
  private static let own: [Task: Set<String>] = [
    .composition: ["group", "generators", "fraction", "embed", "hidden", "decay", "rate"],
    .images: ["sizes", "channels"], .points: ["sizes", "channels"],
    .isotypic: ["group", "channels", "target", "layers"],
  ]

  /// Fields of another task are refused, and what the task itself refuses.
  public func validate() throws {
    let own = Self.own[task, default: []].union(["task", "seeds", "steps"])
    if let field = fieldValues.first(where: { $0.value != .null && !own.contains($0.key) })?.key {
      throw VitroError(
        .argument, "\(Self.fullName) \(task.rawValue)", "--\(field) says nothing to this task",
        hint: "It takes \(own.subtracting(["task"]).sorted().map { "--\($0)" }.joined(separator: ", ")).",
        details: ["field": field])
    }
    if group != nil, generators != nil { try checkGroup() }
    switch task {
    case .composition: if let group { _ = try Group.Family(group) }
    case .images: try images().validate()
    case .points: try points().validate()
    case .isotypic: try isotypic().validate()
    }
  }

  private func images() -> ImagesStudy {
    var study = ImagesStudy()
    if let seeds { study.seeds = seeds }
    if let steps { study.steps = steps }
    if let sizes { study.sizes = sizes }
    if let channels { study.channels = channels }
    return study
  }

  private func points() -> PointsStudy {
    var study = PointsStudy()
    if let seeds { study.seeds = seeds }
    if let steps { study.steps = steps }
    if let sizes { study.sizes = sizes }
    if let channels { study.channels = channels }
    return study
  }

  private func isotypic() throws -> IsotypicStudy {
    var study = IsotypicStudy()
    if let group {
      guard case .cyclic(let n) = try Group.Family(group) else {
        throw VitroError(
          .argument, "\(Self.fullName) isotypic", "the group is \(group), expected a cyclic one such as C8",
          details: ["field": "group", "found": group])
      }
      study.points = n
      study.target = Swift.min(study.target, Swift.max(n / 2, 1))
      // On two points a product of neighbours is constant.
      if !n.isMultiple(of: study.subgroup) || n / study.subgroup < 3 { study.subgroup = 1 }
    }
    if let target { study.target = target }
    if let channels { study.channels = channels }
    if let layers { study.layers = layers }
    if let seeds { study.seeds = seeds }
    if let steps { study.steps = steps }
    // Signals that a subgroup fixes need a target that it fixes too.
    if study.target * (study.points / study.subgroup) % study.points != 0 { study.subgroup = 1 }
    return study
  }

  private func composition(_ run: Run) throws -> CompositionStudy {
    let group =
      generators == nil && group == nil ? try Group("C31") : try makeGroup(run)
    try CompositionTask.checkOrder(Int(clamping: group.order), of: group.name)
    var study = CompositionStudy(try CompositionTask(RealTable(group)))
    study.fraction = fraction
    study.embed = embed
    study.hidden = hidden
    study.epochs = steps
    if let seeds { study.seeds = seeds }
    if let decay { study.decay = decay }
    if let rate { study.rate = rate }
    return study
  }

  /// Trains and reports.
  public func run(_ run: Run) throws -> Outcome {
    switch task {
    case .composition: try composition(run).run(run)
    case .images: try images().run(run)
    case .points: try points().run(run)
    case .isotypic: try isotypic().run(run)
    }
  }
}
