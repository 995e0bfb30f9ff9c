internal import VitroCore
public import VitroNetworks

extension TransformerDescription {
  /// The graph of the network: tokens `[length]` → logits `[length, vocabulary]`, or hidden states `[length, width]`.
  ///
  /// Taps, as in TransformerLens: `hook_embed`, `hook_pos_embed`, and for each block `hook_resid_pre`, `ln1.hook_scale`, `ln1.hook_normalized`,
  /// `attn.hook_q` … `attn.hook_result`, `hook_attn_out`, `hook_resid_mid`, `ln2.…`, `mlp.hook_pre`, `mlp.hook_pre_linear` (gated), `mlp.hook_post`,
  /// `hook_mlp_out`, `hook_resid_post`; then `ln_final.hook_normalized` and `logits`. With normalizations after the sums (BERT) also
  /// `hook_full_embed`, `hook_normalized_resid_mid` and `hook_normalized_resid_post`, the hidden states of Hugging Face.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for sizes that cannot work.
  public func graph(named name: String) throws -> Graph {
    try validate(name)
    var builder = TransformerBuilder(self, name)
    return builder.build()
  }

  /// The taps of the hidden states: what enters block 0, and the residual after each block.
  public var residualTaps: [String] {
    guard layers > 0 else { return ["hook_embed"] }
    let after = placement == .after ? "hook_normalized_resid_post" : "hook_resid_post"
    return ["blocks.0.hook_resid_pre"] + (0..<layers).map { "blocks.\($0).\(after)" }
  }

  private var rotaryBase: Double? {
    if case .rotary(let rotary) = positions { rotary.base } else { nil }
  }

  private func validate(_ name: String) throws {
    func fail(_ message: String) -> VitroError { VitroError(.argument, "describing '\(name)'", message) }
    let sizes = [
      ("layers", layers, 0...4096), ("width", width, 1...1 << 20), ("heads", heads, 1...1 << 16),
      ("heads of keys", keyValueHeads, 1...1 << 16), ("head width", headWidth, 1...1 << 16),
      ("vocabulary", vocabulary, 1...1 << 28), ("context", context, 1...1 << 28),
      ("neurons", feedForward?.width ?? 1, 1...1 << 24), ("token types", tokenTypes, 0...1 << 16),
    ]
    for (what, value, range) in sizes where !range.contains(value) {
      let expected = "\(range.lowerBound) to \(range.upperBound)"
      var error = fail("\(what): found \(value), expected \(expected)")
      error.details = ["field": what, "found": "\(value)", "expected": expected]
      throw error
    }
    let scales: [(String, Double?)] = [
      ("the base of rotary positions", rotaryBase), ("the scale of attention", attentionScale),
      ("the cap of scores", attentionCap), ("the cap of logits", logitCap),
    ]
    for (what, value) in scales {
      if let value, !(value.isFinite && value > 0) { throw fail("\(what) is \(value), expected a number above 0") }
    }
    guard heads % keyValueHeads == 0 else {
      throw fail("\(heads) heads cannot share \(keyValueHeads) heads of keys and values")
    }
    guard windows.allSatisfy({ (0...1 << 28).contains($0) }), epsilon >= 0, epsilon.isFinite else {
      throw fail("a window or the normalization's ε is impossible")
    }
  }
}

/// Adds a transformer's nodes, part by part.
private struct TransformerBuilder {
  let description: TransformerDescription
  var graph: Graph

  init(_ description: TransformerDescription, _ name: String) {
    self.description = description
    graph = Graph(name, inputs: [Graph.Input("tokens", shape: [-1])])
  }

  mutating func build() -> Graph {
    var residual = embedding()
    for layer in 0..<description.layers { residual = block(layer, residual) }
    if description.normalizesLast { residual = normalized("ln_final", residual) }
    graph.outputs = [head(residual)]
    return graph
  }

