import Foundation
import GRDB
import Testing
import VitroCore

@testable import VitroLab

@Suite struct RunStoreTests {
  /// A store as the first schema made it, with one finished run.
  private func oldStore(_ directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let fixture = try #require(Bundle.module.url(forResource: "store-1", withExtension: "sql", subdirectory: "Golden"))
    let database = try DatabaseQueue(path: directory.appending(path: "vitro.sqlite").path)
    try database.write { try $0.execute(sql: String(contentsOf: fixture, encoding: .utf8)) }
  }

  @Test func aRunOfAnOlderSchemaOpens() throws {
    let place = try TemporaryLab()
    let directory = place.directory.appending(path: "old")
    try oldStore(directory)
    let lab = Lab(store: try RunStore(directory: directory), registry: place.lab.registry)
    let run = try lab.store.run("d8e4x0an")
    // The run was made before the dice had faces, a table and a limit.
    #expect(run.configuration.fields.keys.sorted() == ["count", "weight"])
    #expect(run.state == .finished && run.metrics.isEmpty && run.parent == nil)
    #expect(try lab.store.facts(of: run.id)["sum"] == 4)
    #expect(try lab.store.series(of: run.id).first?.values.count == 3)
    let result = try lab.reproduce(run.id, observer: SilentObserver())
    #expect(result.repetition.metrics.map(\.value) == [4])
    #expect(result.differences.map(\.name).contains("sum") == false)
  }

  @Test func aStoreOfANewerVitroIsRefused() throws {
    let place = try TemporaryLab()
    try place.lab.store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 something later')") }
    let error = #expect(throws: VitroError.self) { try RunStore(directory: place.directory) }
    #expect(error?.code == .unsupported && error?.message.contains("newer") == true)
  }

  @Test func aFileThatIsNoStoreIsRefused() throws {
    let place = try TemporaryLab()
    let directory = place.directory.appending(path: "broken")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(
      to: directory.appending(path: "vitro.sqlite"))
    let error = #expect(throws: VitroError.self) { try RunStore(directory: directory) }
    #expect(error?.code == .file && error?.hint?.contains("damaged") == true)
    let file = #expect(throws: VitroError.self) { try RunStore(directory: directory.appending(path: "vitro.sqlite")) }
    #expect(file?.code == .file)
  }

