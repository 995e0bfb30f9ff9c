import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// Linear features have closed forms: σ_i = √(δ/(n a_i)) and √(rate/(2 n a_i)).
@Suite struct LinearMeasureTests {
  /// Words `[n, K]` → features `[M]`, each word with a gain of its own.
  private func network(gains: [Double], width: Int, outputs: Int) throws -> WordNetwork {
    let graph = Graph.chain(
      "linear", input: [gains.count, width],
      [("flat", Reshape([gains.count * width])), ("features", Linear(gains.count * width, outputs))])
    var network = try Network(graph, dtype: .float64, seed: 3)
    var stream = RandomStream(seed: 4, "weights")
    let weights = try stream.normal([outputs, gains.count, width], dtype: .float64)
    let scaled = try weights * Tensor(gains, shape: [1, gains.count, 1])
    try network.parameters.set("features.weight", to: scaled.reshaped([outputs, gains.count * width]))
    return try WordNetwork(network)
  }

  private func texts(_ network: WordNetwork, length: Int, count: Int) throws -> [WordText] {
    var stream = RandomStream(seed: 5, "texts")
    return try (0..<count).map { _ in try network.text(stream.normal([length, network.width], dtype: .float64)) }
  }

  /// a_i, computed from the weights.
  private func sensitivities(_ network: WordNetwork, _ scales: FeatureScales, words: Int) throws -> [Double] {
    let spread = try #require(try scales.spread(of: "features"))
    let weights = try network.network.parameters.value(named: "features.weight")
      .reshaped([spread.count, words, network.width])
    let scaled = try weights / Tensor(spread, shape: [spread.count, 1, 1])
    return try scaled.square().sum(axes: [2]).mean(axes: [0]).doubles
  }

  @Test func bothFormsReachTheirClosedForms() throws {
    let gains: [Double] = [10, 20, 5, 20, 10]
    let network = try network(gains: gains, width: 32, outputs: 96)
    let texts = try texts(network, length: gains.count, count: 200)
    let scales = try FeatureScales(network, ["features"], over: texts)
    let a = try sensitivities(network, scales, words: gains.count)
    for form in [InformationSettings.Form.fixedDistortion(0.02), .penalty(rate: 0.04, scale: 100)] {
      let measure = try InformationMeasure(
        network, scales, settings: InformationSettings(form: form, cap: 100, samples: 24_000))
      let found = try measure(Array(texts.prefix(2)), ["features"])
      for text in found {
        for (word, a) in a.enumerated() {
          let expected = (0.02 / (Double(gains.count) * a)).squareRoot()
          let error = abs(exp(text[0].logSigma[word]) / expected - 1)
          #expect(error < 0.01, "\(form), word \(word): \(error)")
        }
        #expect(text[0].residual < 0.05)
        #expect(text[0].isConverged)
      }
    }
  }

  @Test func wordsThatAreIgnoredAreNotKept() throws {
    let network = try network(gains: [1, 0, 2], width: 8, outputs: 16)
    let texts = try texts(network, length: 3, count: 50)
    let scales = try FeatureScales(network, ["features"], over: texts)
    let found = try InformationMeasure(network, scales)([texts[0]], ["features"])[0][0]
    #expect(found.isIgnored == [false, true, false])
    #expect(found.isUnbounded[1])
    #expect(found.kept[1] == 0)
    #expect(found.entropy[1] == nil)
    #expect(found.kept[0] > 0.5 && found.kept[2] > found.kept[0])
  }
}
