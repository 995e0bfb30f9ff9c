import Testing
import VitroCore
import VitroFitting
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct MethodJudgeTests {
  private static func judge(
    _ replacement: WordReplacement = .mean, _ target: AttributionTarget = .answer, radius: Double? = nil
  ) throws -> MethodJudge {
    var training = PlantedNetwork.Training()
    training.texts = 3000
    let trained = try PlantedNetwork.train(.firstWord, .lstm, seed: 0, training: training)
    let planted = PlantedTask.firstWord.texts(40, seed: 77)
    let texts = try trained.texts(planted)
    let reference = try trained.texts(PlantedTask.firstWord.texts(60, seed: 78))
    let scales = try FeatureScales(trained.network, trained.features, over: reference)
    var settings = JudgeSettings()
    settings.replacement = replacement
    settings.sensitivityRadius = radius ?? settings.sensitivityRadius
    return try MethodJudge(
      AttributionQuestion(trained.network, texts, target, scales: scales), relevant: planted.map(\.isRelevant),
      layers: trained.features, reference: reference, settings: settings)
  }

  @Test func theOracleBeatsChanceInEverythingThatTruthDecides() throws {
    let judge = try Self.judge()
    let oracle = try judge.judge(OracleMethod(judge))
    let chance = try judge.judge(ChanceMethod())
    let real = try judge.judge(LeaveOneOutMethod())
    #expect(oracle.auc?.value == 1)
    #expect(abs((chance.auc?.value ?? 0) - 0.5) < 0.15)
    #expect(try #require(real.auc).low > 0.5)
    let gain = try Estimate.mean(ofTexts: zip(oracle.drops, chance.drops).map { $0 - $1 })
    #expect(try #require(gain).low > 0, "what decides is missed more than random words, text by text")
    #expect(try #require(oracle.comprehensiveness).value > #require(chance.comprehensiveness).value)
    #expect(try #require(oracle.sufficiency).high < #require(chance.sufficiency).low)
    #expect(try #require(oracle.deletionArea).value < #require(chance.deletionArea).value)
    #expect(try #require(oracle.insertionArea).value > #require(chance.insertionArea).value)
    #expect(try #require(oracle.infidelity).value < #require(chance.infidelity).value)
    #expect(try #require(real.infidelity).value < #require(chance.infidelity).value)
    #expect(oracle.divergence?.value == 0 && oracle.jensenShannon?.value == 0)
    let agreement = try MethodJudge.agreement([oracle, chance, real])
    #expect(agreement[0][0] == 1 && agreement[0][1] == agreement[1][0] && agreement[0][2] > agreement[0][1])
  }

  @Test func aMapThatDoesNotReadTheWeightsIsMarked() throws {
    let judge = try Self.judge()
    let oracle = try judge.judge(OracleMethod(judge))
    let real = try judge.judge(LeaveOneOutMethod())
    #expect(oracle.random?.value == 1 && oracle.isUnchangedByRandomWeights)
    #expect(!real.isUnchangedByRandomWeights)
    #expect(real.correlations.count == 3 && real.correlations[0] != real.correlations[1])
    #expect(real.correlations.allSatisfy { $0.count == judge.question.texts.count })
    #expect(oracle.sensitivity?.value == 0)
    #expect((real.sensitivity?.value ?? 1) < 0.5)
    #expect((oracle.coherency?.value ?? 1) < 1e-12)
    #expect((oracle.coherencyControl?.value ?? 0) > 0.3)
  }

  @Test func featuresAreJudgedByTheirDistance() throws {
    let judge = try Self.judge(.mean, .feature("pool"))
    let oracle = try judge.judge(OracleMethod(judge))
    let chance = try judge.judge(ChanceMethod())
    // Nothing is taken out: no distance. All is taken out: the distance is the same for any order.
    // Products of as many rows as run together round in their own way.
    let nothing = try [#require(oracle.curves).deletion[0], #require(oracle.curves).insertion[10]]
    #expect(nothing.allSatisfy { abs($0.value) < 1e-9 }, "\(nothing)")
    #expect(try #require(oracle.comprehensiveness).value > #require(chance.comprehensiveness).value)
  }

  @Test func wordsCanBeDeletedButNotFromAFeatureOfAllWords() throws {
    let judge = try Self.judge(.deletion)
    let oracle = try judge.judge(OracleMethod(judge))
    #expect((oracle.curves?.deletion[0].value ?? 0) > 0.95)
    // No word, one word, and two: each length runs by itself.
    let text = judge.question.texts[0]
    let cases = [[], [1], [], [1, 2], [2]].map { places in (text: 0, kept: text.tokens.indices.map(places.contains)) }
    let readings = try judge.erasure.readings(cases).map(\.score)
    #expect(readings[0] == readings[2] && readings[0] != readings[1] && readings[1] != readings[4])
    let network = judge.question.network
    let single = try network.answers([network.text([text.tokens[1]])])[0][judge.question.classes[0]]
    #expect(abs(readings[1] - single) < 1e-5)
    #expect(throws: VitroError.self) { try Self.judge(.deletion, .feature("lstm0")) }
    #expect(throws: VitroError.self) { try Self.judge(.mask) }
  }

  @Test func keepingAllWordsOrReplacingThemEqualsRunningThem() throws {
    let judge = try Self.judge(.zero)
    let question = judge.question
    let text = question.texts[0]
    let all = [Bool](repeating: true, count: text.count)
    let none = all.map { _ in false }
    let readings = try judge.erasure.readings([(0, all), (0, none)])
    let plain = try question.network.answers([text, text.replacing(vectors: text.vectors.zerosLike())])
    #expect(abs(readings[0].score - plain[0][question.classes[0]]) < 1e-5)
    #expect(abs(readings[1].score - plain[1][question.classes[0]]) < 1e-5)
  }

  @Test func randomNetworksKeepTheNumbersOfEachTensor() throws {
    let network = try Self.judge().question.network
    let other = try NetworkRandomization.randomized(network, seed: 1)
    let names = try NetworkRandomization.layers(of: network)
    #expect(names == ["lstm0", "logits"])
    for name in network.network.parameters.names {
      let (a, b) = try (
        network.network.parameters.value(named: name), other.network.parameters.value(named: name)
      )
      #expect(try a.doubles.sorted() == b.doubles.sorted())
      // Two numbers may well be dealt as they were.
      #expect(a.isIdentical(to: b) == name.hasPrefix("embed") || a.count == 2)
    }
  }

  @Test func weightsThatALaterLayerSharesWithTheWordsAreDealtToo() throws {
    var graph = Graph("tied", inputs: [Graph.Input("tokens", shape: [-1])])
    graph.add("embed", Embedding(6, 4), reading: "tokens")
    graph.add("mix", Linear(4, 4), reading: "embed")
    graph.add("scores", Linear(4, 6, bias: false), reading: "mix", ties: ["weight": "embed.weight"])
    graph.outputs = ["scores"]
    let whole = try Network(graph, seed: 0)
    let network = try WordNetwork(
      LanguageModel(name: "tied", family: "planted", transformer: nil, network: whole, tokenizer: nil))
    #expect(try NetworkRandomization.layers(of: network) == ["mix", "scores"])
    let other = try NetworkRandomization.randomized(network, seed: 1)
    let (own, dealt) = try (
      whole.parameters.value(named: "embed.weight"), other.network.parameters.value(named: "embed.weight")
    )
    #expect(!own.isIdentical(to: dealt))
    #expect(try own.doubles.sorted() == dealt.doubles.sorted())
  }

  @Test func stepsOfLengthZeroChangeNothingWhateverNoiseAMethodDraws() throws {
    let judge = try Self.judge(radius: 0)
    #expect(try judge.sensitivity(GradientMethod())?.value == 0)
    #expect(try judge.sensitivity(SmoothGradient())?.value == 0)
    var information = InformationMethod()
    information.settings.samples = 100
    #expect(try judge.sensitivity(information)?.value == 0)
  }
}
