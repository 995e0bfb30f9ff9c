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
/// let best = lens.top(1, layer: 20, position: tokens.count - 1)
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
    var guesses: [[[Guess]]] = []
    var followers: [[Double]] = []
    var ranks: [[Int]] = []
    let answers = try end.logits(run.value(at: end.residual)).argmax().array(of: Int64.self).map { Int($0) }
    for tap in taps {
      let logits = try end.logits(run.value(at: tap))
      let logarithms = try logits.logSoftmax()
      let best = try logits.top(Swift.min(count, logits.shape[1]))
      let scores = try logarithms.takeAlong(best.positions).exp().cast(to: .float64).array(of: Double.self)
      let ids = try best.positions.array(of: Int64.self)
      let width = best.positions.shape[1]
      guesses.append(
        tokens.indices.map { row in
          (0..<width).map { Guess(id: Int(ids[row * width + $0]), probability: scores[row * width + $0]) }
        })
      followers.append(try Self.probabilities(of: Array(tokens.dropFirst()), logarithms))
      ranks.append(try Self.ranks(of: answers, logits))
    }
    (self.guesses, self.followers, self.ranks) = (guesses, followers, ranks)
  }

  /// The most probable tokens at a place.
  public func top(_ count: Int, layer: Int, position: Int) -> [Guess] { Array(guesses[layer][position].prefix(count)) }

  private static func probabilities(of targets: [Int], _ logarithms: Tensor) throws -> [Double] {
    guard !targets.isEmpty else { return [] }
    let places = try Tensor(targets.map { Int64($0) }, shape: [targets.count, 1])
    return try logarithms.slice(0..<targets.count).takeAlong(places).exp().cast(to: .float64).array(of: Double.self)
  }

  /// How many logits are above that of a given token, row by row.
  private static func ranks(of targets: [Int], _ logits: Tensor) throws -> [Int] {
    let places = try Tensor(targets.map { Int64($0) }, shape: [targets.count, 1])
    let own = try logits.takeAlong(places)
    return try logits.isGreater(than: own).cast(to: .int64).sum(axes: [1]).array(of: Int64.self).map { Int($0) }
  }
}