  private mutating func embedding() -> String {
    let d = description
    var sum = graph.add("embed", Embedding(d.vocabulary, d.width), reading: "tokens", tap: "hook_embed")
    if let scale = d.embeddingScale {
      graph.nodes[graph.nodes.count - 1].tap = "embed.hook_out"
      sum = graph.add("embed_scale", Scale(factor: scale), reading: sum, tap: "hook_embed")
    }
    var terms = [sum]
    if case .learned(let first, let rows) = d.positions {
      terms.append(
        graph.add("pos_embed", PositionTable(rows, d.width, first: first), reading: "tokens", tap: "hook_pos_embed"))
    }
    if d.tokenTypes > 0 {
      terms.append(
        graph.add(
          "token_type_embed", TokenTypeTable(d.tokenTypes, d.width), reading: "tokens", tap: "hook_token_type_embed"))
    }
    if terms.count > 1 {
      graph.nodes.append(Graph.Node("embeddings", Add(), inputs: terms, tap: "hook_full_embed"))
      sum = "embeddings"
    }
    return d.normalizesEmbedding ? normalized("embed_ln", sum) : sum
  }

  private mutating func normalized(_ name: String, _ value: String, tap: String? = nil) -> String {
    switch description.normalization {
    case .layer:
      graph.add(name, LayerNorm(description.width, epsilon: description.epsilon), reading: value, tap: tap)
    case .rootMeanSquare:
      graph.add(name, RMSNorm(description.width, epsilon: description.epsilon), reading: value, tap: tap)
    }
  }

  private mutating func block(_ layer: Int, _ residual: String) -> String {
    let prefix = "blocks.\(layer)."
    let before = graph.add(
      "\(prefix)resid_pre", Activation(.identity), reading: residual, tap: "\(prefix)hook_resid_pre")
    switch description.placement {
    case .before, .none, .around: return sequential(layer, prefix, before)
    case .parallel: return parallel(layer, prefix, before)
    case .after: return normalizedAfter(layer, prefix, before)
    }
  }

  private mutating func sequential(_ layer: Int, _ prefix: String, _ before: String) -> String {
    let placement = description.placement
    let read = placement == .none ? before : normalized("\(prefix)ln1", before)
    var written = attention(layer, prefix, read, isLast: placement != .around)
    if placement == .around {
      written = normalized("\(prefix)ln1_post", written, tap: "\(prefix)hook_attn_out")
    }
    guard description.feedForward != nil else {
      return graph.add("\(prefix)resid_post", Add(), reading: before, written, tap: "\(prefix)hook_resid_post")
    }
    let middle = graph.add("\(prefix)resid_mid", Add(), reading: before, written, tap: "\(prefix)hook_resid_mid")
    var out = feedForward(
      prefix, placement == .none ? middle : normalized("\(prefix)ln2", middle), isLast: placement != .around)
    if placement == .around { out = normalized("\(prefix)ln2_post", out, tap: "\(prefix)hook_mlp_out") }
    return graph.add("\(prefix)resid_post", Add(), reading: middle, out, tap: "\(prefix)hook_resid_post")
  }

  private mutating func parallel(_ layer: Int, _ prefix: String, _ before: String) -> String {
    var terms = [before, attention(layer, prefix, normalized("\(prefix)ln1", before), isLast: true)]
    if description.feedForward != nil {
      terms.append(feedForward(prefix, normalized("\(prefix)ln2", before), isLast: true))
    }
    graph.nodes.append(Graph.Node("\(prefix)resid_post", Add(), inputs: terms, tap: "\(prefix)hook_resid_post"))
    return "\(prefix)resid_post"
  }

  private mutating func normalizedAfter(_ layer: Int, _ prefix: String, _ before: String) -> String {
    let written = attention(layer, prefix, before, isLast: true)
    let middle = graph.add("\(prefix)resid_mid", Add(), reading: before, written, tap: "\(prefix)hook_resid_mid")
    let read = normalized("\(prefix)ln1", middle, tap: "\(prefix)hook_normalized_resid_mid")
    guard description.feedForward != nil else { return read }
    let out = feedForward(prefix, read, isLast: true)
    let after = graph.add("\(prefix)resid_post", Add(), reading: read, out, tap: "\(prefix)hook_resid_post")
    return normalized("\(prefix)ln2", after, tap: "\(prefix)hook_normalized_resid_post")
  }

