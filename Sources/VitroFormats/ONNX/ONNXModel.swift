public import VitroCore

/// An ONNX file as values: its inputs and outputs, its operations in running order, and its arrays.
///
/// ```swift
/// let model = try ONNXModel("model.onnx")
/// let operators = model.nodes.map(\.operation)  // ["Gemm", "Relu", "Gemm"]
/// let weight = try model.array(named: "fc1.weight")
/// ```
///
/// Reading checks that names are used once, that every value that is read exists, and that no operation waits for itself. What operators mean is not looked at.
/// Weights must stand in the file itself; functions that a model defines, and sparse tensors, are refused.
///
/// Format: <https://onnx.ai/onnx/repo-docs/IR.html>.
public struct ONNXModel: Sendable {
  /// The name of the graph.
  public var name: String
  /// The values fed from outside; without those that ``initializers`` give.
  public var inputs: [Value]
  /// The results.
  public var outputs: [Value]
  /// The operations, in an order in which they can run.
  public var nodes: [Node]
  /// The arrays that stand in the file, in its order.
  public var initializers: [(name: String, array: RawArray)]
  /// The version of the operators: of the domain `ai.onnx`.
  public var opset: Int
  /// The versions of other domains' operators.
  public var otherOpsets: [String: Int]
  /// The version of the file format.
  public var formatVersion: Int
  /// The program that wrote the file.
  public var producer: String
  /// That program's version.
  public var producerVersion: String
  /// What the file says about itself, for people.
  public var documentation: String
  /// Facts by name.
  public var metadata: [String: String]

  /// Creates a model from its parts; opset 17 and format version 8 are read by every runtime since 2022.
  public init(
    name: String, inputs: [Value], outputs: [Value], nodes: [Node], initializers: [(name: String, array: RawArray)],
    opset: Int = 17, otherOpsets: [String: Int] = [:], formatVersion: Int = 8, producer: String = "vitro",
    producerVersion: String = VitroVersion.current, documentation: String = "", metadata: [String: String] = [:]
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.initializers = initializers
    self.opset = opset
    self.otherOpsets = otherOpsets
    self.formatVersion = formatVersion
    self.producer = producer
    self.producerVersion = producerVersion
    self.documentation = documentation
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when lengths, names, shapes or connections do not hold; `unsupported` for weights in
  ///   other files, functions, sparse tensors and element types that Vitro has no array for; `memory` beyond four times the file and 32 MiB.
  /// - Complexity: O(bytes).
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)-(String,_)``.
  public init(_ file: FileBytes, limits: FormatLimits = .standard) throws {
    var decoder = try ONNXDecoder(file, limits: limits)
    self = try decoder.model()
  }

  /// The array of that name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  public func array(named name: String) throws -> RawArray {
    guard let found = initializers.first(where: { $0.name == name }) else {
      throw VitroError.unknownName(
        name, kind: "initializer", known: initializers.map(\.name), operation: "reading an ONNX model")
    }
    return found.array
  }
}
