internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Attention as it is: how much is read from each word by the last attention before the feature, the mean over heads.
///
/// For one word's feature the row of that word, for a value as a whole the mean over all words, for an answer at the last word that word's row.
public struct AttentionWeights: AttributionMethod {
  /// `attention`.
  public static let name = "attention"
  /// Attention.
  public static let title = "attention"
  /// What is computed.
  public static let abstract = "mean over heads of the last pattern before the value (Bahdanau et al., 2015)"
  /// Weights have none.
  public static let isSigned = false

  /// Without settings.
  public init() {}

  /// Networks without attention, and values before the first.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    try AttentionPatterns(network).reasonUndefined(target)
  }

  /// Reads the last pattern.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    let patterns = AttentionPatterns(question.network)
    return try scores(question) { batch in
      guard let last = try patterns.taps(before: batch.target).last else {
        throw VitroError(.unsupported, "attributing by 'attention'", "there is no attention")
      }
      let run = try batch.network.run(batch.tokens, vectors: batch.vectors, recording: [last])
      return try patterns.row(of: run.value(at: last).mean(axes: [1]), batch)
    }
  }
}

/// Attention rolled out over layers (Abnar & Zuidema, 2020): `R_l = Â_l R_{l−1}` with `Â = (A + I)/2`, A the mean over heads.
public struct AttentionRollout: AttributionMethod {
  /// `rollout`.
  public static let name = "rollout"
  /// Attention rollout.
  public static let title = "attention rollout"
  /// What is computed.
  public static let abstract = "product of (A + I)/2 over layers (Abnar & Zuidema, 2020)"
  /// Weights have none.
  public static let isSigned = false

  /// Without settings.
  public init() {}

  /// Networks without attention, and values before the first.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    try AttentionPatterns(network).reasonUndefined(target)
  }

  /// Multiplies patterns.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    let patterns = AttentionPatterns(question.network)
    return try scores(question) { batch in
      let taps = try patterns.taps(before: batch.target)
      let run = try batch.network.run(batch.tokens, vectors: batch.vectors, recording: taps)
      let unit = try Tensor.eye(batch.length, dtype: batch.vectors.dtype)
      var rolled = try unit.expandingAxis(0)
      for tap in taps {
        let step = try (run.value(at: tap).mean(axes: [1]) + unit) * 0.5
        rolled = try step.matmul(rolled)
      }
      return try patterns.row(of: rolled, batch)
    }
  }
}

/// The patterns of a network's attention, in the order in which it reaches them.
struct AttentionPatterns {
  let network: WordNetwork
  /// The taps of patterns in which words attend to words.
  private let patterns: [(tap: String, place: Int)]

  init(_ network: WordNetwork) {
    self.network = network
    var own: Set<String> = []
    for node in network.network.graph.nodes where node.layer is MultiHeadAttention && node.inputs.count == 1 {
      own.insert("\(node.name).hook_pattern")
    }
    patterns = network.network.tapNames.enumerated().compactMap { own.contains($1) ? ($1, $0) : nil }
  }

  /// Whether there are any.
  var isEmpty: Bool { patterns.isEmpty }

  /// The patterns up to a target.
  func taps(before target: AttributionTarget) throws -> [String] {
    guard case .feature(let feature) = target else { return patterns.map(\.tap) }
    guard let end = network.network.tapNames.firstIndex(of: feature.tap) else { return [] }
    return patterns.filter { $0.place <= end }.map(\.tap)
  }

  func reasonUndefined(_ target: AttributionTarget) throws -> String? {
    if isEmpty { return "'\(network.name)' has no attention" }
    guard try !taps(before: target).isEmpty else { return "there is no attention before the value" }
    guard case .feature(let feature) = target, feature.position != nil else { return nil }
    return try network.hasRows(feature.tap) ? nil : "'\(feature.tap)' has no row for each word"
  }

  /// What one word, the last one or all words read, `[texts, length]`, of who reads whom `[texts, reader, read]`.
  func row(of matrix: Tensor, _ batch: AttributionBatch) throws -> Tensor {
    switch batch.target {
    case .feature(let feature):
      guard let row = try feature.row(ofLength: batch.length) else { return try matrix.mean(axes: [1]) }
      return try matrix.select(axis: 1, at: row)
    case .answer:
      guard network.answersEachWord else { return try matrix.mean(axes: [1]) }
      return try matrix.select(axis: 1, at: batch.length - 1)
    }
  }
}
