import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// Noise that is stretched where it matters, and searches that go on until they have converged.
@Suite struct ConvergenceTests {
  // MARK: - Stretched noise

  /// Standard normal numbers for one feature and text, two chains.
  private func normal(_ pairs: Int, step: Int) throws -> Tensor {
    var stream = RandomStream(seed: 7, "normal", step)
    return try stream.normal([1, 2, pairs, 3, 4], dtype: .float64)
  }

  /// Slopes of which nearly all lie along one direction, `[1, draws, 12]`.
  private func slopes(along direction: [Double], draws: Int, step: Int) throws -> Tensor {
    var stream = RandomStream(seed: 8, "slopes", step)
    let places = try stream.normal([1, draws, 1], dtype: .float64)
    let rest = try stream.normal([1, draws, 12], dtype: .float64) * 0.1
    return try places * Tensor(direction, shape: [1, 1, 12]) + rest
  }

  private let direction: [Double] = [0.6, 0, 0, 0, 0, 0.8, 0, 0, 0, 0, 0, 0]

  @Test func stretchedNoiseKeepsMeans() throws {
    var noise = StretchedNoise(cells: 1)
    for step in 0..<6 { try noise.learn(slopes(along: direction, draws: 40, step: step), length: 3) }
    let (draws, weights) = try noise.pairs(normal(40_000, step: 0))
    let flat = try draws.reshaped([-1, 12])
    let along = try (flat * Tensor(direction, shape: [1, 12])).sum(axes: [1])
    let counts = try #require(weights).flattened()
    // Half of the draws are stretched by two.
    #expect(abs(try along.square().mean().item() - 2.5) < 0.1)
    #expect(try counts.max().item() <= 2)
    // With their weights all moments are those of the normal: 1, the second along it and across it, the fourth.
    let across = try flat.select(axis: 1, at: 3)
    #expect(abs(try counts.mean().item() - 1) < 0.01)
    #expect(abs(try (counts * along.square()).mean().item() - 1) < 0.02)
    #expect(abs(try (counts * across.square()).mean().item() - 1) < 0.03)
    #expect(abs(try (counts * along.square().square()).mean().item() - 3) < 0.1)
    // Beyond three spreads, where 0.27 % of the normal lie, there are far more draws, and the share comes out surer than by chance.
    let tail = try along.doubles.map { abs($0) > 3 }
    #expect(tail.count { $0 } > 4 * Int(0.0027 * Double(tail.count)))
    let share = try zip(counts.doubles, tail).reduce(0) { $0 + ($1.1 ? $1.0 : 0) } / Double(tail.count)
    #expect(abs(share / 0.0027 - 1) < 0.1)
  }

  @Test func noiseIsPlainWhereNoDirectionStandsOut() throws {
    var noise = StretchedNoise(cells: 1)
    var stream = RandomStream(seed: 9, "isotropic")
    for _ in 0..<6 { try noise.learn(stream.normal([1, 400, 12], dtype: .float64), length: 3) }
    let (draws, weights) = try noise.pairs(normal(8, step: 1))
    #expect(weights == nil)
    let halves = try (draws.slice(axis: 2, 0..<8) + draws.slice(axis: 2, 8..<16)).doubles
    #expect(halves.allSatisfy { $0 == 0 })
  }

  @Test func slopesOfZeroTeachNothing() throws {
    var noise = StretchedNoise(cells: 1)
    try noise.learn(.zeros([1, 10, 12], dtype: .float64), length: 3)
    #expect(try noise.pairs(normal(4, step: 2)).weights == nil)
    for step in 0..<6 { try noise.learn(slopes(along: direction, draws: 40, step: step), length: 3) }
    let (draws, weights) = try noise.pairs(normal(4, step: 2))
    #expect(draws.isFinite)
    #expect(try #require(weights).doubles.contains { $0 != 1 })
  }

  // MARK: - Rounds

  /// A network that answers by a jump: a steep tanh of the sum of its words.
  private func jumping() throws -> WordNetwork {
    let graph = Graph.chain(
      "jumping", input: [4, 8], [("flat", Reshape([32])), ("sum", Linear(32, 1)), ("answer", Activation(.tanh))])
    var network = try Network(graph, dtype: .float64, seed: 1)
    var stream = RandomStream(seed: 2, "weights")
    try network.parameters.set("sum.weight", to: stream.normal([1, 32], dtype: .float64) * 2)
    return try WordNetwork(network)
  }

  @Test func searchesGoOnUntilTheyHaveConverged() throws {
    let network = try jumping()
    var stream = RandomStream(seed: 3, "texts")
    let texts = try (0..<100).map { _ in try network.text(stream.normal([4, 8], dtype: .float64)) }
    let scales = try FeatureScales(network, ["answer"], over: texts)
    func found(most: Int) throws -> [RetainedInformation] {
      let settings = InformationSettings(distortion: 0.2, samples: 200, mostSamples: most, seed: 4)
      return try InformationMeasure(network, scales, settings: settings)(Array(texts.prefix(4)), ["answer"])
        .map { $0[0] }
    }
    let short = try found(most: 200)
    #expect(short.contains { !$0.isConverged })
    #expect(short.allSatisfy { $0.samples == 200 })
    let long = try found(most: 200_000)
    for (short, long) in zip(short, long) {
      #expect(long.isConverged, "\(long.residual)")
      #expect(long.samples <= 200_000)
      // What had converged stays what it was, bit by bit.
      if short.isConverged { #expect(long == short) } else { #expect(long.samples > 200) }
    }
    #expect(try found(most: 200_000) == long)
  }

  // MARK: - What may be said

  @Test func nothingIsClaimedOfWhatHasNotConverged() throws {
    let network = try jumping()
    var stream = RandomStream(seed: 3, "texts")
    let texts = try (0..<50).map { _ in try network.text(stream.normal([4, 8], dtype: .float64)) }
    let scales = try FeatureScales(network, ["answer"], over: texts)
    let result = try InformationMeasure(network, scales)([texts[0]], ["answer"])[0][0]
    func results(_ residuals: [Double]) -> [RetainedInformation] {
      residuals.map { residual in
        var copy = result
        (copy.residual, copy.isConverged) = (residual, residual <= 0.05)
        return copy
      }
    }
    let good = Convergence(results([0.01, 0.02, 0.03]))
    let bad = Convergence(results([0.01, 0.02, 0.3]))
    #expect(good.share == 1 && good.residual == 0.02 && good.largest == 0.03)
    #expect(Convergence.obstacle([good, good]) == nil)
    #expect(Convergence.obstacle([good, bad])?.contains("in 1 of 2 networks") == true)
    #expect(Convergence.obstacle([good, bad])?.contains("67") == true)
    // Two thirds are enough where leaving the rest out decides nothing; a third is not.
    #expect(Convergence.obstacle([good, bad], isAlike: true) == nil)
    #expect(Convergence.obstacle([Convergence(results([0.01, 0.2, 0.3]))], isAlike: true) != nil)
  }
}
