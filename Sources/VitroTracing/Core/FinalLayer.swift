internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What follows the last residual of a model that predicts the next token: a normalization, and the unembedding.
struct FinalLayer {
  let model: LanguageModel
  /// The tap of the last residual.
  let residual: String

  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a model without logits of tokens.
  init(_ model: LanguageModel, for operation: String) throws {
    guard let transformer = model.transformer, let last = model.residualTaps.last, model.layers > 0 else {
      throw VitroError(.unsupported, operation, "'\(model.name)' is no transformer")
    }
    if case .none = transformer.head {
      throw VitroError(
        .unsupported, operation, "'\(model.name)' has no logits: its answer is its last hidden state",
        hint: "A model that predicts tokens is needed, such as GPT-2 or a Llama.")
    }
    (self.model, residual) = (model, last)
  }

  /// The rows of a text in stretches: logits are as wide as the vocabulary, and those of a long text would not fit.
  static func stretches(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 256).map { $0..<Swift.min($0 + 256, count) }
  }

  /// −log p of each token of a text given those before it, in nats, from its residuals `[tokens, width]`.
  func losses(_ residuals: Tensor, _ text: [Int]) throws -> [Double] {
    try Self.stretches(of: text.count - 1).flatMap { rows in
      let targets = try Tensor(rows.map { Int64(text[$0 + 1]) })
      return try logits(residuals.slice(rows)).crossEntropy(labels: targets).cast(to: .float64).array(of: Double.self)
    }
  }

  /// The logits `[rows, vocabulary]` of residuals `[rows, width]`.
  func logits(_ rows: Tensor) throws -> Tensor {
    try answer(rows, recording: .none, needsOutputs: true).output.select(at: 0)
  }

  /// What the unembedding reads, `[rows, width]`, from residuals `[rows, width]`.
  func normalized(_ rows: Tensor) throws -> Tensor {
    guard let tap = normalizedTap else { return rows }
    return try answer(rows, recording: [tap], needsOutputs: false).value(at: tap).select(at: 0)
  }

  /// The tap of what the unembedding reads.
  private var normalizedTap: String? {
    switch model.transformer?.head {
    case .masked?: "mlm_head.ln"
    default: model.transformer?.normalizesLast == true ? "ln_final" : nil
    }
  }

  /// Runs the end of the network alone: nothing before the residual is computed.
  private func answer(_ rows: Tensor, recording: TapSelection, needsOutputs: Bool) throws -> Activations {
    let tokens = try Tensor.zeros([1, rows.shape[0]], dtype: .int64)
    return try model.network.run(
      [tokens], recording: recording, editing: [residual: .replace(rows.expandingAxis(0))], needsOutputs: needsOutputs)
  }

  /// The rows of the unembedding, `[tokens, width]`, and their biases, if there are any.
  func directions(of tokens: [Int]) throws -> (rows: Tensor, biases: Tensor?) {
    let parameters = model.network.parameters
    let indices = try Tensor(tokens.map { Int64($0) })
    let isOwn = parameters.names.contains("unembed.weight")
    let rows = try parameters.source(named: isOwn ? "unembed.weight" : "embed.weight")
      .rows(at: indices, parameters.dtype)
    guard parameters.names.contains("unembed.bias") else { return (rows, nil) }
    return (rows, try parameters.value(named: "unembed.bias").gather(indices))
  }

  /// Logits of some tokens alone, `[rows, tokens]`, from residuals `[rows, width]`: the unembedding of the others is spared.
  func logits(_ rows: Tensor, of tokens: [Int]) throws -> Tensor {
    let (directions, biases) = try directions(of: tokens)
    var logits = try normalized(rows).matmul(directions, transposeB: true)
    if let biases { logits = try logits + biases }
    guard let cap = model.transformer?.logitCap else { return logits }
    return try (logits * (1 / cap)).tanh() * cap
  }
}
