import Foundation
import Testing
import VitroCore
import VitroLab
import VitroModels

@testable import VitroInformation

/// The study of forgetting as a command of its own, small.
struct SmallForgetting: Experiment {
  static let name = "small-forgetting"
  static let abstract = "What networks forget."
  static let fields: [Field<Self>] = []

  func run(_ run: Run) throws -> Outcome {
    var study = ForgettingStudy()
    study.tasks = [.firstWord, .count]
    study.architectures = [.lstm]
    study.texts = 10
    study.samples = 100
    study.training.texts = 3000
    return try study.run(run)
  }
}

@Suite struct JudgingStudyTests {
  private func lab(_ body: (Lab) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-judging-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    try body(
      Lab(
        store: RunStore(directory: place),
        registry: ExperimentRegistry([SmallForgetting.self, FaithfulnessStudy.self])))
  }

  private func reported(_ lab: Lab, _ record: RunRecord) throws -> (facts: [String: JSONValue], report: Report) {
    let report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    if let keep = ProcessInfo.processInfo.environment["KEEP"] {
      try report.write(to: URL(filePath: "\(keep)/\(report.id)"))
    }
    return (try lab.store.facts(of: record.id), report)
  }

  @Test func theStudyOfForgettingMeasuresWhatNetworksKeep() throws {
    try lab { lab in
      let record = try lab.run(RunConfiguration(SmallForgetting(), seed: 1), observer: SilentObserver())
      let (facts, report) = try reported(lab, record)
      guard case .array(let networks) = facts["networks"], networks.count == 2,
        case .object(let first) = networks[0], case .array(let layers) = first["layers"],
        case .object(let last) = layers.last, case .number(let relevant) = last["relevant"],
        case .array(let methods) = first["methods"], case .object(let own) = methods.first
      else {
        Issue.record("\(facts)")
        return
      }
      #expect(first["task"] == "first-word" && first["solved"] == true)
      #expect(layers.count == 3 && relevant > 0.1)
      #expect(own["name"] == "information")
      #expect(report.sections.contains { $0.id == "learning" })
      guard case .array(let claims) = facts["claims"], case .object(let claim) = claims.first else {
        Issue.record("there are claims")
        return
      }
      #expect(claim["id"] == "every-last-layer-forgets")
    }
  }

  @Test func faithfulnessIsJudgedOnAPlantedTask() throws {
    try lab { lab in
      var study = FaithfulnessStudy()
      study.task = .firstWord
      study.texts = 16
      study.samples = 100
      study.methods = ["information"]
      study.sensitivitySamples = 2
      study.repeated = 4
      let record = try lab.run(RunConfiguration(study, seed: 1), observer: SilentObserver())
      let (facts, _) = try reported(lab, record)
      guard case .array(let methods) = facts["methods"], case .object(let own) = methods.first,
        case .number(let auc) = own["auc"], case .object(let intervals) = own["intervals"]
      else {
        Issue.record("\(facts)")
        return
      }
      #expect(auc > 0.7)
      for name in ["auc", "comprehensiveness", "sufficiency", "coherency", "infidelity", "sensitivity", "random"] {
        #expect(own[name] != nil && own[name] != .null, "\(name)")
        #expect(intervals[name] != nil, "\(name)")
      }
    }
  }

  @Test func whatCannotBeJudgedIsRefused() throws {
    #expect(throws: VitroError.self) { try FaithfulnessStudy().validate() }
    var both = FaithfulnessStudy()
    (both.task, both.model) = (.count, "model")
    #expect(throws: VitroError.self) { try both.validate() }
    var unknown = FaithfulnessStudy()
    (unknown.task, unknown.methods) = (.count, ["informaton"])
    let error = #expect(throws: VitroError.self) { try unknown.validate() }
    #expect("\(error.map { "\($0)" } ?? "")".contains("information"))
  }
}
