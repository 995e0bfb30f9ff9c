import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

/// Damaged ONNX files as networks: read, and run once if they are any.
extension FuzzTarget {
  static func networks() throws -> FuzzTarget {
    let seeds = try [convnet(), attention(), recurrent(), shapes()].map { Seed(try $0.encode()) }
    return FuzzTarget(name: "network", seeds: seeds) { file in
      let network = try Network(ONNXModel(file), file: file.name)
      var inputs: [Tensor] = []
      for input in network.graph.inputs {
        let example = input.shape == Graph.unknownShape ? [] : input.shape.map { $0 == -1 ? 3 : $0 }
        let shape = [input.batch ?? 2] + example
        guard (try? RawArray.byteCount(dtype: .float32, shape: shape)).map({ $0 <= 1 << 11 }) ?? false else { return }
        inputs.append(try .ones(shape))
      }
      // What the numbers of a file make impossible is told, not computed.
      _ = try? network.run(inputs)
    }
  }

  private typealias Node = ONNXModel.Node

  private static func model(
    _ name: String, _ inputs: [ONNXModel.Value], _ nodes: [Node], _ arrays: [(String, Tensor)], output: String
  ) -> ONNXModel {
    ONNXModel(
      name: name, inputs: inputs, outputs: [.init(output, elementType: "float32", shape: nil)], nodes: nodes,
      initializers: arrays.map { (name: $0.0, array: $0.1.raw) })
  }

  private static func numbers(_ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor((0..<count).map { Float($0 % 7) / 8 - 0.4 }, shape: shape)
  }

