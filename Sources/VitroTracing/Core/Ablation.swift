internal import VitroCore
public import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// What takes the place of what a part computes.
public enum AblationKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Zeros.
  case zero
  /// The mean over all positions of all texts.
  case mean
  /// The same position of another of the texts, the next one in order.
  case resample
}

/// What a model loses without a part: each head's or each block part's output replaced, and the loss measured again.
///
/// ```swift
/// let ablation = try Ablation(model, texts: texts, of: .heads, by: .mean)
/// let worst = ablation.parts.max { $0.increase < $1.increase }
/// ```
///
/// A part matters for the texts if the loss rises; that it does not rise may also mean that another part does the same work.
public struct Ablation: Sendable, Codable {
  /// Which parts are taken out, one at a time.
  public enum Parts: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each head's `hook_z`.
    case heads
    /// Each block's `hook_attn_out` and `hook_mlp_out`.
    case outputs
  }

  /// One part and the losses without it.
  public struct Part: Sendable, Hashable, Codable {
    /// `L1H3`, `L1 attn`, `L1 mlp`.
    public var name: String
    /// The block.
    public var layer: Int
    /// The head, if it is one.
    public var head: Int?
    /// The mean loss of each text without it, in nats.
    public var losses: [Double]
    /// The mean over the texts of the loss without it minus the loss with it.
    public var increase: Double
  }

  /// All parts, in the order of the network.
  public let parts: [Part]
  /// The mean loss of each text with all parts.
  public let losses: [Double]
  /// What took the parts' places.
  public let kind: AblationKind

  /// Takes out every part in turn.
  ///
  /// - Parameters:
  ///   - model: A transformer that predicts tokens.
  ///   - texts: The texts; of one length for resampling.
  ///   - parts: Which parts.
  ///   - kind: What takes their place.
  ///   - from: The first position whose loss counts, such as the second half of a repeated text.
  ///   - progress: Is told how many parts are done; may throw to stop.
  /// - Throws: ``/VitroCore/VitroError`` for a model that does not predict the next token, or texts that it does not take.
  /// - Complexity: One run from the part's block on for each part; texts run in groups, whose logits are never held at once.
  public init(
    _ model: LanguageModel, texts: [[Int]], of parts: Parts = .heads, by kind: AblationKind = .mean, from: Int = 1,
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws {
    _ = try FinalLayer(ofNextToken: model, for: "ablating parts of '\(model.name)'")
    if kind == .resample, texts.count < 2 || Set(texts.map(\.count)).count > 1 {
      throw VitroError(
        .argument, "ablating parts of '\(model.name)'", "resampling needs two or more texts of one length",
        hint: "Ablate by the mean.")
    }
    guard let transformer = model.transformer, from >= 1, !texts.isEmpty, texts.allSatisfy({ $0.count > from }) else {
      throw VitroError(
        .argument, "ablating parts of '\(model.name)'", "there is no text, or one without a position after \(from - 1)")
    }
    var sites: [(name: String, tap: String, cut: String?, layer: Int, head: Int?)] = []
    for layer in 0..<model.layers {
      let block = "blocks.\(layer)."
      switch parts {
      case .heads:
        sites += (0..<transformer.heads).map { head in
          ("L\(layer)H\(head)", "\(block)attn.hook_z", "\(block)hook_resid_pre", layer, head)
        }
      case .outputs:
        sites.append(("L\(layer) attn", "\(block)hook_attn_out", "\(block)hook_resid_pre", layer, nil))
        if transformer.feedForward != nil {
          let cuts = PatchingSite.mlpOut.cuts(layer, transformer)
          sites.append(("L\(layer) mlp", "\(block)hook_mlp_out", cuts.count == 1 ? cuts[0] : nil, layer, nil))
        }
      }
    }
    try progress(0, sites.count)
    let bench = try Bench(model, texts, from, kind, means: kind == .mean ? Set(sites.map(\.tap)).sorted() : [])
    var found = [[Double]](repeating: [], count: sites.count)
    var first = 0
    while first < sites.count {
      // A block's heads stand in one value.
      var end = first + 1
      while end < sites.count, sites[end].tap == sites[first].tap { end += 1 }
      for (step, group) in bench.groups.enumerated() {
        let recorded = try bench.record(group, sites[first].tap, sites[first].cut)
        for number in first..<end {
          try progress(first + (step * (end - first) + number - first) / bench.groups.count, sites.count)
          found[number] += try bench.losses(recorded, without: sites[number].head)
        }
      }
      first = end
    }
    self.parts = zip(sites, found).map { site, own in
      let increase = zip(own, bench.losses).reduce(0) { $0 + ($1.0 - $1.1) } / Double(own.count)
      return Part(name: site.name, layer: site.layer, head: site.head, losses: own, increase: increase)
    }
    losses = bench.losses
    self.kind = kind
    try progress(sites.count, sites.count)
  }
}

