import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// ONNX files that Vitro writes: read again, and run by ONNX Runtime where there is one.
@Suite struct ONNXWritingTests {
  /// A Python with onnx, onnxruntime and safetensors.
  static let python = ProcessInfo.processInfo.environment["VITRO_PYTHON"]

  static let names = ["chain", "skip", "functions", "sequence", "images", "doubles", "large"]

  static func network(_ name: String) throws -> Network {
    var graph = Graph(
      name, inputs: [Graph.Input("input", shape: [5])], metadata: ["classes": "a b c"])
    switch name {
    case "skip":
      graph.add("fc1", Linear(5, 4), reading: "input")
      graph.add("relu1", Activation(.relu), reading: "fc1")
      graph.add("join1", Concatenate(axis: 0), reading: "input", "relu1")
      graph.add("fc2", Linear(9, 6, bias: false), reading: "join1")
      graph.add("slope", Activation(.leakyRelu, parameter: 0.1), reading: "fc2")
      graph.add("join2", Concatenate(axis: 0), reading: "slope", "fc1", "input")
      graph.add("sum", Add(), reading: "join2", "join2", "join2")
      graph.outputs = [graph.add("out", Linear(15, 2), reading: "sum"), "relu1"]
    case "functions":
      var parts: [String] = []
      for function in ONNXReader.functions.map(\.function) + [.identity, .leakyRelu, .elu, .hardSigmoid] {
        parts.append(graph.add("f.\(function)", Activation(function), reading: "input"))
      }
      parts.append(graph.add("scale", Scale(factor: 0.3, offset: -2), reading: "input"))
      parts.append(graph.add("double", Scale(factor: 2), reading: "input"))
      parts.append(graph.add("shift", Scale(factor: 1, offset: 0.7), reading: "input"))
      parts.append(graph.add("softmax", Softmax(), reading: "input"))
      parts.append(graph.add("logs", Softmax(logarithmic: true), reading: "input"))
      parts.append(graph.add("product", Multiply(), reading: "input", "scale"))
      parts.append(graph.add("drop", Dropout(0.3), reading: "product"))
      graph.nodes.append(Graph.Node("all", Concatenate(axis: 0), inputs: parts))
      graph.outputs = ["all"]
    case "sequence":
      graph.inputs = [Graph.Input("tokens", shape: [-1, 5])]
      graph.add("fc1", Linear(5, 4), reading: "tokens")
      graph.nodes.append(Graph.Node("fc2", Linear(4, 4, bias: false), inputs: ["fc1"]))
      graph.nodes.append(Graph.Node("fc3", Linear(4, 4, bias: false), inputs: ["fc2"], ties: ["weight": "fc2.weight"]))
      graph.outputs = ["fc3"]
    case "images":
      graph = .chain(
        name, input: [1, 4, 5],
        [
          ("flat", Flatten()), ("fc1", Linear(20, 6)), ("abs", Activation(.abs)), ("grid", Reshape([2, 3])),
          ("rows", Linear(3, 2)),
          ("flat2", Flatten()), ("fc1.weight", Linear(4, 3)),
        ])
    case "large":
      graph = .chain(name, input: [784], [("a", Linear(784, 300)), ("r", Activation(.relu)), ("b", Linear(300, 10))])
    default:
      graph = .chain(
        name, input: [5],
        [
          ("fc1", Linear(5, 8)), ("relu1", Activation(.relu)), ("fc2", Linear(8, 8)), ("relu2", Activation(.relu)),
          ("fc3", Linear(8, 3)),
        ])
    }
    graph.metadata["source"] = "test"
    return try Network(graph, dtype: name == "doubles" ? .float64 : .float32, seed: 3)
  }

  static func input(_ network: Network) throws -> Tensor {
    var stream = RandomStream(seed: 8, "onnx")
    let shape = network.graph.inputs[0].shape.map { $0 == -1 ? 3 : $0 }
    return try stream.normal([7] + shape, dtype: network.parameters.dtype)
  }

