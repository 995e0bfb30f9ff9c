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

  /// The most tokens of all texts together, which run as one.
  static let mostTokens = 1 << 16

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
  /// - Throws: ``/VitroCore/VitroError`` for a model without logits, or texts that it does not take.
  /// - Complexity: One run from the part's block on for each part.
  public init(
    _ model: LanguageModel, texts: [[Int]], of parts: Parts = .heads, by kind: AblationKind = .mean, from: Int = 1,
    progress: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws {
    _ = try FinalLayer(model, for: "ablating parts of '\(model.name)'")
    if kind == .resample, texts.count < 2 || Set(texts.map(\.count)).count > 1 {
      throw VitroError(
        .argument, "ablating parts of '\(model.name)'", "resampling needs two or more texts of one length",
        hint: "Ablate by the mean.")
    }
    guard let transformer = model.transformer, from >= 1, !texts.isEmpty, texts.allSatisfy({ $0.count > from }) else {
      throw VitroError(
        .argument, "ablating parts of '\(model.name)'", "there is no text, or one without a position after \(from - 1)")
    }
    let tokens = texts.reduce(0) { $0 + $1.count }
    guard tokens <= Self.mostTokens else {
      throw VitroError(
        .argument, "ablating parts of '\(model.name)'",
        "the texts have \(tokens) tokens, at most \(Self.mostTokens) fit",
        hint: "Take fewer or shorter texts.", details: ["found": "\(tokens)", "expected": "0 … \(Self.mostTokens)"])
    }
    let bench = try Bench(model, texts, from)
    losses = bench.losses
    self.kind = kind
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
    self.parts = try sites.enumerated().map { number, site in
      try progress(number, sites.count)
      let own = try bench.losses(without: site.tap, head: site.head, by: kind, from: site.cut)
      let increase = zip(own, bench.losses).reduce(0) { $0 + ($1.0 - $1.1) } / Double(own.count)
      return Part(name: site.name, layer: site.layer, head: site.head, losses: own, increase: increase)
    }
    try progress(sites.count, sites.count)
  }
}

/// The texts, their run, and what is measured on them.
private final class Bench {
  let model: LanguageModel
  let texts: [[Int]]
  let from: Int
  let losses: [Double]
  private var recorded: (taps: [String], run: PackedActivations)?

  init(_ model: LanguageModel, _ texts: [[Int]], _ from: Int) throws {
    (self.model, self.texts, self.from) = (model, texts, from)
    losses = try Self.means(model, texts, from)
  }

  func losses(without tap: String, head: Int?, by kind: AblationKind, from cut: String?) throws -> [Double] {
    let taps = [tap] + (cut.map { [$0] } ?? [])
    if recorded?.taps != taps {
      recorded = (taps, try model.run(texts, recording: .names(taps), needsOutputs: false))
    }
    guard let known = recorded?.run else { return [] }
    let value = try known.activations.value(at: tap)
    var edits: [String: TapEdit] = [tap: .replace(try ablated(value, head, kind))]
    if let cut { edits[cut] = .replace(try known.activations.value(at: cut)) }
    return try Self.means(model, texts, from, edits)
  }

  /// A value `[1, tokens, (head,) width]` with a head, or all of it, replaced.
  private func ablated(_ value: Tensor, _ head: Int?, _ kind: AblationKind) throws -> Tensor {
    guard let head else { return try replacement(value, kind) }
    let own = try value.slice(axis: 2, head..<head + 1)
    return try .concatenate(
      [
        value.slice(axis: 2, 0..<head), replacement(own, kind), value.slice(axis: 2, head + 1..<value.shape[2]),
      ].filter { $0.shape[2] > 0 }, axis: 2)
  }

  private func replacement(_ value: Tensor, _ kind: AblationKind) throws -> Tensor {
    switch kind {
    case .zero: return try value.zerosLike()
    case .mean: return try value.mean(axes: [1], keepingAxes: true).expanded(to: value.shape)
    case .resample:
      let length = texts[0].count
      return try .concatenate(
        [value.slice(axis: 1, length..<value.shape[1]), value.slice(axis: 1, 0..<length)], axis: 1)
    }
  }

  private static func means(
    _ model: LanguageModel, _ texts: [[Int]], _ from: Int, _ edits: [String: TapEdit] = [:]
  ) throws -> [Double] {
    try TokenLosses(model, texts: texts, editing: edits).nats.map { nats in
      let counted = nats.dropFirst(from - 1)
      return counted.reduce(0, +) / Double(counted.count)
    }
  }
}
