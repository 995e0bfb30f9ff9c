internal import VitroNetworks

extension TransformerFamily {
  /// BERT (Devlin et al., 2018), MiniLM and other sentence encoders.
  static let bert = TransformerFamily(
    name: "BERT", modelTypes: ["bert"], prefixes: ["", "bert."],
    describe: { try encoder($0, firstPosition: 0) }, recipe: encoderRecipe,
    refine: { description, names in
      if names.contains("cls.predictions.transform.dense.weight") {
        description.head = .masked(description.feedForward?.activation ?? .gelu)
      }
    })

  /// RoBERTa (Liu et al., 2019): BERT with positions from 2 on.
  ///
  /// Padding tokens are counted as others are: texts are packed, not padded.
  static let roberta = TransformerFamily(
    name: "RoBERTa", modelTypes: ["roberta", "xlm-roberta", "camembert"], prefixes: ["", "roberta."],
    describe: { try encoder($0, firstPosition: $0.integer("pad_token_id", default: 1) + 1) },
    recipe: encoderRecipe,
    refine: { description, names in
      if names.contains("lm_head.dense.weight") { description.head = .masked(.gelu) }
    })

  /// DistilBERT (Sanh et al., 2019): BERT with half the layers and no segments.
  static let distilBERT = TransformerFamily(
    name: "DistilBERT", modelTypes: ["distilbert"], prefixes: ["", "distilbert."],
    describe: { file in
      var d = TransformerDescription(
        layers: try file.integer("n_layers"), width: try file.integer("dim"), heads: try file.integer("n_heads"),
        vocabulary: try file.integer("vocab_size"), context: try file.integer("max_position_embeddings"))
      d.feedForward = .init(
        width: try file.integer("hidden_dim"), activation: try file.activation("activation", default: "gelu"))
      makeEncoder(&d, epsilon: 1e-12)
      return d
    },
    recipe: { parameter, layer, _ in
      let (stem, last) = split(parameter)
      guard let layer else {
        let names: [Substring: String] = [
          "embed": "embeddings.word_embeddings", "pos_embed": "embeddings.position_embeddings",
          "embed_ln": "embeddings.LayerNorm", "mlm_head.dense": "vocab_transform", "mlm_head.ln": "vocab_layer_norm",
          "unembed": "vocab_projector",
        ]
        return names[stem].map { tensor($0, last) }
      }
      let names: [Substring: String] = [
        "attn.q_proj": "attention.q_lin", "attn.k_proj": "attention.k_lin", "attn.v_proj": "attention.v_lin",
        "attn.out_proj": "attention.out_lin", "ln1": "sa_layer_norm", "mlp.up": "ffn.lin1", "mlp.down": "ffn.lin2",
        "ln2": "output_layer_norm",
      ]
      return names[stem].map { tensor("transformer.layer.\(layer).\($0)", last) }
    },
    refine: { description, names in
      if names.contains("vocab_transform.weight") {
        description.head = .masked(description.feedForward?.activation ?? .gelu)
      }
    })

  private static func encoder(_ file: ConfigurationFile, firstPosition: Int) throws -> TransformerDescription {
    guard try file.text("position_embedding_type", default: "absolute") == "absolute" else {
      throw file.unsupported("position_embedding_type", expected: "'absolute'")
    }
    guard try !file.flag("is_decoder", default: false) else { throw file.unsupported("is_decoder", expected: "false") }
    guard try file.flag("tie_word_embeddings", default: true) else {
      throw file.unsupported("tie_word_embeddings", expected: "true")
    }
    let rows = try file.integer("max_position_embeddings")
    var d = TransformerDescription(
      layers: try file.integer("num_hidden_layers"), width: try file.integer("hidden_size"),
      heads: try file.integer("num_attention_heads"), vocabulary: try file.integer("vocab_size"),
      context: rows - firstPosition)
    d.positions = .learned(first: firstPosition, rows: rows)
    d.feedForward = .init(
      width: try file.integer("intermediate_size"), activation: try file.activation("hidden_act", default: "gelu"))
    d.tokenTypes = try file.integer("type_vocab_size", default: 2)
    makeEncoder(&d, epsilon: try file.number("layer_norm_eps", default: 1e-12))
    return d
  }

  private static func makeEncoder(_ d: inout TransformerDescription, epsilon: Double) {
    d.isCausal = false
    d.placement = .after
    d.epsilon = epsilon
    d.normalizesEmbedding = true
    d.normalizesLast = false
    d.head = .none
  }

  private static let encoderRecipe: @Sendable (String, Int?, TransformerDescription) -> WeightRecipe? = {
    parameter, layer, _ in
    let (stem, last) = split(parameter)
    guard let layer else {
      switch stem {
      case "mlm_head.dense":
        return WeightRecipe("cls.predictions.transform.dense.\(last)", "lm_head.dense.\(last)")
      case "mlm_head.ln":
        let stems = ["cls.predictions.transform.LayerNorm", "lm_head.layer_norm"]
        return WeightRecipe(names: stems.flatMap { tensor($0, last).names }, form: .plain)
      case "unembed": return WeightRecipe("cls.predictions.bias", "lm_head.bias")
      default:
        let names: [Substring: String] = [
          "embed": "embeddings.word_embeddings", "pos_embed": "embeddings.position_embeddings",
          "token_type_embed": "embeddings.token_type_embeddings", "embed_ln": "embeddings.LayerNorm",
        ]
        return names[stem].map { tensor($0, last) }
      }
    }
    let names: [Substring: String] = [
      "attn.q_proj": "attention.self.query", "attn.k_proj": "attention.self.key", "attn.v_proj": "attention.self.value",
      "attn.out_proj": "attention.output.dense", "ln1": "attention.output.LayerNorm", "mlp.up": "intermediate.dense",
      "mlp.down": "output.dense", "ln2": "output.LayerNorm",
    ]
    return names[stem].map { tensor("encoder.layer.\(layer).\($0)", last) }
  }
}
