internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Turns a network into an ONNX model.
struct ONNXWriter {
  private(set) var model: ONNXModel
  private let network: Network
  /// The names of values and arrays, which share one space.
  private var names: Set<String>
  /// What a value of the network is called in the file.
  private var values: [String: String] = [:]
  /// What arrays that are written already are called in the file.
  private var written: [String: String] = [:]

  /// The layers that are written, for errors.
  static let listing: String = {
    let functions = ONNXReader.functions.map(\.function.rawValue) + ["identity", "leakyRelu", "elu", "hardSigmoid"]
    return "linear, activation (\(functions.sorted().joined(separator: ", "))), softmax, add, multiply, concatenate, "
      + "scale, flatten, reshape, dropout"
  }()

  init(_ network: Network) throws {
    self.network = network
    let graph = network.graph
    model = ONNXModel(
      name: graph.name, inputs: [], outputs: [], nodes: [], initializers: [], metadata: graph.metadata)
    names = Set(network.parameters.names)
    for input in graph.inputs {
      let name = freshName(input.name)
      values[input.name] = name
      model.inputs.append(value(name, input.shape))
    }
    for node in graph.nodes {
      // Names inside a node's operators come after those of all values.
      values[node.name] = freshName(node.name)
    }
    for node in graph.nodes { try write(node) }
    for output in graph.outputs {
      model.outputs.append(value(values[output] ?? output, try network.shape(at: output) ?? []))
    }
  }

  private func value(_ name: String, _ shape: [Int]) -> ONNXModel.Value {
    let lengths = shape.enumerated().map { axis, length in
      length >= 0 ? ONNXModel.Dimension.fixed(length) : .symbolic("\(name).\(axis)")
    }
    return ONNXModel.Value(name, elementType: "\(network.parameters.dtype)", shape: [.symbolic("batch")] + lengths)
  }

  private mutating func freshName(_ wanted: String) -> String {
    var (name, number) = (wanted, 2)
    while !names.insert(name).inserted {
      name = "\(wanted)_\(number)"
      number += 1
    }
    return name
  }

  private mutating func write(_ node: Graph.Node) throws {
    let inputs = node.inputs.map { values[$0] ?? $0 }
    switch node.layer {
    case let layer as Linear: try write(layer, node, inputs[0])
    case let layer as Activation: try write(layer, node, inputs)
    case let layer as Scale: try write(layer, node, inputs[0])
    case let layer as Softmax: add(layer.logarithmic ? "LogSoftmax" : "Softmax", node, inputs, ["axis": .int(-1)])
    case is Add: add(inputs.count == 1 ? "Identity" : inputs.count == 2 ? "Add" : "Sum", node, inputs)
    case is Multiply where inputs.count == 2: add("Mul", node, inputs)
    case let layer as Concatenate: add("Concat", node, inputs, ["axis": .int(layer.axis + 1)])
    case is Flatten: add("Flatten", node, inputs, ["axis": .int(1)])
    case let layer as Reshape: try add("Reshape", node, inputs + [shape(layer, node)])
    case let layer as Dropout:
      // A ratio is float32 in every network.
      let ratio = try Tensor.full([], layer.probability, dtype: .float32)
      add("Dropout", node, inputs + [constant(ratio, "\(node.name).ratio")])
    default: throw refusal(node, type(of: node.layer).kind)
    }
  }

  private mutating func write(_ layer: Activation, _ node: Graph.Node, _ inputs: [String]) throws {
    switch layer.function {
    case .identity: add("Identity", node, inputs)
    case .leakyRelu: add("LeakyRelu", node, inputs, ["alpha": .float(Float(layer.parameter ?? 0.01))])
    case .elu: add("Elu", node, inputs, ["alpha": .float(Float(layer.parameter ?? 1))])
    case .hardSigmoid: add("HardSigmoid", node, inputs, ["alpha": .float(1 / 6), "beta": .float(0.5)])
    default:
      guard let operation = ONNXReader.functions.first(where: { $0.function == layer.function })?.operation else {
        throw refusal(node, layer.function.rawValue)
      }
      add(operation, node, inputs)
    }
  }

  private mutating func write(_ layer: Linear, _ node: Graph.Node, _ input: String) throws {
    let weight = node.ties["weight"] ?? "\(node.name).weight"
    let bias = layer.bias ? [try parameter(node.ties["bias"] ?? "\(node.name).bias")] : []
    guard let shape = try network.shape(at: node.inputs[0]), shape.count != 1 else {
      try add("Gemm", node, [input, parameter(weight)] + bias, ["transB": .int(1)])
      return
    }
    let matrix = try array(network.parameters.value(named: weight).transposed(), "\(weight).transposed")
    guard let bias = bias.first else { return add("MatMul", node, [input, matrix]) }
    let product = freshName("\(node.name).product")
    model.nodes.append(.init("MatMul", name: node.name, inputs: [input, matrix], outputs: [product]))
    addSecond("Add", node, [product, bias])
  }

  private mutating func write(_ layer: Scale, _ node: Graph.Node, _ input: String) throws {
    let dtype = network.parameters.dtype
    let offset = try Tensor.full([], layer.offset, dtype: dtype)
    if layer.factor == 1 { return add("Add", node, [input, constant(offset, "\(node.name).offset")]) }
    let factor = constant(try .full([], layer.factor, dtype: dtype), "\(node.name).factor")
    if layer.offset == 0 { return add("Mul", node, [input, factor]) }
    let product = freshName("\(node.name).product")
    model.nodes.append(.init("Mul", name: node.name, inputs: [input, factor], outputs: [product]))
    addSecond("Add", node, [product, constant(offset, "\(node.name).offset")])
  }

  private mutating func shape(_ layer: Reshape, _ node: Graph.Node) throws -> String {
    constant(try Tensor([0] + layer.shape.map { Int64($0) }, shape: [layer.shape.count + 1]), "\(node.name).shape")
  }

  private mutating func add(
    _ operation: String, _ node: Graph.Node, _ inputs: [String], _ attributes: [String: ONNXModel.Attribute] = [:]
  ) {
    let output = values[node.name] ?? node.name
    model.nodes.append(.init(operation, name: node.name, inputs: inputs, outputs: [output], attributes: attributes))
  }

  /// The second operator of a node; runtimes refuse a name that comes twice, and none is needed.
  private mutating func addSecond(_ operation: String, _ node: Graph.Node, _ inputs: [String]) {
    model.nodes.append(.init(operation, name: "", inputs: inputs, outputs: [values[node.name] ?? node.name]))
  }

  private mutating func parameter(_ name: String) throws -> String {
    if written.updateValue(name, forKey: name) == nil {
      model.initializers.append((name, try network.parameters.value(named: name).raw))
    }
    return name
  }

  private mutating func array(_ tensor: Tensor, _ wanted: String) throws -> String {
    if let name = written[wanted] { return name }
    let name = constant(tensor, wanted)
    written[wanted] = name
    return name
  }

  private mutating func constant(_ tensor: Tensor, _ wanted: String) -> String {
    let name = freshName(wanted)
    model.initializers.append((name, tensor.raw))
    return name
  }

  private func refusal(_ node: Graph.Node, _ found: String) -> VitroError {
    VitroError(
      .unsupported, "writing '\(network.graph.name)' as ONNX", "node '\(node.name)' (\(found)) is not written",
      hint: "These layers are: \(Self.listing).",
      details: ["field": "node '\(node.name)'", "found": found, "expected": Self.listing])
  }
}
