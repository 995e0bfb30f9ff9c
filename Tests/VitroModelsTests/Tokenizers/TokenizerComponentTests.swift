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

  @Test func classesOfScalarsEqualTheReference() throws {
    let classes = try TokenizerFixtures.decoded([String: [UInt32]].self, "classes.json")
    let cleaning = Normalizer.bert(
      BertCleaning(cleansText: true, spacesChineseCharacters: false, stripsAccents: false, lowercases: false))
    let spacing = Normalizer.bert(
      BertCleaning(cleansText: false, spacesChineseCharacters: true, stripsAccents: false, lowercases: false))
    let stripping = Normalizer.bert(
      BertCleaning(cleansText: false, spacesChineseCharacters: false, stripsAccents: true, lowercases: false))
    func gives(_ normalizer: Normalizer, _ scalar: Unicode.Scalar) -> [UInt8]? {
      var budget = WorkBudget(for: 4)
      return try? normalizer.apply(AlignedText(original: Array(String(Character(scalar)).utf8)), &budget).bytes
    }
    let rules: [String: (Unicode.Scalar) -> Bool] = [
      "controls": { gives(cleaning, $0) == [] }, "spaces": { gives(cleaning, $0) == [0x20] },
      "chinese": { gives(spacing, $0)?.first == 0x20 && $0 != " " }, "nonspacing": { gives(stripping, $0) == [] },
      "marks": { gives(.stripAccents, $0) == [] }, "punctuation": ScalarClass.isPunctuation,
      "whitespace": ScalarClass.isSpace, "numbers": { ScalarClass.isIn(.number, $0) }, "word": ScalarClass.isWord,
    ]
    // Scalars whose category changed since the reference's edition.
    let moved: Set<UInt32> = [0x166d, 0x111c9, 0x1734, 0x1885, 0x1886, 0xa9bd, 0x1171e, 0x1cf2, 0x1cf3, 0x295]
    try #require(classes.count == 25)
    for (name, runs) in classes {
      let program = rules[name] == nil ? try RegexProgram(name) : nil
      let near = Set(runs.flatMap { [$0 - 1, $0, $0 + 1] })
      var isInside = false
      var edges = runs[...]
      for value in UInt32(1)..<0x110000 {
        let isEdge = edges.first.map { value >= $0 } ?? false
        if isEdge, !isInside { isInside = true }
        let isLast = isInside && edges.dropFirst().first == value
        defer {
          if isLast {
            isInside = false
            edges = edges.dropFirst(2)
          }
        }
        // The edges of every run, and samples between.
        let isNear = near.contains(value) || value % 61 == 0
        guard isNear, let scalar = Unicode.Scalar(value), !moved.contains(value) else { continue }
        guard scalar.properties.age.map({ $0.major <= 16 }) ?? true else { continue }
        var found = rules[name]?(scalar) ?? false
        if let program {
          found = try Array(String(Character(scalar)).utf8).withUnsafeBufferPointer { bytes in
            var budget = WorkBudget(for: 4)
            return try program.match(bytes, within: 0..<bytes.count, at: 0, &budget) != nil
          }
        }
        #expect(found == isInside, "\(name): U+\(String(value, radix: 16))")
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
