import Testing
import VitroCircuits
import VitroCore
import VitroLab
import VitroNetworks
import VitroTensor

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

  @Test func aSmallStudyKeepsItsPromises() throws {
    let study = ParityStudy(bits: 3, seeds: 16, steps: 200)
    let result = try study.result(seed: 1, observer: SilentObserver())
    #expect(result.checks.allSatisfy { $0.wrong == 0 })
    let refused = result.plain.filter { $0.refusal != nil }
    #expect(refused.map(\.architecture.hidden) == [[4], [4]])
    #expect(refused.allSatisfy { $0.losses.isEmpty && $0.share == nil })
    for training in result.plain + result.helped where training.refusal == nil {
      #expect(training.losses.count == 16)
      #expect(training.solved <= 16)
    }
    // Hardly any noise on the written weights leaves them a solution.
    let warm = try #require(result.helped.first { $0.method == .warmStart(noise: 0.03) })
    #expect(warm.solved == 16)
    let line = try #require(result.plain.compactMap(\.line).first)
    let end = try #require(line.places.firstIndex(of: 1))
    #expect(line.losses[end] < 1e-6)
    #expect(line.written.allSatisfy { abs($0[1] - ($0[0].truncatingRemainder(dividingBy: 2) == 1 ? 1 : 0)) < 1e-4 })
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
