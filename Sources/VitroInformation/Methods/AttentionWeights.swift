internal import VitroNetworks
internal import VitroTensor

/// Attention as it is: how much is read from each word by the last attention before the feature, the mean over heads.
///
/// Of whom is read: the word, for one word's feature; the word that the answer is taken from, where the network picks one or answers at each; otherwise all words,
/// whose mean it is.
public struct AttentionWeights: PatternMethod {
  /// `attention`.
  public static let name = "attention"
  /// Attention.
  public static let title = "attention"
  /// What is computed.
  public static let abstract = "mean over heads of the last pattern before the value (Bahdanau et al., 2015)"

  /// Without settings.
  public init() {}

  func needed(_ taps: [String]) -> [String] { taps.suffix(1) }

  func joined(_ patterns: [Tensor], _ unit: Tensor) throws -> Tensor { patterns.last ?? unit }
}

/// Attention rolled out over layers (Abnar & Zuidema, 2020): `R_l = Â_l R_{l−1}` with `Â = (A + I)/2`, A the mean over heads.
public struct AttentionRollout: PatternMethod {
  /// `rollout`.
  public static let name = "rollout"
  /// Attention rollout.
  public static let title = "attention rollout"
  /// What is computed.
  public static let abstract = "product of (A + I)/2 over layers (Abnar & Zuidema, 2020)"

  /// Without settings.
  public init() {}

  func needed(_ taps: [String]) -> [String] { taps }

  func joined(_ patterns: [Tensor], _ unit: Tensor) throws -> Tensor {
    try patterns.reduce(unit.expandingAxis(0)) { rolled, pattern in try ((pattern + unit) * 0.5).matmul(rolled) }
  }
}

/// A method that reads scores off patterns of attention: which ones, and how they become one.
protocol PatternMethod: AttributionMethod {
  /// The patterns to look at, of all up to the target.
  func needed(_ taps: [String]) -> [String]

  /// Who reads whom, `[texts, reader, read]`, of the patterns' means over heads; `unit` is every word reading itself.
  func joined(_ patterns: [Tensor], _ unit: Tensor) throws -> Tensor
}

extension PatternMethod {
  /// Weights have none.
  public static var isSigned: Bool { false }

  /// Networks without attention, and values before the first.
  public func reasonUndefined(_ target: AttributionTarget, in network: WordNetwork) throws -> String? {
    try AttentionPatterns(network).reasonUndefined(target)
  }

  /// Reads patterns.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    let patterns = AttentionPatterns(question.network)
    return try scores(question) { batch in
      let taps = try needed(patterns.taps(before: batch.target))
      let run = try batch.network.run(batch.tokens, vectors: batch.vectors, recording: taps)
      let unit = try Tensor.eye(batch.length, dtype: batch.vectors.dtype)
      return try patterns.row(of: joined(taps.map { try run.value(at: $0).mean(axes: [1]) }, unit), batch)
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

  /// What the reading word reads, or all words in the mean, `[texts, length]`, of who reads whom `[texts, reader, read]`.
  func row(of matrix: Tensor, _ batch: AttributionBatch) throws -> Tensor {
    guard let reader = try reader(batch.target, length: batch.length) else { return try matrix.mean(axes: [1]) }
    return try matrix.select(axis: 1, at: reader)
  }

  private func reader(_ target: AttributionTarget, length: Int) throws -> Int? {
    if case .feature(let feature) = target, feature.position != nil { return try feature.row(ofLength: length) }
    if case .feature(let feature) = target, try network.hasRows(feature.tap) { return nil }
    if network.answersEachWord { return length - 1 }
    let picks = network.network.graph.nodes.compactMap { $0.layer as? Pick }
    guard picks.count == 1, let position = picks.first?.position else { return nil }
    return try Feature(network.entry, at: position).row(ofLength: length)
  }
}
