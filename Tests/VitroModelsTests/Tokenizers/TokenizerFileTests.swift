import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroModels

/// Tokenizers from directories and from the files that came before `tokenizer.json`.
@Suite struct TokenizerFileTests {
  /// Calls `body` with a directory that holds some files.
  private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-tokenizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    try body(folder.path)
  }

  /// The pieces of a fixture's vocabulary, in the order of their ids.
  private func pieces(_ name: String) throws -> [String] {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    return try (0..<tokenizer.vocabularyCount).map { try tokenizer.piece(of: $0) }
  }

  @Test func aSentenceAndItsTokens() throws {
    let vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\nsat\n"
    try withFiles(["all-MiniLM-L6-v2/vocab.txt": vocabulary]) { folder in
      // docs:Tokenizer
      let tokenizer = try Tokenizer("\(folder)/all-MiniLM-L6-v2")
      let tokens = try tokenizer.encode("The CATS sat")
      let pieces = tokens.map(\.piece)  // [CLS], the, cat, ##s, sat, [SEP]
      let slices = tokens.map(\.text)  // [CLS], The, CAT, S, sat, [SEP]
      let text = try tokenizer.decode(tokens.map(\.id))  // the cats sat
      // docs:end
      #expect(pieces == ["[CLS]", "the", "cat", "##s", "sat", "[SEP]"])
      #expect(slices == ["[CLS]", "The", "CAT", "S", "sat", "[SEP]"])
      #expect(text == "the cats sat")
      #expect(tokens.map(\.range) == [0..<0, 0..<3, 4..<7, 7..<8, 9..<12, 0..<0])
      #expect(tokenizer.kind == .wordPiece && tokenizer.beginning == 2 && tokenizer.end == 3)
    }
  }

  @Test func vocabularyFilesOfBERTGiveWhatTokenizerFilesGive() throws {
    let corpus = try TokenizerFixtures.corpus()
    let whole = try TokenizerFixtures.tokenizer("bert-uncased")
    let lines = try pieces("bert-uncased").joined(separator: "\n") + "\n"
    try withFiles(["vocab.txt": lines, "tokenizer_config.json": #"{"do_lower_case": true, "pad_token": "[PAD]"}"#]) {
      folder in
      for path in [folder, folder + "/vocab.txt"] {
        let tokenizer = try Tokenizer(path)
        for line in corpus { #expect(try tokenizer.encode(line) == (try whole.encode(line))) }
        let pair = try tokenizer.encode("a b", "c")
        #expect(pair == (try whole.encode("a b", "c")))
        #expect(try tokenizer.decode(pair.tokens.map(\.id)) == "a b c")
        #expect(tokenizer.padding == whole.id(of: "[PAD]") && tokenizer.mask == whole.id(of: "[MASK]"))
      }
    }
    let cased = try pieces("bert-cased").joined(separator: "\r\n")
    try withFiles(["vocab.txt": cased, "tokenizer_config.json": #"{"do_lower_case": false}"#]) { path in
      let tokenizer = try Tokenizer(path)
      let (upper, lower) = (try tokenizer.encode("The"), try tokenizer.encode("the"))
      #expect(upper.map(\.piece) != lower.map(\.piece))
      #expect(try tokenizer.encode("Hello, World").map(\.text).joined() == "[CLS]Hello,World[SEP]")
    }
    try withFiles(["vocab.txt": "a\nb"]) { path in
      #expect(throws: VitroError.self) { _ = try Tokenizer(path) }
    }
  }

  @Test func filesOfGPT2GiveWhatTokenizerFilesGive() throws {
    struct Model: Decodable {
      var vocab: [String: Int]
      var merges: [[String]]
    }
    struct File: Decodable { var model: Model }
    let model = try TokenizerFixtures.decoded(File.self, "gpt2.json").model
    let vocabulary = String(decoding: try JSONEncoder().encode(model.vocab), as: UTF8.self)
    let merges = (["#version: 0.2"] + model.merges.map { $0.joined(separator: " ") }).joined(separator: "\n") + "\n"
    let whole = try TokenizerFixtures.tokenizer("gpt2")
    try withFiles(["vocab.json": vocabulary, "merges.txt": merges]) { path in
      let tokenizer = try Tokenizer(path)
      for line in try TokenizerFixtures.corpus() {
        #expect(try tokenizer.encode(line).map(\.id) == (try whole.encode(line).map(\.id)))
      }
      #expect(try tokenizer.encode(" a b").map(\.range) == [1..<2, 3..<4])
      #expect(tokenizer.summary == "byte-level BPE, 700 pieces")
      #expect(tokenizer.end == whole.id(of: "<|endoftext|>"))
    }
    try withFiles([
      "vocab.json": vocabulary, "merges.txt": merges, "tokenizer_config.json": #"{"add_prefix_space": true}"#,
    ]) { path in
      for file in [path, path + "/vocab.json", path + "/merges.txt"] {
        let first = try Tokenizer(file).encode("a").first
        #expect(first?.piece == "Ġa", "\(file)")
      }
    }
    let roberta = try TokenizerFixtures.tokenizer("roberta")
    #expect(roberta.beginning == roberta.id(of: "<s>") && roberta.end == roberta.id(of: "</s>"))
  }

  @Test(arguments: ["</w>", "@@"]) func vocabulariesThatMarkWordsAreRefused(mark: String) throws {
    try withFiles(["vocab.json": #"{"a": 0, "b": 1, "a\#(mark)": 2}"#, "merges.txt": ""]) { path in
      let error = #expect(throws: VitroError.self) { _ = try Tokenizer(path) }
      #expect(error?.code == .unsupported && error?.message.contains("'\(mark)'") == true)
    }
    // Rows of a sign are pieces like others.
    try withFiles(["vocab.json": #"{"a": 0, "@@": 1, "@@@@": 2}"#, "merges.txt": ""]) { path in
      let tokens = try Tokenizer(path).encode("a")
      #expect(tokens.map(\.id) == [0])
    }
  }

  @Test func whatIsNoTokenizerIsNamed() throws {
    try withFiles(["notes.txt": "\u{0}"]) { path in
      let empty = #expect(throws: VitroError.self) { _ = try Tokenizer(path) }
      #expect(empty?.code == .file && empty?.hint != nil)
      #expect(throws: VitroError.self) { _ = try Tokenizer(path + "/missing") }
      #expect(throws: VitroError.self) { _ = try Tokenizer(path + "/notes.txt") }
    }
  }

  @Test func piecesAreReadable() throws {
    let bytes = try TokenizerFixtures.tokenizer("gpt2")
    let id = try #require(bytes.id(of: "Ġthe"))
    #expect(bytes.text(of: id) == " the")
    #expect(bytes.text(of: try #require(bytes.id(of: "Ã"))) == "\\xC3")
    #expect(bytes.text(of: 0) == "<|endoftext|>" && bytes.isSpecial(0))
    #expect(bytes.text(of: 70_000) == "#70000")
    let characters = try TokenizerFixtures.tokenizer("llama2")
    #expect(characters.text(of: try #require(characters.id(of: "▁the"))) == " the")
    #expect(characters.text(of: try #require(characters.id(of: "<0x0A>"))) == "\n")
    let words = try TokenizerFixtures.tokenizer("bert-uncased")
    #expect(words.text(of: try #require(words.id(of: "##s"))) == "##s")
    #expect(words.summary == "WordPiece, 900 pieces" && words.unknown == words.id(of: "[UNK]"))
    #expect(try TokenizerFixtures.tokenizer("bert-cased").summary == "WordPiece, 1\u{202f}234 pieces")
  }

  @Test func streamsHoldUnfinishedCharactersBack() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("gpt2")
    let ids = try tokenizer.encode("a 🫠!").map(\.id)
    var stream = tokenizer.textStream()
    let steps = try ids.map { try stream.append($0) }
    #expect(steps.first == "a" && steps.contains("") && steps.joined() == "a 🫠!")
    #expect(!steps.joined().contains("\u{fffd}") && steps.allSatisfy { !$0.contains("\u{fffd}") })
    // Bytes that never become a character are shown as such in the end.
    let broken = try #require(tokenizer.id(of: "Ã"))
    #expect(try stream.append(broken) == "")
    #expect(try stream.finish() == "\u{fffd}")
    #expect(throws: VitroError.self) { _ = try stream.append(99_999) }
  }
}