  private static func convnet() throws -> ONNXModel {
    try model(
      "convnet",
      [.init("x", elementType: "float32", shape: [.symbolic("batch"), .fixed(1), .fixed(8), .fixed(8)])],
      [
        Node(
          "Conv", name: "conv1", inputs: ["x", "w1", "b1"], outputs: ["h1"],
          attributes: ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 0, 0]), "strides": .ints([2, 2])]),
        Node("BatchNormalization", name: "norm1", inputs: ["h1", "b1", "b1", "b1", "v1"], outputs: ["h2"]),
        Node(
          "MaxPool", name: "pool1", inputs: ["h2"], outputs: ["h3"],
          attributes: ["kernel_shape": .ints([2, 2]), "ceil_mode": .int(1)]),
        Node("Pad", name: "pad", inputs: ["h3", "pads"], outputs: ["h4"], attributes: ["mode": .string("reflect")]),
        Node(
          "Resize", name: "resize", inputs: ["h4", "", "scales"], outputs: ["h5"],
          attributes: ["mode": .string("linear")]),
        Node(
          "ConvTranspose", name: "up", inputs: ["h5", "w2"], outputs: ["h6"], attributes: ["strides": .ints([2, 2])]),
        Node("GlobalAveragePool", name: "mean", inputs: ["h6"], outputs: ["h7"]),
        Node("Flatten", name: "flat", inputs: ["h7"], outputs: ["h8"]),
        Node("Gemm", name: "fc", inputs: ["h8", "w3"], outputs: ["y"]),
      ],
      [
        ("w1", numbers([2, 1, 3, 3])), ("b1", numbers([2])), ("v1", .ones([2])), ("w2", numbers([2, 2, 3, 3])),
        ("w3", numbers([2, 3])), ("scales", Tensor([Float(1), 1, 2, 1.5])),
        ("pads", Tensor([Int64(0), 0, 1, 1, 0, 0, 1, 1])),
      ], output: "y")
  }

  private static func attention() throws -> ONNXModel {
    try model(
      "attention", [.init("tokens", elementType: "int64", shape: [.symbolic("batch"), .symbolic("length")])],
      [
        Node("Gather", name: "embed", inputs: ["table", "tokens"], outputs: ["e"]),
        Node("LayerNormalization", name: "norm", inputs: ["e", "gain", "gain"], outputs: ["n"]),
        Node("MatMul", name: "q", inputs: ["n", "wq"], outputs: ["q"]),
        Node("Shape", name: "shape", inputs: ["tokens"], outputs: ["s"]),
        Node("Concat", name: "target", inputs: ["s", "heads"], outputs: ["t"], attributes: ["axis": .int(0)]),
        Node("Reshape", name: "split", inputs: ["q", "t"], outputs: ["h"]),
        Node("Transpose", name: "swap", inputs: ["h"], outputs: ["ht"], attributes: ["perm": .ints([0, 2, 1, 3])]),
        Node("Transpose", name: "keys", inputs: ["h"], outputs: ["hk"], attributes: ["perm": .ints([0, 2, 3, 1])]),
        Node("MatMul", name: "scores", inputs: ["ht", "hk"], outputs: ["a"]),
        Node("Shape", name: "size", inputs: ["a"], outputs: ["as"]),
        Node(
          "ConstantOfShape", name: "ones", inputs: ["as"], outputs: ["o"],
          attributes: ["value": .tensor(Tensor([Float(1)]).raw)]),
        Node("Trilu", name: "mask", inputs: ["o", "one"], outputs: ["m"], attributes: ["upper": .int(1)]),
        Node("Where", name: "masked", inputs: ["mb", "low", "a"], outputs: ["am"]),
        Node("Cast", name: "bits", inputs: ["m"], outputs: ["mb"], attributes: ["to": .int(9)]),
        Node("Softmax", name: "pattern", inputs: ["am"], outputs: ["p"]),
        Node("MatMul", name: "z", inputs: ["p", "ht"], outputs: ["z"]),
        Node("ReduceMean", name: "pool", inputs: ["z"], outputs: ["y"], attributes: ["axes": .ints([-2])]),
      ],
      [
        ("table", numbers([6, 4])), ("gain", numbers([4])), ("wq", numbers([4, 4])),
        ("heads", Tensor([Int64(2), 2])), ("one", Tensor(Int64(1))), ("low", Tensor(-Float.infinity)),
      ], output: "y")
  }

  private static func recurrent() throws -> ONNXModel {
    try model(
      "recurrent",
      [.init("x", elementType: "float32", shape: [.symbolic("length"), .symbolic("batch"), .fixed(2)])],
      [
        Node(
          "LSTM", name: "lstm", inputs: ["x", "w", "r", "b"], outputs: ["", "h"], attributes: ["hidden_size": .int(3)]),
        Node(
          "GRU", name: "gru", inputs: ["x", "wg", "rg"], outputs: ["g"],
          attributes: ["direction": .string("reverse"), "linear_before_reset": .int(1)]),
        Node("ReduceSum", name: "sum", inputs: ["g", "axes"], outputs: ["gs"], attributes: ["keepdims": .int(0)]),
        Node("Add", name: "add", inputs: ["h", "gs"], outputs: ["y"]),
      ],
      [
        ("w", numbers([1, 12, 2])), ("r", numbers([1, 12, 3])), ("b", numbers([1, 24])), ("wg", numbers([1, 9, 2])),
        ("rg", numbers([1, 9, 3])), ("axes", Tensor([Int64(0)])),
      ], output: "y")
  }

  /// Operators whose results are as large as numbers of the file say.
  private static func shapes() throws -> ONNXModel {
    try model(
      "shapes", [.init("x", elementType: "float32", shape: [.symbolic("batch"), .fixed(4)])],
      [
        Node("Slice", name: "slice", inputs: ["x", "from", "to", "axes", "steps"], outputs: ["s"]),
        Node("Tile", name: "tile", inputs: ["s", "counts"], outputs: ["t"]),
        Node("Unsqueeze", name: "column", inputs: ["t", "two"], outputs: ["u"]),
        Node("Expand", name: "expand", inputs: ["u", "shape"], outputs: ["e"]),
        Node("Range", name: "range", inputs: ["zero", "four", "one"], outputs: ["r"]),
        Node("OneHot", name: "hot", inputs: ["r", "four", "pair"], outputs: ["h"]),
        Node("MatMul", name: "product", inputs: ["e", "h"], outputs: ["p"]),
        Node("CumSum", name: "sums", inputs: ["p", "one"], outputs: ["c"]),
        Node("TopK", name: "top", inputs: ["c", "from1"], outputs: ["k", ""]),
        Node(
          "Einsum", name: "sum", inputs: ["k", "k"], outputs: ["y"], attributes: ["equation": .string("bij,bkj->bik")]),
      ],
      [
        ("from", Tensor([Int64(-1)])), ("to", Tensor([Int64.min])), ("axes", Tensor([Int64(1)])),
        ("steps", Tensor([Int64(-1)])), ("counts", Tensor([Int64(1), 2])), ("two", Tensor([Int64(2)])),
        ("shape", Tensor([Int64(1), 1, 4])), ("zero", Tensor(Int64(0))), ("four", Tensor(Int64(4))),
        ("one", Tensor(Int64(1))), ("pair", Tensor([Float(0), 1])), ("from1", Tensor([Int64(2)])),
      ], output: "y")
  }
}
