import Foundation
import Testing
import VitroCore
import VitroFitting
import VitroLab

@testable import VitroProbing

@Suite struct XORTests {
  /// PyTorch solved 20 % of starts with the same network, initialization and optimizer.
  @Test func trainingSolvesAFifthAndSticksAtThreeLosses() throws {
    let result = try XORStudy(seeds: 2000).train(seed: 1, observer: SilentObserver())
    let interval = try Estimate.clopperPearson(successes: result.solved, trials: 2000, confidence: 0.99)
    #expect(interval.contains(0.2), "\(result.solved) of 2000 solved")
    #expect(result.stuck.count == 3)
    for (plateau, loss) in zip(result.stuck, [0.25, 1.0 / 3, 0.5]) { #expect(abs(plateau.loss - loss) < 0.002) }
    #expect(result.solved + result.stuck.map(\.count).reduce(0, +) == 2000)
    for output in result.linearOutputs { #expect(abs(output - 0.5) < 1e-12) }
    for (point, target) in zip(XORResult.points, XORResult.targets) {
      #expect(abs(result.example.output(point[0], point[1]) - target) < 0.01)
    }
    let line = result.example.line
    for (hidden, target) in zip(result.example.hidden, XORResult.targets) {
      #expect((line[0] * hidden[0] + line[1] * hidden[1] + line[2] > 0) == (target == 1))
    }
  }

  @Test func aSeedDoesNotDependOnHowManyThereAre() throws {
    let few = try XORStudy(seeds: 3, steps: 200).train(seed: 5, observer: SilentObserver())
    let many = try XORStudy(seeds: 40, steps: 200).train(seed: 5, observer: SilentObserver())
    for index in 0..<3 { #expect(abs(few.losses[index] - many.losses[index]) < 1e-5) }
  }

  @Test func theKnownSolutionIsReadExactly() throws {
    let known = XORResult.Example(weights: [[1, -1], [-1, 1]], readout: [1, 1], loss: 0)
    #expect(known.hidden == [[0, 0], [0, 1], [1, 0], [0, 0]])
    #expect(known.line == [1, 1, -0.5])
    #expect(known.formula == "1.000·ReLU(1.000·x − 1.000·y) + 1.000·ReLU(−1.000·x + 1.000·y)")
    let regions = try known.regions()
    // x ≥ y and y ≥ x share a line, so two regions: slopes (1, −1) and (−1, 1), each half of the square.
    #expect(regions.map(\.slope) == [[1, -1], [-1, 1]])
    #expect(regions.map(\.isOn) == [[true, false], [false, true]])
    for region in regions { #expect(abs(region.area - 2) < 1e-12 && region.corners.count == 3) }
  }

  @Test func theReportSaysWhatTheRunMeasured() throws {
    let result = try XORStudy(seeds: 50, steps: 2000).train(seed: 3, observer: SilentObserver())
    let report = try result.report()
    #expect(report.sections.map(\.id) == ["linear", "network", "training"])
    #expect(report.figures.count == 4)
    try report.validate()
    #expect(report.lede?.source.contains("of 50 starts") == true)
  }

  @Test func stoppingIsHonoured() throws {
    struct Stopper: Observer {
      func update(_ progress: ProgressUpdate) {}
      var shouldStop: Bool { true }
    }
    let error = #expect(throws: VitroError.self) { try XORStudy(seeds: 2).train(seed: 0, observer: Stopper()) }
    #expect(error?.code == .interrupted)
    #expect(throws: VitroError.self) { try XORStudy(seeds: 0).train(seed: 0, observer: SilentObserver()) }
  }
}
