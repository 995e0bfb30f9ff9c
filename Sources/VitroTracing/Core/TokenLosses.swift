internal import VitroCore
public import VitroModels
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
    _ = try FinalLayer(model, for: "measuring losses")
    let run = try model.run(texts)
    try self.init(logits: run.output, texts: texts, ranges: run.ranges)
  }

  init(logits: Tensor, texts: [[Int]], ranges: [Range<Int>]) throws {
    nats = try zip(texts, ranges).map { text, rows in try Self.nats(logits.slice(rows), text) }
  }

  private static func nats(_ logits: Tensor, _ text: [Int]) throws -> [Double] {
    guard text.count > 1 else { return [] }
    return try logits.slice(0..<text.count - 1).crossEntropy(labels: Tensor(text.dropFirst().map { Int64($0) }))
      .cast(to: .float64).array(of: Double.self)
  }
}