/// Texts in groups, and what is measured on them.
private struct Bench {
  /// What a group of texts has at a tap.
  struct Recorded {
    let texts: [[Int]]
    let tap: String
    /// `[1, tokens, (head,) width]`.
    let value: Tensor
    /// What takes its place, of the same shape.
    let substitute: Tensor
    /// A value before it, from which on the network runs.
    let cut: (tap: String, value: Tensor)?
  }

  let model: LanguageModel
  let texts: [[Int]]
  let from: Int
  let kind: AblationKind
  /// The texts that run together.
  let groups: [Range<Int>]
  /// The mean loss of each text with all parts.
  let losses: [Double]
  /// The means of values over all positions of all texts, `[1, 1, (head,) width]`.
  private let means: [String: Tensor]

  init(
    _ model: LanguageModel, _ texts: [[Int]], _ from: Int, _ kind: AblationKind, means taps: [String]
  ) throws {
    (self.model, self.texts, self.from, self.kind) = (model, texts, from, kind)
    groups = TokenLosses.groups(texts)
    var losses: [Double] = []
    var sums: [String: Tensor] = [:]
    for group in groups {
      let own = Array(texts[group])
      losses += try Self.losses(model, own, from, [:])
      guard !taps.isEmpty else { continue }
      let run = try model.run(own, recording: .names(taps), needsOutputs: false)
      for tap in taps {
        let sum = try run.activations.value(at: tap).cast(to: .float64).sum(axes: [1], keepingAxes: true)
        if let before = sums[tap] { sums[tap] = try before + sum } else { sums[tap] = sum }
      }
    }
    self.losses = losses
    let share = 1 / Double(texts.reduce(0) { $0 + $1.count })
    means = try sums.mapValues { try $0 * share }
  }

  /// Runs a group up to a value.
  func record(_ group: Range<Int>, _ tap: String, _ cut: String?) throws -> Recorded {
    let own = Array(texts[group])
    let rows = own.reduce(0) { $0 + $1.count }
    // The text after the group takes the last one's place.
    let others = kind == .resample ? [texts[group.upperBound % texts.count]] : []
    let taps = [tap] + (cut.map { [$0] } ?? [])
    let run = try model.run(own + others, recording: .names(taps), needsOutputs: false)
    let all = try run.activations.value(at: tap)
    let value = try all.slice(axis: 1, 0..<rows)
    let substitute: Tensor
    switch kind {
    case .zero: substitute = try value.zerosLike()
    case .mean: substitute = try (means[tap] ?? value.zerosLike()).cast(to: value.dtype).expanded(to: value.shape)
    case .resample: substitute = try all.slice(axis: 1, texts[0].count..<all.shape[1])
    }
    return Recorded(
      texts: own, tap: tap, value: value, substitute: substitute,
      cut: try cut.map { (tap: $0, value: try run.activations.value(at: $0).slice(axis: 1, 0..<rows)) })
  }

  /// The mean loss of each of a group's texts without a head, or without the whole value.
  func losses(_ recorded: Recorded, without head: Int?) throws -> [Double] {
    var edits: [String: TapEdit] = [recorded.tap: .replace(try Self.ablated(recorded, head))]
    if let cut = recorded.cut { edits[cut.tap] = .replace(cut.value) }
    return try Self.losses(model, recorded.texts, from, edits)
  }

  private static func ablated(_ recorded: Recorded, _ head: Int?) throws -> Tensor {
    guard let head else { return recorded.substitute }
    let value = recorded.value
    return try .concatenate(
      [
        value.slice(axis: 2, 0..<head), recorded.substitute.slice(axis: 2, head..<head + 1),
        value.slice(axis: 2, head + 1..<value.shape[2]),
      ].filter { $0.shape[2] > 0 }, axis: 2)
  }

  private static func losses(
    _ model: LanguageModel, _ texts: [[Int]], _ from: Int, _ edits: [String: TapEdit]
  ) throws -> [Double] {
    try TokenLosses(model, texts: texts, editing: edits).nats.map { nats in
      let counted = nats.dropFirst(from - 1)
      return counted.reduce(0, +) / Double(counted.count)
    }
  }
}
