import Foundation
import Testing
import VitroCore
import VitroFitting
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
    study.architectures = [.cnn]
    study.texts = 6
    study.measure = InformationSettings(distortion: 0.5, samples: 400, mostSamples: 10_000, tolerance: 0.15)
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
      #expect(layers.count == 2 && relevant > 0.1)
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
      // The control is judged though it was not named.
      guard methods.count == 2, case .object(let control) = methods[1], case .array(let claims) = facts["claims"],
        case .number(let confidence) = facts["confidence"]
      else {
        Issue.record("\(facts)")
        return
      }
      #expect(control["name"] == "random" && claims.count == 3)
      #expect(abs(confidence - (1 - 0.05 / 3)) < 1e-12)
      for name in ["auc", "comprehensiveness", "sufficiency", "coherency", "infidelity", "sensitivity", "random"] {
        #expect(own[name] != nil && own[name] != .null, "\(name)")
        #expect(intervals[name] != nil, "\(name)")
      }
    }
  }

  @Test func theMeasureIsAmongTheBestTwoOnlyWhereAllOthersButOneAreSurelyWorse() {
    func rival(_ low: Double, _ high: Double) -> Estimate { Estimate(value: (low + high) / 2, low: low, high: high) }
    let (worse, open, better) = (rival(-0.3, -0.1), rival(-0.2, 0.1), rival(0.1, 0.2))
    #expect(ForgettingResult.isAmongBestTwo([worse, worse, better]) == .holds)
    #expect(ForgettingResult.isAmongBestTwo([worse, open, open]) == .undecided)
    #expect(ForgettingResult.isAmongBestTwo([worse, open, better]) == .undecided)
    #expect(ForgettingResult.isAmongBestTwo([worse, better, better]) == .fails)
  }

  @Test func aLayerForgetsByTheDifferenceTextByText() throws {
    var cell = ForgettingCell(
      task: .count, reader: "lstm", seed: 0, accuracy: Estimate(value: 1, low: 0.99, high: 1), layers: ["logits"])
    // Texts differ much, but in each irrelevant words keep a little less than half.
    cell.relevant = [(1...20).map { Double($0) / 20 }]
    cell.irrelevant = [(1...20).map { Double($0) / 40 - 0.02 }]
    let kept = try #require(ForgettingNetworks(cells: [cell]).kept(0))
    #expect(kept.excess.high < 0 && kept.irrelevant.high > kept.relevant.low / 2)
  }

  /// What has not converged decides nothing, whether it is left out or not.
  @Test func aVerdictMustStandWithWhatHasNotConverged() throws {
    func verdict(open irrelevant: Double, _ count: Int) throws -> Claim.Verdict {
      var cell = ForgettingCell(
        task: .firstWord, reader: "LSTM", seed: 0, accuracy: Estimate(value: 1, low: 1, high: 1), layers: ["logits"])
      let isOpen = (0..<20).map { $0 < count }
      cell.relevant = [isOpen.indices.map { 0.5 + Double($0) / 100 }]
      cell.irrelevant = [isOpen.enumerated().map { $1 ? irrelevant : 0.01 * Double($0 % 3) }]
      cell.isConverged = [isOpen.map { !$0 }]
      cell.convergence = [
        Convergence(residual: 0.03, largest: 0.3, share: 1 - Double(count) / 20, passes: 100)
      ]
      let network = ForgettingNetworks(cells: [cell])
      #expect(network.cells[0].irrelevant[0].compactMap(\.self).allSatisfy { $0 < 0.1 })
      let found = network.verdict(0) { $0.kept(0).map { .ofSign($0.excess, expected: .minus) } }
      return try #require(found).verdict
    }
    #expect(try verdict(open: 0.9, 1) == .holds)
    #expect(try verdict(open: 0.02, 5) == .holds)
    #expect(try verdict(open: 0.9, 5) == .undecided)
    #expect(try verdict(open: 0.02, 12) == .undecided)
  }

  @Test func networksLearnOnTheirOwnAndStayAsTheyAreWhenTheyStop() throws {
    func moment(_ seed: UInt64, _ epoch: Int, _ irrelevant: Double) -> ForgettingMoment {
      var cell = ForgettingCell(
        task: .count, reader: "lstm", seed: seed, accuracy: Estimate(value: 1, low: 0.99, high: 1), layers: ["pool"])
      (cell.relevant, cell.irrelevant) = ([[0.8, 0.9]], [[irrelevant, irrelevant + 0.1]])
      return ForgettingMoment(epoch: epoch, cell: cell)
    }
    let course = ForgettingCourse(moments: [
      moment(0, 0, 0.5), moment(0, 1, 0.2), moment(1, 0, 0.5), moment(1, 2, 0.1),
    ])
    #expect(course.epochs == [0, 1, 2])
    #expect(course.networks(after: 1).cells.map(\.irrelevant[0][0]) == [0.2, 0.5])
    #expect(abs(try #require(course.loss).value - 0.35) < 1e-12)
  }

  @Test func largeNetworksAreJudgedByLessUnlessMoreIsAskedFor() throws {
    let small = FaithfulnessSize(FaithfulnessStudy(), parameters: 10_000)
    #expect(small.texts == 40 && small.reductions.isEmpty)
    #expect(try small.methods(nil).count == JudgedMethods.all.count)
    let large = FaithfulnessSize(FaithfulnessStudy(), parameters: 22_000_000)
    #expect(large.texts == 12 && large.samples == 120 && large.reductions.count == 6)
    #expect(try !large.methods(nil).contains { $0 == Inversion.self })
    #expect(large.layers(["a", "b", "c", "d", "e", "f", "g"]) == ["b", "d", "g"])
    var asked = FaithfulnessStudy()
    (asked.texts, asked.methods) = (30, ["inversion"])
    let chosen = FaithfulnessSize(asked, parameters: 22_000_000)
    #expect(chosen.texts == 30)
    #expect(try chosen.methods(asked.methods).map { $0.name } == ["inversion", "random"])
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
