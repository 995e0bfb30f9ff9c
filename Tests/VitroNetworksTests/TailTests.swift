import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// The part of a network after a value.
@Suite struct TailTests {
  @Test func theTailOfAConvnetComputesWhatTheWholeDoes() throws {
    let network = try ONNXExportTests.network("digits")
    let images = try ONNXExportTests.stored("digits", "x")
    let tail = try network.tail(from: "fc1")
    #expect(tail.graph.nodes.map { type(of: $0.layer).kind } == ["activation", "linear"])
    #expect(tail.parameters.names == ["fc2.weight", "fc2.bias"])
    let run = try network.run(images, recording: ["fc1"])
    #expect(try tail(run.value(at: "fc1")).isIdentical(to: run.output))
    #expect(tail.graph.inputs[0].shape == [8])
  }

  @Test func aSharedParameterStays() throws {
    var graph = Graph("shared", inputs: [.init("x", shape: [3])])
    graph.add("a", Linear(3, 3), reading: "x")
    graph.nodes.append(.init("b", Linear(3, 3), inputs: ["a"], ties: ["weight": "a.weight"]))
    graph.nodes.append(.init("c", Linear(3, 3), inputs: ["b"], ties: ["weight": "a.weight", "bias": "b.bias"]))
    graph.outputs = ["c"]
    let network = try Network(graph, seed: 3)
    let tail = try network.tail(from: "a")
    #expect(tail.parameters.names == ["b.weight", "b.bias"])
    #expect(tail.graph.nodes[1].ties == ["weight": "b.weight", "bias": "b.bias"])
    let x = try Tensor([Float(1), -2, 0.5], shape: [1, 3])
    let run = try network.run([x], recording: ["a"])
    #expect(try tail(run.value(at: "a")).isIdentical(to: run.output))
  }

  @Test func whatGoesPastTheValueIsRefused() throws {
    var graph = Graph("skip", inputs: [.init("x", shape: [3])])
    graph.add("a", Linear(3, 3), reading: "x")
    graph.add("sum", Add(), reading: "a", "x")
    graph.add("y", Linear(3, 2), reading: "sum")
    graph.outputs = ["y"]
    let network = try Network(graph, seed: 1)
    let error = #expect(throws: VitroError.self) { try network.tail(from: "a") }
    #expect(error?.code == .unsupported && error?.message.contains("'x' past 'a'") ?? false)
    #expect(try network.tail(from: "sum").graph.nodes.map(\.name) == ["y"])
    #expect(throws: VitroError.self) { try network.tail(from: "y") }
    #expect(throws: VitroError.self) { try network.tail(from: "nothing") }
  }
}
