import Testing
import VitroCore

@testable import VitroModels

/// Every kind of tokenizer gives the reference's ids, ranges and texts.
@Suite struct TokenizerParityTests {
  @Test(arguments: TokenizerFixtures.names)
  func idsRangesAndTextsEqualTheReference(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    let corpus = try TokenizerFixtures.corpus()
    let expected = try TokenizerFixtures.decoded(TokenizerFixtures.Expected.self, "\(name).expected.json")
    try #require(corpus.count == expected.lines.count && corpus.count > 150)
    for (line, wanted) in zip(corpus, expected.lines) {
      let tokens = try tokenizer.encode(line)
      let ids = tokens.map(\.id)
      #expect(ids == wanted.ids, "\(line.debugDescription): \(tokens.map(\.piece))")
      guard ids == wanted.ids else { continue }
      #expect(tokens.offsets == wanted.offsets, "\(line.debugDescription): \(tokens.map(\.piece))")
      #expect(Array(try tokenizer.decode(ids).unicodeScalars) == Array(wanted.text.unicodeScalars))
      let full = try tokenizer.decode(ids, skippingSpecialTokens: false)
      #expect(Array(full.unicodeScalars) == Array(wanted.full.unicodeScalars))
    }
  }

  @Test(arguments: TokenizerFixtures.names)
  func pairsEqualTheReference(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    let expected = try TokenizerFixtures.decoded(TokenizerFixtures.Expected.self, "\(name).expected.json")
    for wanted in expected.pairs {
      let pair = try tokenizer.encode(wanted.first, wanted.second)
      #expect(pair.tokens.map(\.id) == wanted.ids)
      #expect(pair.typeIDs == wanted.types)
      #expect(pair.tokens.offsets == wanted.offsets)
      let plain = try tokenizer.encode(wanted.first, wanted.second, addingSpecialTokens: false)
      #expect(plain.tokens.map(\.id) == wanted.plain)
    }
  }

  @Test(arguments: TokenizerFixtures.names)
  func tokensCarryTheirSliceOfTheText(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    for line in try TokenizerFixtures.corpus() {
      let scalars = Array(line.unicodeScalars)
      for token in try tokenizer.encode(line, addingSpecialTokens: false) {
        let slice = String(String.UnicodeScalarView(scalars[token.range]))
        #expect(Array(token.text.unicodeScalars) == Array(slice.unicodeScalars))
        #expect(try tokenizer.piece(of: token.id) == token.piece)
      }
    }
  }

  @Test(arguments: TokenizerFixtures.names)
  func streamsGiveTheTextOfTheWhole(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    for line in try TokenizerFixtures.corpus() {
      let ids = try tokenizer.encode(line).map(\.id)
      var stream = tokenizer.textStream()
      var text = String.UnicodeScalarView()
      for id in ids { text += try stream.append(id).unicodeScalars }
      text += try stream.finish().unicodeScalars
      #expect(Array(text) == Array(try tokenizer.decode(ids).unicodeScalars), "\(line.debugDescription)")
    }
  }
}
