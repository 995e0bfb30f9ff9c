import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// A small file cannot ask for much memory, whether its numbers stand in it or come from outside.
@Suite struct ONNXBoundsTests {
  typealias Node = ONNXModel.Node

  /// Operators whose results are as large as a number says, reading `x [n, 2]` and the number's array.
  static let greedy: [(node: Node, numbers: [Int64])] = [
    (Node("ConstantOfShape", name: "n", inputs: ["numbers"], outputs: ["y"]), [1 << 20, 1 << 20]),
    (Node("ConstantOfShape", name: "n", inputs: ["numbers"], outputs: ["y"]), [.max, .max]),
    (Node("Expand", name: "n", inputs: ["x", "numbers"], outputs: ["y"]), [1 << 40, 1, 2]),
    (Node("Tile", name: "n", inputs: ["x", "numbers"], outputs: ["y"]), [1 << 20, 1 << 20]),
    (Node("Pad", name: "n", inputs: ["x", "numbers"], outputs: ["y"]), [0, 1 << 30, 0, .max]),
    (
      Node("Pad", name: "n", inputs: ["x", "numbers"], outputs: ["y"], attributes: ["mode": .string("edge")]),
      [0, 1 << 30, 0, 0]
    ),
    (Node("Resize", name: "n", inputs: ["x", "", "", "numbers"], outputs: ["y"]), [1 << 30, 1 << 30]),
    (
      Node("OneHot", name: "n", inputs: ["numbers", "numbers", "pair"], outputs: ["y"], attributes: ["axis": .int(0)]),
      [1 << 40]
    ),
  ]

  private func network(_ node: Node, _ numbers: [Int64], isInput: Bool) throws -> Network {
    let array = try Tensor(numbers)
    var inputs: [ONNXModel.Value] = [.init("x", elementType: "float32", shape: [.symbolic("n"), .fixed(2)])]
    var arrays = [(name: "pair", array: try Tensor([Float(0), 1]).raw)]
    if isInput {
      inputs.append(.init("numbers", elementType: "int64", shape: [.fixed(numbers.count)]))
    } else {
      arrays.append(("numbers", array.raw))
    }
    return try Network(
      ONNXModel(
        name: "greedy", inputs: inputs, outputs: [.init("y", elementType: "float32", shape: nil)], nodes: [node],
        initializers: arrays), file: "test.onnx")
  }

  @Test(arguments: greedy.indices) func noNumberAsksForMoreThanThereIs(_ index: Int) throws {
    let (node, numbers) = Self.greedy[index]
    let x = try Tensor.ones([3, 2])
    let inside = #expect(throws: VitroError.self) { try network(node, numbers, isInput: false)(x) }
    #expect([.memory, .shape, .unsupported].contains(inside?.code), "\(String(describing: inside))")
    let outside = #expect(throws: VitroError.self) {
      try network(node, numbers, isInput: true).run([x, Tensor(numbers)])
    }
    #expect([.memory, .shape].contains(outside?.code), "\(String(describing: outside))")
  }

  @Test func growthAddsUpOverARun() throws {
    // Each step makes sixteen of one.
    var nodes: [Node] = []
    for step in 0..<12 {
      nodes.append(Node("Tile", name: "", inputs: [step == 0 ? "x" : "h\(step)", "counts"], outputs: ["h\(step + 1)"]))
    }
    let model = ONNXModel(
      name: "steps", inputs: [.init("x", elementType: "float32", shape: [.symbolic("n"), .symbolic("m")])],
      outputs: [.init("h12", elementType: "float32", shape: nil)], nodes: nodes,
      initializers: [("counts", try Tensor([Int64(4), 4]).raw)])
    let network = try Network(model, file: "test.onnx")
    let error = #expect(throws: VitroError.self) { try network(Tensor.ones([1, 1])) }
    #expect(error?.code == .memory)
    let outer = try ONNXModel(
      name: "outer", inputs: [.init("x", elementType: "float32", shape: [.symbolic("n"), .fixed(1)])],
      outputs: [.init("y", elementType: "float32", shape: nil)],
      nodes: [
        Node("Transpose", name: "", inputs: ["x"], outputs: ["t"]),
        Node("MatMul", name: "", inputs: ["x", "t"], outputs: ["m"]),
        Node("Reshape", name: "", inputs: ["m", "column"], outputs: ["c"]),
        Node("Transpose", name: "", inputs: ["c"], outputs: ["r"]),
        Node("Mul", name: "", inputs: ["c", "r"], outputs: ["y"]),
      ], initializers: [("column", Tensor([Int64(-1), 1]).raw)])
    let large = try Network(outer, file: "test.onnx")
    #expect(try large(Tensor.ones([8, 1])).count == 4096)
    #expect(throws: VitroError.self) { try large(Tensor.ones([1000, 1])) }
  }

  @Test func aConcatenationWithItselfDoesNotDoubleForEver() throws {
    var nodes: [Node] = []
    for step in 0..<40 {
      let input = step == 0 ? "x" : "h\(step)"
      nodes.append(
        Node("Concat", name: "", inputs: [input, input], outputs: ["h\(step + 1)"], attributes: ["axis": .int(1)]))
    }
    let model = ONNXModel(
      name: "doubling", inputs: [.init("x", elementType: "float32", shape: [.symbolic("n"), .fixed(2)])],
      outputs: [.init("h40", elementType: "float32", shape: nil)], nodes: nodes, initializers: [])
    let error = #expect(throws: VitroError.self) { try Network(model, file: "test.onnx") }
    #expect(error?.code == .memory)
  }
}
