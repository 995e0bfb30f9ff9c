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
    #expect(task.symbols(of: 7, seed: 1, reserved: true) == task.symbols(of: 7, seed: 1, reserved: true))
    #expect(task.symbols(of: 7, seed: 1, reserved: false) != task.symbols(of: 8, seed: 1, reserved: false))
    #expect(task.names([0, 1, 2, 3]) == ["A", "B", "C", "D", "_", "_", "_", "_"])
  }

  @Test func testsAreOnSequencesThatAreNeverTrainedOn() throws {
    let task = ReversalTask(length: 6, symbols: 8)
    let learned = Set((0..<2000).map { task.symbols(of: $0, seed: 1, reserved: false) })
    let tested = Set((0..<500).map { task.symbols(of: $0, seed: 2, reserved: true) })
    #expect(learned.isDisjoint(with: tested))
    let batch = try ReversalSource(task: task, seed: 1, count: 50).batch(Array(0..<50))
    for row in 0..<50 { #expect(!task.isReserved(try Array(batch.inputs[0].select(at: row).ints.prefix(6)))) }
    var stream = RandomStream(seed: 5, "sequences")
    let drawn = (0..<8000).map { _ in stream.draw(words: 6).map { Int($0 % 8) } }
    #expect(abs(Double(drawn.count { task.isReserved($0) }) / 8000 - 0.125) < 0.02)
    // Even of eight sequences some are reserved, and some are not.
    let small = ReversalTask(length: 3, symbols: 2)
    #expect(small.symbols(of: 0, seed: 1, reserved: true) != small.symbols(of: 0, seed: 1, reserved: false))
  }

  @Test func nothingIsSaidOfTheNeedsOfNetworksThatDoNotSolveTheTask() throws {
    var study = ReversalStudy()
    study.methods = []
    func reading(_ accuracy: Double, _ seed: Int) -> ReversalReading {
      let method = ReversalReading.Method(
        map: [], needed: [0.9, 0.91], answering: [0.9, 0.9], released: [0.9, 0.92 + 0.01 * Double(seed)], coherency: 1)
      return ReversalReading(
        kind: .lstm, seed: seed, accuracy: accuracy, methods: ["information": method], laterKept: 0, laterIgnored: 0.5,
        seenKept: 1, violations: 0.01, layerKept: [1, 1], stability: 0.99 + 0.001 * Double(seed),
        convergence: Convergence(residual: 0, largest: 0, share: 1, passes: 100))
    }
    func claims(_ accuracy: Double) throws -> [String: Claim] {
      let result = ReversalResult(study: study, readings: [reading(1, 0), reading(accuracy, 1)])
      return Dictionary(uniqueKeysWithValues: try result.claims().map { ($0.id, $0) })
    }
    let (solved, unsolved) = (try claims(1), try claims(0.7))
    #expect(solved["C2-lstm"]?.verdict == .holds && unsolved["C2-lstm"]?.verdict == .undecided)
    #expect(unsolved["C2-needed-lstm"]?.reason.contains("1 of 2 networks") == true)
    // The bounds are on one side: no violation at all, or perfect agreement, is within them.
    #expect(solved["C6-lstm"]?.verdict == .holds && solved["C1-lstm"]?.verdict == .holds)
    #expect(solved["C2-future-lstm"]?.verdict == .fails)
    #expect(solved["C2-future-lstm"]?.reason.contains("for only 50.00") == true)
  }

  @Test func aTrainedMemoryHoldsWhatIsNeededAndNothingThatComesLater() throws {
    var study = ReversalStudy()
    (study.length, study.symbols, study.seeds, study.steps, study.texts) = (3, 5, 1, 800, 4)
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
    #expect(report.sections.map(\.id) == ["maps", "methods", "claims", "numbers"])
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
