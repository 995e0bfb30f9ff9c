import Foundation
import Testing
import Vitro

/// The samples of judging, planted tasks and decoding.
@Suite struct InformationJudgingExamples {
  private func network() throws -> WordNetwork {
    let design = TextNetwork(.encoder, vocabulary: 50, classes: ["no", "yes"], width: 16, layers: 6, heads: 2)
    return try WordNetwork(
      LanguageModel(name: "small", family: "text", transformer: nil, network: try design.network(seed: 0)))
  }

  private func texts(_ network: WordNetwork, _ count: Int = 20) throws -> [WordText] {
    try (0..<count).map { text in try network.text((0..<6).map { (text * 11 + $0 * 7) % 50 }) }
  }

  @Test func decoding() throws {
    let network = try network()
    let texts = try texts(network, 40)
    let text = texts[0]
    // docs:FeatureDecoder
    let decoder = try FeatureDecoder(network, "blocks.5.hook_resid_post", learning: texts)
    let found = try decoder.reconstruction(of: text)
    for word in found.words { print(word?.probability ?? 0, word?.entropy ?? 0) }
    // docs:end
    #expect(found.words.count == text.count)
  }

  @Test func scores() throws {
    // docs:DealtWeights
    let mean = DealtWeights.mean([[0.1, 0.2, 0.1], [0.3, 0.4, 0.2]])  // two dealings of three texts
    // docs:end
    #expect(mean.map { abs($0.value - 1.3 / 6) < 1e-9 } == true)
    // docs:TruthScores
    let area = try TruthScores.auc([0.9, 0.1, 0.2], relevant: [true, false, false])  // 1
    // docs:end
    #expect(area == 1)
    // docs:RankAgreement
    let agreement = RankAgreement.spearman([0.1, 0.9, 0.4], [1, 30, 2])  // 1
    // docs:end
    #expect(agreement == 1)
  }

  @Test func judging() throws {
    let network = try network()
    let reference = try texts(network)
    let truth = (0..<3).map { _ in (0..<6).map { $0 == 0 } }
    let scales = try FeatureScales(network, network.layersToAnswer, over: reference)
    let question = try AttributionQuestion(network, Array(reference.prefix(3)), .answer, scales: scales)
    // docs:MethodJudge
    let judge = try MethodJudge(question, relevant: truth, layers: network.layersToAnswer, reference: reference)
    let judged = try judge.judge(GradientMethod())
    // docs:end
    #expect(judged.name == "gradient")
  }

  @Test func planting() throws {
    // docs:PlantedTask
    let planted = PlantedTask.count.texts(100, seed: 0)
    print(planted[0].words, planted[0].label, planted[0].isRelevant)
    // docs:end
    #expect(planted.count == 100)
    // docs:PlantedNetwork
    let trained = try PlantedNetwork.train(.firstWord, .lstm, seed: 0)
    let texts = try trained.texts(PlantedTask.firstWord.texts(50, seed: 1))
    // docs:end
    #expect(texts.count == 50)
  }

  @Test func studies() throws {
    // docs:FaithfulnessStudy
    var study = FaithfulnessStudy()
    study.task = .firstWord
    study.methods = ["gradient", "occlusion"]
    // docs:end
    try study.validate()
    // docs:ForgettingStudy
    var forgetting = ForgettingStudy()
    forgetting.tasks = [.firstWord]
    forgetting.seeds = 5
    // docs:end
    #expect(forgetting.tasks == [.firstWord] && forgetting.seeds == 5)
  }
}
