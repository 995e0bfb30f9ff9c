import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroModels

/// Tokenizers made of the lists that GGUF and llama2.c hold.
@Suite struct ListedTokenizerTests {
  /// SentencePiece's pieces, and what it makes of the corpus.
  struct Pieces: Decodable {
    struct Piece: Decodable {
      var text: String
      var score: Float
      var type: Int

      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        text = try container.decode(String.self)
        score = try container.decode(Float.self)
        type = try container.decode(Int.self)
      }
    }

    var pieces: [Piece]
    var lines: [[Int]]
    var texts: [String]

    func tokenizer(_ name: String) throws -> Tokenizer {
      try Tokenizer(
        // SentencePiece does not look for control pieces in the text.
        sentencePieces: pieces.map { ($0.text, $0.score, $0.type == 3 ? 1 : $0.type) },
        specials: ListedSpecials(beginning: 1, addsBeginning: true, end: 2), file: name)
    }
  }

  private static func corpus() throws -> [String] { try TokenizerFixtures.corpus().filter { !$0.contains("\0") } }

  @Test func scoredPiecesEqualSentencePiece() throws {
    let expected = try TokenizerFixtures.decoded(Pieces.self, "sentencepiece.pieces.json")
    let tokenizer = try expected.tokenizer("sentencepiece")
    for (index, line) in try Self.corpus().enumerated() {
      let tokens = try tokenizer.encode(line)
      // The library decides for itself what an unknown piece of many characters is.
      #expect(tokens.dropFirst().map(\.id) == expected.lines[index], "\(line.debugDescription)")
      let text = try tokenizer.decode(expected.lines[index])
      #expect(text.unicodeScalars.elementsEqual(expected.texts[index].unicodeScalars), "\(line.debugDescription)")
    }
    #expect(try tokenizer.encode("a").first?.piece == "<s>")
    #expect(tokenizer.kind == .bytePairs && tokenizer.beginning == 1 && tokenizer.end == 2 && tokenizer.unknown == 0)
  }

  @Test func listsOfGGUFGiveWhatTheFileGives() throws {
    struct Model: Decodable {
      var vocab: [String: Int]
      var merges: [[String]]
    }
    struct File: Decodable { var model: Model }
    let model = try TokenizerFixtures.decoded(File.self, "smollm.json").model
    let tokens = model.vocab.sorted { $0.value < $1.value }.map(\.key)
    let types = tokens.map { $0.hasPrefix("<|") ? 3 : 1 }
    let lists = try Tokenizer(
      bytePairs: tokens, types: types, merges: model.merges.map { $0.joined(separator: " ") }, preTokenizer: "smollm",
      specials: ListedSpecials(beginning: 0, addsBeginning: true, end: 2), file: "lists")
    let file = try TokenizerFixtures.tokenizer("smollm")
    for line in try TokenizerFixtures.corpus() {
      #expect(try lists.encode(line, addingSpecialTokens: false) == (try file.encode(line)))
    }
    #expect(try lists.encode("a").map(\.piece) == ["<|endoftext|>", "a"])
    for name in ["default", "llama-bpe", "qwen2", "gpt-4o", "tekken"] {
      let other = try Tokenizer(bytePairs: tokens, merges: [], preTokenizer: name, file: "lists")
      #expect(try other.decode(try other.encode("Hé's 12 ok").map(\.id)) == "Hé's 12 ok")
    }
    let error = #expect(throws: VitroError.self) {
      _ = try Tokenizer(bytePairs: tokens, merges: [], preTokenizer: "no such cut", file: "lists")
    }
    #expect(error?.code == .unsupported && error?.details["found"] == "no such cut")
    #expect(throws: VitroError.self) {
      _ = try Tokenizer(bytePairs: tokens, merges: ["a zz9"], preTokenizer: "default", file: "lists")
    }
    #expect(throws: VitroError.self) {
      _ = try Tokenizer(bytePairs: ["a", "a"], merges: [], preTokenizer: "default", file: "lists")
    }
  }

  /// llama2.c's file of a few pieces.
  private static func llama2(_ pieces: [(String, Float)]) -> [UInt8] {
    var bytes: [UInt8] = [8, 0, 0, 0]
    for (text, score) in pieces {
      withUnsafeBytes(of: score.bitPattern.littleEndian) { bytes += Array($0) }
      withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes += Array($0) }
      bytes += Array(text.utf8)
    }
    return bytes
  }

  private static func llama2Tokenizer(_ bytes: [UInt8]) throws -> Tokenizer {
    try Tokenizer(llama2: Llama2CTokenizer(FileBytes(name: "tok.bin", bytes)), file: "tok.bin")
  }

  @Test func llama2FilesAreRead() throws {
    let byteNames = (0..<256).map { value in
      let digits = String(value, radix: 16, uppercase: true)
      return ("<0x\(digits.count == 1 ? "0" : "")\(digits)>", Float(0))
    }
    let pieces =
      [("<unk>", Float(0)), ("\n<s>\n", 0), ("\n</s>\n", 0)] + byteNames
      + [(" t", -0), ("he", -1), (" the", -2), (" ", -10), ("t", -11), ("h", -12), ("e", -13)]
    let tokenizer = try Self.llama2Tokenizer(Self.llama2(pieces))
    let tokens = try tokenizer.encode("the hé")
    #expect(tokens.map(\.piece) == ["<s>", " the", " ", "h", "<0xC3>", "<0xA9>"])
    #expect(tokens.map(\.range) == [0..<0, 0..<3, 3..<4, 4..<5, 5..<6, 5..<6])
    #expect(try tokenizer.decode(tokens.map(\.id)) == "the hé")
    #expect(tokenizer.text(of: 259) == " t" && tokenizer.text(of: 3 + 0xc3) == "\\xC3")
    let sound = Self.llama2(pieces)
    for length in [0, 3, 4, 11, 20, sound.count - 1] {
      #expect(throws: VitroError.self) { _ = try Self.llama2Tokenizer(Array(sound.prefix(length))) }
    }
  }
}
