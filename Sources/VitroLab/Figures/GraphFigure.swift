internal import VitroCore

/// Nodes and edges: a network's operations, a circuit, which representations talk to each other.
///
/// ```swift
/// let graph = GraphFigure(
///   nodes: [.init("x"), .init("relu"), .init("y")], edges: [.init("x", "relu"), .init("relu", "y", weight: -2)])
/// ```
public struct GraphFigure: Codable, Sendable, Hashable {
  /// The nodes.
  public var nodes: [Node]
  /// The edges.
  public var edges: [Edge]
  /// Where nodes stand.
  public var layout: Layout
  /// Whether edges have a direction.
  public var isDirected: Bool
  /// What the weights of edges measure; decides their width, and their colour by sign.
  public var weight: ColorScale?

  /// Where nodes stand.
  public enum Layout: String, Codable, Sendable, Hashable {
    /// In layers from top to bottom, by ``Node/layer`` or by the longest path from a source.
    case layered
    /// By springs: what is joined stands near.
    case free
  }

  /// A node.
  public struct Node: Codable, Sendable, Hashable {
    /// Its name for edges, unique in the figure.
    public var id: String
    /// What is written on it; without it the id.
    public var label: String?
    /// Its class; decides its colour.
    public var group: String?
    /// Its layer, from 0 on top.
    public var layer: Int?
    /// What is said of it under the pointer.
    public var detail: String?

    /// Creates a node.
    public init(
      _ id: String, label: String? = nil, group: String? = nil, layer: Int? = nil, detail: String? = nil
    ) {
      self.id = id
      self.label = label
      self.group = group
      self.layer = layer
      self.detail = detail
    }
  }

  /// An edge.
  public struct Edge: Codable, Sendable, Hashable {
    /// The id of the node it leaves.
    public var from: String
    /// The id of the node it enters.
    public var to: String
    /// Its weight, if it has one.
    public var weight: Double?
    /// What is written on it.
    public var label: String?

    /// Creates an edge.
    public init(_ from: String, _ to: String, weight: Double? = nil, label: String? = nil) {
      self.from = from
      self.to = to
      self.weight = weight
      self.label = label
    }

    private enum CodingKeys: CodingKey { case from, to, weight, label }

    /// Reads an edge; a weight that is `null` is NaN, one that is absent is none.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      from = try container.decode(String.self, forKey: .from)
      to = try container.decode(String.self, forKey: .to)
      weight =
        container.contains(.weight)
        ? try container.decode(JSONNumber<Double>.self, forKey: .weight).wrappedValue : nil
      label = try container.decodeIfPresent(String.self, forKey: .label)
    }

    /// Writes the edge; a weight that is not finite becomes `null`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(from, forKey: .from)
      try container.encode(to, forKey: .to)
      if let weight { try container.encode(JSONNumber(wrappedValue: weight), forKey: .weight) }
      try container.encodeIfPresent(label, forKey: .label)
    }
  }

  /// Creates a graph.
  public init(
    nodes: [Node], edges: [Edge], layout: Layout = .layered, isDirected: Bool = true, weight: ColorScale? = nil
  ) {
    self.nodes = nodes
    self.edges = edges
    self.layout = layout
    self.isDirected = isDirected
    self.weight = weight
  }
}
