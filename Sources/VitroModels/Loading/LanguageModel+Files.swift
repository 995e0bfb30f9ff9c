internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroTensor

extension LanguageModel {
  /// What is said of a directory without safetensors: how to convert a pickle, if one lies there.
  static func missingWeights(_ directory: String, _ has: (String) -> Bool) -> VitroError {
    if let pickle = ["pytorch_model.bin", "model.bin", "model.pt"].first(where: has) {
      return PyTorchPickle.refusal(of: directory + "/" + pickle)
    }
    return VitroError(
      .file, "reading \(directory)", "there is no model.safetensors",
      details: ["file": directory, "field": "model.safetensors", "found": "nothing", "expected": "weights"])
  }

  /// The tokenizer of a directory, if its files are there.
  static func tokenizer(in directory: String) throws -> Tokenizer? {
    let has = { (name: String) in FileManager.default.fileExists(atPath: directory + "/" + name) }
    guard has("tokenizer.json") || has("vocab.txt") || (has("vocab.json") && has("merges.txt")) else { return nil }
    return try Tokenizer(directory)
  }

  /// The tokenizer's files that lie in a directory.
  static func tokenizerFiles(in directory: String) -> [String] {
    ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json"].map { directory + "/" + $0 }
      .filter { FileManager.default.fileExists(atPath: $0) }
  }

  /// A network of tokens that Vitro trained: `network.json`, `weights.safetensors`, and a tokenizer beside them.
  init(textNetwork directory: String, named name: String, dtype: DType) throws {
    var network = try Network(contentsOf: directory)
    guard network.instances == nil else {
      throw VitroError(
        .unsupported, "reading \(directory)", "it holds \(network.instances ?? 0) networks, expected one",
        details: [
          "file": directory, "field": "instances", "found": "\(network.instances ?? 0)", "expected": "one network",
        ])
    }
    if network.parameters.dtype != dtype {
      let own = network.parameters
      network = try Network(network.graph, dtype: dtype) { name, _ in try own.value(named: name) }
    }
    guard network.graph.inputs.count == 1, network.graph.inputs[0].shape == [-1] else {
      throw VitroError(
        .unsupported, "reading \(directory)",
        "'\(network.graph.name)' takes \(network.graph.inputs.map(\.shape)), expected tokens [-1]",
        details: [
          "file": directory, "field": "inputs", "found": "\(network.graph.inputs.map(\.shape))", "expected": "[-1]",
        ])
    }
    if TextNetwork.Layout.describes(network) { _ = try TextNetwork.Layout(network) }
    let tokenizer = try Self.tokenizer(in: directory)
    self.init(
      name: name, family: network.graph.metadata["family"] ?? "network", transformer: nil, network: network,
      tokenizer: tokenizer,
      files: Network.files(at: directory) + Self.tokenizerFiles(in: directory))
  }
}
