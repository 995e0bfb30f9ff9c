internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What a model answers to a text, whatever kind of answer it gives.
struct ModelAnswer: Codable, Sendable {
  /// What a network's answer is.
  enum Kind: String, Codable, Sendable {
    /// The logits of the next token.
    case next
    /// The logits of masked tokens.
    case masked
    /// A hidden state for each token.
    case hidden
    /// Outputs of another kind.
    case outputs
  }

  /// A place of the text, and what is most probable there.
  struct Place: Codable, Sendable {
    var position: Int
    var guesses: [LogitLens.Guess]
  }

  var kind: Kind
  /// The tokens of the text.
  var tokens: [Int]
  /// −log p of each token after the first given those before it, in nats; of models of the next token only.
  var losses: [Double] = []
  /// What is most probable: after the last token, or at each mask.
  var places: [Place] = []
  /// The length of each token's last hidden state; of hidden states only.
  var norms: [Double] = []
  /// The cosine of each two tokens' last hidden states; of hidden states only.
  var cosines: [[Double]] = []
  /// The length of their mean.
  var pooledNorm = Double.nan

  static func kind(of model: LanguageModel) -> Kind {
    switch model.transformer?.head {
    case .none?: .hidden
    case .masked?: .masked
    case .unembedding?: model.predictsNext ? .next : .outputs
    case nil: model.predictsNext ? .next : .outputs
    }
  }

  /// Cosines of more tokens than these cannot be looked at.
  private static let mostTokens = 256

  /// Runs a text.
  init(_ model: LanguageModel, _ tokens: [Int], mask: Int?, keeping count: Int) throws {
    (kind, self.tokens) = (Self.kind(of: model), tokens)
    switch kind {
    case .next: try predict(model, count)
    case .masked: try fill(model, tokens.indices.filter { tokens[$0] == mask }, count)
    case .hidden: try embed(model)
    case .outputs: try answer(model, count)
    }
  }

  private mutating func predict(_ model: LanguageModel, _ count: Int) throws {
    guard model.transformer != nil else {
      let logits = try model.run([tokens]).output
      if tokens.count > 1 {
        let targets = try Tensor(tokens.dropFirst().map { Int64($0) })
        losses = try logits.slice(0..<tokens.count - 1).crossEntropy(labels: targets).cast(to: .float64)
          .array(of: Double.self)
      }
      return try settle(logits.select(at: tokens.count - 1), count)
    }
    let end = try FinalLayer(model, for: "running '\(model.name)'")
    let run = try model.run([tokens], recording: [end.residual], needsOutputs: false)
    let residuals = try run.value(at: end.residual)
    losses = try end.losses(residuals, tokens)
    try settle(end.logits(residuals.slice(tokens.count - 1..<tokens.count)).select(at: 0), count)
  }

  /// Keeps what is most probable after the last token.
  private mutating func settle(_ logits: Tensor, _ count: Int) throws {
    places = [Place(position: tokens.count - 1, guesses: try Self.guesses(logits, count))]
  }

  private mutating func fill(_ model: LanguageModel, _ positions: [Int], _ count: Int) throws {
    guard !positions.isEmpty else { return }
    let end = try FinalLayer(model, for: "running '\(model.name)'")
    let run = try model.run([tokens], recording: [end.residual], needsOutputs: false)
    let residual = try run.value(at: end.residual)
    places = try positions.map { position in
      let logits = try end.logits(residual.slice(position..<position + 1)).select(at: 0)
      return Place(position: position, guesses: try Self.guesses(logits, count))
    }
  }

  private mutating func embed(_ model: LanguageModel) throws {
    let states = try model.run([tokens]).output.cast(to: .float64)
    norms = try states.norm(axes: [1]).array(of: Double.self)
    pooledNorm = try states.mean(axes: [0]).norm().item()
    guard tokens.count <= Self.mostTokens else { return }
    let products = try states.matmul(states, transposeB: true).array(of: Double.self)
    cosines = tokens.indices.map { row in
      tokens.indices.map {
        products[row * tokens.count + $0] / Swift.max(norms[row] * norms[$0], .leastNormalMagnitude)
      }
    }
  }

  private mutating func answer(_ model: LanguageModel, _ count: Int) throws {
    let output = try model.run([tokens]).output
    let row = output.rank > 1 ? try output.select(at: output.shape[0] - 1) : output
    try settle(row.flattened(), count)
  }

  private static func guesses(_ logits: Tensor, _ count: Int) throws -> [LogitLens.Guess] {
    let rows = try logits.expandingAxis(0)
    let best = try rows.top(Swift.min(count, logits.count))
    let scores = try rows.logSoftmax().takeAlong(best.positions).exp().cast(to: .float64).array(of: Double.self)
    return try zip(best.positions.array(of: Int64.self), scores).map { .init(id: Int($0), probability: $1) }
  }
}
