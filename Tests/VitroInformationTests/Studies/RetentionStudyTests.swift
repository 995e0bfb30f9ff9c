import Foundation
import Testing
import VitroCore
import VitroLab
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// `vitro information measure` with what can be added to it, on networks of which is known what they keep.
@Suite struct RetentionStudyTests {
  private static let words = 40
  private static let text = "3 14 15 9 2 6"

  /// Tokens → vectors → the same vectors → one number of each, and tanh of their triple.
  private static func network() throws -> Network {
    let width = 12
    var graph = Graph("planted", inputs: [Graph.Input("tokens", shape: [-1])])
    graph.add("embed", Embedding(words, width), reading: "tokens")
    graph.add("state", Linear(width, width, bias: false), reading: "embed")
    graph.add("bent", Activation(.tanh), reading: "state")
    graph.add("one", Linear(width, 1, bias: false), reading: "state")
    graph.add("pool", Mean(axes: [0]), reading: "one")
    graph.outputs = ["pool"]
    graph.metadata = [
      "family": "vitro-test", "hiddenStates": "embed,state,bent,one", "width": "\(width)", "context": "32",
      "vocabulary": "\(words)", "causal": "false", "predictsNext": "false",
    ]
    var network = try Network(graph, seed: 1)
    try network.parameters.set("state.weight", to: .eye(width))
    return network
  }

  private static let lines = (0..<100).map { line in
    var stream = RandomStream(seed: 2, "reference", line)
    return stream.draw(words: 8).map { "\(Int($0) % words)" }.joined(separator: " ")
  }

  private func withStudy(_ body: (RetentionStudy) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-planted-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    try Self.network().save(to: place.appending(path: "model").path)
    try Data(Self.lines.joined(separator: "\n").utf8).write(to: place.appending(path: "texts.txt"))
    var study = RetentionStudy()
    (study.model, study.text) = (place.appending(path: "model").path, Self.text)
    study.reference = place.appending(path: "texts.txt").path
    study.samples = 100
    try body(study)
  }

  // MARK: - The decoder's view

  @Test func decodingReadsWordsOffALayerThatIsTheWords() throws {
    try withStudy { study in
      var study = study
      (study.layers, study.decode) = (["state", "one", "pool"], true)
      let ran = try StudyRun(study)
      let views = ran.list("decoder").map { StudyRun.object($0) }
      // The mean of all words has no row for each.
      #expect(views.map { $0["layer"] } == ["state", "one"])
      let words = views.map { StudyRun.list($0["words"]).map { StudyRun.object($0) } }
      try #require(words.map(\.count) == [6, 6])
      let spoken = Self.text.split(separator: " ").map { JSONValue.string(String($0)) }
      #expect(words[0].map { $0["guess"] } == spoken)
      #expect(words[0].allSatisfy { (StudyRun.number($0["probability"]) ?? 0) > 0.9 })
      let sure = words.map { view in view.compactMap { StudyRun.number($0["probability"]) }.reduce(0, +) / 6 }
      #expect(sure[1] < 0.5, "of 40 words one number tells few: \(sure)")
      for word in words.joined() {
        let (probability, entropy) = (StudyRun.number(word["probability"]), StudyRun.number(word["entropy"]))
        #expect(try (0...1).contains(#require(probability)))
        #expect(try (0...log(Double(Self.words)) + 1e-6).contains(#require(entropy)))
      }
      // The control is given other texts' features: it loses nearly all of log 40 = 3.7 nats, of one number much less.
      let gains = views.map { StudyRun.numbers($0["gain"]) }
      try #require(gains.map(\.count) == [3, 3])
      #expect(gains[0][1] > 2, "\(gains)")
      #expect(gains[1][2] < gains[0][1], "\(gains)")
      #expect(ran.report.sections.contains { $0.id == "decoder" })
    }
  }

  @Test func nothingIsDecodedOrComparedUnlessAsked() throws {
    try withStudy { study in
      var study = study
      study.layers = ["state"]
      let ran = try StudyRun(study)
      #expect(ran.facts["decoder"] == nil && ran.facts["calibration"] == nil)
      #expect(!ran.report.sections.contains { $0.id == "decoder" || $0.id == "calibration" })
    }
  }

  @Test func fewTextsToDecodeByAreRefused() throws {
    try withStudy { study in
      var study = study
      (study.layers, study.decode) = (["state"], true)
      let few = Self.lines.prefix(7).joined(separator: "\n")
      try Data(few.utf8).write(to: URL(filePath: try #require(study.reference)))
      let error = #expect(throws: VitroError.self) { try StudyRun(study) }
      #expect(error?.message.contains("7 texts") == true, "\(error.map { "\($0)" } ?? "")")
    }
  }

  // MARK: - Other choices

  @Test func calibrationComparesTheOrderOfWordsWithThatOfOtherChoices() throws {
    try withStudy { study in
      var study = study
      // Words that stand far out bend tanh more, and can take more noise: there is an order to find.
      (study.layers, study.samples, study.calibrate) = (["bent", "state"], 1600, true)
      let ran = try StudyRun(study, seed: 3)
      let choices = ran.list("calibration").map { StudyRun.object($0) }
      #expect(
        choices.map { $0["choice"] }
          == ["other seeds", "¼ δ", "4 δ", "half the passes", "one spread a layer"].map(JSONValue.string))
      let agreement = choices.map { StudyRun.numbers($0["rankCorrelation"]) }
      #expect(agreement.allSatisfy { $0.count == 2 && $0.allSatisfy { (-1...1).contains($0) } }, "\(agreement)")
      #expect(agreement[0][0] > 0.8 && agreement[3][0] > 0.8, "\(agreement)")
      #expect(ran.report.sections.contains { $0.id == "calibration" })

      // Each is what the measure finds when it is asked so.
      let network = try WordNetwork(LanguageModel(try #require(study.model)))
      let texts = try [network.text(Self.text)]
      let reference = try Self.lines.map { try network.text($0) }
      func order(_ samples: Int, _ seed: UInt64, floor: Double = 0.1, distortion: Double = 0.05) throws -> [Double] {
        let scales = try FeatureScales(network, ["bent"], over: reference, floor: floor)
        let settings = InformationSettings(distortion: distortion, samples: samples, seed: seed)
        return try InformationMeasure(network, scales, settings: settings)(texts, ["bent"])[0][0].logSigma
      }
      study.layers = ["bent"]
      let alone = StudyRun.list(try StudyRun(study, seed: 3).facts["calibration"]).map { StudyRun.object($0) }
      let own = try order(1600, 3)
      let others = try [
        order(1600, 4), order(1600, 5, distortion: 0.0125), order(1600, 6, distortion: 0.2), order(800, 7),
        order(1600, 8, floor: 1),
      ]
      for (choice, other) in zip(alone, others) {
        let found = try #require(StudyRun.numbers(choice["rankCorrelation"]).first)
        #expect(abs(found - RankAgreement.spearman(own, other)) < 1e-12, "\(choice)")
      }
    }
  }
}
