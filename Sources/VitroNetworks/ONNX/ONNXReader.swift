internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Turns an ONNX model into a graph of layers and their parameters.
///
/// Operators are read one after the other; each names the value that it makes. What ONNX computes with constants becomes settings and parameters of layers, and what
/// has no layer of its own becomes several.
struct ONNXReader {
  typealias Node = ONNXModel.Node

  /// What an ONNX name stands for.
  enum Operand {
    /// A value of the graph: the name of its node or input, and its shape for one example.
    case value(String, shape: [Int])
    /// An array, and the first name that it had.
    case constant(RawArray, origin: String)
  }

  /// An array in the form in which a layer uses it; layers that use the same form of one array share a parameter.
  struct Form: Hashable {
    enum Shape: Hashable {
      case matrix, transposed
      case identity(Int)
      case vector([Int])
    }

    /// The array's first name.
    var origin = ""
    var factor = 1.0
    var shape: Shape
    /// The node that uses it alone; nothing where it may be shared.
    var owner: String?
  }

  /// The versions of the operators that are read.
  static let opsets = 7...28
  /// The widest value to which a vector is added by an identity matrix.
  static let widestIdentity = 1024

  let model: ONNXModel
  let file: String
  let dtype: DType
  /// The number of examples, where the file fixes it.
  private(set) var batch: Int?
  var graph: Graph
  var operands: [String: Operand] = [:]
  /// The parameters' values, by their full names.
  private(set) var parameters: [String: Tensor] = [:]
  /// How often each ONNX value is read.
  private(set) var readers: [String: Int] = [:]
  /// The names that are taken, and the places of those that are nodes.
  private(set) var places: [String: Int] = [:]
  /// Which parameter holds an array in a given form.
  private var holders: [Form: String] = [:]
  private var memoryLeft: Int

  init(_ model: ONNXModel, file: String) throws {
    (self.model, self.file) = (model, file)
    let arrays = model.initializers.map(\.array) + model.nodes.compactMap(\.constantArray)
    // An array may serve in several forms; a small file must not unfold into a large network.
    memoryLeft = 3 * arrays.reduce(0) { $0 + $1.byteCount } + 64 << 20
    graph = Graph(model.name.isEmpty ? file : model.name, inputs: [], metadata: model.metadata)
    dtype = model.inputs.first?.elementType == "float64" ? .float64 : .float32
    guard Self.opsets.contains(model.opset) else {
      throw refusal(
        "it uses version \(model.opset) of the operators, expected \(Self.opsets.lowerBound) to \(Self.opsets.upperBound)",
        field: "opset_import", found: "\(model.opset)", expected: "\(Self.opsets)",
        hint: "Convert it with onnx.version_converter.convert_version in Python.")
    }
    for input in model.inputs { try add(input) }
    for (name, array) in model.initializers { operands[name] = .constant(array, origin: name) }
    for name in model.nodes.flatMap(\.inputs) + model.outputs.map(\.name) { readers[name, default: 0] += 1 }
    for node in model.nodes { try read(node) }
    graph.outputs = try model.outputs.map { output in
      guard case .value(let name, _) = operands[output.name] else {
        throw refusal(
          "the output '\(output.name)' does not depend on the input", field: "graph.output", found: output.name,
          expected: "a value that is computed")
      }
      return name
    }
  }

  private mutating func add(_ input: ONNXModel.Value) throws {
    let floats = dtype == .float64 ? ["float64"] : ["float32", "float16", "bfloat16"]
    guard floats.contains(input.elementType) else {
      throw refusal(
        "the input '\(input.name)' is \(input.elementType), expected \(floats[0])", field: "input",
        found: input.elementType,
        expected: floats.joined(separator: ", "))
    }
    guard let shape = input.shape, let first = shape.first else {
      throw refusal(
        "the input '\(input.name)' has no shape", field: "input", found: "no shape", expected: "[batch, features]")
    }
    if case .fixed(let count) = first { batch = count }
    let example = shape.dropFirst().map { length in
      if case .fixed(let count) = length { count } else { -1 }
    }
    let name = freshName(input.name)
    graph.inputs.append(Graph.Input(name, shape: example))
    operands[input.name] = .value(name, shape: example)
  }

  private mutating func read(_ node: Node) throws {
    guard node.domain.isEmpty, let operation = Self.operators[node.operation] else {
      let name = node.domain.isEmpty ? node.operation : "\(node.domain).\(node.operation)"
      throw refusal(node, "the operator \(name) is not read", found: name, expected: Self.listing)
    }
    for extra in node.outputs.dropFirst() where readers[extra] != nil {
      throw refusal(
        node, "its output '\(extra)' is read, expected the first alone", found: extra, expected: "one output")
    }
    guard let output = node.outputs.first, !output.isEmpty else { return }
    operands[output] = try operation(&self, node)
  }

  /// A name for a node that no other has: without slashes and spaces, as taps are.
  mutating func freshName(_ wanted: String) -> String {
    let parts = wanted.split { $0 == "/" || $0.isWhitespace }
    var name = String(parts.joined(separator: ".").prefix(200))
    if name.isEmpty { name = "value" }
    let stem = name
    var number = 2
    while places[name] != nil {
      name = "\(stem)_\(number)"
      number += 1
    }
    places[name] = -1
    return name
  }

  /// A node's own name, or else that of what it makes.
  func name(of node: Node) -> String { node.name.isEmpty ? node.outputs.first ?? node.operation : node.name }

  /// Appends a layer that reads these values.
  mutating func add(
    _ layer: some Layer, named name: String, reading inputs: [String], shapes: [[Int]], ties: [String: String] = [:],
    for node: Node
  ) throws -> Operand {
    let shape: [Int]
    do {
      shape = try layer.outputShape(of: shapes)
    } catch let error as VitroError {
      throw refusal(
        node, error.message, found: shapes.map { "\($0)" }.joined(separator: " and "), expected: "fitting shapes")
    }
    places[name] = graph.nodes.count
    graph.nodes.append(Graph.Node(name, layer, inputs: inputs, ties: ties))
    return .value(name, shape: shape)
  }

  /// Appends a layer of one input.
  mutating func add(_ layer: some Layer, named name: String, to operand: Operand, for node: Node) throws -> Operand {
    let (input, shape) = try value(operand, node)
    return try add(layer, named: name, reading: [input], shapes: [shape], for: node)
  }

  /// Keeps a parameter of a node, or finds the one that holds the same array in the same form already.
  ///
  /// Returns the tie, if it is another's.
  mutating func keep(
    _ parameter: String, of name: String, form: Form, count: Int, _ make: () throws -> Tensor
  ) throws
    -> [String: String]
  {
    if let holder = holders[form] { return [parameter: holder] }
    memoryLeft -= count * dtype.byteWidth
    guard memoryLeft >= 0 else {
      throw VitroError(
        .memory, "reading \(file)", "its network would be much larger than the file",
        details: [
          "file": file, "field": "parameters", "found": "\(name).\(parameter)", "expected": "the arrays of the file",
        ])
    }
    let full = "\(name).\(parameter)"
    parameters[full] = try make()
    holders[form] = full
    return [:]
  }
}
