import Foundation
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// Small models to trace.
enum TestModels {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The directory of a random model of a family, as the tests of VitroModels keep it.
  static func folder(_ family: String) -> String {
    tests.appending(path: "VitroModelsTests/Fixtures/Families/\(family)").path
  }

  static func open(_ family: String) throws -> LanguageModel { try LanguageModel(folder(family), dtype: .float64) }

  /// The checkpoint of stories260K beside the project, `nil` when it is not there.
  static let stories: String? = {
    let project = tests.deletingLastPathComponent()
    let models = ProcessInfo.processInfo.environment["VITRO_MODELS"] ?? project.appending(path: "models").path
    return [
      "\(models)/stories260K/stories260K.bin",
      project.deletingLastPathComponent().appending(path: "shared/data/networks/stories260K/stories260K.bin").path,
    ].first { FileManager.default.fileExists(atPath: $0) }
  }()

  static let hasStories: Bool = {
    if stories == nil { print("Skipped: 'stories260K' is not there; 'make test-models' fetches it.") }
    return stories != nil
  }()

  /// A model with random weights.
  static func random(_ change: (inout TransformerDescription) -> Void = { _ in }) throws -> LanguageModel {
    var description = TransformerDescription(layers: 2, width: 16, heads: 4, vocabulary: 40, context: 64)
    description.feedForward = .init(width: 20, activation: .geluTanh)
    change(&description)
    let network = try Network(description.graph(named: "tiny"), dtype: .float64, seed: 5)
    return LanguageModel(
      name: "tiny", family: "test", transformer: description, network: network, tokenizer: nil, files: [])
  }

  /// A directory with a family's random model and a tokenizer of whole words, which has the model's 40 tokens.
  static func withWords(_ family: String, _ body: (String) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-model-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    for file in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(atPath: folder(family) + "/" + file, toPath: place.path + "/" + file)
    }
    try Data(tokenizer.utf8).write(to: place.appending(path: "tokenizer.json"))
    try body(place.path)
  }

  static let words =
    ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
      + """
      the a cat dog mat house saw sat on in big small red blue and it was day night sun moon tree bird fish ran ate slept old new \
      happy sad one two three four five
      """.split(separator: " ").map(String.init)

  private static var tokenizer: String {
    let vocabulary = words.prefix(40).enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let added = words.prefix(4).enumerated().map { id, word in
      """
      {"id": \(id), "content": "\(word)", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
      """
    }.joined(separator: ", ")
    return """
      {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [\(added)], "normalizer": null,
       "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
       "model": {"type": "WordLevel", "vocab": {\(vocabulary)}, "unk_token": "[UNK]"}}
      """
  }

  /// A network that repeats: its first head looks at the previous token, its second layer's first head at what followed the same token before.
  ///
  /// The residual has four parts: the token, the position, the token before, the answer. A second head in each layer does nothing.
  static func repeating(tokens: Int = 40, context: Int = 24) throws -> LanguageModel {
    let width = 3 * tokens + context
    var description = TransformerDescription(layers: 2, width: width, heads: 2, vocabulary: tokens, context: context)
    (description.placement, description.normalizesLast) = (.none, false)
    (description.attentionBias, description.outputBias, description.attentionScale) = (false, false, 1)
    description.headWidth = max(tokens, context)
    description.head = .unembedding(tied: false, bias: false)
    var network = try Network(description.graph(named: "repeating"), dtype: .float64, seed: 0)
    let (position, before, answer) = (tokens, tokens + context, 2 * tokens + context)
    func set(_ name: String, _ rows: Int, _ columns: Int, _ ones: [(Int, Int)], _ value: Double = 1) throws {
      var numbers = [Double](repeating: 0, count: rows * columns)
      for (row, column) in ones { numbers[row * columns + column] = value }
      try network.parameters.set(name, to: Tensor(numbers, shape: [rows, columns]))
    }
    let inner = 2 * description.headWidth
    let all = Array(0..<tokens)
    try set("embed.weight", tokens, width, all.map { ($0, $0) })
    try set("pos_embed.weight", context, width, (0..<context).map { ($0, position + $0) })
    let places = Array(0..<context)
    // The first head of layer 0 asks for the place before its own, and writes that token beside.
    try set("blocks.0.attn.q_proj.weight", inner, width, places.dropFirst().map { ($0 - 1, position + $0) }, 20)
    try set("blocks.0.attn.k_proj.weight", inner, width, places.map { ($0, position + $0) })
    try set("blocks.0.attn.v_proj.weight", inner, width, all.map { ($0, $0) })
    try set("blocks.0.attn.out_proj.weight", width, inner, all.map { (before + $0, $0) })
    // The first head of layer 1 asks for places whose token before is its own, and writes their token as the answer.
    try set("blocks.1.attn.q_proj.weight", inner, width, all.map { ($0, $0) }, 20)
    try set("blocks.1.attn.k_proj.weight", inner, width, all.map { ($0, before + $0) })
    try set("blocks.1.attn.v_proj.weight", inner, width, all.map { ($0, $0) })
    try set("blocks.1.attn.out_proj.weight", width, inner, all.map { (answer + $0, $0) })
    try set("unembed.weight", tokens, width, all.map { ($0, answer + $0) }, 8)
    return LanguageModel(
      name: "repeating", family: "test", transformer: description, network: network, tokenizer: nil, files: [])
  }
}

/// The largest difference of two values.
func distance(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).abs().max().item() }
