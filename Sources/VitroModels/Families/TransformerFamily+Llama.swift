internal import VitroNetworks

extension TransformerFamily {
  /// Llama (Touvron et al., 2023) and what is built like it: SmolLM, Mistral, Qwen 2 and 3.
  static let llama = TransformerFamily(
    name: "Llama", modelTypes: ["llama", "mistral", "qwen2", "qwen3"], prefixes: ["", "model."],
    describe: { file in
      let type = try file.text("model_type")
      var d = try sizes(file)
      d.feedForward = .init(
        width: try file.integer("intermediate_size"), activation: try file.activation("hidden_act", default: "silu"),
        isGated: true, bias: try file.flag("mlp_bias", default: false))
      d.attentionBias = try type == "qwen2" ? true : file.flag("attention_bias", default: false)
      d.outputBias = try ["llama", "qwen3"].contains(type) && file.flag("attention_bias", default: false)
      d.normalizesHeads = type == "qwen3"
      d.windows = try windows(file, type, layers: d.layers)
      return d
    },
    recipe: { parameter, layer, _ in
      let (stem, last) = split(parameter)
      guard let layer else { return outer[stem].map { WeightRecipe("\($0).\(last)") } }
      let names: [Substring: String] = [
        "ln1": "input_layernorm", "ln2": "post_attention_layernorm", "mlp.gate": "mlp.gate_proj",
        "mlp.up": "mlp.up_proj", "mlp.down": "mlp.down_proj",
      ].merging(attention) { $1 }
      return names[stem].map { WeightRecipe("layers.\(layer).\($0).\(last)") }
    }, refine: withoutHead)

  /// A model published without its head answers with its last hidden state.
  private static let withoutHead: @Sendable (inout TransformerDescription, Set<String>) -> Void = {
    description, names in
    if case .unembedding(false, _, _) = description.head, !names.contains("lm_head.weight") { description.head = .none }
  }

  /// Gemma 2 (2024): normalizations around each part, capped scores and logits, a window on every other layer.
  static let gemma2 = TransformerFamily(
    name: "Gemma 2", modelTypes: ["gemma2"], prefixes: ["", "model."],
    describe: { file in
      var d = try sizes(file)
      d.placement = .around
      d.feedForward = .init(
        width: try file.integer("intermediate_size"),
        activation: try file.activation("hidden_activation", default: "gelu_pytorch_tanh"), isGated: true, bias: false)
      (d.attentionBias, d.outputBias) = (false, false)
      d.embeddingScale = Double(d.width).squareRoot()
      d.attentionScale = 1 / (try file.number("query_pre_attn_scalar", default: 256)).squareRoot()
      // What is missing has its default; null switches it off.
      d.attentionCap = try cap(file, "attn_logit_softcapping", default: 50)
      d.logitCap = try cap(file, "final_logit_softcapping", default: 30)
      let window = try file.integer("sliding_window", default: 4096)
      d.windows = try layerTypes(file, layers: d.layers, window: window) ?? [window, 0]
      d.head = .unembedding(tied: try file.flag("tie_word_embeddings", default: true), bias: false)
      return d
    },
    recipe: { parameter, layer, _ in
      let (stem, last) = split(parameter)
      guard let layer else {
        return outer[stem].map { WeightRecipe("\($0).\(last)", form: stem == "ln_final" ? .plusOne : .plain) }
      }
      let norms: [Substring: String] = [
        "ln1": "input_layernorm", "ln1_post": "post_attention_layernorm", "ln2": "pre_feedforward_layernorm",
        "ln2_post": "post_feedforward_layernorm",
      ]
      if let name = norms[stem] { return WeightRecipe("layers.\(layer).\(name).\(last)", form: .plusOne) }
      let names: [Substring: String] = [
        "mlp.gate": "mlp.gate_proj", "mlp.up": "mlp.up_proj", "mlp.down": "mlp.down_proj",
      ].merging(attention) { $1 }
      return names[stem].map { WeightRecipe("layers.\(layer).\($0).\(last)") }
    })

  private static let outer: [Substring: String] = [
    "embed": "embed_tokens", "ln_final": "norm", "unembed": "lm_head",
  ]

