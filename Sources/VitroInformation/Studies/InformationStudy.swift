internal import VitroCore
public import VitroLab

/// The ready studies: what networks forget on tasks whose truth is known, in reversing, and of real sentences.
public struct InformationStudy: Experiment {
  /// `vitro information …`.
  public static var group: (any ExperimentGroup.Type)? { Information.self }
  /// `study`.
  public static let name = "study"
  /// What is studied.
  public static let abstract = "Train networks, and study what they forget: planted tasks, reversal, sentiment."
  /// What the studies are.
  public static let discussion = """
    forgetting  tasks whose relevant words are known (the first word, the k-th, a count, brackets, digits): is the rest forgotten, and which methods find it?
    reversal    sequences answered in reverse: which symbol is held at which step, in which layer?
    sentiment   an LSTM, a CNN and a transformer trained on --data, and --model fine-tuned: what is kept, of which words, beside what can be read.

    Examples:
      vitro information study forgetting --seeds 5 --report forgetting
      vitro information study sentiment --data sst2.tsv --model all-MiniLM-L6-v2
    """
  /// Which study, and its size.
  public static let fields: [Field<Self>] = [
    Field("study", \.study, isPositional: true, help: "Which study."),
    Field("seeds", \.seeds, in: 1...100, help: "The networks of each kind; each study has its own default."),
    Field("texts", \.texts, in: 2...10_000, help: "The texts that are measured, for each network."),
    Field(
      "distortion", \.distortion, in: 0.0001...100,
      help: "How much a feature may change, in its own variance; each study has its own default."),
    Field("samples", \.samples, in: 100...16_777_216, help: "Forward and backward passes for each text and layer."),
    Field(
      "mostSamples", \.mostSamples, in: 0...268_435_456,
      help:
        "The most passes for each text and layer, for results that have not converged by then; each study has its own default."
    ),
    Field("methods", \.methods, help: "forgetting, reversal: the methods beside the measure, by name."),
    Field("tasks", \.tasks, help: "forgetting: the tasks."),
    Field("architectures", \.architectures, help: "forgetting: how networks read."),
    Field("length", \.length, in: 3...64, help: "reversal: the symbols of a sequence."),
    Field("data", path: \.data, help: "sentiment: a table of sentences with two labels."),
    Field("model", path: \.model, help: "sentiment: a pretrained model to fine-tune, a directory."),
    Field("sentences", \.sentences, in: 400...10_000_000, help: "sentiment: the most sentences to learn from."),
  ]

  /// The studies.
  public enum Kind: String, FieldValue, CaseIterable {
    /// Planted tasks.
    case forgetting
    /// Sequences answered in reverse.
    case reversal
    /// Real sentences.
    case sentiment
  }

  /// Which study.
  public var study: Kind?
  /// The networks of each kind.
  public var seeds: Int?
  /// The texts that are measured.
  public var texts: Int?
  /// How much a feature may change.
  public var distortion: Double?
  /// The budget.
  public var samples: Int?
  /// The most passes where the budget was not enough.
  public var mostSamples: Int?
  /// The methods beside the measure.
  public var methods: [String] = []
  /// The planted tasks.
  public var tasks: [PlantedTask] = []
  /// How networks read.
  public var architectures: [PlantedReader] = []
  /// The symbols of a sequence.
  public var length: Int?
  /// The path of a table of sentences.
  public var data: String?
  /// The path of a pretrained model.
  public var model: String?
  /// The most sentences to learn from.
  public var sentences: Int?

  /// Without a study.
  public init() {}

  /// A study is needed, and only what belongs to it.
  public func validate() throws {
    guard let study else {
      throw VitroError(
        .argument, Self.fullName, "the study is missing", hint: "Choose forgetting, reversal or sentiment.",
        details: ["field": "study"])
    }
    let belongs: [(field: String, isGiven: Bool, study: Kind)] = [
      ("tasks", !tasks.isEmpty, .forgetting), ("architectures", !architectures.isEmpty, .forgetting),
      ("length", length != nil, .reversal), ("data", data != nil, .sentiment), ("model", model != nil, .sentiment),
      ("sentences", sentences != nil, .sentiment),
    ]
    if let wrong = belongs.first(where: { $0.isGiven && $0.study != study }) {
      throw VitroError(
        .argument, Self.fullName, "--\(wrong.field) belongs to the study of \(wrong.study.rawValue)",
        details: ["field": wrong.field])
    }
    if study == .sentiment, !methods.isEmpty {
      throw VitroError(
        .argument, Self.fullName, "--methods belongs to the studies of forgetting and reversal",
        details: ["field": "methods"])
    }
    switch study {
    case .forgetting: break
    case .reversal: try reversal(seed: 0).validate()
    case .sentiment: try sentiment(seed: 0).validate()
    }
  }

  /// A study's own settings, with what is said here in their place.
  private func chosen(_ settings: InformationSettings) -> InformationSettings {
    var result = settings
    result.samples = samples ?? result.samples
    result.mostSamples = mostSamples ?? result.mostSamples
    if let distortion { result.form = .fixedDistortion(distortion) }
    return result
  }

  private var forgetting: ForgettingStudy {
    var result = ForgettingStudy()
    if !tasks.isEmpty { result.tasks = tasks }
    if !architectures.isEmpty { result.architectures = architectures.map(\.architecture) }
    if !methods.isEmpty { result.methods = methods }
    result.seeds = seeds ?? result.seeds
    result.texts = texts ?? result.texts
    result.measure = chosen(result.measure)
    return result
  }

  private func reversal(seed: UInt64) -> ReversalStudy {
    var result = ReversalStudy()
    if !methods.isEmpty { result.methods = methods }
    result.length = length ?? result.length
    result.seeds = seeds ?? result.seeds
    result.texts = texts ?? result.texts
    result.measure = chosen(result.measure)
    result.measure.seed = seed
    return result
  }

  private func sentiment(seed: UInt64) -> SentimentStudy {
    var result = SentimentStudy()
    (result.data, result.model) = (data, model)
    result.seeds = seeds ?? result.seeds
    result.texts = texts ?? result.texts
    result.sentences = sentences ?? result.sentences
    result.measure = chosen(result.measure)
    result.measure.seed = seed
    return result
  }

  /// Runs the study.
  public func run(_ run: Run) throws -> Outcome {
    switch study {
    case .reversal: try reversal(seed: run.seed).run(run)
    case .sentiment: try sentiment(seed: run.seed).run(run)
    default: try forgetting.run(run)
    }
  }
}
