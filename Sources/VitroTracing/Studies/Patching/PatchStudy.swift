internal import Foundation
internal import VitroCore
public import VitroLab
internal import VitroModels

/// Activation patching: which values carry the answer from one prompt into another.
public struct PatchStudy: Experiment {
  /// `vitro model …`.
  public static var group: (any ExperimentGroup.Type)? { Models.self }
  /// `patch`.
  public static let name = "patch"
  /// What is found.
  public static let abstract = "Find where an answer is carried: move values from a clean into a corrupt run."
  /// How prompts are chosen.
  public static let discussion = """
    \(Models.textsHelp)

    The clean prompt calls for the answer, the corrupt one for the wrong answer; both have as many tokens. One value at a time goes from the clean run into the \
    corrupt one, and the difference of the two answers' logits at the last position says how much of the answer comes back. Every patch is exact; --estimate adds \
    attribution patching, its estimate from one gradient, and how well it agrees.

    An answer is one token: after a word, the one that begins with a space; '#412' names a token by its number.

    Example:
      vitro model patch SmolLM2.gguf --clean "The capital of France is" --corrupt "The capital of Italy is" \
        --answer Paris --wrong Rome --sweep resid_pre --report patch
    """
  /// The model, the prompts and what is moved.
  public static let fields: [Field<Self>] = [
    Field("model", path: \.model, isPositional: true, help: Models.help),
    Field("clean", \.clean, mayBeginWithMinus: true, help: "The prompt that calls for the answer."),
    Field("corrupt", \.corrupt, mayBeginWithMinus: true, help: "The prompt that calls for the wrong answer."),
    Field("answer", \.answer, mayBeginWithMinus: true, help: "The clean prompt's answer, one token."),
    Field("wrong", \.wrong, mayBeginWithMinus: true, help: "The corrupt prompt's answer, one token."),
    Field("sweep", \.sweep, valueName: "value", help: "What is moved: by position, or (head_…) by head."),
    Field("estimate", \.estimate, help: "Add the estimate from one gradient, and compare."),
  ]

  /// The model's path.
  public var model: String?
  /// The prompt that calls for the answer.
  public var clean: String?
  /// The prompt that calls for the wrong answer.
  public var corrupt: String?
  /// The clean prompt's answer.
  public var answer: String?
  /// The corrupt prompt's answer.
  public var wrong: String?
  /// What is moved.
  public var sweep = PatchingSite.residPre
  /// Whether the estimate is added.
  public var estimate = false

  /// Without a model.
  public init() {}

  /// A model, two prompts and two answers are needed.
  public func validate() throws {
    try Models.check(model, Self.fullName)
    for (text, flag) in [(clean, "clean"), (corrupt, "corrupt"), (answer, "answer"), (wrong, "wrong")] {
      _ = try Models.given(text, flag, Self.fullName)
    }
  }

  /// Patches every layer.
  public func run(_ run: Run) throws -> Outcome {
    let model = try Models.open(model, in: run)
    let words = ModelWords(model)
    let (clean, corrupt) = (clean ?? "", corrupt ?? "")
    let prompts = try (clean: words.tokens(clean), corrupt: words.tokens(corrupt))
    let pair = try AnswerPair(
      clean: prompts.clean.map(\.id), corrupt: prompts.corrupt.map(\.id),
      answer: words.answer(answer ?? "", after: clean, field: "answer"),
      wrong: words.answer(wrong ?? "", after: corrupt, field: "wrong"))
    let measured = try run.stage("patching") { stage in
      let began = ContinuousClock.now
      let sweep = try PatchingSweep(model, pair, at: sweep) { try stage.progress($0, of: $1) }
      return PatchingResult.Measured(sweep: sweep, seconds: (ContinuousClock.now - began) / .seconds(1))
    }
    var result = PatchingResult(words: words, prompts: prompts, pair: pair, measured: measured)
    if estimate {
      result.estimate = try run.stage("estimating") { stage in
        try stage.progress(0, of: 1)
        return try AttributionPatching(model, pair, at: sweep)
      }
    }
    return Outcome(report: try result.report(), facts: result.facts)
  }
}

extension PatchingSite: FieldValue {}
