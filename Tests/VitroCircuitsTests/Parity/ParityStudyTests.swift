import Testing
import VitroCore
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroCircuits

@Suite struct ParityStudyTests {
  @Test(arguments: [[8, 8], [32, 32], [16], [2, 2, 2, 2], [4, 1, 4]], [false, true])
  func parityCanBeWrittenIntoTrainedArchitectures(hidden: [Int], isNormalized: Bool) throws {
    let network = try ParityArchitecture(hidden: hidden, isNormalized: isNormalized).written(bits: 4)
    let answers = try network(Tensor((0..<16).map(Float.init), shape: [16, 1])).doubles
    for (value, answer) in answers.enumerated() { #expect(abs(answer - Double(value % 2)) < 1e-4, "\(value)") }
  }

  @Test func layersThatHoldTooFewFoldsAreRefused() {
    #expect(throws: VitroError.self) { try ParityArchitecture(hidden: [4, 2], isNormalized: true).written(bits: 4) }
    #expect(throws: VitroError.self) { try ParityArchitecture(hidden: [], isNormalized: true).written(bits: 4) }
  }

  @Test func noiseIsDrawnForEachInstance() throws {
    let architecture = ParityArchitecture(hidden: [8, 8], isNormalized: true)
    let written = try architecture.written(bits: 4)
    let integers = try Tensor((0..<16).map(Float.init), shape: [16, 1])
    let still = try written.noisyInstances(3, deviation: 0, seed: 1)(integers).doubles
    #expect(try still == Array(repeating: written(integers).doubles, count: 3).flatMap(\.self))
    let moved = try written.noisyInstances(2, deviation: 0.01, seed: 1)(integers).doubles
    #expect(moved[..<16] != moved[16...])
    #expect(zip(moved, still).allSatisfy { abs($0 - $1) < 5 })
    let ends = try written.line(to: written.noisyInstances(1, deviation: 0.1, seed: 2).instance(0), at: [0, 1])
    #expect(
      try ends.instance(0).parameters.value(named: "1.weight").doubles
        == written.parameters.value(named: "1.weight").doubles)
  }

  @Test func aSmallStudyKeepsItsPromises() throws {
    let study = ParityStudy(bits: 3, seeds: 16, steps: 200)
    let result = try study.result(seed: 1, observer: SilentObserver())
    #expect(result.checks.allSatisfy { $0.wrong == 0 })
    let refused = result.plain.filter { $0.refusal != nil }
    #expect(refused.map(\.architecture.hidden) == [[4], [4]])
    #expect(refused.allSatisfy { $0.losses.isEmpty && $0.share == nil })
    for training in result.plain + result.helped
    where training.refusal == nil && training.method != .warmStart(noise: 0) {
      #expect(training.losses.count == 16)
      #expect(training.solved <= 16)
    }
    let kept = try #require(result.helped.first { $0.method == .warmStart(noise: 0) })
    #expect(kept.losses.count == 1)
    let line = try #require(result.plain.compactMap(\.line).first)
    let end = try #require(line.places.firstIndex(of: 1))
    #expect(line.losses[end] < 1e-6)
    #expect(
      line.written.allSatisfy { corner in
        abs(corner[1] - (Int(corner[0].rounded()) % 2 == 1 ? 1 : 0)) < 1e-4
      })
    #expect(Set(result.claims.map(\.id)).count == result.claims.count)
    try result.report().validate()
    let again = try study.result(seed: 1, observer: SilentObserver())
    #expect(again.plain.map(\.losses) == result.plain.map(\.losses))
    #expect(again.helped.map(\.losses) == result.helped.map(\.losses))
  }

  @Test(arguments: [ParityStudy(bits: 1), ParityStudy(bits: 7), ParityStudy(seeds: 0), ParityStudy(steps: 0)])
  func settingsThatCannotBeAreRefused(study: ParityStudy) {
    #expect(throws: VitroError.self) { try study.validate() }
  }
}