  @Test func manyWritersLoseNothing() async throws {
    let place = try TemporaryLab()
    let directory = place.directory
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          let store = try RunStore(directory: directory)
          for number in 0..<5 {
            let origin = RunStore.Origin(command: ["\(writer)"])
            let (id, lock) = try store.create(RunConfiguration(experiment: "dice"), origin)
            try store.add((0..<100).map { MetricPoint(series: "s", step: $0, value: Double(number)) }, to: id)
            try store.close(id, .interrupted, seconds: 1)
            withExtendedLifetime(lock) {}
          }
        }
      }
      try await group.waitForAll()
    }
    let runs = try place.lab.store.runs()
    #expect(runs.count == 40)
    for run in runs { #expect(try place.lab.store.series(of: run.id).first?.values.count == 100) }
  }

  @Test func aPointThatIsEnteredAgainReplacesTheOld() throws {
    let store = try TemporaryLab().lab.store
    let (id, lock) = try store.create(RunConfiguration(experiment: "dice"), RunStore.Origin(command: []))
    try store.add([.init(series: "s", step: 1, value: 1), .init(series: "s", step: 2, value: .nan)], to: id)
    try store.add([.init(series: "s", step: 1, value: 5)], to: id)
    let series = try store.series(of: id)
    #expect(series[0].steps == [1, 2] && series[0].values[0] == 5 && series[0].values[1].isNaN)
    withExtendedLifetime(lock) {}
  }

  @Test func deletingARunLeavesNothing() throws {
    let place = try TemporaryLab()
    let run = try place.lab.run(
      RunConfiguration(experiment: "dice", sweep: ["count": [1, 2]]), observer: SilentObserver())
    let children = try place.lab.store.runs(ofSweep: run.id)
    try place.lab.store.delete(run.id)
    for id in [run.id] + children.map(\.id) {
      #expect(!FileManager.default.fileExists(atPath: place.lab.store.directory(of: id).path))
    }
    for table in ["run", "stage", "artifact", "series", "point", "source"] {
      #expect(try place.lab.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") } == 0, "\(table)")
    }
  }

  /// Enters a run that was interrupted; its lock is given back on return.
  private func interruptedRun(_ store: RunStore) throws -> String {
    let (id, lock) = try store.create(RunConfiguration(experiment: "dice"), RunStore.Origin(command: []))
    try store.close(id, .interrupted, seconds: 0)
    withExtendedLifetime(lock) {}
    return id
  }

  @Test func collectingTakesWhatNobodyNeedsAndNothingElse() throws {
    let place = try TemporaryLab()
    let store = place.lab.store
    let kept = try place.lab.run(RunConfiguration(experiment: "dice"), observer: SilentObserver())
    let orphan = store.directory(of: "orphan00")
    try FileManager.default.createDirectory(at: orphan, withIntermediateDirectories: true)
    try Data(count: 1000).write(to: orphan.appending(path: "file"))
    let interrupted = try interruptedRun(store)
    let young = try store.collectGarbage(runsIn: [.interrupted], olderThan: 3600, removing: false)
    #expect(young.runs.isEmpty && !young.leftovers.contains { $0.lastPathComponent == "orphan00" })
    // A directory without a run may be that of a run that is just being made, until it is a minute old.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -600)], ofItemAtPath: orphan.path)
    let seen = try store.collectGarbage(runsIn: [.interrupted], removing: false)
    #expect(seen.leftovers.contains { $0.lastPathComponent == "orphan00" } && seen.byteCount >= 1000)
    #expect(try store.runs().count == 2, "looking removes nothing")
    let taken = try store.collectGarbage(runsIn: [.interrupted], removing: true)
    #expect(taken.runs.map(\.id) == [interrupted])
    #expect(try store.runs().map(\.id) == [kept.id])
    #expect(!FileManager.default.fileExists(atPath: orphan.path))
    #expect(try store.artifacts(of: kept.id).count == 3 && store.report(of: kept.id).title == "Dice")
  }

  @Test func fileNamesOfStagesAreSafeAndDifferent() {
    let names = ["a/b", "a b", "A", "a", "../..", "日本", String(repeating: "x", count: 300), ""]
    let files = names.map { StageFiles.fileName($0) }
    #expect(Set(files).count == names.count)
    #expect(files.allSatisfy { $0.utf8.count <= 64 && !$0.contains("/") && !$0.contains(".") && !$0.isEmpty })
  }

  @Test func oneDamagedRowDoesNotCloseTheStore() throws {
    let place = try TemporaryLab()
    let run = try place.lab.run(RunConfiguration(experiment: "dice"), observer: SilentObserver())
    try place.lab.store.write { try $0.execute(sql: "UPDATE run SET configuration = 'no json'") }
    let read = try place.lab.store.run(run.id)
    #expect(read.state == .failed && read.failure?.contains("cannot be read") == true)
    #expect(try place.lab.store.runs().count == 1)
    try place.lab.store.delete(run.id)
    #expect(try place.lab.store.runs().isEmpty)
  }

  @Test func sourcesOfOneNameAreKeptApart() throws {
    let files = ["/data/a/0.png", "/data/b/0.png", "/net/weights"].map {
      SourceFile(role: "data", name: $0, byteCount: 1, sha256: $0)
    }
    #expect(SourceFile.shortened(files).map(\.name) == ["a/0.png", "b/0.png", "weights"])
    let store = try TemporaryLab().lab.store
    let (id, lock) = try store.create(RunConfiguration(experiment: "dice"), RunStore.Origin(command: []))
    for file in files { try store.add(file, to: id) }
    #expect(try store.sources(of: id) == files)
    withExtendedLifetime(lock) {}
  }

  @Test func aPointThatWasDeletedIsDoneAgain() throws {
    let place = try TemporaryLab()
    try place.breakRuns(true)
    let error = #expect(throws: VitroError.self) {
      try place.lab.run(RunConfiguration(experiment: "dice", sweep: ["count": [1, 2]]), observer: SilentObserver())
    }
    let id = try #require(error?.details["run"])
    try place.lab.store.delete(try place.lab.store.runs(ofSweep: id)[0].id)
    try place.breakRuns(false)
    #expect(try place.lab.resume(id, observer: SilentObserver()).state == .finished)
    #expect(try place.lab.store.runs(ofSweep: id).count == 2)
  }

  @Test func aLargeSweepTakesTimeInProportion() throws {
    let place = try TemporaryLab()
    let values = JSONValue.array((0..<200_000).map { .integer($0) })
    guard case .array(let list) = values else { return }
    let began = ContinuousClock.now
    #expect(throws: VitroError.self) {
      try place.lab.check(RunConfiguration(experiment: "dice", sweep: ["seed": list]))
    }
    #expect(ContinuousClock.now - began < .seconds(5))
  }
}
