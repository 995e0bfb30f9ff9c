internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// The logit lens (nostalgebraist, 2020): what each layer would answer if it were the last.
///
/// Every residual goes through the model's own final normalization and unembedding: `logits_l = unembed(ln_final(resid_l))`. It reads the
/// residual in the last layer's words; that early layers read badly may say nothing of what they hold.
///
/// ```swift
/// let lens = try LogitLens(model, tokens: tokens)
/// let best = lens.top(1, layer: 1, position: tokens.count - 1)
/// ```
public struct LogitLens: Sendable, Codable {
  /// A token and how probable it is.
  public struct Guess: Sendable, Hashable, Codable {
    /// The token's number.
    public var id: Int
    /// Its probability.
    public var probability: Double
  }

  /// The taps of the residuals, from what enters block 0.
  public let taps: [String]
  /// The tokens of the text.
  public let tokens: [Int]
  /// The most probable tokens, `[layer][position]`, best first.
  public let guesses: [[[Guess]]]
  /// The probability of the token that follows in the text, `[layer][position]`; one position fewer than tokens.
  public let followers: [[Double]]
  /// The rank of the model's own final answer among each layer's, 0 for the best, `[layer][position]`.
  public let ranks: [[Int]]

  /// Reads every layer at every position.
  ///
  /// - Parameters:
  ///   - model: A model that predicts tokens.
  ///   - tokens: The text.
  ///   - count: How many guesses to keep.
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits, or a text that it does not take.
  /// - Complexity: One run, and layers · positions · width · vocabulary products.
  public init(_ model: LanguageModel, tokens: [Int], keeping count: Int = 5) throws {
    let end = try FinalLayer(model, for: "reading with the logit lens")
    taps = model.residualTaps
    self.tokens = tokens
    let run = try model.run([tokens], recording: .names(taps), needsOutputs: false)
    let stretches = FinalLayer.stretches(of: tokens.count)
    let last = try run.value(at: end.residual)
    let answers = try stretches.flatMap { try end.logits(last.slice($0)).argmax().ints }
    let layers = try taps.map { tap in
      let residuals = try run.value(at: tap)
      return try stretches.map { rows in
        try Reading(
          end.logits(residuals.slice(rows)),
          followers: Array(tokens[rows.lowerBound + 1..<Swift.min(rows.upperBound + 1, tokens.count)]),
          answers: Array(answers[rows]), count)
      }
    }
    guesses = layers.map { $0.flatMap(\.guesses) }
    followers = layers.map { $0.flatMap(\.followers) }
    ranks = layers.map { $0.flatMap(\.ranks) }
  }

  /// The most probable tokens at a place.
  public func top(_ count: Int, layer: Int, position: Int) -> [Guess] { Array(guesses[layer][position].prefix(count)) }
}

/// What a stretch of a layer's logits says.
private struct Reading {
  let guesses: [[LogitLens.Guess]]
  let followers: [Double]
  let ranks: [Int]

  /// - Parameters:
  ///   - logits: `[rows, vocabulary]`.
  ///   - followers: The token after each row; one less where the text ends.
  ///   - answers: The model's own answer at each row.
  ///   - count: How many guesses to keep.
  init(_ logits: Tensor, followers: [Int], answers: [Int], _ count: Int) throws {
    let logarithms = try logits.logSoftmax()
    let best = try logits.top(Swift.min(count, logits.shape[1]))
    let scores = try logarithms.takeAlong(best.positions).exp().cast(to: .float64).array(of: Double.self)
    let ids = try best.positions.ints
    let width = best.positions.shape[1]
    guesses = answers.indices.map { row in
      (0..<width).map { .init(id: ids[row * width + $0], probability: scores[row * width + $0]) }
    }
    let next = try Tensor(followers.map { Int64($0) }, shape: [followers.count, 1])
    self.followers =
      followers.isEmpty
      ? []
      : try logarithms.slice(0..<followers.count).takeAlong(next).exp().cast(to: .float64).array(of: Double.self)
    let own = try logits.takeAlong(Tensor(answers.map { Int64($0) }, shape: [answers.count, 1]))
    ranks = try logits.isGreater(than: own).cast(to: .int64).sum(axes: [1]).ints
  }
}