  @Test(arguments: names) func whatIsWrittenIsReadToTheSameBits(_ name: String) throws {
    let network = try Self.network(name)
    let directory = try TemporaryDirectory()
    let path = directory.path + "/\(name).onnx"
    try network.writeONNX(to: path)
    let again = try Network(path)
    #expect(again.outputTaps == network.outputTaps)
    #expect(again.graph.outputs == network.graph.outputs)
    #expect(again.graph.inputs == network.graph.inputs)
    #expect(again.graph.metadata.merging(network.graph.metadata) { $1 } == again.graph.metadata)
    #expect(try again.bits == network.bits)
    let x = try Self.input(network)
    let (first, second) = (try network.run([x]).outputs, try again.run([x]).outputs)
    #expect(first.count == second.count)
    for (one, other) in zip(first, second) { #expect(one.isIdentical(to: other)) }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try again.writeONNX(to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
  }

  @Test(
    .enabled(
      if: python != nil, "VITRO_PYTHON names no Python with onnx, onnxruntime and safetensors"), arguments: names)
  func onnxRuntimeComputesTheSame(_ name: String) throws {
    let network = try Self.network(name)
    let directory = try TemporaryDirectory()
    let (model, input, output) = (
      "\(directory.path)/m.onnx", "\(directory.path)/x.safetensors", "\(directory.path)/y.safetensors"
    )
    try network.writeONNX(to: model)
    let x = try Self.input(network)
    try Safetensors.write([("x", x.raw)], to: input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/run_onnx.py")
    process.arguments = [try #require(Self.python), script.path, model, input, output]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let computed = try SafetensorsFile(output)
    for (index, value) in try network.run([x]).outputs.enumerated() {
      #expect(try relativeDifference(value, Tensor(computed.array(named: "\(index)"))) <= 1e-6)
    }
  }

  @Test func whatHasNoOperatorIsRefused() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/m.onnx"
    let graph = Graph.chain("net", input: [4], [("norm", LayerNorm(4))])
    let error = #expect(throws: VitroError.self) { try Network(graph).writeONNX(to: path) }
    #expect(error?.code == .unsupported && error?.message.contains("'norm' (layerNorm)") ?? false)
    #expect(error?.hint?.contains("linear, activation (abs") ?? false)
    let several = try Network(.chain("net", input: [4], [("fc", Linear(4, 2))]), instances: 3)
    let many = #expect(throws: VitroError.self) { try several.writeONNX(to: path) }
    #expect(many?.hint?.contains("instance(0)") ?? false)
    try several.instance(1).writeONNX(to: path)
    #expect(try Network(path).bits == several.instance(1).bits)
    #expect(throws: VitroError.self) {
      try Network(.chain("net", input: [4], [("silu", Activation(.silu))])).writeONNX(to: path)
    }
  }

  @Test func aPathIsReadAsWhatStandsThere() throws {
    let directory = try TemporaryDirectory()
    let network = try Self.network("chain")
    let path = directory.path + "/model"
    try network.writeONNX(to: path)
    #expect(try Network(path).bits == network.bits)
    try Data("no network".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: VitroError.self) { try Network(path) }
    for word in ["directory", "ONNX", "safetensors"] { #expect(error?.message.contains(word) ?? false) }
    try Data("no network".utf8).write(to: URL(fileURLWithPath: path + ".onnx"))
    #expect(throws: VitroError.self) { try Network(path + ".onnx") }
  }

  @Test func damagedFilesAreRefusedWithoutCrashing() throws {
    var stream = RandomStream(seed: 4, "mutation")
    var refused = 0
    for name in ["skip", "functions", "images", "sequence"] {
      let original = try Self.network(name).onnxModel().encode()
      for _ in 0..<800 {
        var bytes = original
        let draws = stream.draw(words: 4).map { Int($0) }
        let position = draws[0] % bytes.count
        switch draws[1] % 4 {
        case 0: bytes[position] = UInt8(truncatingIfNeeded: draws[2])
        case 1: bytes[position] ^= UInt8(1 << (draws[2] % 8))
        case 2: bytes.removeSubrange(position..<Swift.min(position + draws[2] % 20, bytes.count))
        default: bytes.swapAt(position, draws[2] % bytes.count)
        }
        do {
          _ = try Network(ONNXModel(FileBytes(name: "damaged.onnx", bytes)), file: "damaged.onnx")
        } catch is VitroError {
          refused += 1
        }
      }
    }
    #expect(refused > 1000)
  }
}
