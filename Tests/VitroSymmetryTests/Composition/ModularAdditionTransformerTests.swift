import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroSymmetry

struct ModularAdditionTransformerTests {
  /// `mod_addition_113.safetensors`, where the environment says the published networks are.
  static let path = ProcessInfo.processInfo.environment["VITRO_NETWORKS"].map { "\($0)/mod_addition_113.safetensors" }

  @Test(
    .enabled(
      if: path.map { FileManager.default.fileExists(atPath: $0) } ?? false,
      "VITRO_NETWORKS names no folder with mod_addition_113.safetensors"))
  func thePublishedNetworkAddsModulo113() throws {
    let transformer = try ModularAdditionTransformer(path: try #require(Self.path))
    #expect(transformer.modulus == 113 && transformer.width == 512)
    let start = ContinuousClock.now
    let values = transformer.values()
    let forward = ContinuousClock.now
    let analysis = try CompositionAnalysis(
      TestGroups.cyclic(113), hidden: values.hidden, logits: values.logits)
    let measures = analysis.measures()
    let neurons = try analysis.neurons()
    let harmonics = analysis.harmonicShares(neurons)
    print("forward \(forward - start), analysis \(ContinuousClock.now - forward)")
    for simple in measures.simples.sorted(by: { $0.logitSimilarity > $1.logitSimilarity }).prefix(8) {
      print(simple.name, simple.logitSimilarity, simple.hiddenA, simple.hiddenB, simple.hiddenAB)
    }
    let explained = neurons.count { $0.explained > 0.85 }
    print(
      "loss \(measures.loss), accuracy \(measures.accuracy), restricted \(measures.restrictedLoss), excluded \(measures.excludedLoss), logits \(measures.logits), a \(measures.hiddenA) b \(measures.hiddenB) ab \(measures.hiddenAB), neurons \(neurons.count), > 85 %: \(explained)"
    )
    print(harmonics)
    #expect(measures.accuracy == 1)
  }
}
