import Foundation
import Testing

/// Runs that are killed, runs that are repeated, processes that share a store.
@Suite struct SurvivalTests {
  /// Three stages of about a quarter of a second each.
  private static let arguments = ["coin", "--throws", "300", "--pause", "2", "--seed", "5", "--json", "--quiet"]

  private func show(_ home: String, _ run: String = "latest") throws -> [String: Any] {
    try CommandProcess("runs", "show", run, "--json", tool: "vitro-coin", home: home).json()
  }

  private func artifacts(_ shown: [String: Any]) throws -> [String] {
    try #require(shown["artifacts"] as? [[String: Any]]).map {
      "\($0["stage"] ?? "") \($0["path"] ?? "") \($0["sha256"] ?? "")"
    }
  }

  /// The number of attempts of each stage that is finished.
  private func finished(_ shown: [String: Any]) throws -> [String: Int] {
    let stages = try #require(shown["stages"] as? [[String: Any]]).filter { $0["state"] as? String == "finished" }
    return Dictionary(
      uniqueKeysWithValues: stages.compactMap { stage in
        (stage["name"] as? String).flatMap { name in (stage["attempts"] as? Int).map { (name, $0) } }
      })
  }

  @Test func aRunThatIsKilledAtAnyMomentIsInterruptedAndEndsAsAnUndisturbedOne() async throws {
    let place = try Workplace()
    #expect(try CommandProcess(list: Self.arguments, tool: "vitro-coin", home: place.path).status == 0)
    let reference = try artifacts(show(place.path))
    #expect(reference.count == 6)
    var seed: UInt64 = 20_261_121
    // Pairs of kills at once: the store and the tests are not in each other's way.
    for _ in 0..<10 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let moment = 0.02 + Double(seed >> 40) / Double(1 << 24) * 1.1
          group.addTask { try kill(at: moment, reference) }
        }
        try await group.waitForAll()
      }
    }
  }

  private func kill(at moment: Double, _ reference: [String]) throws {
    let place = try Workplace()
    _ = try CommandProcess(
      list: Self.arguments, tool: "vitro-coin", home: place.path, interruptAfter: moment, signal: SIGKILL)
    let list = try CommandProcess("runs", "list", "--json", tool: "vitro-coin", home: place.path)
    #expect(list.status == 0, "the store opens after \(moment) s: \(list.output)")
    // Killed before there was a run: there is nothing to resume.
    guard let run = try #require(try list.json()["runs"] as? [[String: Any]]).first else { return }
    let before = try show(place.path)
    guard run["state"] as? String != "finished" else {
      #expect(try artifacts(before) == reference)
      return
    }
    #expect(run["state"] as? String == "interrupted", "killed after \(moment) s")
    let done = try finished(before)
    let resumed = try CommandProcess(
      "runs", "resume", "latest", "--json", "--quiet", tool: "vitro-coin", home: place.path)
    #expect(resumed.status == 0, "\(resumed.output)\(resumed.errors)")
    let after = try show(place.path)
    #expect(after["state"] as? String == "finished")
    #expect(try artifacts(after) == reference, "killed after \(moment) s")
    let attempts = try finished(after)
    for (stage, count) in done { #expect(attempts[stage] == count, "\(stage) was done again") }
  }

  @Test func twoProcessesWriteToOneStoreWithoutLoss() async throws {
    let place = try Workplace()
    let home = place.path
    try await withThrowingTaskGroup(of: Int32.self) { group in
      for process in 0..<2 {
        group.addTask {
          try CommandProcess(
            "coin", "--throws", "200", "--sweep", "seed=\(process),\(process + 10),\(process + 20)", "--quiet",
            tool: "vitro-coin", home: home
          ).status
        }
      }
      for try await status in group { #expect(status == 0) }
    }
    let list = try CommandProcess("runs", "list", "--all", "--json", tool: "vitro-coin", home: home).json()
    let runs = try #require(list["runs"] as? [[String: Any]])
    #expect(runs.count == 8 && runs.allSatisfy { $0["state"] as? String == "finished" })
    for run in runs where run["parent"] != nil {
      let shown = try show(home, try #require(run["run"] as? String))
      let series = try #require(shown["series"] as? [[String: Any]])
      #expect(series.compactMap { $0["points"] as? Int } == [100, 100, 100])
    }
  }

  @Test func aSweepThatIsKilledGoesOnAtItsPoint() throws {
    let place = try Workplace()
    let arguments = ["coin", "--throws", "100", "--pause", "2", "--sweep", "seed=0,1,2", "--quiet", "--json"]
    _ = try CommandProcess(
      list: arguments, tool: "vitro-coin", home: place.path, interruptAfter: 1.2, signal: SIGKILL)
    let resumed = try CommandProcess(
      "runs", "resume", "latest", "--json", "--quiet", tool: "vitro-coin", home: place.path)
    #expect(resumed.status == 0 || resumed.output.contains("is finished"), "\(resumed.output)")
    let children = try #require(try show(place.path)["runs"] as? [[String: Any]])
    #expect(children.count == 3 && children.allSatisfy { $0["state"] as? String == "finished" })
  }

  @Test func aRunIsReproduced() throws {
    let place = try Workplace()
    let run = try CommandProcess("coin", "--throws", "100", "--json", tool: "vitro-coin", home: place.path)
    let id = try #require(try run.json()["run"] as? String)
    let again = try CommandProcess("runs", "reproduce", id, "--json", tool: "vitro-coin", home: place.path)
    #expect(again.status == 0)
    #expect(try again.json()["same"] as? Bool == true)
    let words = try CommandProcess("runs", "reproduce", id, "--quiet", tool: "vitro-coin", home: place.path).output
    #expect(words.contains("gives the same as \(id): every number, and all 6 files"))
    let xor = try CommandProcess(
      "probe", "xor", "--seeds", "50", "--steps", "100", "--json", "--quiet", home: place.path)
    #expect(xor.status == 0)
    #expect(
      try CommandProcess("runs", "reproduce", "latest", "--quiet", "--threads", "1", home: place.path).status == 0)
  }

  @Test func aFailedRunSaysWhyAndIsKept() throws {
    let place = try Workplace()
    let run = try CommandProcess("coin", "--throws", "100", "--fails", "--quiet", tool: "vitro-coin", home: place.path)
    #expect(run.status == 1 && run.errors.contains("the coin stood on its edge") && run.errors.contains("runs resume"))
    let shown = try CommandProcess("runs", "show", tool: "vitro-coin", home: place.path).output
    #expect(shown.contains("is failed") && shown.contains("stood on its edge") && shown.contains("round 2"))
    #expect(
      try CommandProcess("runs", "open", tool: "vitro-coin", home: place.path).errors.contains("it has no report"))
  }

  @Test func runsAreComparedDeletedAndCollected() throws {
    let place = try Workplace()
    for share in ["0.3", "0.6"] {
      #expect(
        try CommandProcess("coin", "--throws", "100", "--head-share", share, tool: "vitro-coin", home: place.path)
          .status == 0)
    }
    let list = try CommandProcess("runs", "list", "--json", tool: "vitro-coin", home: place.path).json()
    let ids = try #require(list["runs"] as? [[String: Any]]).compactMap { $0["run"] as? String }
    let compared = try CommandProcess(
      list: ["runs", "compare"] + ids + ["--report", place.path + "/comparison"], tool: "vitro-coin", home: place.path)
    #expect(compared.status == 0 && compared.output.contains("2 runs side by side"), "\(compared.errors)")
    #expect(FileManager.default.fileExists(atPath: place.path + "/comparison/report.html"))
    #expect(
      try CommandProcess("runs", "delete", ids[0], tool: "vitro-coin", home: place.path).output
        == "Deleted \(ids[0]).\n")
    let collected = try CommandProcess(
      "runs", "gc", "--state", "finished", "--dry-run", tool: "vitro-coin", home: place.path)
    #expect(collected.output.hasPrefix("Would remove 1 runs"), "\(collected.output)")
    #expect(try CommandProcess("runs", "gc", "--state", "finishd", tool: "vitro-coin").errors.contains("'finished'"))
    #expect(try CommandProcess("runs", "shwo", tool: "vitro-coin").errors.contains("show"))
    #expect(try CommandProcess("runs", "show", "zzzz", tool: "vitro-coin", home: place.path).status == 2)
  }

  @Test func theSeriesOfAResumedRunAreThoseOfAnUndisturbedOne() throws {
    let place = try Workplace()
    let arguments = ["coin", "--throws", "2000", "--pause", "6", "--rounds", "1", "--quiet", "--json"]
    _ = try CommandProcess(list: arguments, tool: "vitro-coin", home: place.path, interruptAfter: 0.4, signal: SIGKILL)
    let resumed = try CommandProcess(
      "runs", "resume", "latest", "--json", "--quiet", tool: "vitro-coin", home: place.path)
    #expect(resumed.status == 0 || resumed.output.contains("is finished"), "\(resumed.output)")
    let series = try #require(try show(place.path)["series"] as? [[String: Any]])
    #expect(series.compactMap { $0["points"] as? Int } == [100])
  }

  @Test func threeProcessesResumeARunOnce() async throws {
    let place = try Workplace()
    let home = place.path
    _ = try CommandProcess(
      list: Self.arguments, tool: "vitro-coin", home: home, interruptAfter: 0.5, signal: SIGKILL)
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<3 {
        group.addTask {
          try CommandProcess("runs", "resume", "latest", "--quiet", tool: "vitro-coin", home: home).status
        }
      }
      return try await group.reduce(into: [Int32]()) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 0 } == 1, "\(statuses)")
    let shown = try show(home)
    #expect(shown["state"] as? String == "finished")
    #expect(try finished(shown).values.allSatisfy { $0 <= 2 })
  }

  @Test func aReaderThatGoesAwayIsNoCrash() throws {
    let place = try Workplace()
    let tool = Bundle.module.bundleURL.deletingLastPathComponent().appendingPathComponent("vitro-coin").path
    func shell(_ line: String) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/bash")
      process.arguments = ["-c", line]
      process.environment = ProcessInfo.processInfo.environment.merging(["VITRO_HOME": place.path, "TOOL": tool]) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try shell("$TOOL coin --throws 100 2>&-") == 0, "no one sees the progress")
    #expect(try shell("set -o pipefail; $TOOL runs show latest | head -n 1") != 132)
    #expect(try shell("$TOOL runs show latest >&-") != 132)
  }

  @Test func aRunIsNamedInOneWayOnly() throws {
    let place = try Workplace()
    let sweep = try CommandProcess(
      "coin", "--throws", "100", "--sweep", "seed=1,2", "--label", "long", "--json", tool: "vitro-coin",
      home: place.path)
    let id = try #require(try sweep.json()["run"] as? String)
    #expect(try show(place.path, "long")["run"] as? String == id)
    let mangled = id.prefix(1) + "-?" + id.dropFirst(1)
    #expect(try CommandProcess("runs", "delete", String(mangled), tool: "vitro-coin", home: place.path).status == 2)
    let again = try CommandProcess("runs", "reproduce", "long", "--json", tool: "vitro-coin", home: place.path)
    #expect(try again.json()["same"] as? Bool == true)
    #expect(try show(place.path, "long")["run"] as? String == id)
    #expect(try CommandProcess("coin", "--label", "latest", tool: "vitro-coin", home: place.path).status == 2)
  }

  @Test func whatARunWasAskedIsWholeAndItsPathsAreAbsolute() throws {
    let place = try Workplace()
    try Data("a coin".utf8).write(to: URL(filePath: place.path + "/coin.txt"))
    try Data(#"{"experiment": "coin", "fields": {"throws": 100}}"#.utf8).write(
      to: URL(filePath: place.path + "/config.json"))
    let fromFile = try CommandProcess(
      "run", place.path + "/config.json", "--json", tool: "vitro-coin", home: place.path)
    let fromFlags = try CommandProcess("coin", "--throws", "100", "--json", tool: "vitro-coin", home: place.path)
    let configurations = try [fromFile, fromFlags].map { run in
      let shown = try show(place.path, try #require(try run.json()["run"] as? String))
      return try JSONSerialization.data(withJSONObject: #require(shown["configuration"]), options: .sortedKeys)
    }
    #expect(configurations[0] == configurations[1])
    let relative = try CommandProcess(
      "coin", place.path + "/./coin.txt", "--throws", "100", "--json", tool: "vitro-coin", home: place.path)
    let shown = try show(place.path, try #require(try relative.json()["run"] as? String))
    let fields = (shown["configuration"] as? [String: Any])?["fields"] as? [String: Any]
    #expect(fields?["coin"] as? String == place.path + "/coin.txt")
  }

  @Test func hintsNameTheStoreThatWasGiven() throws {
    let place = try Workplace()
    let store = place.path + "/a store"
    let run = try CommandProcess(
      "coin", "--throws", "100", "--fails", "--quiet", "--store", store, tool: "vitro-coin", home: place.path)
    #expect(run.errors.contains("--store '\(store)'"), "\(run.errors)")
  }
}
