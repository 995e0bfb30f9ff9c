internal import VitroCore
internal import VitroData
internal import VitroFitting
public import VitroLab
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// How far to trust methods that say which words matter: judged on one network, against planted truth where there is some.
///
/// ```swift
/// var study = FaithfulnessStudy()
/// study.task = .firstWord
/// study.methods = ["gradient", "occlusion"]
/// ```
public struct FaithfulnessStudy: Experiment {
  /// `vitro information …`.
  public static var group: (any ExperimentGroup.Type)? { Information.self }
  /// `faithfulness`.
  public static let name = "faithfulness"
  /// What is asked.
  public static let abstract = "How far to trust methods that say which words matter."
  /// What it does, and with what.
  public static let discussion = """
    Takes words out of texts in the order of each method's scores, and sees what becomes of the answer: comprehensiveness and \
    sufficiency, curves of taking out and putting in, infidelity, max-sensitivity; the change of scores from layer to layer; \
    the agreement of methods; and whether a map changes at all when the network's weights are dealt anew. Every number has its \
    interval over texts, and stands beside random scores, which are always judged too.

    With --task a network is trained on a task whose relevant words are known, and methods are judged by them too. A model \
    that neither tells classes apart nor predicts words is judged by its last hidden state. Networks of more than 5 million \
    parameters are judged on fewer texts, with fewer passes and layers and without inversion, unless these are asked for: the \
    report says so.

    Example: vitro information faithfulness my-network --data sst2_test.tsv
    Example: vitro information faithfulness --task first-word --architecture encoder
    """
  /// The model or the task, and how to judge.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: "The model: a directory, a GGUF file, a network of words."),
    Field("data", path: \.data, valueName: "file", help: "The table of texts."),
    Field("textColumn", \.textColumn, valueName: "column", help: "The column of texts; by itself it is found out."),
    Field("labelColumn", \.labelColumn, valueName: "column", help: "The column of labels; by itself it is found out."),
    Field("task", \.task, help: "A task with known relevant words, in place of a model."),
    Field("architecture", \.architecture, help: "How the network of a task reads."),
    Field("position", \.position, in: 1...9, help: "Which word decides in the task kth-word."),
    Field(
      "target", \.target, valueName: "layer",
      help: "What words are to matter to: answer, or a layer such as pool or lstm0@-1."),
    Field("methods", \.methods, valueName: "name,…", help: "The methods beside random scores; all unless named."),
    Field("texts", \.texts, in: 2...10_000, help: "How many texts are judged by; 40, or 12 in a large network."),
    Field("reference", \.reference, in: 2...100_000, help: "How many other texts say how far values spread."),
    Field("longest", \.longest, in: 1...100_000, help: "Texts of more words are left out."),
    Field("replacement", \.replacement, help: "What a word becomes that is taken out."),
    Field("positive", \.onlyPositive, help: "Never take out words of negative score, as ferret."),
    Field(
      "samples", \.samples, in: 100...1_000_000,
      help: "The passes of the measure for each text and layer; 400, or 120 in a large network."),
    Field(
      "mostSamples", \.mostSamples, in: 0...268_435_456,
      help: "The most passes for each text and layer, where those are not enough to converge; 0, no more, unless given."
    ),
    Field(
      "steps", \.sensitivitySamples, in: 0...1000,
      help: "The random steps for max-sensitivity, 4 or 2; 0 leaves it out."),
    Field("radius", \.radius, in: 0...100, help: "The largest of these steps, in units of the words' spread."),
    Field("sets", \.infidelitySamples, in: 2...10_000, help: "The random sets of words for infidelity."),
    Field("dealings", \.dealings, in: 0...100, help: "How many times weights are dealt anew; 0 leaves it out."),
    Field("repeated", \.repeated, in: 2...10_000, help: "The most texts for max-sensitivity and coherency, 12 or 5."),
    Field(
      "layers", \.layers, valueName: "layer,…",
      help: "The layers that coherency goes through; all, or three of a large network."),
  ]

  /// The model.
  public var model: String?
  /// The table of texts.
  public var data: String?
  /// The column of texts.
  public var textColumn: String?
  /// The column of labels.
  public var labelColumn: String?
  /// The planted task.
  public var task: PlantedTask?
  /// How the network of a task reads.
  public var architecture = PlantedReader.lstm
  /// Which word decides in the task of the k-th word.
  public var position = 3
  /// What words are to matter to.
  public var target: String?
  /// The methods.
  public var methods: [String]?
  /// How many texts are judged by.
  public var texts: Int?
  /// How many other texts say how far values spread.
  public var reference = 200
  /// The most words of a text.
  public var longest = 128
  /// What a word becomes that is taken out.
  public var replacement = WordReplacement.mean
  /// Whether words of negative score are never taken out.
  public var onlyPositive = false
  /// The passes of the measure; unless given those of ``measure``.
  public var samples: Int?
  /// The most passes of the measure for what has not converged; 0 is no more than ``samples``.
  public var mostSamples = 0
  /// How information is measured; the run's seed takes the place of its own.
  public var measure = InformationSettings(samples: 400)
  /// The random steps for max-sensitivity.
  public var sensitivitySamples: Int?
  /// The largest step.
  public var radius = 0.02
  /// The random sets of words for infidelity.
  public var infidelitySamples = 20
  /// How many times weights are dealt anew.
  public var dealings = 3
  /// The most texts for what asks a method again and again.
  public var repeated: Int?
  /// The layers of coherency.
  public var layers: [String]?

  /// Neither model nor task.
  public init() {}

  /// A model with data, or a task; methods that exist.
  public func validate() throws {
    func refuse(_ field: String, _ message: String) -> VitroError {
      VitroError(
        .argument, Self.fullName, message,
        hint: "Such as 'vitro information faithfulness my-network --data texts.tsv', or '--task first-word'.",
        details: ["field": field])
    }
    if task == nil {
      guard let model, !model.isEmpty else { throw refuse("model", "neither a model nor --task is given") }
      guard let data, !data.isEmpty else { throw refuse("data", "--data is missing: name the texts for '\(model)'") }
    } else if model != nil || data != nil {
      throw refuse("task", "--task trains a network of its own, and takes neither a model nor --data")
    }
    _ = try JudgedMethods.chosen(methods)
    try measure.validate()
  }

  /// Judges each method as a stage, then each dealing of weights, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let subject = try FaithfulnessSubject(self, run)
    let size = FaithfulnessSize(self, parameters: subject.parameters)
    let judge = try subject.judge(self, size, run)
    let kinds = try size.methods(methods)
    func reporting(_ question: AttributionQuestion, _ stage: Stage, _ name: String) -> AttributionQuestion {
      var question = question
      question.progress = { done, count in
        try stage.checkpoint(stage.name)
        stage.update(ProgressUpdate(name, completed: done, of: count))
      }
      return question
    }
    var judged = try kinds.map { kind in
      try run.stage("judging \(kind.name)") { stage in
        var judge = judge
        judge.question = reporting(judge.question, stage, stage.name)
        return try judge.judgeHere(method(kind, size))
      }
    }
    for number in 0..<dealings {
      let name = "random weights \(number + 1)"
      let found = try run.stage(name) { stage in
        let other = try judge.dealt(number)
        return try zip(kinds, judged).map { kind, judged in
          try judge.correlations(
            method(kind, size), judged, in: reporting(other, stage, "\(name): \(kind.title)"))
        }
      }
      for (place, correlations) in found.enumerated() { judged[place].add(correlations) }
    }
    let result = try FaithfulnessResult(self, subject, size, judge, judged)
    return Outcome(report: try result.report(), facts: result.facts)
  }

  private func method(_ kind: any AttributionMethod.Type, _ size: FaithfulnessSize) -> any AttributionMethod {
    guard kind == InformationMethod.self else { return kind.init() }
    var method = InformationMethod()
    method.settings = measure
    (method.settings.samples, method.settings.mostSamples) = (size.samples, mostSamples)
    return method
  }

  /// How to judge.
  func judging(_ size: FaithfulnessSize, seed: UInt64) -> JudgeSettings {
    var settings = JudgeSettings()
    settings.replacement = replacement
    settings.onlyPositive = onlyPositive
    settings.sensitivitySamples = size.steps
    settings.sensitivityRadius = radius
    settings.infidelitySamples = infidelitySamples
    settings.repeatedTexts = size.repeated
    settings.dealings = dealings
    settings.seed = seed
    return settings
  }
}

/// How the network of a planted task reads.
public enum PlantedReader: String, Sendable, Hashable, Codable, CaseIterable, FieldValue {
  /// One word after the other.
  case lstm
  /// By filters over 3, 4 and 5 words.
  case cnn
  /// All words at once, each attending to all.
  case encoder

  /// The architecture.
  public var architecture: TextNetwork.Architecture {
    switch self {
    case .lstm: .lstm
    case .cnn: .cnn
    case .encoder: .encoder
    }
  }
}
