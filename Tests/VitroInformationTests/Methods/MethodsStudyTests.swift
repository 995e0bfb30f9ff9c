import Foundation
import Testing
import VitroCore
import VitroLab
import VitroModels
import VitroNetworks

@testable import VitroInformation

@Suite struct MethodsStudyTests {
  private func withModel(_ name: String, _ body: (MethodsStudy) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-words-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    try AttributionNetworks.words(name).network.save(to: place.appending(path: "model").path)
    let lines = (0..<20).map { first in "\(first) \((first * 7) % 23) \((first * 5 + 3) % 23) \((first + 11) % 23)" }
    try Data(lines.joined(separator: "\n").utf8).write(to: place.appending(path: "texts.txt"))
    var study = MethodsStudy()
    (study.model, study.text) = (place.appending(path: "model").path, "3 14 15 9 2 6")
    study.reference = place.appending(path: "texts.txt").path
    try body(study)
  }

  @Test func allMethodsStandSideBySide() throws {
    try withModel("encoder") { study in
      var study = study
      study.method = AttributionMethods.all.map { $0.name }.filter { $0 != "information" }
      let ran = try StudyRun(study)
      #expect(ran.list("tokens").count == 6)
      #expect(ran.list("layers") == ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post", "pool", "logits"])
      let scores = ran.object("scores")
      #expect(Set(scores.keys) == Set(study.method))
      let undefined = ran.object("undefined")
      #expect(Set(undefined.keys) == ["iba", "value-zeroing"])
      for (name, rows) in scores {
        let last = undefined[name] == nil ? 6 : 0
        #expect(StudyRun.list(rows).map { StudyRun.list($0).count } == [6, 6, last, last], "\(name)")
      }
      #expect(ran.object("agreement").count == study.method.count)
      #expect(ran.report.figures.count == study.method.count + 2)
    }
  }

  @Test func oneMethodGivesItsScoresAlone() throws {
    try withModel("lstm") { study in
      var study = study
      study.method = ["lrp"]
      let ran = try StudyRun(study)
      #expect(ran.list("layers") == ["lstm0", "pool", "logits"])
      #expect(StudyRun.list(ran.list("scores").first).count == 6)
      #expect(ran.facts["agreement"] == nil)
    }
  }

  @Test func undefinedMethodsSayWhy() throws {
    try withModel("lstm") { study in
      var study = study
      (study.method, study.target, study.classNumber) = (["attention", "gradient", "iba", "information"], .answer, 1)
      let ran = try StudyRun(study)
      guard case .string(let reason)? = ran.object("undefined")["attention"] else {
        Issue.record("no reason")
        return
      }
      #expect(reason.contains("no attention"))
      #expect(ran.list("layers") == ["logits"])
      #expect(ran.facts["class"] == .integer(1) && ran.facts["answer"] == .string("b"))
      #expect(ran.object("scores")["attention"] == .array([.null]))
    }
  }

  @Test func badInputIsAClearError() throws {
    try withModel("encoder") { study in
      func message(_ change: (inout MethodsStudy) -> Void) -> String {
        var changed = study
        changed.method = ["gradient"]
        change(&changed)
        do {
          _ = try StudyRun(changed)
          return "nothing was wrong"
        } catch {
          return "\(error)"
        }
      }
      #expect(message { $0.method = ["occlusions"] }.contains("Did you mean 'occlusion'"))
      #expect(message { $0.layers = ["blocks.0.hook_resid_pos"] }.contains("blocks.0.hook_resid_pos"))
      #expect(message { $0.text = "" }.contains("--text is missing"))
      #expect(message { $0.text = " " }.contains("empty"))
      #expect(
        message {
          $0.classNumber = 3; $0.target = .answer
        }.contains("there is no class 3"))
      #expect(message { $0.text = Array(repeating: "1", count: 10_000).joined(separator: " ") }.contains("16"))
    }
  }

  @Test(.enabled(if: PretrainedNetworks.has("minilm"), "models/minilm is absent")) func miniLMIsShown() throws {
    var study = MethodsStudy()
    study.model = PretrainedNetworks.folder + "/minilm"
    study.text = "A rare bird has more than enough charm to make it memorable."
    study.layers = ["blocks.0.hook_normalized_resid_post", "blocks.5.hook_normalized_resid_post"]
    study.method = ["gradient", "integrated-gradients", "lrp", "occlusion", "iba", "attention", "rollout", "random"]
    let ran = try StudyRun(study)
    #expect(ran.object("scores").count == 8)
    #expect(ran.list("tokens").count == 15)
    #expect(Array(ran.object("undefined").keys) == ["iba"])
    study.target = .answer
    #expect(throws: VitroError.self) { try StudyRun(study) }
  }

  @Test(.enabled(if: PretrainedNetworks.has("minilm"), "models/minilm is absent")) func miniLMIsAskedByAll() throws {
    let network = try WordNetwork(LanguageModel(PretrainedNetworks.folder + "/minilm"))
    let lines = [
      "A rare bird has more than enough charm to make it memorable.", "The plot is thin, but the actors are a delight.",
      "It never finds its feet.", "One of the best films of the year, and one of the most moving.",
    ]
    let texts = try lines.map { try network.text($0) }
    let features = network.hiddenStates.map { Feature($0) }
    let scales = try FeatureScales(network, features, over: texts)
    for name in AttributionMethods.all.map({ $0.name }) where name != "information" {
      let method = try AttributionMethods.named(name).init()
      let target = AttributionTarget.feature(features[name == "iba" ? 3 : 5])
      guard try method.reasonUndefined(target, in: network) == nil else { continue }
      let began = Date()
      let scores = try method.scores(AttributionQuestion(network, texts, target, scales: scales))
      print(
        "MiniLM \(name): \(-began.timeIntervalSinceNow) s,",
        scores[0].map { String(format: "%.3f", $0) }.joined(separator: " "))
      let isFinite = scores.joined().allSatisfy { $0.isFinite }
      #expect(isFinite && scores.map(\.count) == texts.map(\.count), "\(name)")
    }
  }
}