  private static let attention: [Substring: String] = [
    "attn.q_proj": "self_attn.q_proj", "attn.k_proj": "self_attn.k_proj", "attn.v_proj": "self_attn.v_proj",
    "attn.out_proj": "self_attn.o_proj", "attn.q_norm": "self_attn.q_norm", "attn.k_norm": "self_attn.k_norm",
  ]

  private static func sizes(_ file: ConfigurationFile) throws -> TransformerDescription {
    var d = TransformerDescription(
      layers: try file.integer("num_hidden_layers"), width: try file.integer("hidden_size"),
      heads: try file.integer("num_attention_heads"), vocabulary: try file.integer("vocab_size"),
      context: try file.integer("max_position_embeddings"))
    let type = try file.text("model_type")
    d.keyValueHeads = try file.integer("num_key_value_heads", default: type == "mistral" ? 8 : d.heads)
    d.headWidth = try file.integer("head_dim", default: ["qwen3": 128, "gemma2": 256][type] ?? d.headWidth)
    d.normalization = .rootMeanSquare
    d.epsilon = try file.number("rms_norm_eps", default: 1e-6)
    let parameters = try file.object("rope_parameters") ?? file
    d.positions = .rotary(
      Rotary(
        base: try parameters.number("rope_theta", default: file.number("rope_theta", default: 10_000)),
        scaling: try scaling(file)))
    d.head = .unembedding(tied: try file.flag("tie_word_embeddings", default: false), bias: false)
    return d
  }

  /// How rotary frequencies are scaled: `rope_scaling`, or `rope_parameters` of newer files.
  static func scaling(_ file: ConfigurationFile) throws -> Rotary.Scaling? {
    guard let scaling = try file.object("rope_scaling") ?? file.object("rope_parameters") else { return nil }
    let key = scaling.has("rope_type") ? "rope_type" : "type"
    switch try scaling.text(key, default: "default") {
    case "default": return nil
    case "linear": return .linear(factor: try positive(scaling, "factor"))
    case "llama3":
      return .llama3(
        factor: try positive(scaling, "factor"), low: try positive(scaling, "low_freq_factor"),
        high: try positive(scaling, "high_freq_factor"),
        context: try scaling.integer("original_max_position_embeddings"))
    default: throw scaling.unsupported(key, expected: "'default', 'linear' or 'llama3'")
    }
  }

  private static func positive(_ file: ConfigurationFile, _ key: String) throws -> Double {
    let value = try file.number(key)
    guard value > 0 else { throw file.malformed(key, "a positive number") }
    return value
  }

  private static func cap(_ file: ConfigurationFile, _ key: String, default standard: Double) throws -> Double? {
    guard file.values[key] != nil else { return standard }
    return file.has(key) ? try file.number(key) : nil
  }

  /// Mistral's window holds in every layer, Qwen's where the file lists it, or from a layer on where it is switched on.
  private static func windows(_ file: ConfigurationFile, _ type: String, layers: Int) throws -> [Int] {
    if type == "mistral" {
      guard file.values["sliding_window"] != nil else { return [4096] }
      return file.has("sliding_window") ? [try file.integer("sliding_window")] : []
    }
    guard type.hasPrefix("qwen"), file.has("sliding_window") else { return [] }
    let window = try file.integer("sliding_window")
    if let listed = try layerTypes(file, layers: layers, window: window) { return listed }
    guard try file.flag("use_sliding_window", default: false) else { return [] }
    let first = try file.integer("max_window_layers", default: 28)
    return (0..<min(max(layers, 0), 4096)).map { $0 < first ? 0 : window }
  }

  private static func layerTypes(_ file: ConfigurationFile, layers: Int, window: Int) throws -> [Int]? {
    let listed = file.texts("layer_types")
    guard !listed.isEmpty else { return nil }
    guard listed.count == layers, listed.allSatisfy({ ["sliding_attention", "full_attention"].contains($0) }) else {
      throw file.unsupported(
        "layer_types", expected: "'sliding_attention' or 'full_attention' for each of \(layers) layers")
    }
    return listed.map { $0 == "sliding_attention" ? window : 0 }
  }
}
