import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// Networks that other programs wrote, as they lie beside the package in `../shared/data/networks`.
@Suite struct ONNXSharedModelTests {
  static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../shared/data/networks")
    .standardizedFileURL.path
  static let isThere = FileManager.default.fileExists(atPath: "\(folder)/burn_mnist.onnx")

  @Test(.enabled(if: isThere, "../shared/data/networks has no ONNX files"))
  func aConvnetOfAnotherFrameworkIsLayers() throws {
    let network = try Network("\(Self.folder)/burn_mnist.onnx")
    #expect(
      network.graph.nodes.map { type(of: $0.layer).kind } == [
        "conv2d", "activation", "conv2d", "activation", "conv2d", "activation", "batchNorm", "flatten", "linear",
        "activation", "linear", "batchNorm", "softmax",
      ])
    #expect(network.outputTaps.prefix(3) == ["input.1", "conv1", "Relu"])
    let image = try Tensor((0..<784).map { Float($0 % 17) / 16 }, shape: [1, 1, 28, 28])
    // ONNX Runtime 1.31.1.
    let expected = [
      Float(-16.287588), -18.222271, -14.988652, -15.894678, -17.976606, -18.493347, -16.05271, -21.487246,
      -1.335135e-05,
      -11.276631,
    ]
    let found = try network(image)
    #expect(try difference(found, Tensor(expected, shape: [1, 10])) < 1e-4)
    // The file says one example; layers take any number.
    let two = try network(Tensor.concatenate([image, image]))
    #expect(try difference(two.slice(axis: 0, 1..<2), found) < 1e-5)
  }

  @Test(.enabled(if: isThere, "../shared/data/networks has no ONNX files"))
  func theFirstOperatorsAreRefusedByName() {
    let error = #expect(throws: VitroError.self) { try Network("\(Self.folder)/cntk_mnist_opset1.onnx") }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("version 1 of the operators, expected 7 to") ?? false)
    #expect(error?.operation.contains("cntk_mnist_opset1.onnx") ?? false)
    #expect(error?.hint?.contains("convert_version") ?? false)
  }
}
