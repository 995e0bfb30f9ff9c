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

  /// How many tokens' logits are held at once.
  private static let rows = 128

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
    let logitsOf = try logits(model)
    for first in stride(from: 0, to: tokens.count, by: Self.rows) {
      let last = Swift.min(first + Self.rows, tokens.count)
      let logits = try logitsOf(first..<last)
      let targets = tokens[Swift.min(first + 1, tokens.count)..<Swift.min(last + 1, tokens.count)].map { Int64($0) }
      if !targets.isEmpty {
        losses += try logits.slice(0..<targets.count).crossEntropy(labels: Tensor(targets)).cast(to: .float64)
          .array(of: Double.self)
      }
      if last == tokens.count {
        places = [
          Place(position: last - 1, guesses: try Self.guesses(logits.select(at: last - first - 1), count))
        ]
      }
    }
  }

  /// The logits of a range of positions; a transformer's are computed when they are asked for.
  private func logits(_ model: LanguageModel) throws -> (Range<Int>) throws -> Tensor {
    guard model.transformer != nil else {
      let output = try model.run([tokens]).output
      return { try output.slice($0) }
    }
    let end = try FinalLayer(model, for: "running '\(model.name)'")
    let run = try model.run([tokens], recording: [end.residual], needsOutputs: false)
    let residual = try run.value(at: end.residual)
    return { try end.logits(residual.slice($0)) }
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
    places = [Place(position: tokens.count - 1, guesses: try Self.guesses(row.flattened(), count))]
  }

  private static func guesses(_ logits: Tensor, _ count: Int) throws -> [LogitLens.Guess] {
    let rows = try logits.expandingAxis(0)
    let best = try rows.top(Swift.min(count, logits.count))
    let scores = try rows.logSoftmax().takeAlong(best.positions).exp().cast(to: .float64).array(of: Double.self)
    return try zip(best.positions.array(of: Int64.self), scores).map { .init(id: Int($0), probability: $1) }
  }
}
