import Foundation
import VitroCore
import VitroFormats
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// Small networks of words with random weights, in float64.
enum AttributionNetworks {
  /// The networks of the fixture that Captum was asked about.
  static let designs: [String: TextNetwork] = [
    "lstm": TextNetwork(
      .lstm, vocabulary: 23, classes: ["a", "b", "c"], width: 8, hidden: 10, layers: 1, context: 16),
    "cnn": TextNetwork(.cnn, vocabulary: 23, classes: ["a", "b", "c"], width: 8, hidden: 5, context: 16),
    "encoder": TextNetwork(
      .encoder, vocabulary: 23, classes: ["a", "b", "c"], width: 8, hidden: 16, layers: 2, heads: 2, context: 16),
    "decoder": TextNetwork(
      .decoder, vocabulary: 23, classes: ["a", "b", "c"], width: 8, hidden: 16, layers: 2, heads: 2, context: 16),
  ]

  /// A network in which no parameter is at its usual value: biases and gains matter, too.
  static func random(_ graph: Graph, seed: UInt64 = 5, zeroBiases: Bool = false) throws -> Network {
    var network = try Network(graph, dtype: .float64, seed: seed)
    for entry in network.parameters.entries {
      var stream = RandomStream(seed: seed, entry.name)
      let noise = try stream.normal(entry.shape, deviation: 0.4, dtype: .float64)
      let value =
        switch entry.spec.role {
        case .gain, .runningVariance: try noise.square() + 0.7
        case .bias, .recurrentBias, .shift, .runningMean: zeroBiases ? try noise.zerosLike() : noise
        default: noise
        }
      try network.parameters.set(entry.name, to: value)
    }
    return network
  }

  static func words(_ network: Network, _ name: String) throws -> WordNetwork {
    try WordNetwork(LanguageModel(name: name, family: "test", transformer: nil, network: network))
  }

  /// A network of the designs.
  static func words(_ name: String, zeroBiases: Bool = false) throws -> WordNetwork {
    guard let design = designs[name] else { throw VitroError(.argument, "test", "no design \(name)") }
    return try words(random(design.graph(), zeroBiases: zeroBiases), name)
  }

  static let texts = [[3, 14, 15, 9, 2, 6], [5, 3, 5, 8, 9, 7], [1, 2, 3], [22, 0, 11, 4, 4, 17]]

  /// A question about the texts, the spreads taken over them.
  static func question(
    _ network: WordNetwork, _ target: AttributionTarget, _ texts: [[Int]] = texts, classes: [Int]? = nil
  ) throws -> AttributionQuestion {
    let texts = try texts.map { try network.text($0) }
    var features: [Feature] = []
    if case .feature(let feature) = target { features = [feature] }
    return try AttributionQuestion(
      network, texts, target, classes: classes, scales: FeatureScales(network, features, over: texts))
  }

  /// The largest difference of two lists of lists.
  static func difference(_ a: [[Double]], _ b: [[Double]]) -> Double {
    guard a.map(\.count) == b.map(\.count) else { return .infinity }
    return zip(a.joined(), b.joined()).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) {
      $1.isNaN ? .infinity : max($0, $1)
    }
  }
}
