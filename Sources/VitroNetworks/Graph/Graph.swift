internal import VitroCore

/// A network's structure: typed operations that are connected by name, without their numbers.
///
/// ```swift
/// let graph = Graph.chain(
///   "xor", input: [2],
///   [
///     ("hidden", Linear(2, 2, bias: false)),
///     ("relu", Activation(.relu)),
///     ("output", Linear(2, 1, bias: false)),
///   ])
/// let network = try Network(graph, seed: 0)
/// ```
///
/// Nodes stand in an order in which they can run: each reads inputs of the network or nodes before it. The structure is what `network.json`
/// holds; ``Network`` compiles it and adds parameters.
public struct Graph: Sendable, Codable {
  /// A value fed from outside.
  public struct Input: Sendable, Hashable, Codable {
    /// The name, which is also its tap.
    public var name: String
    /// The shape of one example, −1 for lengths known only at run time; ``Graph/unknownShape`` for a value of any shape.
    public var shape: [Int]
    /// The number of examples, where the network is made for that number alone.
    public var batch: Int?

    /// Creates an input.
    public init(_ name: String, shape: [Int], batch: Int? = nil) {
      self.name = name
      self.shape = shape
      self.batch = batch
    }
  }

  /// The shape of a value of which nothing is known beforehand, not even whether it has axes.
  ///
  /// Only layers that say so read such values: ``Layer/takesAnyShape``. Like every shape that varies, it holds a −1.
  public static let unknownShape = [-1, -2]

  /// The shape of a single number for the whole batch: a value without axes, which only the same layers read.
  public static let scalarShape = [-1, -3]

  /// One operation: where it reads and what it does.
  public struct Node: Sendable {
    /// The name, which is the prefix of its parameters and inner taps, and the tap of its output unless ``tap`` is given.
    public var name: String
    /// What its output is called as a tap, where that is another name.
    public var tap: String?
    /// What it computes.
    public var layer: any Layer
    /// The names of the inputs or nodes it reads.
    public var inputs: [String]
    /// Parameters that are another node's: own name → full name of the other (`"weight": "embedding.weight"`).
    public var ties: [String: String]

    /// Creates a node.
    public init(
      _ name: String, _ layer: any Layer, inputs: [String], ties: [String: String] = [:], tap: String? = nil
    ) {
      self.name = name
      self.tap = tap
      self.layer = layer
      self.inputs = inputs
      self.ties = ties
    }
  }

  /// What the network is called in reports.
  public var name: String
  /// The values fed from outside.
  public var inputs: [Input]
  /// The operations, in running order.
  public var nodes: [Node]
  /// The names of the results, the first being the main one.
  public var outputs: [String]
  /// Facts about the network for people and instruments.
  ///
  /// Customary keys: `classes`, `source`, `license`, `preprocessing`.
  public var metadata: [String: String]

  /// Creates a graph from its parts.
  public init(
    _ name: String, inputs: [Input], nodes: [Node] = [], outputs: [String] = [], metadata: [String: String] = [:]
  ) {
    self.name = name
    self.inputs = inputs
    self.nodes = nodes
    self.outputs = outputs
    self.metadata = metadata
  }

  /// A graph in which each layer reads the one before it.
  public static func chain(_ name: String, input: [Int], _ layers: [(name: String, layer: any Layer)]) -> Graph {
    var graph = Graph(name, inputs: [Input("input", shape: input)])
    var last = "input"
    for (name, layer) in layers { last = graph.add(name, layer, reading: last) }
    graph.outputs = [last]
    return graph
  }

  /// Appends a node and returns its name, for the next one to read.
  @discardableResult
  public mutating func add(
    _ name: String, _ layer: any Layer, reading inputs: String..., ties: [String: String] = [:], tap: String? = nil
  ) -> String {
    nodes.append(Node(name, layer, inputs: inputs, ties: ties, tap: tap))
    return name
  }
}

extension Graph.Node: Codable {
  private enum Key: String, CodingKey { case name, tap, operation, inputs, settings, ties }

  /// Reads a node; its operation decides how its settings are read.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for an unknown operation, `DecodingError` for a malformed node.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    name = try container.decode(String.self, forKey: .name)
    tap = try container.decodeIfPresent(String.self, forKey: .tap)
    inputs = try container.decode([String].self, forKey: .inputs)
    ties = try container.decodeIfPresent([String: String].self, forKey: .ties) ?? [:]
    let kind = try container.decode(String.self, forKey: .operation)
    let type = try LayerRegistry.layer(ofKind: kind, node: name)
    layer = try type.init(from: container.superDecoder(forKey: .settings))
  }

  /// Writes name, operation, inputs and settings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(tap, forKey: .tap)
    try container.encode(type(of: layer).kind, forKey: .operation)
    try container.encode(inputs, forKey: .inputs)
    if !ties.isEmpty { try container.encode(ties, forKey: .ties) }
    try layer.encode(to: container.superEncoder(forKey: .settings))
  }
}
