internal import VitroNetworks
internal import VitroTensor

extension TransformerFamily {
  /// GPT-2 (Radford et al., 2019).
  static let gpt2 = TransformerFamily(
    name: "GPT-2", modelTypes: ["gpt2"], prefixes: ["", "transformer."],
    describe: { file in
      var d = TransformerDescription(
        layers: try file.integer("n_layer"), width: try file.integer("n_embd"), heads: try file.integer("n_head"),
        vocabulary: try file.integer("vocab_size"), context: try file.integer("n_positions"))
      d.feedForward = .init(
        width: try file.integer("n_inner", default: 4 * d.width),
        activation: try file.activation("activation_function", default: "gelu_new"))
      d.epsilon = try file.number("layer_norm_epsilon", default: 1e-5)
      guard try !file.flag("scale_attn_by_inverse_layer_idx", default: false) else {
        throw file.unsupported("scale_attn_by_inverse_layer_idx", expected: "false")
      }
      if try !file.flag("scale_attn_weights", default: true) { d.attentionScale = 1 }
      return d
    },
    recipe: { parameter, layer, _ in
      let (stem, last) = split(parameter)
      guard let layer else {
        let names: [Substring: String] = [
          "embed": "wte", "pos_embed": "wpe", "ln_final": "ln_f", "unembed": "lm_head",
        ]
        return names[stem].map { tensor($0, last) }
      }
      // The file keeps matrices as [in, out], and the three projections side by side.
      let turned: WeightRecipe.Form = last == "weight" ? .transposed : .plain
      switch stem {
      case "attn.q_proj": return tensor("h.\(layer).attn.c_attn", last, form: .third(0))
      case "attn.k_proj": return tensor("h.\(layer).attn.c_attn", last, form: .third(1))
      case "attn.v_proj": return tensor("h.\(layer).attn.c_attn", last, form: .third(2))
      case "attn.out_proj": return tensor("h.\(layer).attn.c_proj", last, form: turned)
      case "mlp.up": return tensor("h.\(layer).mlp.c_fc", last, form: turned)
      case "mlp.down": return tensor("h.\(layer).mlp.c_proj", last, form: turned)
      case "ln1": return tensor("h.\(layer).ln_1", last)
      case "ln2": return tensor("h.\(layer).ln_2", last)
      default: return nil
      }
    },
    refine: { description, names in
      let isTied = !names.contains("lm_head.weight")
      description.head = .unembedding(tied: isTied, bias: false)
    })

  /// GPT-NeoX (Black et al., 2022) and Pythia: attention and feed-forward part side by side.
  static let neoX = TransformerFamily(
    name: "GPT-NeoX", modelTypes: ["gpt_neox"], prefixes: ["", "gpt_neox."],
    describe: { file in
      var d = TransformerDescription(
        layers: try file.integer("num_hidden_layers"), width: try file.integer("hidden_size"),
        heads: try file.integer("num_attention_heads"), vocabulary: try file.integer("vocab_size"),
        context: try file.integer("max_position_embeddings"))
      d.feedForward = .init(
        width: try file.integer("intermediate_size"), activation: try file.activation("hidden_act", default: "gelu"))
      d.epsilon = try file.number("layer_norm_eps", default: 1e-5)
      d.placement = try file.flag("use_parallel_residual", default: true) ? .parallel : .before
      let bias = try file.flag("attention_bias", default: true)
      (d.attentionBias, d.outputBias) = (bias, bias)
      let rope = try file.object("rope_parameters") ?? file
      let share = try rope.number("partial_rotary_factor", default: file.number("rotary_pct", default: 0.25))
      guard (0...1).contains(share) else { throw rope.malformed("partial_rotary_factor", "a share from 0 to 1") }
      let base = try rope.number("rope_theta", default: file.number("rotary_emb_base", default: 10_000))
      d.positions = .rotary(
        Rotary(base: base, turned: Int(Double(d.headWidth) * share), scaling: try scaling(file)))
      d.head = .unembedding(tied: try file.flag("tie_word_embeddings", default: false), bias: false)
      return d
    },
    recipe: { parameter, layer, description in
      let (stem, last) = split(parameter)
      guard let layer else {
        if stem == "unembed" { return WeightRecipe("embed_out.\(last)", "lm_head.\(last)") }
        let names: [Substring: String] = ["embed": "embed_in", "ln_final": "final_layer_norm"]
        return names[stem].map { tensor($0, last) }
      }
      let prefix = "layers.\(layer)."
      // Each head's queries, keys and values stand together.
      func joint(_ part: Int) -> WeightRecipe {
        let (heads, width) = (description.heads, description.headWidth)
        return tensor(
          "\(prefix)attention.query_key_value", last,
          form: .rows { _ in
            (0..<heads).flatMap { head in (0..<width).map { (head * 3 + part) * width + $0 } }
          })
      }
      switch stem {
      case "attn.q_proj": return joint(0)
      case "attn.k_proj": return joint(1)
      case "attn.v_proj": return joint(2)
      case "attn.out_proj": return tensor("\(prefix)attention.dense", last)
      case "mlp.up": return tensor("\(prefix)mlp.dense_h_to_4h", last)
      case "mlp.down": return tensor("\(prefix)mlp.dense_4h_to_h", last)
      case "ln1": return tensor("\(prefix)input_layernorm", last)
      case "ln2": return tensor("\(prefix)post_attention_layernorm", last)
      default: return nil
      }
    })
}
