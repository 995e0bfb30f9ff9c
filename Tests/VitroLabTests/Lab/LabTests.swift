import Foundation
import GRDB
import Testing
import VitroCore

@testable import VitroLab

@Suite struct LabTests {
  private let place: TemporaryLab
  private var lab: Lab { place.lab }
  private var store: RunStore { place.lab.store }
  private let configuration = RunConfiguration(experiment: "dice", fields: ["count": 5], seed: 2)

  init() throws {
    place = try TemporaryLab()
  }

  /// How often each stage of a run was begun.
  private func attempts(_ id: String) throws -> [Int] { try store.stages(of: id).map(\.attempts) }

  @Test func aRunIsKeptWithAllThatItDid() throws {
    let run = try lab.run(configuration, observer: SilentObserver())
    #expect(run.state == .finished && run.seconds > 0)
    #expect(
      run.configuration.seed == 2
        && run.configuration.fields.merging(configuration.fields) { $1 } == run.configuration.fields)
    #expect(run.configuration.fields.count == DiceStudy.fields.count, "a run keeps every field")
    #expect(run.headline == "It rolled." && run.metrics.map(\.value) == [6])
    #expect(run.command == ["vitro", "dice", "--count", "5", "--seed", "2"])
    #expect(try store.stages(of: run.id).map(\.name) == ["first", "second"])
    #expect(try store.stages(of: run.id).allSatisfy { $0.state == .finished && $0.attempts == 1 })
    #expect(try store.artifacts(of: run.id).map(\.path) == ["first.txt", "value.json", "value.json"])
    #expect(
      try store.series(of: run.id) == [
        MetricSeries(name: "height", steps: Array(0..<10), values: (0..<10).map { Double($0) + 2 })
      ])
    #expect(try store.facts(of: run.id) == ["sum": 6, "values": [0.5, .null, .null, 0.30000000000000004]])
    let report = try store.report(of: run.id)
    #expect(report.provenance?.seed == 2 && report.provenance?.run == run.id)
    #expect(
      FileManager.default.fileExists(atPath: store.directory(of: run.id).appending(path: "report/report.html").path))
    #expect(try store.runs().map(\.id) == [run.id])
  }

  @Test func aFinishedStageIsNeverDoneTwice() throws {
    try place.breakRuns(true)
    let error = #expect(throws: VitroError.self) { try lab.run(configuration, observer: SilentObserver()) }
    let id = try #require(error?.details["run"])
    #expect(try store.run(id).state == .failed && store.run(id).failure?.contains("rolled off") == true)
    #expect(error?.hint?.contains("vitro runs resume \(id)") == true)
    try place.breakRuns(false)
    let run = try lab.resume(id, observer: SilentObserver())
    #expect(run.state == .finished && run.failure == nil)
    #expect(try attempts(id) == [1, 1])
    // NaN, infinity and the last bits of 0.1 + 0.2 survive the store.
    #expect(try store.facts(of: id)["values"] == [0.5, .null, .null, 0.30000000000000004])
    #expect(throws: VitroError.self) { try lab.resume(id, observer: SilentObserver()) }
  }

  @Test func aStageWhoseFilesAreDamagedIsDoneAgain() throws {
    try place.breakRuns(true)
    let error = #expect(throws: VitroError.self) { try lab.run(configuration, observer: SilentObserver()) }
    let id = try #require(error?.details["run"])
    try place.breakRuns(false)
    try Data("other".utf8).write(to: store.directory(of: id).appending(path: "stages/first/first.txt"))
    _ = try lab.resume(id, observer: SilentObserver())
    #expect(try attempts(id) == [2, 1])
  }

  @Test func anInterruptionIsKeptAndToldHowToGoOn() throws {
    let error = #expect(throws: VitroError.self) { try lab.run(configuration, observer: StoppingObserver(true)) }
    #expect(error?.code == .interrupted)
    let id = try #require(error?.details["run"])
    #expect(error?.hint == "Go on with: vitro runs resume \(id)")
    #expect(try store.run(id).state == .interrupted)
    #expect(try lab.resume(id, observer: SilentObserver()).state == .finished)
  }

  @Test func aTaskCanBeCancelled() async throws {
    let lab = lab
    let configuration = configuration
    let task = Task { try await lab.start(configuration, observer: StoppingObserver(false)) }
    task.cancel()
    let error = await #expect(throws: VitroError.self) { _ = try await task.value }
    #expect(error?.code == .interrupted)
    let run = try await lab.restart("latest", observer: SilentObserver())
    #expect(run.state == .finished)
  }

  @Test func whatCannotWorkIsRefusedBeforeARunIsMade() throws {
    for bad in [
      RunConfiguration(experiment: "dise"), RunConfiguration(experiment: "dice", fields: ["count": 0]),
      RunConfiguration(experiment: "dice", fields: ["table": "flet"]),
      RunConfiguration(experiment: "dice", sweep: ["cuont": [1]]),
      RunConfiguration(experiment: "dice", sweep: ["count": [1, 500]]),
      RunConfiguration(experiment: "dice", sweep: ["count": [1, 1]]),
      RunConfiguration(
        experiment: "dice", sweep: ["count": (1...100).map { .integer($0) }, "seed": (0...100).map { .integer($0) }]),
    ] {
      let error = #expect(throws: VitroError.self) { try lab.run(bad, observer: SilentObserver()) }
      #expect(error?.details["run"] == nil)
    }
    #expect(try store.runs().isEmpty)
    #expect(
      #expect(throws: VitroError.self) { try lab.check(RunConfiguration(experiment: "dise")) }?.hint
        == "Did you mean 'dice'?")
  }

  @Test func aFileThatChangedIsNoticed() throws {
    let file = place.directory.appending(path: "table")
    try Data("oak".utf8).write(to: file)
    try place.breakRuns(true)
    var configuration = configuration
    configuration.fields["table"] = .string(file.path)
    let error = #expect(throws: VitroError.self) { try lab.run(configuration, observer: SilentObserver()) }
    let id = try #require(error?.details["run"])
    #expect(try store.sources(of: id).map(\.role) == ["table"])
    try Data("ash".utf8).write(to: file)
    try place.breakRuns(false)
    let second = #expect(throws: VitroError.self) { try lab.resume(id, observer: SilentObserver()) }
    #expect(second?.message.contains("is not what it was") == true)
  }

  @Test func aRunIsReproducedAndADifferenceIsNamed() throws {
    let run = try lab.run(configuration, observer: SilentObserver())
    let same = try lab.reproduce(run.id, observer: SilentObserver())
    #expect(same.differences.isEmpty && same.repetition.original == run.id)
    try store.write {
      try $0.execute(sql: "UPDATE run SET facts = replace(facts, '6.0', '7.0') WHERE id = ?", arguments: [run.id])
    }
    let other = try lab.reproduce(run.id, observer: SilentObserver())
    #expect(other.differences == [.init(name: "sum", original: "7", repetition: "6")])
  }

  @Test func aRunIsNamedByItsBeginningItsLabelOrLatest() throws {
    var labelled = configuration
    labelled.label = "oak"
    let first = try lab.run(labelled, observer: SilentObserver())
    let second = try lab.run(configuration, observer: SilentObserver())
    #expect(try store.run("latest").id == second.id && store.run("oak").id == first.id)
    #expect(try store.run(String(first.id.prefix(6))).id == first.id)
    for name in ["", "*", "%", "' OR 1", "nothing"] {
      #expect(throws: VitroError.self) { try store.run(name) }
    }
  }

  @Test func whatIsRunningIsNotTouched() throws {
    let (id, lock) = try store.create(configuration, RunStore.Origin(command: []))
    #expect(try store.run(id).state == .running)
    #expect(throws: VitroError.self) { try store.delete(id) }
    #expect(throws: VitroError.self) { try lab.resume(id, observer: SilentObserver()) }
    #expect(try store.collectGarbage(runsIn: Set(RunState.allCases), removing: true).runs.isEmpty)
    withExtendedLifetime(lock) {}
  }
}
