import Foundation
import Testing

/// A run of `vitro-train-fixture`, which stands beside the tests.
struct FixtureProcess {
  private let process = Process()
  private let output = Pipe()

  init(_ arguments: String...) throws {
    process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent()
      .appendingPathComponent("vitro-train-fixture")
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
  }

  /// Kills it after a while, as a power failure would. Returns whether it was still at work.
  func kill(after seconds: Double) -> Bool {
    Thread.sleep(forTimeInterval: seconds)
    let wasRunning = process.isRunning
    if wasRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return wasRunning
  }

  /// What it prints, without the line's end.
  func result() throws -> String {
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text.trimmingCharacters(in: .newlines)
  }
}

@Suite struct FixtureTests {
  @Test func aTrainingThatIsKilledEndsWithTheSameBits() throws {
    let (undisturbed, single, killed) = (try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory())
    let clock = ContinuousClock()
    let start = clock.now
    let expected = try FixtureProcess("train", undisturbed.path, "2").result()
    let seconds = start.duration(to: clock.now) / .seconds(1)
    #expect(expected.count == 64)
    #expect(try FixtureProcess("train", single.path, "1").result() == expected)
    // A finished training is not trained again.
    #expect(try FixtureProcess("train", single.path, "2").result() == expected)
    var kills = 0
    for (part, threads) in [(0.5, "2"), (0.35, "1"), (0.2, "2")] {
      if try FixtureProcess("train", killed.path, threads).kill(after: seconds * part) { kills += 1 }
    }
    #expect(kills > 0)
    #expect(try FixtureProcess("train", killed.path, "2").result() == expected)
  }

  @Test(arguments: ["convnet", "lstm"]) func aSteadyStepTakesNoMemoryFromTheSystem(_ network: String) throws {
    #expect(try FixtureProcess("misses", network).result() == "0")
  }
}
