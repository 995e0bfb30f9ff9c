internal import Foundation
public import VitroCore
internal import VitroFormats
internal import VitroNetworks

extension LanguageModel {
  /// Opens a model: a Hugging Face directory, a GGUF file, a llama2.c checkpoint, or a network of tokens that Vitro trained.
  ///
  /// Weights stay where the files hold them (large files are mapped); those of half precision or in blocks are widened when they are used.
  /// GPT-2's, which its files keep transposed and joined, are copied in their own type.
  ///
  /// - Parameters:
  ///   - path: The directory or file.
  ///   - dtype: What is computed in: float32, or float64 to tell noise from faults.
  /// - Throws: ``/VitroCore/VitroError``: `file`, `malformed` or `unsupported` with the file, the field, what was found and what was expected; for a
  ///   PyTorch pickle with the line that converts it.
  public init(_ path: String, dtype: DType = .float32) throws {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: trimmed, isDirectory: &isDirectory) else {
      throw VitroError(.file, "reading \(path)", "there is no such file or directory", details: ["file": path])
    }
    if isDirectory.boolValue {
      try self.init(directory: trimmed, dtype: dtype)
    } else {
      try self.init(file: trimmed, dtype: dtype)
    }
  }

  /// The files that ``init(_:dtype:)`` reads at a path, for checksums.
  ///
  /// - Throws: as ``init(_:dtype:)``.
  public static func files(at path: String) throws -> [String] { try LanguageModel(path).files }

  private init(directory: String, dtype: DType) throws {
    let has = { (name: String) in FileManager.default.fileExists(atPath: directory + "/" + name) }
    let name = directory.split(separator: "/").last.map(String.init) ?? directory
    if has("network.json") {
      try self.init(textNetwork: directory, named: name, dtype: dtype)
      return
    }
    guard has("config.json") else {
      throw VitroError(
        .file, "reading \(directory)", "there is neither config.json nor network.json",
        hint: "A model's directory has config.json, model.safetensors and tokenizer.json.",
        details: ["file": directory, "field": "config.json", "found": "nothing", "expected": "a configuration"])
    }
    if !has("model.safetensors"), !has("model.safetensors.index.json") {
      throw Self.missingWeights(directory, has)
    }
    let configuration = try ConfigurationFile(directory + "/config.json")
    if try configuration.text("model_type", default: "") == "transformer_lens" {
      try self.init(
        transformerLens: SafetensorsStore(directory), configuration: configuration, named: name, dtype: dtype)
      return
    }
    let files = try HuggingFaceDirectory(directory)
    self.init(
      name: name, family: files.family.name, transformer: files.description,
      network: try files.network(named: name, dtype: dtype), tokenizer: try Self.tokenizer(in: directory),
      files: [directory + "/config.json"] + files.weights.files + Self.tokenizerFiles(in: directory))
  }
}
