internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What each head attends to, by the scores of Elhage and others (2021) and Olsson and others (2022).
///
/// On random tokens that come twice, `s = t₁ … t_n t₁ … t_n`, a head's scores are means of its pattern over the second half: on the token before the query
/// (previous token), on the query's own first occurrence (duplicate token), on the token after that (induction), and on the first token. Random
/// tokens rule out what texts make likely; a uniform pattern is the control.
public struct HeadScores: Sendable, Codable {
  /// The scores of one head; each is the mean weight on one place, from 0 to 1.
  public struct Head: Sendable, Hashable, Codable {
    /// The block.
    public var layer: Int
    /// The number in the block.
    public var head: Int
    /// On the token after the query's first occurrence, by sequence.
    public var induction: [Double]
    /// On the token before the query, by sequence.
    public var previous: [Double]
    /// On the query's first occurrence, by sequence.
    public var duplicate: [Double]
    /// On the first token of the text, by sequence.
    public var first: [Double]

    /// `L1H3`.
    public var name: String { "L\(layer)H\(head)" }
  }

  /// All heads, block after block.
  public let heads: [Head]
  /// The number of tokens that come twice.
  public let period: Int
  /// What a pattern that is uniform over all that a query sees gives each place, on average, by layer: windows see less.
  public let uniforms: [Double]

  /// What a uniform pattern gives each place, on average over the layers.
  public var uniform: Double { uniforms.isEmpty ? .nan : uniforms.reduce(0, +) / Double(uniforms.count) }

  /// Runs random tokens that come twice.
  ///
  /// - Parameters:
  ///   - model: A transformer.
  ///   - period: How many tokens come twice.
  ///   - sequences: How many texts.
  ///   - beginning: A token to begin with, as the model expects it; not counted.
  ///   - allowed: The tokens to draw from; all by default.
  ///   - seed: The same seed gives the same texts.
  /// - Throws: ``/VitroCore/VitroError`` for a network without attention, or a context too short.
  public init(
    _ model: LanguageModel, period: Int = 25, sequences: Int = 10, beginning: Int? = nil, allowed: [Int]? = nil,
    seed: UInt64 = 0
  ) throws {
    guard let transformer = model.transformer, model.layers > 0 else {
      throw VitroError(.unsupported, "scoring heads of '\(model.name)'", "it is no transformer")
    }
    let texts = try Self.repeatedTokens(
      model, period: period, sequences: sequences, beginning: beginning, allowed: allowed, seed: seed)
    let start = beginning == nil ? 0 : 1
    let names = (0..<model.layers).map { "blocks.\($0).attn.hook_pattern" }
    var heads = (0..<model.layers).flatMap { layer in
      (0..<transformer.heads).map {
        Head(layer: layer, head: $0, induction: [], previous: [], duplicate: [], first: [])
      }
    }
    // Patterns are as large as the square of a text: long texts are read a few layers at a time.
    let length = Double(start + 2 * period)
    let stretch = Swift.max(1, Int(Double(1 << 24) / (Double(Swift.max(1, transformer.heads)) * length * length)))
    for text in texts {
      for first in stride(from: 0, to: model.layers, by: stretch) {
        let layers = first..<Swift.min(first + stretch, model.layers)
        let run = try model.run([text], recording: .names(Array(names[layers])), needsOutputs: false)
        for layer in layers {
          let pattern = try run.value(at: names[layer], text: 0).cast(to: .float64)
          let length = pattern.shape[2]
          let values = try pattern.array(of: Double.self)
          for head in 0..<transformer.heads {
            let queries = start + period..<start + 2 * period
            func mean(_ key: (Int) -> Int, _ queries: Range<Int>) -> Double {
              queries.reduce(0) { $0 + values[(head * length + $1) * length + key($1)] } / Double(queries.count)
            }
            let number = layer * transformer.heads + head
            // The last token's successor would be the one after the text.
            heads[number].induction.append(mean({ $0 - period + 1 }, queries))
            heads[number].previous.append(mean({ $0 - 1 }, queries))
            heads[number].duplicate.append(mean({ $0 - period }, queries))
            heads[number].first.append(mean({ _ in 0 }, queries))
          }
        }
      }
    }
    self.heads = heads
    self.period = period
    uniforms = (0..<model.layers).map { layer in
      let window = transformer.windows.isEmpty ? 0 : transformer.windows[layer % transformer.windows.count]
      let total = (start + period..<start + 2 * period).reduce(0.0) { sum, query in
        let seen = model.isCausal ? query + 1 : start + 2 * period
        return sum + 1 / Double(window > 0 ? Swift.min(seen, window) : seen)
      }
      return total / Double(period)
    }
  }

  /// Random tokens that come twice, after a beginning if there is one.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when they do not fit the context.
  public static func repeatedTokens(
    _ model: LanguageModel, period: Int, sequences: Int, beginning: Int?, allowed: [Int]?, seed: UInt64
  ) throws -> [[Int]] {
    let length = 2 * period + (beginning == nil ? 0 : 1)
    let pool = allowed ?? Array(0..<(model.transformer?.vocabulary ?? 0))
    guard period >= 2, sequences >= 1, !pool.isEmpty, length <= model.context else {
      throw VitroError(
        .argument, "scoring heads of '\(model.name)'",
        "\(sequences) texts of 2 · \(period) tokens do not fit a context of \(model.context)",
        hint: "Lower the period.")
    }
    var stream = RandomStream(seed: seed, "repeated tokens")
    return (0..<sequences).map { _ in
      let half = stream.draw(words: period).map { pool[Int((UInt64($0) * UInt64(pool.count)) >> 32)] }
      return (beginning.map { [$0] } ?? []) + half + half
    }
  }
}