  /// Whether the output is the part's last word, or is still to be normalized.
  private mutating func attention(_ layer: Int, _ prefix: String, _ value: String, isLast: Bool) -> String {
    let d = description
    var attention = MultiHeadAttention(d.width, heads: d.heads, causal: d.isCausal, bias: d.attentionBias)
    if d.outputBias != d.attentionBias { attention.outputBias = d.outputBias }
    if d.keyValueHeads != d.heads { attention.keyValueHeads = d.keyValueHeads }
    if d.headWidth * d.heads != d.width { attention.headWidth = d.headWidth }
    if case .rotary(let rotary) = d.positions { attention.rotary = rotary }
    attention.scale = d.attentionScale
    attention.softcap = d.attentionCap
    if !d.windows.isEmpty, d.windows[layer % d.windows.count] > 0 {
      attention.window = d.windows[layer % d.windows.count]
    }
    if d.normalizesHeads { attention.headNorm = d.epsilon }
    return graph.add(
      "\(prefix)attn", attention, reading: value, tap: isLast ? "\(prefix)hook_attn_out" : "\(prefix)attn.hook_out")
  }

  private mutating func feedForward(_ prefix: String, _ value: String, isLast: Bool) -> String {
    guard let part = description.feedForward else { return value }
    let mlp = "\(prefix)mlp"
    let out = isLast ? "\(prefix)hook_mlp_out" : "\(mlp).hook_out"
    let up = Linear(description.width, part.width, bias: part.bias)
    let down = Linear(part.width, description.width, bias: part.bias)
    guard part.isGated else {
      let before = graph.add("\(mlp).up", up, reading: value, tap: "\(mlp).hook_pre")
      let after = graph.add("\(mlp).act", Activation(part.activation), reading: before, tap: "\(mlp).hook_post")
      return graph.add("\(mlp).down", down, reading: after, tap: out)
    }
    let before = graph.add("\(mlp).gate", up, reading: value, tap: "\(mlp).hook_pre")
    let linear = graph.add("\(mlp).up", up, reading: value, tap: "\(mlp).hook_pre_linear")
    let active = graph.add("\(mlp).act", Activation(part.activation), reading: before)
    let after = graph.add("\(mlp).product", Multiply(), reading: active, linear, tap: "\(mlp).hook_post")
    return graph.add("\(mlp).down", down, reading: after, tap: out)
  }

  private mutating func head(_ residual: String) -> String {
    let d = description
    switch d.head {
    case .none: return residual
    case .masked(let activation):
      let dense = graph.add("mlm_head.dense", Linear(d.width, d.width), reading: residual)
      let active = graph.add("mlm_head.act", Activation(activation), reading: dense)
      let normal = normalized("mlm_head.ln", active)
      return graph.add(
        "unembed", Linear(d.width, d.vocabulary), reading: normal, ties: ["weight": "embed.weight"], tap: "logits")
    case .unembedding(let isTied, let bias, let outputs):
      let unembed = Linear(d.width, outputs ?? d.vocabulary, bias: bias)
      let ties = isTied ? ["weight": "embed.weight"] : [:]
      guard let cap = d.logitCap else {
        return graph.add("unembed", unembed, reading: residual, ties: ties, tap: "logits")
      }
      let raw = graph.add("unembed", unembed, reading: residual, ties: ties)
      let shrunk = graph.add("logit_scale", Scale(factor: 1 / cap), reading: raw)
      let bounded = graph.add("logit_tanh", Activation(.tanh), reading: shrunk)
      return graph.add("logit_cap", Scale(factor: cap), reading: bounded, tap: "logits")
    }
  }
}
