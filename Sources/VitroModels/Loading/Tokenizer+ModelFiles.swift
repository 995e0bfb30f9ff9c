internal import VitroCore
internal import VitroFormats

extension Tokenizer {
  /// The tokenizer that a GGUF file holds.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` for lists that do not fit; `unsupported` for another kind of tokenizer.
  init(gguf file: GGUFFile) throws {
    func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }
    func token(_ name: String) throws -> Int? {
      file.metadata[key("\(name)_token_id")] == nil ? nil : try file.integer(key("\(name)_token_id"))
    }
    let kind = try file.string(key("model"))
    let tokens = try file.strings(key("tokens"))
    let types = file.metadata[key("token_type")] == nil ? [] : try file.integers(key("token_type"))
    let specials = ListedSpecials(
      beginning: try token("bos"), addsBeginning: try file.boolean(key("add_bos_token"), default: kind == "llama"),
      end: try token("eos"), addsEnd: try file.boolean(key("add_eos_token"), default: false),
      unknown: try token("unknown"), padding: try token("padding"))
    switch kind {
    case "gpt2":
      try self.init(
        bytePairs: tokens, types: types, merges: try file.strings(key("merges")),
        preTokenizer: try file.string(key("pre"), default: "default"), specials: specials, file: file.file.name)
    case "llama":
      let scores = try file.numbers(key("scores"))
      guard scores.count == tokens.count, types.count == tokens.count else {
        throw VitroError.malformed(
          file: file.file.name, field: key("scores"), found: "\(scores.count) scores and \(types.count) types",
          expected: "\(tokens.count) of each")
      }
      try self.init(
        sentencePieces: tokens.indices.map { (tokens[$0], Float(scores[$0]), types[$0]) },
        addsPrefixSpace: try file.boolean(key("add_space_prefix"), default: true), specials: specials,
        file: file.file.name)
    default:
      throw VitroError(
        .unsupported, "reading \(file.file.name)",
        "\(key("model")): found '\(kind.prefix(64))', expected 'gpt2' or 'llama'",
        details: [
          "file": file.file.name, "field": key("model"), "found": "\(kind.prefix(64))", "expected": "'gpt2' or 'llama'",
        ])
    }
  }
}
