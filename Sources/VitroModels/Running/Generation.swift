internal import Foundation
internal import VitroCore
public import VitroNetworks
internal import VitroTensor

/// How texts are continued.
///
/// ```swift
/// var generation = Generation(count: 40)
/// generation.temperature = 0.8
/// let more = try model.generate(after: tokens, generation)
/// ```
public struct Generation: Sendable, Hashable {
  /// The most tokens to add.
  public var count: Int
  /// What logits are divided by; 0 always takes the most probable token.
  public var temperature = 0.0
  /// How many of the most probable tokens are drawn from; all if `nil`.
  public var topK: Int?
  /// The least share of probability that the tokens drawn from hold together (nucleus sampling; Holtzman et al., 2019); all if `nil`.
  public var topP: Double?
  /// The same seed gives the same text.
  public var seed: UInt64 = 0
  /// The tokens that end a text.
  public var ends: Set<Int> = []

  /// Continues by the most probable tokens.
  public init(count: Int) { self.count = count }

  func validate() throws {
    guard count >= 0, temperature >= 0, temperature.isFinite, topK.map({ $0 >= 1 }) ?? true,
      topP.map({ $0 > 0 && $0 <= 1 }) ?? true
    else {
      throw VitroError(
        .argument, "generating",
        "count \(count), temperature \(temperature), top k \(topK ?? 0), top p \(topP ?? 1) cannot work",
        hint: "The temperature is 0 or more, k at least 1, p above 0 and at most 1.")
    }
  }
}

extension LanguageModel {
  /// Continues a text, token by token; each is run alone, after the keys and values of those before it.
  ///
  /// - Parameters:
  ///   - tokens: The text so far.
  ///   - generation: How many tokens, and how they are drawn.
  ///   - editing: What to do to values on the way, at every step.
  ///   - observe: Sees each token; ends the text by returning false, and may throw to stop.
  /// - Returns: The added tokens, an ending one included.
  /// - Throws: ``/VitroCore/VitroError`` for a model that does not predict the next token, or a text that it does not take.
  public func generate(
    after tokens: [Int], _ generation: Generation, editing: [String: TapEdit] = [:],
    observe: (Int) throws -> Bool = { _ in true }
  ) throws -> [Int] {
    try generation.validate()
    guard predictsNext else {
      throw VitroError(
        .unsupported, "generating with '\(name)'", "it does not predict the next token",
        hint: "Take a model such as GPT-2 or a Llama; \(family) is none.")
    }
    try check([tokens])
    var stream = RandomStream(seed: generation.seed, "generate")
    var (added, next, cache) = ([Int](), tokens, KeyValueCache?.none)
    let room = Swift.min(generation.count, context - tokens.count)
    while added.count < room {
      let start = tokens.count + added.count - next.count
      let layout = SequenceLayout([.init(length: next.count, start: start)], past: cache, isKept: true)
      let run = try run(next, layout, recording: [finalTap], editing: editing, needsOutputs: false)
      cache = run.cache
      let last = try run.value(at: finalTap).slice(next.count - 1..<next.count)
      let token = try generation.choose(logits(ofLast: last, editing), &stream)
      added.append(token)
      next = [token]
      guard try observe(token), !generation.ends.contains(token) else { break }
    }
    return added
  }

  /// The tap before the unembedding.
  private var finalTap: String {
    transformer?.normalizesLast == true ? "ln_final" : residualTaps.last ?? "tokens"
  }

  /// The logits `[vocabulary]` of one row before the unembedding; edits behind it happen here.
  private func logits(ofLast row: Tensor, _ editing: [String: TapEdit]) throws -> [Float] {
    let tokens = try Tensor.zeros([1, 1], dtype: .int64)
    let end = network.tapNames.firstIndex(of: finalTap).map { Set(network.tapNames[($0 + 1)...]) } ?? []
    var edits = editing.filter { end.contains($0.key) }
    edits[finalTap] = .replace(try row.expandingAxis(0))
    return try network.run([tokens], editing: edits).output.flattened().cast(to: .float32).array(of: Float.self)
  }
}

extension Generation {
  /// A token by its logits.
  func choose(_ logits: [Float], _ stream: inout RandomStream) -> Int {
    guard temperature > 0 else {
      return logits.indices.max { logits[$0] < logits[$1] || (logits[$0] == logits[$1] && $0 > $1) } ?? 0
    }
    let order = logits.indices.sorted { logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) }
      .prefix(topK ?? logits.count)
    let largest = Double(logits[order[0]])
    let weights = order.map { Foundation.exp((Double(logits[$0]) - largest) / temperature) }
    let sum = weights.reduce(0, +)
    var (kept, share) = (0, 0.0)
    while kept < weights.count, kept == 0 || share < (topP ?? 1) {
      share += weights[kept] / sum
      kept += 1
    }
    let words = stream.draw(words: 2)
    let uniform = (Double(words[0]) * 0x1p-32 + Double(words[1]) * 0x1p-64) * weights[..<kept].reduce(0, +)
    var reached = 0.0
    for (place, weight) in weights[..<kept].enumerated() {
      reached += weight
      if uniform < reached { return order[place] }
    }
    return order[kept - 1]
  }
}
