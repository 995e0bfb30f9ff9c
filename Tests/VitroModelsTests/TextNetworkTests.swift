import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// Sentences of filler words with one word that decides their class, at any place.
struct PlantedSentences {
  var texts: [String] = []
  var labels: [Int] = []

  init(_ count: Int, seed: UInt64) {
    let fillers = ["the", "film", "is", "a", "story", "of", "two", "people", "who", "talk", "and", "walk"]
    for number in 0..<count {
      var stream = RandomStream(seed: seed, "sentence", number)
      let draws = stream.draw(words: 12).map { Int($0 >> 4) }
      let label = draws[0] % 2
      var words = (0..<1 + draws[1] % 6).map { fillers[draws[2 + $0] % fillers.count] }
      words.insert(label == 1 ? "splendid" : "dreadful", at: draws[10] % (words.count + 1))
      texts.append(words.joined(separator: " "))
      labels.append(label)
    }
  }
}

@Suite struct TextNetworkTests {
  static let designs: [TextNetwork] = TextNetwork.Architecture.allCases.flatMap { architecture in
    TextNetwork.poolings(of: architecture).map { pooling in
      TextNetwork(
        architecture, vocabulary: 40, classes: ["bad", "good", "odd"], width: 8, hidden: 12, layers: 2, heads: 2,
        pooling: pooling, context: 9)
    }
  }

  @Test(arguments: designs) func textsThatRunTogetherAnswerAsTheyDoAlone(_ design: TextNetwork) throws {
    let network = try design.network(seed: 3)
    for length in [1, 2, 9] {
      let texts = (0..<3).map { text in (0..<length).map { (7 * text + 5 * $0 + 1) % 40 } }
      let together = try network(Tensor(rows: texts))
      #expect(together.shape == [3, 3])
      for (number, text) in texts.enumerated() {
        let alone = try network(Tensor(rows: [text])).doubles
        let row = try together.slice(number..<number + 1).doubles
        #expect(zip(alone, row).allSatisfy { abs($0 - $1) < 1e-5 }, "\(design.architecture) of \(length) tokens")
      }
    }
  }

  @Test func theDocumentedNetworkAnswers() throws {
    // docs:TextNetwork
    let design = TextNetwork(.cnn, vocabulary: 5000, classes: ["negative", "positive"])
    let network = try design.network(seed: 0)
    let scores = try network(Tensor(rows: [[17, 4, 233]]))  // [1, 2]
    // docs:end
    #expect(scores.shape == [1, 2])
  }

