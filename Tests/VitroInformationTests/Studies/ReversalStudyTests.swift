import Foundation
import Testing
import VitroCore
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroInformation

@Suite struct ReversalStudyTests {
  @Test func theTaskReversesAfterTheBlanks() throws {
    let task = ReversalTask(length: 4, symbols: 5)
    #expect(task.tokens([3, 1, 0, 2]) == [3, 1, 0, 2, 5, 5, 5, 5])
    #expect(task.answers([3, 1, 0, 2]) == [5, 5, 5, 5, 2, 0, 1, 3])
    #expect((0..<8).map(task.answered(at:)) == [nil, nil, nil, nil, 3, 2, 1, 0])
    #expect((0..<4).map { task.isNeeded($0, at: 5) } == [true, true, true, false])
    #expect(task.symbols(of: 7, seed: 1) == task.symbols(of: 7, seed: 1))
    #expect(task.symbols(of: 7, seed: 1) != task.symbols(of: 8, seed: 1))
    #expect(task.names([0, 1, 2, 3]) == ["A", "B", "C", "D", "_", "_", "_", "_"])
  }

  @Test func aTrainedMemoryHoldsWhatIsNeededAndNothingThatComesLater() throws {
    var study = ReversalStudy()
    (study.length, study.symbols, study.seeds, study.steps, study.texts) = (3, 3, 1, 500, 4)
    study.measure = InformationSettings(samples: 160)
    study.methods = []
    let trained = try study.train(.lstm, seed: 3, observer: SilentObserver()).instance(0)
    let accuracy = try study.accuracy(trained, seed: 3)
    #expect(accuracy > 0.95, "\(accuracy)")
    let reading = try study.read(
      ReversalNetwork.lstm.words(trained), .lstm, number: 0, accuracy: accuracy, seed: 3, progress: { _, _, _ in })
    #expect(reading.laterKept == 0)
    #expect(reading.laterIgnored == 1)
    #expect(reading.seenKept > 0.1)
    let found = try #require(reading.methods["information"])
    #expect(found.needed.count == 2)
    #expect(found.needed.allSatisfy { (0...1).contains($0) })
    #expect(found.answering.count == 2 && found.released.count == 2)
    let result = ReversalResult(study: study, readings: [reading, reading])
    #expect(try result.claims().contains { $0.id == "C2-future-lstm" && $0.verdict == .holds })
    #expect(try result.report().figures.count >= 3)
    #expect(try result.facts()["networks"] != nil)
  }

  /// A tiny study as an experiment.
  private struct Small: Experiment {
    static let name = "reversal-small"
    static let abstract = "A small reversal."
    static let fields: [Field<Self>] = []

    init() {}

    func run(_ run: Run) throws -> Outcome {
      var study = ReversalStudy()
      (study.length, study.symbols, study.seeds, study.steps, study.texts) = (3, 3, 2, 60, 2)
      study.measure = InformationSettings(samples: 100)
      study.methods = ["gradient"]
      return try study.run(run)
    }
  }

  @Test func aRunTrainsMeasuresAndReports() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-reversal-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: ExperimentRegistry([Small.self]))
    let record = try lab.run(RunConfiguration(Small(), seed: 4), observer: SilentObserver())
    let report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    #expect(report.sections.map(\.id) == ["claims", "maps", "methods"])
  }

  @Test func settingsThatCannotBeAreNamed() {
    var study = ReversalStudy()
    study.length = 1
    #expect(throws: VitroError.self) { try study.validate() }
    study.length = 6
    study.methods = ["gradeint"]
    #expect(throws: VitroError.self) { try study.validate() }
  }
}
