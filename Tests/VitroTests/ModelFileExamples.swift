import Testing
import Vitro

/// The samples of the formats that hold models.
@Suite struct ModelFileExamples {
  @Test func ggufFiles() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyModel(), to: "\(folder)/model.gguf")
      // docs:GGUFFile
      let file = try GGUFFile("\(folder)/model.gguf")
      let family = try file.string("general.architecture")  // "llama"
      let tokens = try file.strings("tokenizer.ggml.tokens")  // ["<unk>", "a", "b"]
      let stored = try file.stored("token_embd.weight")  // Q8_0, as the file has it
      let embeddings = try stored.rows([2, 0])  // float32 [2, 32]
      // docs:end
      #expect(family == "llama" && tokens == ["<unk>", "a", "b"])
      #expect(stored.encoding == .blocks(.q8_0))
      #expect(try Tensor(embeddings).doubles == [Double](repeating: 2, count: 32) + [Double](repeating: 0, count: 32))
    }
  }

  /// Three tokens, each embedded as 32 times its number: one block of Q8_0 with a scale of one.
  private func tinyModel() -> [UInt8] {
    func number<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }
    var bytes = Array("GGUF".utf8) + number(UInt32(3)) + number(UInt64(1)) + number(UInt64(2))
    bytes += text("general.architecture") + number(UInt32(8)) + text("llama")
    bytes += text("tokenizer.ggml.tokens") + number(UInt32(9)) + number(UInt32(8)) + number(UInt64(3))
    for token in ["<unk>", "a", "b"] { bytes += text(token) }
    bytes += text("token_embd.weight") + number(UInt32(2)) + number(UInt64(32)) + number(UInt64(3))
    bytes += number(UInt32(8)) + number(UInt64(0))
    bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
    for token in UInt8(0)..<3 { bytes += [0x00, 0x3c] + [UInt8](repeating: token, count: 32) }
    return bytes
  }
}
