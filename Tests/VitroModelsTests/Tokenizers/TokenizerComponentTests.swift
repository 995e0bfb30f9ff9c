import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroModels

/// Single normalizers and pre-tokenizers do to the corpus what the reference's do.
@Suite struct TokenizerComponentTests {
  private struct Normalization: Decodable {
    var component: JSONValue
    var texts: [String]
    var offsets: [[Int]]
  }

  private struct Cut: Decodable {
    var component: JSONValue
    var offsets: [[Int]]
  }

  private struct Components: Decodable {
    var normalizers: [Normalization]
    var preTokenizers: [Cut]
  }

  /// A tokenizer that shows every piece as one unknown word.
  private func shell(normalizer: JSONValue = .null, preTokenizer: JSONValue) throws -> Tokenizer {
    let json: JSONValue = [
      "normalizer": normalizer, "pre_tokenizer": preTokenizer,
      "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
    ]
    return try Tokenizer(json: tokenizerFile("\(json)"))
  }

  @Test func normalizersEqualTheReference() throws {
    let corpus = try TokenizerFixtures.corpus()
    let components = try TokenizerFixtures.decoded(Components.self, "components.json")
    try #require(components.normalizers.count > 20)
    let everyScalar: JSONValue = [
      "type": "Split", "pattern": ["Regex": "(?m:.)"], "behavior": "Isolated", "invert": false,
    ]
    for wanted in components.normalizers {
      let tokenizer = try shell(normalizer: wanted.component, preTokenizer: everyScalar)
      let normalizer = try #require(tokenizer.normalizer)
      for (index, line) in corpus.enumerated() {
        var budget = WorkBudget(for: line.utf8.count)
        let text = try normalizer.apply(AlignedText(original: Array(line.utf8)), &budget)
        let label: Comment = "\(wanted.component) of \(line.debugDescription)"
        #expect(text.bytes == Array(wanted.texts[index].utf8), label)
        #expect(try tokenizer.encode(line).offsets == wanted.offsets[index], label)
      }
    }
  }

  @Test func preTokenizersEqualTheReference() throws {
    let corpus = try TokenizerFixtures.corpus()
    let components = try TokenizerFixtures.decoded(Components.self, "components.json")
    try #require(components.preTokenizers.count > 40)
    for wanted in components.preTokenizers {
      let tokenizer = try shell(preTokenizer: wanted.component)
      for (index, line) in corpus.enumerated() {
        let offsets = try tokenizer.encode(line).offsets
        #expect(offsets == wanted.offsets[index], "\(wanted.component) of \(line.debugDescription)")
      }
    }
  }

  @Test(arguments: [
    WordScanner.gpt2Expression, WordScanner.llama3Expression, WordScanner.qwen2Expression,
  ])
  func scannersEqualTheirExpressions(expression: String) throws {
    let scanner = try #require(WordScanner(expression: expression))
    let program = try RegexProgram(expression)
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array(
      "aZéж中'sSlLrRveEtTmMdD09²  \t\n\r\u{85}\u{a0}\u{3000}.,-!\u{301}\u{200d}😀ſ\u{212a}".unicodeScalars)
    let texts =
      try TokenizerFixtures.corpus()
      + (0..<3000).map { _ in
        let scalars = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return String(String.UnicodeScalarView(scalars))
      }
    for text in texts {
      try Array(text.utf8).withUnsafeBufferPointer { bytes in
        var budget = WorkBudget(for: bytes.count)
        var (fast, slow): ([Range<Int>], [Range<Int>]) = ([], [])
        scanner.matches(in: bytes, 0..<bytes.count, into: &fast)
        try program.matches(in: bytes, 0..<bytes.count, &budget, into: &slow)
        #expect(fast == slow, "\(text.debugDescription)")
      }
    }
  }
}
