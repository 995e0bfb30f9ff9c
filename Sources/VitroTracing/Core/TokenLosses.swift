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
  /// - Throws: ``/VitroCore/VitroError`` for a model that does not predict the next token, or texts that it does not take.
  public init(_ model: LanguageModel, texts: [[Int]]) throws {
    _ = try FinalLayer(ofNextToken: model, for: "measuring losses")
    nats = try Self.groups(texts).flatMap { try Self(model, texts: Array(texts[$0]), editing: [:]).nats }
  }

  /// Runs the texts at once, with values edited before the last residual.
  init(_ model: LanguageModel, texts: [[Int]], editing: [String: TapEdit]) throws {
    let end = try FinalLayer(ofNextToken: model, for: "measuring losses")
    let run = try model.run(texts, recording: [end.residual], editing: editing, needsOutputs: false)
    let residuals = try run.value(at: end.residual)
    nats = try zip(texts, run.ranges).map { try end.losses(residuals.slice($1), $0) }
  }

  /// The most tokens of texts that run together.
  private static let groupTokens = 2048

  /// Texts that run together, in order; a long one runs alone.
  static func groups(_ texts: [[Int]]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var tokens = 0
    for (number, text) in texts.enumerated() {
      if let last = groups.last, tokens + text.count <= groupTokens {
        groups[groups.count - 1] = last.lowerBound..<number + 1
        tokens += text.count
      } else {
        groups.append(number..<number + 1)
        tokens = text.count
      }
    }
    return groups
  }
}