  @Test(arguments: designs) func everyDesignSaysWhereItsStatesAre(_ design: TextNetwork) throws {
    let network = try design.network(seed: 0)
    let layout = try TextNetwork.Layout(network)
    #expect(TextNetwork.Layout.describes(network) && layout.family == "vitro-\(design.architecture.rawValue)")
    #expect(layout.residualTaps.count == (design.architecture == .cnn ? 1 : 3) && layout.context == 9)
    let run = try network.run([Tensor(rows: [[1, 2, 3, 4]])], recording: .names(layout.residualTaps))
    for tap in layout.residualTaps { #expect(try run.value(at: tap).shape.prefix(2) == [1, 4]) }
    #expect(layout.isCausal == [.lstm, .decoder].contains(design.architecture))
  }

  @Test(arguments: [TextNetwork.Architecture.lstm, .decoder]) func aCausalNetworkDoesNotSeeWhatComesAfter(
    _ architecture: TextNetwork.Architecture
  ) throws {
    let design = TextNetwork(architecture, vocabulary: 20, classes: ["a", "b"], width: 8, hidden: 8)
    let network = try design.network(seed: 1)
    let tap = try #require(TextNetwork.Layout(network).residualTaps.last)
    func states(_ tokens: [Int]) throws -> [Double] {
      try network.run([Tensor(rows: [tokens])], recording: [tap]).value(at: tap).slice(axis: 1, 0..<3).doubles
    }
    let (one, other) = (try states([1, 2, 3, 4]), try states([1, 2, 3, 9]))
    #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test(arguments: TextNetwork.Architecture.allCases) func everyArchitectureFindsThePlantedWord(
    _ architecture: TextNetwork.Architecture
  ) throws {
    let (training, test) = (PlantedSentences(300, seed: 1), PlantedSentences(100, seed: 2))
    let vocabulary = try TextVocabulary(of: training.texts, units: .words)
    let tokenizer = try Tokenizer(json: vocabulary.file())
    func source(_ sentences: PlantedSentences) throws -> TokenizedTexts {
      try TokenizedTexts(sentences.texts.map { try tokenizer.encode($0).map(\.id) }, labels: sentences.labels)
    }
    let design = TextNetwork(
      architecture, vocabulary: vocabulary.count, classes: ["bad", "good"], width: 16, hidden: 16, layers: 1, heads: 2,
      pooling: architecture == .lstm ? .maximum : nil, dropout: 0.1)
    var network = try design.network(seed: 0)
    let settings = TrainingSettings(.epochs(12), batchSize: 16, optimizer: .adam(rate: 5e-3), loss: .crossEntropy)
    try Trainer(settings).train(&network, on: source(training))
    let sorted = try source(test).sortedByLength()
    #expect(try network.accuracy(sorted)[0] > 0.95)
    #expect(try network.accuracy(source(test))[0] == network.accuracy(sorted)[0], "in whatever order")
  }

  @Test func aLanguageModelLearnsWhatFollowsWhat() throws {
    let text = String(repeating: "abcabd", count: 120)
    let vocabulary = try TextVocabulary(of: [text], units: .characters)
    let tokens = try Tokenizer(json: vocabulary.file()).encode(text).map(\.id)
    let source = try TokenStretches(tokens, length: 12)
    let design = TextNetwork(
      .decoder, vocabulary: vocabulary.count, classes: [], width: 16, hidden: 32, layers: 1, heads: 2, dropout: 0,
      context: 12)
    var network = try design.network(seed: 0)
    let before = try network.evaluate(source, loss: .crossEntropy).loss[0]
    try Trainer(TrainingSettings(.epochs(40), batchSize: 10, optimizer: .adam(rate: 1e-2), loss: .crossEntropy))
      .train(&network, on: source)
    let after = try network.evaluate(source, loss: .crossEntropy).loss[0]
    #expect(before > 1.3 && after < 0.15, "\(before) → \(after)")
    #expect(design.isLanguageModel && network.graph.nodes.last?.ties == ["weight": "embed.weight"])
  }

  @Test func designsThatCannotWorkAreRefused() {
    func refused(_ design: TextNetwork) -> Bool { (try? design.graph()) == nil }
    #expect(refused(TextNetwork(.encoder, vocabulary: 10, classes: ["a", "b"], width: 10, heads: 4)))
    #expect(refused(TextNetwork(.lstm, vocabulary: 10, classes: [])))
    #expect(refused(TextNetwork(.lstm, vocabulary: 10, classes: ["a"])))
    #expect(refused(TextNetwork(.cnn, vocabulary: 10, classes: ["a", "b"], pooling: .last)))
    #expect(refused(TextNetwork(.cnn, vocabulary: 0, classes: ["a", "b"])))
    #expect(refused(TextNetwork(.cnn, vocabulary: 10, classes: ["a", "b"], hidden: .max)))
    #expect(refused(TextNetwork(.lstm, vocabulary: 10, classes: ["a", "b"], dropout: 1)))
  }

  @Test func aLayoutThatContradictsItsNetworkIsRefused() throws {
    var graph = try TextNetwork(.cnn, vocabulary: 10, classes: ["a", "b"], width: 4, hidden: 4).graph()
    #expect(throws: Never.self) { try TextNetwork.Layout(Network(graph)) }
    for (key, value) in [
      ("hiddenStates", "nowhere"), ("hiddenStates", ""), ("context", "-3"), ("width", "9999999999999999999"),
    ] {
      let kept = graph.metadata[key]
      graph.metadata[key] = value
      #expect(throws: VitroError.self) { try TextNetwork.Layout(Network(graph)) }
      graph.metadata[key] = kept
    }
  }

  @Test func aSavedNetworkOpensAsALanguageModel() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-text-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let vocabulary = try TextVocabulary(of: ["a fine film .", "A bad film !"], units: .words)
    #expect(vocabulary.tokens == ["<unk>", "a", "film", "!", ".", "bad", "fine"])
    let design = TextNetwork(.encoder, vocabulary: vocabulary.count, classes: ["a", "b"], width: 8, hidden: 8)
    let network = try design.network(seed: 0)
    try network.save(to: folder.path)
    try vocabulary.save(to: folder.path)
    let model = try LanguageModel(folder.path)
    let tokens = try model.tokenizer.encode("A fine, bad film").map(\.id)
    #expect(tokens == [1, 6, 0, 5, 2])
    #expect(model.layers == 2 && model.residualTaps.count == 3 && !model.isCausal && model.context == 256)
    let texts = [tokens, [1, 2], [5]]
    let tap = model.residualTaps[1]
    let run = try model.run(texts, recording: [tap])
    let states = try run.value(at: tap)
    #expect(run.ranges == [0..<5, 5..<7, 7..<8])
    for (range, text) in zip(run.ranges, texts) {
      let alone = try network.run([Tensor(rows: [text])], recording: [tap]).value(at: tap).doubles
      #expect(zip(alone, try states.slice(range).doubles).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}

@Suite struct TokenizedTextsTests {
  @Test func onlyTextsOfOneLengthRunTogether() throws {
    let texts = try TokenizedTexts([[1, 2], [3], [4, 5], [6]], labels: [0, 1, 1, 0])
    #expect(texts.batchKeys == [2, 1, 2, 1])
    let batch = try texts.batch([2, 0])
    #expect(try batch.inputs[0].ints == [4, 5, 1, 2] && batch.target.ints == [1, 0])
    #expect(throws: VitroError.self) { try texts.batch([0, 1]) }
    #expect(throws: VitroError.self) { try texts.batch([4]) }
    #expect(try texts.sortedByLength().tokens == [[3], [6], [1, 2], [4, 5]])
    #expect(throws: VitroError.self) { try TokenizedTexts([[1], []], labels: [0, 1]) }
  }

  @Test func stretchesAreFollowedByTheirNextTokens() throws {
    let stretches = try TokenStretches([3, 1, 4, 1, 5, 9, 2], length: 3)
    #expect(stretches.count == 2)
    let batch = try stretches.batch([1, 0])
    #expect(try batch.inputs[0].ints == [1, 5, 9, 3, 1, 4] && batch.target.ints == [5, 9, 2, 1, 4, 1])
    #expect(batch.target.shape == [2, 3])
    #expect(throws: VitroError.self) { try TokenStretches([1, 2, 3], length: 3) }
    #expect(throws: VitroError.self) { try stretches.batch([2]) }
  }
}

@Suite struct TextVocabularyTests {
  @Test func rareTokensAreUnknownAndTheMostFrequentComeFirst() throws {
    let texts = ["b a a", "A c", "a c d"]
    let all = try TextVocabulary(of: texts, units: .words)
    #expect(all.tokens == ["<unk>", "a", "c", "b", "d"])
    #expect(try TextVocabulary(of: texts, units: .words, least: 2).tokens == ["<unk>", "a", "c"])
    #expect(try TextVocabulary(of: texts, units: .words, most: 2).tokens == ["<unk>", "a"])
    #expect(throws: VitroError.self) { try TextVocabulary(of: texts, units: .words, least: 9) }
    let characters = try TextVocabulary(of: ["ab\na"], units: .characters)
    #expect(characters.tokens == ["<unk>", "a", "\n", "b"])
    let ids = try Tokenizer(json: characters.file()).encode("b\nz").map(\.id)
    #expect(ids == [3, 2, 0])
  }

  @Test func twoSpellingsOfACharacterAreTwoTokens() throws {
    // Two words that look alike, and the two characters for Å; and what must be escaped.
    let words = "caf\u{e9} cafe\u{301} \" \\"
    for (text, units) in [(words, TextVocabulary.Units.words), ("\u{212b}\u{c5}\u{1}\"\\", .characters)] {
      let vocabulary = try TextVocabulary(of: [text], units: units)
      let ids = try Tokenizer(json: vocabulary.file()).encode(text).map(\.id)
      #expect(!ids.contains(0) && Set(ids).count == vocabulary.count - 1 && ids.count == vocabulary.count - 1)
      #expect(vocabulary.count == (units == .words ? 5 : 6))
    }
  }
}
