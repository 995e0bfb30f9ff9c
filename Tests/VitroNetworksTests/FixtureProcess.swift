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

  /// Kills it, as a power failure would, when it has replaced a file so many times.
  ///
  /// Returns whether it was still at work.
  func kill(afterReplacing file: String, times: Int, pause: Double) -> Bool {
    func identity() -> UInt64? {
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }
    var (last, count) = (identity(), 0)
    while count < times, process.isRunning {
      Thread.sleep(forTimeInterval: 0.0005)
      let now = identity()
      if now != last { (last, count) = (now, count + 1) }
    }
    Thread.sleep(forTimeInterval: pause)
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
    let expected = try FixtureProcess("train", undisturbed.path, "2").result()
    #expect(expected.count == 64)
    #expect(try FixtureProcess("train", single.path, "1").result() == expected)
    // A finished training is not trained again.
    #expect(try FixtureProcess("train", single.path, "2").result() == expected)
    var kills = 0
    let checkpoint = killed.path + "/checkpoint.safetensors"
    for (times, pause, threads) in [(2, 0.001, "2"), (5, 0.004, "1"), (3, 0, "2")] {
      let process = try FixtureProcess("train", killed.path, threads)
      if process.kill(afterReplacing: checkpoint, times: times, pause: pause) { kills += 1 }
    }
    #expect(kills > 0)
    #expect(try FixtureProcess("train", killed.path, "2").result() == expected)
  }

  @Test(arguments: ["convnet", "lstm"]) func aSteadyStepTakesNoMemoryFromTheSystem(_ network: String) throws {
    #expect(try FixtureProcess("misses", network).result() == "0")
  }
}
