import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// Models that the `onnx` package wrote, against what ONNX Runtime computed with them (Tests/References/onnx_models.py).
@Suite struct ONNXReadingTests {
  static let cases = [
    "chain", "gemm", "acas", "skip", "functions", "arithmetic", "bounds", "oldClip", "images", "constants", "doubles",
    "twoInputs", "newest",
  ]

  static func path(_ name: String) -> String { Reference.path("onnx/\(name).onnx") }

  @Test(arguments: cases) func outputsEqualONNXRuntimes(_ name: String) throws {
    let values = try SafetensorsFile(Reference.path("onnx/values.safetensors"))
    let network = try Network(Self.path(name))
    let inputs = try values.names.filter { $0.hasPrefix("\(name)/x") }.sorted()
      .map { Tensor(try values.array(named: $0)) }
    let expected = try Tensor(values.array(named: "\(name)/y"))
    let run = try network.run(inputs)
    #expect(run.output.dtype == expected.dtype)
    let tolerance = name == "doubles" ? 1e-14 : 1e-6
    #expect(try relativeDifference(run.output, expected) <= tolerance)
  }

  @Test func everyFixtureIsTried() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Reference.path("onnx"))
    #expect(Set(files.filter { $0.hasSuffix(".onnx") }) == Set(Self.cases.map { "\($0).onnx" }))
  }

  @Test func layersAreCalledAsTheirMatricesOrTheirNodes() throws {
    #expect(try Network(Self.path("chain")).outputTaps == ["x", "fc1", "act.Relu", "fc2"])
    let network = try Network(Self.path("newest"))
    #expect(network.outputTaps == ["x", "fc1", "node_relu", "fc2"])
    #expect(network.parameters.names == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])
    #expect(network.graph.metadata["source"] == "newest.onnx")
    #expect(Network.files(at: Self.path("newest")) == [Self.path("newest")])
  }

  @Test func matricesAreTheFilesToTheBit() throws {
    let model = try ONNXModel(Self.path("chain"))
    let network = try Network(model, file: "chain.onnx")
    for name in network.parameters.names {
      let read = try network.parameters.value(named: name)
      #expect(try read.isIdentical(to: Tensor(model.array(named: name))), "\(name)")
    }
  }

  @Test func additionsBecomeBiasesAndNumbersOneScale() throws {
    let acas = try Network(Self.path("acas"))
    #expect(
      acas.graph.nodes.map { type(of: $0.layer).kind } == [
        "scale", "scale", "flatten", "linear", "activation", "linear",
      ])
    let arithmetic = try Network(Self.path("arithmetic"))
    #expect(arithmetic.graph.nodes.first?.layer as? Scale == Scale(factor: -1, offset: 2))
    #expect(arithmetic.graph.nodes[1].layer as? Scale == Scale(factor: 0.5, offset: 2))
  }

  @Test func anArrayThatServesTwiceIsOneParameter() throws {
    // The matrix, and the identity that adds a bias to what two nodes read.
    let weights = try Network(Self.path("constants")).parameters.names.filter { $0.hasSuffix(".weight") }
    #expect(weights == ["m1.weight", "a1.weight"])
    let pair = try Network(Self.path("twoInputs"))
    #expect(pair.parameters.names.count == 1 && pair.graph.inputs.count == 2)
    // A bias that an earlier node takes in after a later one has it cannot be the later one's.
    let (w, b) = (try Tensor.ones([2, 2]).raw, try Tensor([Float(1), 2]).raw)
    let network = try Network(
      model(
        [
          .init("MatMul", name: "a", inputs: ["x", "w"], outputs: ["a"]),
          .init("Gemm", name: "b", inputs: ["x", "w", "b"], outputs: ["b"]),
          .init("Add", name: "c", inputs: ["a", "b0"], outputs: ["c"]),
          .init("Identity", name: "d", inputs: ["b"], outputs: ["b1"]),
          .init("Add", name: "y", inputs: ["c", "b1"], outputs: ["y"]),
        ], [("w", w), ("b", b), ("b0", b)]), file: "test.onnx")
    #expect(try network(Tensor.ones([1, 2])).doubles == [6, 8])
  }

  @Test func constantsMayStandInNodesInAnyForm() throws {
    let network = try Network(
      model(
        [
          .init("Constant", name: "", inputs: [], outputs: ["two"], attributes: ["value_float": .float(2)]),
          .init("Constant", name: "", inputs: [], outputs: ["v"], attributes: ["value_floats": .floats([1, 3])]),
          .init("Constant", name: "", inputs: [], outputs: ["shape"], attributes: ["value_ints": .ints([0, 2, 1])]),
          .init("Mul", name: "m", inputs: ["x", "two"], outputs: ["m"]),
          .init("Add", name: "a", inputs: ["m", "v"], outputs: ["a"]),
          .init("Reshape", name: "r", inputs: ["a", "shape"], outputs: ["y"]),
        ], []), file: "test.onnx")
    let y = try network(Tensor.ones([1, 2]))
    #expect(try y.shape == [1, 2, 1] && y.doubles == [3, 5])
  }

  @Test func boundsHoldHoweverLargeTheValue() throws {
    let bounds = try [Float(-0.5), 6].map { try Tensor($0).raw }
    let network = try Network(
      model(
        [.init("Clip", name: "y", inputs: ["x", "low", "high"], outputs: ["y"])],
        [("low", bounds[0]), ("high", bounds[1])]),
      file: "test.onnx")
    let x = try Tensor([Float(1e30), -1e30, 7, -0.75, 0, 3], shape: [3, 2])
    #expect(try network(x).doubles == [6, -0.5, 6, -0.5, 0, 3])
  }

  @Test func vectorsAreAddedToImagesByAnIdentity() throws {
    let network = try Network(Self.path("images"))
    #expect(network.graph.nodes.prefix(3).map { type(of: $0.layer).kind } == ["flatten", "linear", "reshape"])
    #expect(network.graph.nodes.prefix(3).map(\.name) == ["centred.flat", "centred.sum", "centred"])
  }

  @Test func whatIsNotReadIsRefusedWithTheNodeAndTheOperatorsThatAre() throws {
    let matrix = try Tensor.ones([2, 2]).raw
    let wide = try Tensor.range(0..<2000).cast(to: .float32)
    let one = try Tensor(Float(1)).raw
    typealias Case = (node: ONNXModel.Node, word: String)
    let cases: [Case] = [
      (.init("Conv", name: "", inputs: ["x", "w"], outputs: ["y"]), "expected [batch, channels"),
      (.init("NonMaxSuppression", name: "", inputs: ["x", "w"], outputs: ["y"]), "the operator NonMaxSuppression"),
      (.init("Gelu", name: "", inputs: ["x"], outputs: ["y"], domain: "com.microsoft"), "com.microsoft.Gelu"),
      (.init("Gemm", name: "", inputs: ["x"], outputs: ["y"]), "it has 1 operands"),
      (.init("Gemm", name: "", inputs: ["x", "wide"], outputs: ["y"]), "expected matrices"),
      (.init("Gemm", name: "", inputs: ["x", "w", "wide"], outputs: ["y"]), "do not broadcast"),
      (.init("Gemm", name: "", inputs: ["x", "w"], outputs: ["y"], attributes: ["alpha": .int(1)]), "no real number"),
      (.init("MatMul", name: "", inputs: ["x", "shape"], outputs: ["y"]), "int64"),
      (.init("Cast", name: "", inputs: ["x"], outputs: ["y"], attributes: ["to": .int(8)]), "element type 8"),
      (.init("Concat", name: "", inputs: ["x", "x"], outputs: ["y"], attributes: ["axis": .int(7)]), "axis 7"),
      (.init("Clip", name: "", inputs: ["x", "vector"], outputs: ["y"]), "expected one number"),
      (.init("Dropout", name: "", inputs: ["x", "one", "one"], outputs: ["y"]), "drops features in use"),
      (.init("Expand", name: "", inputs: ["x", "shape"], outputs: ["y"]), "is no shape"),
      (.init("LSTM", name: "", inputs: ["x", "w", "w"], outputs: ["y"]), "expected three axes"),
      (.init("MaxPool", name: "", inputs: ["x"], outputs: ["y"], attributes: ["kernel_shape": .ints([2])]), "[batch"),
      (.init("Shape", name: "", inputs: ["x"], outputs: ["a", "y"]), "which is not computed"),
      (
        .init("If", name: "", inputs: ["one"], outputs: ["y"], attributes: ["then_branch": .unread("GRAPH")]),
        "the operator If"
      ),
      (.init("Constant", name: "", inputs: [], outputs: ["y"]), "no tensor"),
    ]
    let arrays = [
      ("w", matrix), ("wide", wide.raw), ("one", one), ("vector", try Tensor([Float(1), 2]).raw),
      ("shape", try Tensor([Int64(3), -1]).raw),
    ]
    for (node, word) in cases {
      let error = #expect(throws: VitroError.self, "\(word)") { try Network(model([node], arrays), file: "test.onnx") }
      #expect(
        error?.code == .unsupported && error?.message.contains(word) ?? false, "\(word): \(error?.description ?? "")")
      #expect(
        error?.details["file"] == "test.onnx" && error?.details["found"] != nil && error?.details["expected"] != nil)
      #expect(error?.hint?.contains("Concat, Constant, ConstantOfShape") ?? false)
    }
  }

  @Test func whatHasNoLayerIsComputedOnWholeValues() throws {
    typealias Case = (node: ONNXModel.Node, expected: [Double])
    let cases: [Case] = [
      (.init("Gemm", name: "", inputs: ["x", "w"], outputs: ["y"], attributes: ["transA": .int(1)]), [4, 4, 6, 6]),
      (.init("Gemm", name: "", inputs: ["w", "x"], outputs: ["y"]), [4, 6, 4, 6]),
      (.init("Mul", name: "", inputs: ["x", "vector"], outputs: ["y"]), [1, 4, 3, 8]),
      (.init("Div", name: "", inputs: ["one", "x"], outputs: ["y"]), [1, 0.5, 1.0 / 3, 0.25]),
      (
        .init("Concat", name: "", inputs: ["x", "x"], outputs: ["y"], attributes: ["axis": .int(0)]),
        [1, 2, 3, 4, 1, 2, 3, 4]
      ),
      (.init("Flatten", name: "", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(0)]), [1, 2, 3, 4]),
      (.init("PRelu", name: "", inputs: ["x", "vector"], outputs: ["y"]), [1, 2, 3, 4]),
      (.init("Dropout", name: "", inputs: ["x"], outputs: ["kept", "y"]), [1, 1, 1, 1]),
      (.init("Identity", name: "", inputs: ["vector"], outputs: ["y"]), [1, 2]),
    ]
    let arrays = [
      ("w", try Tensor.ones([2, 2]).raw), ("one", try Tensor(Float(1)).raw), ("vector", try Tensor([Float(1), 2]).raw),
    ]
    for (node, expected) in cases {
      let network = try Network(model([node], arrays), file: "test.onnx")
      let y = try network(Tensor([Float(1), 2, 3, 4], shape: [2, 2]))
      #expect(try difference(y.doubles, expected) < 1e-6, "\(node.operation)")
    }
  }

  @Test func inputsAndVersionsThatDoNotWorkAreRefused() throws {
    let sound = model([.init("Relu", name: "y", inputs: ["x"], outputs: ["y"])], [])
    func refuse(_ word: String, _ change: (inout ONNXModel) -> Void) {
      var changed = sound
      change(&changed)
      let error = #expect(throws: VitroError.self) { try Network(changed, file: "test.onnx") }
      #expect(error?.description.contains(word) ?? false, "\(word): \(error?.description ?? "")")
    }
    _ = try Network(sound, file: "test.onnx")
    refuse("version 6") { $0.opset = 6 }
    refuse("version 29") { $0.opset = 29 }
    refuse("string") { $0.inputs[0].elementType = "string" }
    refuse("no input") {
      $0.inputs = []; $0.nodes = []; $0.outputs = []
    }
  }

  @Test func aSmallFileDoesNotUnfoldIntoALargeNetwork() throws {
    // Each factor asks for a matrix of its own.
    let matrix = try Tensor.ones([1000, 1000]).raw
    var nodes: [ONNXModel.Node] = []
    for index in 0..<100 {
      let (input, output) = (index == 0 ? "x" : "h\(index)", index == 99 ? "y" : "h\(index + 1)")
      nodes.append(
        .init(
          "Gemm", name: "", inputs: [input, "w"], outputs: [output], attributes: ["alpha": .float(Float(index + 2))]))
    }
    var large = model(nodes, [("w", matrix)])
    large.inputs[0].shape = [.unknown, .fixed(1000)]
    let error = #expect(throws: VitroError.self) { try Network(large, file: "test.onnx") }
    #expect(error?.code == .memory)
  }

  private func model(_ nodes: [ONNXModel.Node], _ arrays: [(String, RawArray)]) -> ONNXModel {
    ONNXModel(
      name: "test", inputs: [.init("x", elementType: "float32", shape: [.symbolic("n"), .fixed(2)])],
      outputs: [.init("y", elementType: "float32", shape: nil)], nodes: nodes,
      initializers: arrays.map { (name: $0.0, array: $0.1) })
  }
}

/// The largest difference against the largest expected value, or 1 if that is larger; infinite when shapes differ or something is not a number.
func relativeDifference(_ found: Tensor, _ expected: Tensor) throws -> Double {
  guard found.shape == expected.shape else { return .infinity }
  return try difference(found, expected) / max(1, expected.doubles.map(abs).max() ?? 1)
}
