import Foundation
import Testing
import VitroCore
import VitroLab

@testable import VitroSymmetry

/// The study, under a command of its own.
struct CompositionTrial: Experiment {
  static let name = "composition-trial"
  static let abstract = "Train on a group."
  static let fields: [Field<Self>] = [
    Field("order", \.order, in: 2...200, help: "C_n, D_n or S_n."),
    Field("group", \.group, help: "C, D or S."),
    Field("seeds", \.seeds, in: 1...10, help: "How many."),
    Field("epochs", \.epochs, in: 1...200_000, help: "How long."),
    Field("width", \.width, in: 1...512, help: "How wide."),
  ]
  var order = 31
  var group = "C"
  var seeds = 1
  var epochs: Int?
  var width: Int?

  func run(_ run: Run) throws -> Outcome {
    let task =
      switch group {
      case "S": TestGroups.symmetric(order)
      case "D": TestGroups.dihedral(order)
      case "A": TestGroups.alternating5
      default: TestGroups.cyclic(order)
      }
    var study = CompositionStudy(task)
    (study.seeds, study.epochs, study.hidden) = (seeds, epochs, width)
    return try study.run(run)
  }
}

struct CompositionStudyTests {
  /// Runs the study in a store of its own and checks its report.
  private func outcome(_ trial: CompositionTrial, seed: UInt64 = 0) throws -> (facts: JSONValue, report: Report) {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-composition-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: ExperimentRegistry([CompositionTrial.self]))
    let record = try lab.run(RunConfiguration(trial, seed: seed), observer: SilentObserver())
    let report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    if let folder = ProcessInfo.processInfo.environment["VITRO_DEMO"] {
      try report.write(to: URL(filePath: folder).appending(path: "\(trial.group)\(trial.order)-\(trial.seeds)"))
    }
    return (.object(try lab.store.facts(of: record.id)), report)
  }

  @Test func aShortRunReportsWhatItHasAndClaimsNothing() throws {
    var trial = CompositionTrial()
    (trial.order, trial.group, trial.epochs, trial.width, trial.seeds) = (4, "D", 300, 16, 2)
    let (facts, report) = try outcome(trial)
    #expect(facts["grokEpoch"] == .null && facts["claims"].items.isEmpty)
    #expect(facts["seeds"].items.count == 2)
    #expect(facts["seeds"].items.allSatisfy { $0["epochs"].number == 300 })
    #expect(report.lede?.plainText.contains("None of 2 networks generalizes") == true)
  }

  /// The contract of `vitro symmetry train composition --group C31 --json`.
  @Test func oneSeedOfAdditionModulo31() throws {
    let (facts, report) = try outcome(CompositionTrial())
    #expect(facts["testAccuracy"].number > 0.99)
    #expect(facts["grokEpoch"].number <= 10_000)
    for (share, range) in [
      ("xEmbed", 0.98...1.0), ("yEmbed", 0.98...1), ("unembed", 0.95...1), ("hiddenA", 0.33...0.40),
      ("hiddenB", 0.33...0.40), ("hiddenAB", 0.09...0.14),
    ] {
      #expect(range.contains(facts["shares"][share].number), "\(share)")
    }
    #expect(facts["restrictedLoss"].number < 1e-3 && facts["excludedLoss"].number > 1)
    #expect((0...0.1).contains(facts["forbiddenShare"].number))
    #expect(facts["forbiddenSharePurified"].number < facts["forbiddenShare"].number)
    let seed = facts["seeds"].items[0]
    #expect(seed["circuitEpoch"].number < seed["generalizationEpoch"].number)
    #expect(facts["claims"].items.allSatisfy { $0["verdict"].text == "undecided" })
    #expect(report.figures.count >= 9)
  }

  @Test func aResumedRunGivesTheSameFacts() throws {
    var trial = CompositionTrial()
    (trial.order, trial.epochs, trial.width, trial.seeds) = (9, 400, 16, 2)
    #expect(try outcome(trial).facts == outcome(trial).facts)
    #expect(try outcome(trial).facts != outcome(trial, seed: 1).facts)
  }

  /// Long runs of other groups, when they are asked for: `VITRO_LONG=1`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["VITRO_LONG"] != nil, "VITRO_LONG asks for runs of minutes"))
  func otherGroupsGrokToo() throws {
    for (group, order, seeds) in [("C", 31, 5), ("S", 4, 5), ("D", 12, 5), ("A", 5, 2)] {
      var trial = CompositionTrial()
      (trial.group, trial.order, trial.seeds) = (group, order, seeds)
      let (facts, _) = try outcome(trial)
      print(
        group, order, "grokked", facts["grokked"], "claims",
        facts["claims"].items.map { "\($0["id"].text) \($0["verdict"].text)" })
      for seed in facts["seeds"].items {
        print(
          "  grok", seed["grokEpoch"], "shares", seed["shares"], "losses", seed["restrictedLoss"], seed["excludedLoss"],
          "forbidden", seed["forbiddenShare"], seed["forbiddenSharePurified"], "units", seed["units"], "cosets",
          seed["cosets"],
          "circuit", seed["circuitEpoch"], "generalizes", seed["generalizationEpoch"])
      }
      #expect(facts["grokked"].number >= 1)
    }
  }
}
