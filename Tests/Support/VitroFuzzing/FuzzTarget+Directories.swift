import Foundation
import VitroCore
import VitroFormats
import VitroModels
import VitroNetworks

/// Whole directories of models of which one file is damaged: opened as they are opened for a user, and run once if they are a model.
extension FuzzTarget {
  static func modelDirectories() throws -> FuzzTarget {
    let models = try [llama(), bert(), gpt2(), textNetwork()]
    // Before the damaged bytes stand the numbers of the model and of the file that they are.
    let seeds = models.enumerated().flatMap { model, files in
      files.indices.map { file in Seed(files[file].bytes) { [UInt8(model), UInt8(file)] + $0 } }
    }
    return FuzzTarget(name: "model directory", seeds: seeds) { file in
      let bytes = file.withBytes { Array($0) }
      var files = models[Int(bytes[0])]
      files[Int(bytes[1])].bytes = Array(bytes.dropFirst(2))
      try withModel(files) { model in
        // What the numbers of a file make impossible is told, not computed.
        guard let found = try? model.run([[1, 2, 3, 1]], recording: .names([model.residualTaps.last ?? "tokens"]))
        else { return }
        withExtendedLifetime(found) {}
        guard let tokenizer = model.ownTokenizer else { return }
        _ = try? tokenizer.decode(tokenizer.encode("a cat sat, unknown").map(\.id))
      }
    }
  }

  private typealias ModelFile = (name: String, bytes: [UInt8])

  /// Opens a directory of files that is gone afterwards.
  private static func withModel(_ files: [ModelFile], _ body: (LanguageModel) throws -> Void) throws {
    let folder = scratchPath()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: folder + "/" + name)) }
    try body(LanguageModel(folder))
  }

  // MARK: - Small models

  private static let words = ["?", "a", "cat", "sat", "on", "the", "mat", "and", "slept", "."]
  private static let (width, hidden, positions) = (8, 12, 16)

  private static func model(_ settings: [String: JSONValue], _ tensors: [(String, [Int])]) throws -> [ModelFile] {
    let sizes: [String: JSONValue] = [
      "vocab_size": .integer(words.count), "max_position_embeddings": .integer(positions),
      "hidden_size": .integer(width), "intermediate_size": .integer(hidden), "num_attention_heads": 2,
      "num_hidden_layers": 1,
    ]
    let arrays = try tensors.map { name, shape in
      let array = try RawArray(dtype: .float32, shape: shape) { bytes in
        for (index, number) in bytes.bindMemory(to: Float.self).indices.enumerated() {
          bytes.bindMemory(to: Float.self)[number] = Float(index % 7) / 8 - 0.4
        }
      }
      return (name: name, array: array)
    }
    let vocabulary = JSONValue.object(Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, .integer($0)) }))
    let tokenizer: JSONValue = [
      "pre_tokenizer": ["type": "WhitespaceSplit"],
      "model": ["type": "WordLevel", "vocab": vocabulary, "unk_token": "?"],
    ]
    return [
      ("config.json", Array(JSONValue.object(settings.merging(sizes) { own, _ in own }).description.utf8)),
      ("model.safetensors", try Safetensors.encode(arrays, metadata: ["format": "pt"])),
      ("tokenizer.json", Array(tokenizer.description.utf8)),
    ]
  }

  private static func llama() throws -> [ModelFile] {
    let block = "model.layers.0."
    return try model(
      [
        "model_type": "llama", "num_key_value_heads": 1, "rms_norm_eps": 1e-6, "hidden_act": "silu",
        "tie_word_embeddings": true,
        "rope_parameters": [
          "rope_theta": 500, "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
          "original_max_position_embeddings": 8,
        ],
      ],
      [
        ("model.embed_tokens.weight", [words.count, width]), (block + "input_layernorm.weight", [width]),
        (block + "self_attn.q_proj.weight", [width, width]), (block + "self_attn.k_proj.weight", [width / 2, width]),
        (block + "self_attn.v_proj.weight", [width / 2, width]), (block + "self_attn.o_proj.weight", [width, width]),
        (block + "post_attention_layernorm.weight", [width]), (block + "mlp.gate_proj.weight", [hidden, width]),
        (block + "mlp.up_proj.weight", [hidden, width]), (block + "mlp.down_proj.weight", [width, hidden]),
        ("model.norm.weight", [width]),
      ])
  }

  private static func bert() throws -> [ModelFile] {
    let block = "encoder.layer.0."
    let linear = [
      ("attention.self.query", width, width), ("attention.self.key", width, width),
      ("attention.self.value", width, width), ("attention.output.dense", width, width),
      ("intermediate.dense", hidden, width), ("output.dense", width, hidden),
    ].flatMap { name, out, into in
      [(block + name + ".weight", [out, into]), (block + name + ".bias", [out])]
    }
    let norms = ["embeddings.", block + "attention.output.", block + "output."].flatMap { place in
      [(place + "LayerNorm.weight", [width]), (place + "LayerNorm.bias", [width])]
    }
    return try model(
      ["model_type": "bert", "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 2],
      [
        ("embeddings.word_embeddings.weight", [words.count, width]),
        ("embeddings.position_embeddings.weight", [positions, width]),
        ("embeddings.token_type_embeddings.weight", [2, width]),
      ] + linear + norms)
  }

  private static func gpt2() throws -> [ModelFile] {
    let parts = [
      ("h.0.attn.c_attn", width, 3 * width), ("h.0.attn.c_proj", width, width), ("h.0.mlp.c_fc", width, hidden),
      ("h.0.mlp.c_proj", hidden, width),
    ].flatMap { name, into, out in [(name + ".weight", [into, out]), (name + ".bias", [out])] }
    let norms = ["h.0.ln_1", "h.0.ln_2", "ln_f"].flatMap { [($0 + ".weight", [width]), ($0 + ".bias", [width])] }
    return try model(
      [
        "model_type": "gpt2", "n_embd": .integer(width), "n_head": 2, "n_layer": 1, "n_inner": .integer(hidden),
        "n_positions": .integer(positions), "n_ctx": .integer(positions), "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
      ],
      [("wte.weight", [words.count, width]), ("wpe.weight", [positions, width])] + parts + norms)
  }

  /// A network as `vitro model train` saves it.
  private static func textNetwork() throws -> [ModelFile] {
    let folder = scratchPath()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let vocabulary = try TextVocabulary(of: [words.joined(separator: " ")], units: .words)
    let design = TextNetwork(
      .lstm, vocabulary: vocabulary.count, classes: ["no", "yes"], width: 4, hidden: 5, context: positions)
    try design.network(seed: 1).save(to: folder)
    try vocabulary.save(to: folder)
    return try ["network.json", "weights.safetensors", "tokenizer.json"].map { name in
      (name, Array(try Data(contentsOf: URL(filePath: folder + "/" + name))))
    }
  }
}
