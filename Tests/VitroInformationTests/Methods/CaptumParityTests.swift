import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroModels
import VitroNetworks
import VitroTensor

@testable import VitroInformation

/// Methods against Captum, and relevance against Arras et al.'s formulas (Tests/References/attribution_captum.py).
@Suite struct CaptumParityTests {
  private struct Reference {
    let file: SafetensorsFile

    init() throws {
      let path = try #require(Bundle.module.path(forResource: "Fixtures/attribution", ofType: "safetensors"))
      file = try SafetensorsFile(path)
    }

    func expected(_ network: String, _ name: String) throws -> [[Double]] {
      try Tensor(file.array(named: "\(network)/expected.\(name)")).unstacked().map { try $0.doubles }
    }

    func question(_ name: String) throws -> AttributionQuestion {
      let design = try #require(AttributionNetworks.designs[name])
      var network = try Network(design.graph(), dtype: .float64, seed: 0)
      for parameter in network.parameters.names {
        try network.parameters.set(parameter, to: Tensor(file.array(named: "\(name)/\(parameter)")))
      }
      let tokens = try Tensor(file.array(named: "tokens")).unstacked().map { try $0.ints }
      let classes = try Tensor(file.array(named: "classes")).ints
      return try AttributionNetworks.question(
        AttributionNetworks.words(network, name), .answer, tokens, classes: classes)
    }
  }

  @Test(arguments: ["lstm", "cnn", "encoder"]) func methodsAgreeWithCaptum(_ name: String) throws {
    let reference = try Reference()
    let question = try reference.question(name)
    let logits = try question.network.answers(question.texts)
    #expect(AttributionNetworks.difference(logits, try reference.expected(name, "logits")) < 1e-12)

    var occlusion = Occlusion()
    occlusion.baseline = .zero
    let methods: [(String, any AttributionMethod)] = [
      ("saliency", GradientMethod()), ("input_x_gradient", GradientInput()),
      ("integrated_gradients", IntegratedGradients()), ("ablation", occlusion),
    ]
    for (expected, method) in methods {
      let difference = AttributionNetworks.difference(
        try method.scores(question), try reference.expected(name, expected))
      print("\(name) \(expected): \(difference)")
      #expect(difference < 1e-10, "\(name), \(expected): \(difference)")
    }
  }

  @Test(arguments: ["lstm", "cnn"]) func relevanceAgreesWithTheFormulas(_ name: String) throws {
    let reference = try Reference()
    let difference = AttributionNetworks.difference(
      try RelevancePropagation().scores(reference.question(name)), try reference.expected(name, "lrp"))
    print("\(name) lrp: \(difference)")
    #expect(difference < 1e-8, "\(name): \(difference)")
  }
}
