import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// Networks as PyTorch's two exporters write them, against PyTorch (Tests/References/onnx_torch.py).
@Suite struct ONNXExportTests {
  static let folder = Reference.path("onnx-torch")
  static let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()

  static func network(_ name: String) throws -> Network { try Network("\(folder)/\(name).onnx") }

  static func stored(_ name: String, _ part: String) throws -> [Tensor] {
    let values = try SafetensorsFile("\(folder)/values.safetensors")
    let model = name.split(separator: "-")[0]
    return try values.names.filter { $0.hasPrefix("\(model)/\(part)") }.sorted()
      .map { Tensor(try values.array(named: $0)) }
  }

  @Test func everyNetworkIsThere() { #expect(Self.cases.count == 13) }

  @Test(arguments: cases) func outputsEqualPyTorchs(_ name: String) throws {
    let run = try Self.network(name).run(Self.stored(name, "x"))
    let expected = try Self.stored(name, "y")
    #expect(run.outputs.count == expected.count)
    for (found, expected) in zip(run.outputs, expected) { #expect(try relativeDifference(found, expected) <= 2e-6) }
  }

  @Test(arguments: cases) func gradientsEqualPyTorchs(_ name: String) throws {
    guard let expected = try Self.stored(name, "g").first else { return }
    let network = try Self.network(name)
    let tap = network.graph.inputs[0].name
    let (_, gradients) = try network.gradients(Self.stored(name, "x"), at: [tap]) { run in
      try run.output.square().sum()
    }
    let found = try #require(gradients[tap])
    #expect(try relativeDifference(found, expected) <= 5e-6)
  }

  @Test(arguments: cases) func aSavedNetworkIsTheSame(_ name: String) throws {
    let directory = try TemporaryDirectory()
    let network = try Self.network(name)
    try network.save(to: directory.path)
    let inputs = try Self.stored(name, "x")
    let again = try Network(directory.path)
    #expect(try again.run(inputs).output.isIdentical(to: network.run(inputs).output))
    #expect(again.tapNames == network.tapNames)
  }

  @Test(arguments: ["convnet", "convnet-dynamo", "digits", "digits-dynamo"])
  func convolutionalNetworksAreLayers(_ name: String) throws {
    let network = try Self.network(name)
    let kinds = network.graph.nodes.map { type(of: $0.layer).kind }
    let operators = network.graph.nodes.compactMap { ($0.layer as? ONNXOperation)?.operation }
    #expect(kinds.contains("conv2d") && kinds.contains("linear") && kinds.contains("maxPool2d"))
    // The border of zeros and the cut have no layers.
    #expect(Set(operators).isSubset(of: ["Pad", "Slice"]))
    if name.hasPrefix("digits") {
      #expect(operators.isEmpty)
      #expect(network.parameters.names.contains("conv1.weight") && network.parameters.names.contains("fc2.bias"))
    }
  }

  @Test func everyValueOfATransformerIsATap() throws {
    let network = try Self.network("encoder")
    let run = try network.run(Self.stored("encoder", "x"), recording: .all)
    #expect(run.names == network.tapNames)
    #expect(network.outputTaps.contains { $0.hasSuffix("self_attn.Softmax") })
    let kinds = Set(network.graph.nodes.map { type(of: $0.layer).kind })
    #expect(kinds.isSuperset(of: ["embedding", "layerNorm", "linear", "onnx"]))
    // A pattern sums to 1, and taking it away changes the output.
    let softmax = try #require(network.outputTaps.first { $0.hasSuffix("Softmax") })
    let pattern = try run.value(at: softmax)
    #expect(try difference(pattern.sum(axes: [-1]), .ones(Array(pattern.shape.dropLast()))) < 1e-6)
    let without = try network.run(Self.stored("encoder", "x"), editing: [softmax: .replace(pattern.zerosLike())])
    #expect(try difference(without.output, run.output) > 1e-3)
  }

  @Test func aNetworkOfOneBatchSizeSaysSo() throws {
    let model = ONNXModel(
      name: "fixed", inputs: [.init("x", elementType: "float32", shape: [.fixed(2), .fixed(3)])],
      outputs: [.init("y", elementType: "float32", shape: nil)],
      nodes: [.init("Transpose", name: "t", inputs: ["x"], outputs: ["y"])], initializers: [])
    let network = try Network(model, file: "test.onnx")
    #expect(try network(Tensor.ones([2, 3])).shape == [3, 2])
    let error = #expect(throws: VitroError.self) { try network(Tensor.ones([1, 3])) }
    #expect(error?.message.contains("batches of 2 alone") ?? false)
  }
}
