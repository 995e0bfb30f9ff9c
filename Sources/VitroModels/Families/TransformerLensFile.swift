internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroTensor

/// Small transformers as TransformerLens saves them (`blocks.0.attn.W_Q` …), whose sizes the tensors' shapes tell.
///
/// Two layouts are read: TransformerLens's own, and the older one of the first grokking networks, in which matrices are transposed and heads joined.
/// What shapes do not tell comes from `config.json` with `"model_type": "transformer_lens"` and the fields of `HookedTransformerConfig`
/// (`act_fn`, `attention_dir`, `eps`); without it the activation is ReLU and attention is causal.
struct TransformerLensFile {
  let description: TransformerDescription
  let family: TransformerFamily

  static func recognizes(_ names: [String]) -> Bool { names.contains("embed.W_E") && names.contains("unembed.W_U") }

  init(_ store: some TensorStore, configuration: ConfigurationFile?) throws {
    let known = Set(store.names)
    try Self.refuseOtherWays(store, configuration)
    let prefix = known.contains("attn_blocks.0.attn.W_Q") ? "attn_blocks" : "blocks"
    let isOld = try store.source(named: "\(prefix).0.attn.W_O").shape.count == 2
    let shape = { (name: String, rank: Int) throws -> [Int] in
      let shape = try store.source(named: name).shape
      guard shape.count == rank else {
        throw VitroError.malformed(file: store.name, field: name, found: "\(shape)", expected: "\(rank) axes")
      }
      return shape
    }
    let embedding = try shape("embed.W_E", 2)
    let heads = try shape("\(prefix).0.attn.W_Q", 3)
    let answers = try shape("unembed.W_U", 2)
    let layers = (0..<4096).prefix { known.contains("\(prefix).\($0).attn.W_Q") }.count
    var d = TransformerDescription(
      layers: layers, width: isOld ? embedding[0] : embedding[1], heads: heads[0],
      vocabulary: isOld ? embedding[1] : embedding[0], context: 1 << 20)
    d.headWidth = isOld ? heads[1] : heads[2]
    d.positions = .none
    if known.contains("pos_embed.W_pos") {
      d.context = try shape("pos_embed.W_pos", 2)[0]
      d.positions = .learned(first: 0, rows: d.context)
    }
    d.isCausal = try configuration?.text("attention_dir", default: "causal") != "bidirectional"
    d.epsilon = try configuration?.number("eps", default: 1e-5) ?? 1e-5
    if known.contains("\(prefix).0.mlp.W_in") {
      let neurons = try shape("\(prefix).0.mlp.W_in", 2)
      d.feedForward = .init(
        width: isOld ? neurons[0] : neurons[1],
        activation: try configuration?.activation("act_fn", default: "relu") ?? .relu,
        bias: known.contains("\(prefix).0.mlp.b_in"))
    }
    d.placement = known.contains("\(prefix).0.ln1.w") ? .before : .none
    d.normalizesLast = known.contains("ln_final.w")
    d.attentionBias = known.contains("\(prefix).0.attn.b_Q")
    d.outputBias = known.contains("\(prefix).0.attn.b_O")
    d.head = .unembedding(tied: false, bias: known.contains("unembed.b_U"), outputs: answers[1])
    description = d
    family = Self.family(isOld: isOld, prefix: prefix)
  }

  /// What these networks may do and is not read.
  private static func refuseOtherWays(_ store: some TensorStore, _ configuration: ConfigurationFile?) throws {
    if let gate = store.names.first(where: { $0.hasSuffix("W_gate") }) {
      throw VitroError(
        .unsupported, "reading \(store.name)", "the tensor '\(gate)' belongs to a gated part, which is not read",
        details: ["file": store.name, "field": gate, "found": "a gate", "expected": "W_in and W_out alone"])
    }
    guard let configuration else { return }
    let hasGains = store.names.contains { $0.hasSuffix("ln1.w") }
    let normalization = try configuration.text("normalization_type", default: hasGains ? "LN" : "")
    guard normalization == (hasGains ? "LN" : "") else {
      throw configuration.unsupported("normalization_type", expected: hasGains ? "'LN'" : "null: the file has no gains")
    }
    guard try configuration.text("positional_embedding_type", default: "standard") == "standard" else {
      throw configuration.unsupported("positional_embedding_type", expected: "'standard'")
    }
    guard try !configuration.flag("parallel_attn_mlp", default: false) else {
      throw configuration.unsupported("parallel_attn_mlp", expected: "false")
    }
    guard try configuration.flag("use_attn_scale", default: true) else {
      throw configuration.unsupported("use_attn_scale", expected: "true")
    }
    guard try !configuration.flag("use_local_attn", default: false) else {
      throw configuration.unsupported("use_local_attn", expected: "false")
    }
  }

  private static func family(isOld: Bool, prefix: String) -> TransformerFamily {
    TransformerFamily(
      name: "TransformerLens", modelTypes: [], prefixes: [""],
      describe: { throw $0.unsupported("model_type", expected: "tensors of TransformerLens") },
      recipe: { parameter, layer, _ in
        let (stem, last) = split(parameter)
        let isWeight = last == "weight"
        let turned: WeightRecipe.Form = isOld ? .plain : .transposed
        guard let layer else {
          switch (stem, isWeight) {
          case ("embed", true): return WeightRecipe("embed.W_E", form: isOld ? .transposed : .plain)
          case ("pos_embed", true): return WeightRecipe("pos_embed.W_pos")
          case ("ln_final", _): return WeightRecipe(isWeight ? "ln_final.w" : "ln_final.b")
          case ("unembed", true): return WeightRecipe("unembed.W_U", form: .transposed)
          case ("unembed", false): return WeightRecipe("unembed.b_U")
          default: return nil
          }
        }
        let block = "\(prefix).\(layer)."
        switch stem {
        case "attn.q_proj", "attn.k_proj", "attn.v_proj":
          let letter = stem.dropFirst(5).prefix(1).uppercased()
          return WeightRecipe(
            "\(block)attn.\(isWeight ? "W" : "b")_\(letter)", form: .arranged { try joined($0, isOld) })
        case "attn.out_proj":
          return isWeight
            ? WeightRecipe("\(block)attn.W_O", form: isOld ? .plain : .arranged { try joinedOutput($0) })
            : WeightRecipe("\(block)attn.b_O")
        case "mlp.up":
          return isWeight ? WeightRecipe("\(block)mlp.W_in", form: turned) : WeightRecipe("\(block)mlp.b_in")
        case "mlp.down":
          return isWeight ? WeightRecipe("\(block)mlp.W_out", form: turned) : WeightRecipe("\(block)mlp.b_out")
        case "ln1", "ln2": return WeightRecipe("\(block)\(stem).\(isWeight ? "w" : "b")")
        default: return nil
        }
      })
  }

  /// Heads' matrices `[heads, width, d_head]` (`[heads, d_head, width]` in the older layout), or biases `[heads, d_head]`, as one.
  private static func joined(_ heads: Tensor, _ isOld: Bool) throws -> Tensor {
    guard heads.rank == 3 else { return try heads.flattened() }
    let rows = isOld ? heads : try heads.permuted([0, 2, 1])
    return try rows.reshaped([rows.shape[0] * rows.shape[1], rows.shape[2]])
  }

  /// `[heads, d_head, width]` → `[width, heads · d_head]`.
  private static func joinedOutput(_ heads: Tensor) throws -> Tensor {
    guard heads.rank == 3 else { return heads }
    return try heads.reshaped([heads.shape[0] * heads.shape[1], heads.shape[2]]).transposed()
  }
}
