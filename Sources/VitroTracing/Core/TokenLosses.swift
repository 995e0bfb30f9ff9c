internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// How surprised a model is by each token of texts.
public struct TokenLosses: Sendable {
  /// −log p of each token given those before it, in nats, `[text][position − 1]`.
  public let nats: [[Double]]

  /// The mean over all tokens.
  public var mean: Double {
    let all = nats.flatMap(\.self)
    return all.isEmpty ? .nan : all.reduce(0, +) / Double(all.count)
  }

  /// Runs the texts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits, or texts that it does not take.
  public init(_ model: LanguageModel, texts: [[Int]]) throws {
    try self.init(model, texts: texts, editing: [:])
  }

  /// Runs the texts with values edited before the last residual.
  init(_ model: LanguageModel, texts: [[Int]], editing: [String: TapEdit]) throws {
    let end = try FinalLayer(model, for: "measuring losses")
    let run = try model.run(texts, recording: [end.residual], editing: editing, needsOutputs: false)
    let residuals = try run.value(at: end.residual)
    nats = try zip(texts, run.ranges).map { try end.losses(residuals.slice($1), $0) }
  }
}
