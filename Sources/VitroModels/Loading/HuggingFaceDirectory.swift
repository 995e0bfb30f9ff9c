internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroNetworks

/// A directory as Hugging Face publishes models: `config.json`, safetensors (in shards or not), a tokenizer.
struct HuggingFaceDirectory {
  let path: String
  let configuration: ConfigurationFile
  let family: TransformerFamily
  let description: TransformerDescription
  let weights: SafetensorsStore

  init(_ path: String) throws {
    self.path = path
    configuration = try ConfigurationFile(path + "/config.json")
    let type = try configuration.text("model_type")
    let family = try TransformerFamily.named(type, in: configuration.file)
    self.family = family
    weights = try SafetensorsStore(path)
    let names = Set(weights.names)
    var description = try family.describe(configuration)
    // Sentence encoders of Hugging Face prefix their tensors or not; a head is looked for under every prefix.
    let bare = names.reduce(into: names) { result, name in
      for prefix in family.prefixes where !prefix.isEmpty && name.hasPrefix(prefix) {
        result.insert(String(name.dropFirst(prefix.count)))
      }
    }
    family.refine(&description, bare)
    self.description = description
  }

  func network(named name: String, dtype: DType) throws -> Network {
    try VitroError.blaming(configuration.file) {
      try family.network(description, named: name, from: weights, dtype: dtype)
    }
  }
}

extension TransformerFamily {
  /// The network of a description, its parameters lent by a file.
  func network(
    _ description: TransformerDescription, named name: String, from store: some TensorStore, dtype: DType
  ) throws -> Network {
    let known = Set(store.names)
    return try Network(description.graph(named: name), dtype: dtype) { parameter, shape in
      var (rest, layer) = (parameter, Int?.none)
      if parameter.hasPrefix("blocks.") {
        let parts = parameter.split(separator: ".", maxSplits: 2)
        layer = Int(parts[1])
        rest = String(parts[2])
      }
      guard let recipe = recipe(rest, layer, description) else {
        throw VitroError(
          .unsupported, "reading \(store.name)", "the family \(self.name) has no tensor for '\(parameter)'")
      }
      return try store.source(recipe, shape: shape, prefixes: prefixes, known: known)
    }
  }
}
