internal import VitroCore
public import VitroLab
internal import VitroModels

/// What a language model is made of: its architecture, its parameters, its tokenizer, its taps.
public struct InspectStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `inspect`.
  public static let name = "inspect"
  /// What is shown.
  public static let abstract = "Show a language model's architecture, parameters, tokenizer, memory and taps."
  /// What models may be.
  public static let discussion = """
    MODEL is a directory with config.json, safetensors and a tokenizer, a .gguf file, or a llama2.c checkpoint. Nothing is computed; \
    weights stay in their files.

    Example: vitro model inspect all-MiniLM-L6-v2 --report minilm
    """
  /// The model.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help)
  ]

  /// The model's path.
  public var model: String?

  /// Without a model.
  public init() {}

  /// A model is needed.
  public func validate() throws { try Models.check(model, Self.fullName) }

  /// Opens the model and describes it.
  public func run(_ run: Run) throws -> Outcome {
    let description = try ModelOverview(Models.open(model, in: run))
    return Outcome(report: try description.report(), facts: try description.facts())
  }
}
