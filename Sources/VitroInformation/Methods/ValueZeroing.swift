internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Value zeroing (Mohebbi et al., 2023): how far a block's output turns when a word's value is taken from its attention.
///
/// In each block `C_ij = 1 − cos(h_i, h_i with the value vector of word j zero)`, rows scaled to add up to 1; over blocks the product `C_l ⋯ C_1`. For one word's
/// feature the row of that word, otherwise the mean over words.
public struct ValueZeroing: AttributionMethod {
  /// `value-zeroing`.
  public static let name = "value-zeroing"
  /// Value zeroing.
  public static let title = "value zeroing"
  /// What is computed.
  public static let abstract = "1 − cos(h, h without a word's value), rolled out over blocks (Mohebbi et al., 2023)"
  /// Distances have none.
  public static let isSigned = false

  /// Without settings.
  public init() {}

  /// Networks without attention, and values that are no block's output.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    let patterns = AttentionPatterns(network)
    if let reason = try patterns.reasonUndefined(target) { return reason }
    if case .feature(let feature) = target, !network.hiddenStates.contains(feature.tap) {
      return "'\(feature.tap)' is no block's output"
    }
    return try blocks(target, network).isEmpty ? "attention can be passed by on the way to the value" : nil
  }

  /// Takes away every word's value in every block.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    let patterns = AttentionPatterns(question.network)
    let blocks = try blocks(question.target, question.network)
    return try scores(question) { batch in
      let states = Array(Set(blocks.flatMap { [$0.start, $0.end] }))
      let run = try batch.network.run(batch.tokens, vectors: batch.vectors, recording: states)
      var rolled: Tensor?
      for block in blocks {
        let turns = try turns(batch, block, run.value(at: block.start), run.value(at: block.end))
        rolled = try rolled.map { try turns.matmul($0) } ?? turns
      }
      let none = try Tensor.zeros([batch.count, batch.length, batch.length], dtype: batch.vectors.dtype)
      return try patterns.row(of: rolled ?? none, batch)
    }
  }

  /// A block: what it reads, the values of its attention, and what it leaves.
  private struct Block {
    var start, values, end: String
  }

  private func blocks(_ target: AttributionTarget, _ network: WordNetwork) throws -> [Block] {
    let end = target.tap(in: network)
    let known = Set([network.entry] + network.hiddenStates)
    let states = try network.network.passages(from: network.entry, to: end).filter(known.contains)
    let names = network.network.tapNames
    let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return try AttentionPatterns(network).taps(before: target).compactMap { pattern in
      let place = places[pattern] ?? 0
      guard let start = states.last(where: { (places[$0] ?? 0) < place }),
        let end = states.first(where: { (places[$0] ?? 0) > place })
      else { return nil }
      return Block(start: start, values: pattern.replacing("hook_pattern", with: "hook_v"), end: end)
    }
  }

  /// `[texts, length, length]`: how much each word's state turns without each word's value, rows adding up to 1.
  private func turns(_ batch: AttributionBatch, _ block: Block, _ before: Tensor, _ after: Tensor) throws -> Tensor {
    let length = batch.length
    var first = 0
    let changed = try batch.eachVariant(length) { part, words in
      let rows = try Tensor((first..<first + words.count).map { Int64($0 / length) }, shape: [words.count])
      first += words.count
      let kept = try 1 - Tensor(words.map { Int64($0) }).oneHot(count: length, dtype: before.dtype)
      let run = try part.network.run(
        part.tokens, vectors: before.gather(rows), at: block.start, recording: [block.end],
        editing: [block.values: .multiply(kept.reshaped([words.count, length, 1, 1]))])
      let (old, new) = try (after.gather(rows), run.value(at: block.end))
      let cosine = try (old * new).sum(axes: [2]) / (old.norm(axes: [2]) * new.norm(axes: [2]) + 1e-30)
      return try (1 - cosine).maximum(.zeros([], dtype: cosine.dtype))
    }
    // [texts, word without value, word] → [texts, word, word without value].
    let turned = try changed.transposed()
    let sums = try turned.sum(axes: [2], keepingAxes: true)
    return try turned / (sums + 1e-30)
  }
}
