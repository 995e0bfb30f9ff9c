internal import VitroCore
internal import VitroFormats
internal import VitroNetworks

extension TransformerFamily {
  /// The architectures of GGUF files that are read.
  static let architectures = ["llama", "qwen2", "qwen3"]

  /// Llama and its relatives as llama.cpp names their tensors.
  static let gguf = TransformerFamily(
    name: "Llama", modelTypes: [], prefixes: [""], describe: { throw $0.unsupported("model_type", expected: "GGUF") },
    recipe: { parameter, layer, description in
      let (stem, last) = split(parameter)
      guard let layer else {
        let names: [Substring: String] = ["embed": "token_embd", "ln_final": "output_norm", "unembed": "output"]
        return names[stem].map { WeightRecipe("\($0).\(last)") }
      }
      let names: [Substring: String] = [
        "ln1": "attn_norm", "ln2": "ffn_norm", "attn.q_proj": "attn_q", "attn.k_proj": "attn_k",
        "attn.v_proj": "attn_v", "attn.out_proj": "attn_output", "attn.q_norm": "attn_q_norm",
        "attn.k_norm": "attn_k_norm", "mlp.gate": "ffn_gate", "mlp.up": "ffn_up", "mlp.down": "ffn_down",
      ]
      guard let name = names[stem] else { return nil }
      let isTurned = ["attn.q_proj", "attn.k_proj"].contains(stem)
      let form: WeightRecipe.Form = isTurned && description.keepsPairsAdjacent ? .rows(halves(description)) : .plain
      return WeightRecipe("blk.\(layer).\(name).\(last)", form: form)
    })

  /// llama.cpp keeps Llama's queries and keys with the turned pairs side by side; Hugging Face's order has their halves apart.
  private static func halves(_ description: TransformerDescription) -> @Sendable (Int) -> [Int] {
    let width = description.headWidth
    return { count in
      (0..<count).map { row in
        let (head, place) = (row / width, row % width)
        return head * width + 2 * (place % (width / 2)) + place / (width / 2)
      }
    }
  }

  static func description(_ file: GGUFFile) throws -> (family: String, TransformerDescription) {
    let architecture = try file.string("general.architecture")
    guard architectures.contains(architecture) else {
      throw VitroError(
        .unsupported, "reading \(file.name)",
        "general.architecture: found '\(architecture.prefix(64))', which is not read",
        hint: "These are: \(architectures.joined(separator: ", ")).",
        details: [
          "file": file.name, "field": "general.architecture", "found": "\(architecture.prefix(64))",
          "expected": architectures.joined(separator: ", "),
        ])
    }
    func key(_ name: String) -> String { "\(architecture).\(name)" }
    let names = Set(file.names)
    let embedding = try file.info("token_embd.weight").shape
    guard embedding.count == 2 else {
      throw VitroError.malformed(
        file: file.name, field: "token_embd.weight", found: "\(embedding)", expected: "[tokens, width]")
    }
    var d = TransformerDescription(
      layers: try file.integer(key("block_count")), width: try file.integer(key("embedding_length")),
      heads: try file.integer(key("attention.head_count")), vocabulary: embedding[0],
      context: try file.integer(key("context_length")))
    d.keyValueHeads = try file.integer(key("attention.head_count_kv"), default: d.heads)
    d.headWidth = try file.integer(key("attention.key_length"), default: d.headWidth)
    d.normalization = .rootMeanSquare
    d.epsilon = try file.number(key("attention.layer_norm_rms_epsilon"), default: 1e-6)
    d.feedForward = .init(
      width: try file.integer(key("feed_forward_length")), activation: .silu, isGated: true, bias: false)
    d.attentionBias = names.contains("blk.0.attn_q.bias")
    d.outputBias = names.contains("blk.0.attn_output.bias")
    d.normalizesHeads = names.contains("blk.0.attn_q_norm.weight")
    d.keepsPairsAdjacent = architecture == "llama"
    guard try file.string(key("rope.scaling.type"), default: "none") == "none", !names.contains("rope_freqs.weight"),
      try file.number(key("rope.scale_linear"), default: 1) == 1
    else {
      throw VitroError(
        .unsupported, "reading \(file.name)", "rotary positions are scaled, which is not read from GGUF",
        hint: "Open the model's safetensors.",
        details: ["file": file.name, "field": key("rope.scaling.type"), "found": "scaled", "expected": "none"])
    }
    let turned = try file.integer(key("rope.dimension_count"), default: d.headWidth)
    d.positions = .rotary(
      Rotary(
        base: try file.number(key("rope.freq_base"), default: 10_000), turned: turned == d.headWidth ? nil : turned))
    d.head = .unembedding(tied: !names.contains("output.weight"), bias: false)
    return (architecture == "llama" ? "Llama" : architecture == "qwen2" ? "Qwen 2" : "Qwen 3", d)
  }

  /// llama2.c's own names and its neighbouring pairs.
  static let llama2C = TransformerFamily(
    name: "Llama", modelTypes: [], prefixes: [""],
    describe: { throw $0.unsupported("model_type", expected: "llama2.c") },
    recipe: { parameter, layer, _ in
      let (stem, last) = split(parameter)
      guard let layer else {
        let names: [Substring: String] = ["embed": "tok_embeddings", "ln_final": "norm", "unembed": "output"]
        return names[stem].map { WeightRecipe("\($0).\(last)") }
      }
      let names: [Substring: String] = [
        "ln1": "attention_norm", "ln2": "ffn_norm", "attn.q_proj": "attention.wq", "attn.k_proj": "attention.wk",
        "attn.v_proj": "attention.wv", "attn.out_proj": "attention.wo", "mlp.gate": "feed_forward.w1",
        "mlp.up": "feed_forward.w3", "mlp.down": "feed_forward.w2",
      ]
      return names[stem].map { WeightRecipe("layers.\(layer).\($0).\(last)") }
    })

  static func description(_ file: Llama2CCheckpoint) -> TransformerDescription {
    let sizes = file.configuration
    var d = TransformerDescription(
      layers: sizes.layers, width: sizes.width, heads: sizes.heads, vocabulary: sizes.vocabulary,
      context: sizes.contextLength)
    d.keyValueHeads = sizes.keyValueHeads
    d.normalization = .rootMeanSquare
    d.epsilon = 1e-5
    d.feedForward = .init(width: sizes.hiddenWidth, activation: .silu, isGated: true, bias: false)
    (d.attentionBias, d.outputBias) = (false, false)
    d.positions = .rotary(Rotary(adjacent: true))
    d.head = .unembedding(tied: sizes.sharesClassifier, bias: false)
    return d
  }
}
