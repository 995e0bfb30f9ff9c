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
      /// Whole numbers kept as real ones.
      case numbers
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
  /// The number of examples of each input that the file fixes.
  private var batches: [Int: Int] = [:]
  var graph: Graph
  var operands: [String: Operand] = [:]
  /// The parameters' values, by their full names.
  private(set) var parameters: [String: Tensor] = [:]
  /// How often each ONNX value is read.
  private(set) var readers: [String: Int] = [:]
  /// The names that are taken, and the places of those that are nodes.
  private(set) var places: [String: Int] = [:]
  /// The types of values; nothing where it cannot be known.
  var types: [String: DType?] = [:]
  /// The whole shapes of values that operations make, first axis included; nothing where it cannot be known.
  var wholeShapes: [String: [Int]?] = [:]
  /// The names of the file's own arrays.
  var initializers: Set<String> = []
  /// Whether something is computed on whole values, so that a number of examples that the file fixes must hold.
  var needsBatch = false
  /// Which parameter holds an array in a given form.
  private var holders: [Form: String] = [:]
  private var memoryLeft: Int
  /// The most elements of a value for one example, as many as a run may make of the inputs and the arrays.
  private var largestValue = 1 << 20
  /// What was added since the last mark, in order.
  private var journal = Journal()

  init(_ model: ONNXModel, file: String) throws {
    (self.model, self.file) = (model, file)
    let arrays = model.initializers.map(\.array) + model.nodes.compactMap(\.constantArray)
    // An array may serve in several forms; a small file must not unfold into a large network.
    memoryLeft = 3 * arrays.reduce(0) { $0 + $1.byteCount } + 64 << 20
    graph = Graph(model.name.isEmpty ? file : model.name, inputs: [], metadata: model.metadata)
    dtype = Self.dtype(of: model)
    guard Self.opsets.contains(model.opset) else {
      throw refusal(
        "it uses version \(model.opset) of the operators, expected \(Self.opsets.lowerBound) to \(Self.opsets.upperBound)",
        field: "opset_import", found: "\(model.opset)", expected: "\(Self.opsets)",
        hint: "Convert it with onnx.version_converter.convert_version in Python.")
    }
    guard !model.inputs.isEmpty, !model.outputs.isEmpty else {
      throw refusal(
        "it has \(model.inputs.isEmpty ? "no input" : "no output")", field: "graph", found: "none",
        expected: "an input and an output")
    }
    for input in model.inputs { try add(input) }
    let given = graph.inputs.map { $0.shape.map { abs($0) }.elementCount }.reduce(0) { $0 + min($1, 1 << 40) }
    largestValue = max(1 << 20, 1024 * (given + min(arrays.reduce(0) { $0 + $1.count }, 1 << 40)))
    for (name, array) in model.initializers { operands[name] = .constant(array, origin: name) }
    initializers = Set(model.initializers.map(\.name))
    for name in model.nodes.flatMap(\.inputs) + model.outputs.map(\.name) { readers[name, default: 0] += 1 }
    for node in model.nodes { try read(node) }
    for output in model.outputs {
      switch operands[output.name] {
      case .value(let name, _)?: graph.outputs.append(name)
      case .constant(let array, let origin)?:
        graph.outputs.append(try node(forConstant: array, origin: origin, named: output.name))
      case nil:
        throw refusal(
          "the output '\(output.name)' is not computed", field: "graph.output", found: output.name,
          expected: "a value that is computed")
      }
    }
    if needsBatch { for (number, input) in batches { graph.inputs[number].batch = input } }
  }

  /// What the network computes with: double precision if its first real input, or without one its first real array, has it.
  private static func dtype(of model: ONNXModel) -> DType {
    let real = ["float64", "float32", "float16", "bfloat16"]
    if let input = model.inputs.first(where: { real.contains($0.elementType) }) {
      return input.elementType == "float64" ? .float64 : .float32
    }
    let array = model.initializers.first { $0.array.dtype.isFloatingPoint }
    return array?.array.dtype == .float64 ? .float64 : .float32
  }

  private mutating func add(_ input: ONNXModel.Value) throws {
    guard let type = Self.types[input.elementType] else {
      throw refusal(
        "the input '\(input.name)' is \(input.elementType), which Vitro has no arrays for", field: "input",
        found: input.elementType, expected: Self.types.keys.sorted().joined(separator: ", "))
    }
    let name = freshName(input.name)
    types[name] = .some(type.isFloatingPoint ? dtype : type)
    guard let shape = input.shape, let first = shape.first else {
      graph.inputs.append(Graph.Input(name, shape: Graph.unknownShape))
      operands[input.name] = .value(name, shape: Graph.unknownShape)
      return
    }
    if case .fixed(let count) = first {
      batch = count
      batches[graph.inputs.count] = count
    }
    let example = shape.dropFirst().map { length in
      if case .fixed(let count) = length { count } else { -1 }
    }
    guard example.count < 8, example.allSatisfy({ $0 <= 1 << 30 }) else {
      throw refusal(
        "the input '\(input.name)' has the impossible shape \(example)", field: "input", found: "\(example)",
        expected: "at most 7 axes of at most \(1 << 30)")
    }
    graph.inputs.append(Graph.Input(name, shape: example))
    operands[input.name] = .value(name, shape: example)
  }

  /// How Vitro holds values of ONNX's types.
  private static let types: [String: DType] = [
    "float32": .float32, "float64": .float64, "float16": .float32, "bfloat16": .float32, "int64": .int64,
    "int32": .int32, "int16": .int32, "int8": .int32, "uint64": .int64, "uint32": .int64, "uint16": .int32,
    "uint8": .uint8, "bool": .bool,
  ]

  /// Reads a node: as constants if it is made of them, else as layers, else as an operation on whole values.
  private mutating func read(_ node: Node) throws {
    let typed = node.domain.isEmpty ? Self.operators[node.operation] : nil
    let general = node.domain.isEmpty ? ONNXOperator.all[node.operation] : nil
    guard typed != nil || general != nil else {
      let name = node.domain.isEmpty ? node.operation : "\(node.domain).\(node.operation)"
      throw refusal(node, "the operator \(name) is not read", found: name, expected: Self.listing)
    }
    guard node.outputs.contains(where: { !$0.isEmpty }) else { return }
    if let general, try fold(node, general) { return }
    if let typed, let output = node.outputs.first, !output.isEmpty, isPlain(node) {
      let mark = mark()
      do {
        operands[output] = try typed(&self, node)
        return
      } catch let error as VitroError where general != nil && error.code == .unsupported {
        undo(to: mark)
      }
    }
    if let general { return try addOperations(node, general) }
    throw refusal(
      node, "several of its outputs are read, or its operands are no real numbers of known axes",
      found: "\(node.outputs)", expected: "one output, of real numbers")
  }

  /// Whether a node has one result that is read, and reads real numbers of known axes; positions in a table may be whole.
  private func isPlain(_ node: Node) -> Bool {
    guard !node.outputs.dropFirst().contains(where: { readers[$0] != nil }) else { return false }
    return node.inputs.enumerated().allSatisfy { index, input in
      guard case .value(let name, let shape)? = operands[input] else { return true }
      guard case .some(.some(let type)) = types[name], shape != Graph.unknownShape, shape != Graph.scalarShape else {
        return false
      }
      return type.isFloatingPoint || node.operation == "Gather" && index == 1
    }
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
    journal.names.append(name)
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
    let count = shape.map { abs($0) }.elementCount
    guard count <= largestValue else {
      throw refusal(
        "node '\(name)' (\(node.operation)): its value \(shape) is much larger than the file and its inputs",
        code: .memory,
        field: "node '\(name)'", found: "\(shape)", expected: "at most \(largestValue) elements for each example")
    }
    places[name] = graph.nodes.count
    graph.nodes.append(Graph.Node(name, layer, inputs: inputs, ties: ties))
    types[name] = .some(dtype)
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
    try spend(count * dtype.byteWidth, on: "\(name).\(parameter)")
    let full = "\(name).\(parameter)"
    parameters[full] = try make()
    holders[form] = full
    journal.forms.append(form)
    return [:]
  }

  /// Counts memory that the network takes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`memory`) when it becomes more than the file's arrays warrant.
  mutating func spend(_ bytes: Int, on what: String) throws {
    memoryLeft -= bytes
    guard memoryLeft >= 0 else {
      throw VitroError(
        .memory, "reading \(file)", "its network would be much larger than the file",
        details: ["file": file, "field": "parameters", "found": what, "expected": "the arrays of the file"])
    }
  }

  /// What has been added, so that an attempt can be taken back.
  private struct Journal {
    var names: [String] = []
    var forms: [Form] = []
  }

  private struct Mark {
    let nodes, names, forms, memoryLeft: Int
  }

  private func mark() -> Mark {
    Mark(
      nodes: graph.nodes.count, names: journal.names.count, forms: journal.forms.count, memoryLeft: memoryLeft)
  }

  /// Takes back what was added since a mark.
  private mutating func undo(to mark: Mark) {
    graph.nodes.removeLast(graph.nodes.count - mark.nodes)
    for name in journal.names[mark.names...] {
      places[name] = nil
      types[name] = nil
      wholeShapes[name] = nil
    }
    for form in journal.forms[mark.forms...] {
      if let parameter = holders.removeValue(forKey: form) { parameters[parameter] = nil }
    }
    journal.names.removeLast(journal.names.count - mark.names)
    journal.forms.removeLast(journal.forms.count - mark.forms)
    memoryLeft = mark.memoryLeft
  }
}
