internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroNetworks

extension LanguageModel {
  /// A model in one file: GGUF, or a llama2.c checkpoint with its tokenizer beside it.
  init(file path: String, dtype: DType) throws {
    let bytes = try FileBytes(path: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    if GGUFFile.recognizes(bytes) {
      try self.init(
        gguf: GGUFFile(bytes), named: name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name, dtype: dtype)
    } else if name.hasSuffix(".safetensors") || name.hasSuffix(".json") {
      let folder = (path as NSString).deletingLastPathComponent
      if name.hasSuffix(".safetensors"), case let store = try SafetensorsStore(path),
        TransformerLensFile.recognizes(store.names)
      {
        try self.init(
          transformerLens: store, configuration: Self.lensConfiguration(beside: path), named: stem, dtype: dtype)
        return
      }
      // The file of a model's directory stands for the directory.
      guard name == "config.json" || name == "network.json" || name.hasPrefix("model") || name == "weights.safetensors"
      else {
        throw VitroError(
          .unsupported, "reading \(path)", "it is no model by itself", hint: "Open the directory with its config.json.",
          details: ["file": path, "field": "name", "found": name, "expected": "config.json or model.safetensors"])
      }
      try self.init(folder.isEmpty ? "." : folder, dtype: dtype)
    } else if Llama2CCheckpoint.recognizes(bytes) {
      try self.init(llama2C: Llama2CCheckpoint(bytes), named: stem, beside: path, dtype: dtype)
    } else {
      // Known formats explain themselves: a pickle gives the line that converts it.
      _ = try ArrayFile.format(of: bytes)
      throw VitroError(
        .unsupported, "reading \(path)", "it is no model",
        hint: "A model is a directory with config.json and model.safetensors, a .gguf file, or a llama2.c .bin.",
        details: ["file": path, "field": "format", "found": "another format", "expected": "a model"])
    }
  }

  init(
    transformerLens store: SafetensorsStore, configuration: ConfigurationFile?, named name: String, dtype: DType
  ) throws {
    let file = try TransformerLensFile(store, configuration: configuration)
    self.init(
      name: name, family: file.family.name, transformer: file.description,
      network: try file.family.network(file.description, named: name, from: store, dtype: dtype), tokenizer: nil,
      files: [store.name] + (configuration.map { [$0.file] } ?? []))
  }

  /// The settings of a TransformerLens file: `NAME.json` beside `NAME.safetensors`, or `config.json`.
  private static func lensConfiguration(beside path: String) throws -> ConfigurationFile? {
    let own = (path as NSString).deletingPathExtension + ".json"
    let common = ((path as NSString).deletingLastPathComponent as NSString).appendingPathComponent("config.json")
    for file in [own, common] where FileManager.default.fileExists(atPath: file) {
      let configuration = try ConfigurationFile(file)
      if try configuration.text("model_type", default: "") == "transformer_lens" { return configuration }
    }
    return nil
  }

  private init(gguf file: GGUFFile, named name: String, dtype: DType) throws {
    let (family, description) = try TransformerFamily.description(file)
    self.init(
      name: name, family: family, transformer: description,
      network: try TransformerFamily.gguf.network(description, named: name, from: file, dtype: dtype),
      tokenizer: try Tokenizer(gguf: file), files: [file.name])
  }

  private init(llama2C file: Llama2CCheckpoint, named name: String, beside path: String, dtype: DType) throws {
    let description = TransformerFamily.description(file)
    let folder = (path as NSString).deletingLastPathComponent
    let beside = try Self.llama2CTokenizer(in: folder.isEmpty ? "." : folder, pieces: description.vocabulary)
    self.init(
      name: name, family: "Llama", transformer: description,
      network: try TransformerFamily.llama2C.network(description, named: name, from: file, dtype: dtype),
      tokenizer: beside?.tokenizer, files: [path] + (beside.map { [$0.path] } ?? []))
  }

  /// The tokenizer among the other `.bin` files of the folder: the one with as many pieces as the model has tokens.
  private static func llama2CTokenizer(in folder: String, pieces: Int) throws -> (tokenizer: Tokenizer, path: String)? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    for name in names where name.hasPrefix("tok") && name.hasSuffix(".bin") {
      let path = folder + "/" + name
      guard let file = try? Llama2CTokenizer(path), file.pieces.count == pieces else { continue }
      return (try Tokenizer(llama2: file, file: path), path)
    }
    return nil
  }
}
