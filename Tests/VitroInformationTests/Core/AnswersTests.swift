import Testing
import VitroModels
import VitroNetworks

@testable import VitroInformation

@Suite struct AnswersTests {
  private func design(
    _ architecture: TextNetwork.Architecture, vocabulary: Int, classes: [String] = ["a", "b", "c"], width: Int = 16
  ) -> TextNetwork {
    TextNetwork(
      architecture, vocabulary: vocabulary, classes: classes, width: width, hidden: 12, heads: 2, context: 64)
  }

  /// In double precision, for products of as many rows as run together round in their own way.
  @Test(arguments: [TextNetwork.Architecture.lstm, .cnn, .encoder, .decoder], [false, true])
  func answersAreTheSameWhateverRunsTogether(_ architecture: TextNetwork.Architecture, _ predicts: Bool) throws {
    guard !predicts || architecture == .decoder else { return }
    let design = design(architecture, vocabulary: 300, classes: predicts ? [] : ["a", "b", "c"])
    let network = try AttributionNetworks.words(AttributionNetworks.random(design.graph()), "small")
    let texts = try (0..<70).map { text in
      try network.text((0..<[6, 6, 17, 6, 1][text % 5]).map { (text * 7 + $0 * $0) % 300 })
    }
    let together = try network.answers(texts)
    #expect(together.allSatisfy { $0.count == (predicts ? 300 : 3) })
    #expect(Set(together).count > 50)
    for rows in [1, 12, 50, 100] {
      let parts = try network.answers(texts, rows: rows)
      #expect(AttributionNetworks.difference(parts, together) < 1e-11, "\(rows) rows")
      #expect(try network.answers(texts, rows: rows) == parts, "\(rows) rows")
    }
  }

  @Test func aVocabularyBoundsARun() throws {
    let design = design(.decoder, vocabulary: 50_000, classes: [], width: 4)
    let wide = try WordNetwork(
      LanguageModel(name: "wide", family: "text", transformer: nil, network: design.network(seed: 1)))
    let rows = try wide.rows(recording: [wide.answer])
    #expect(rows * 50_000 <= PassRows.mostNumbers && rows > 500)
    // Nothing but the answer has a number for each word of the vocabulary.
    #expect(try wide.rows(recording: wide.hiddenStates) == 4096)
    #expect(try wide.rows(recording: [wide.answer], atMost: 100) == 100)
  }
}
