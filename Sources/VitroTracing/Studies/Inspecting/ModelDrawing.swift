internal import VitroCore
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// A model's operations as a graph: one block in full, the others, which are like it, as one node.
struct ModelDrawing {
  let network: Network
  let layers: Int

  init(_ model: LanguageModel) {
    network = model.network
    layers = model.layers
  }

  /// More nodes than these are not drawn.
  private static let limit = 120

  /// The drawn node that an operation belongs to.
  private func place(of name: String) -> String {
    guard layers > 1, name.hasPrefix("blocks."), !name.hasPrefix("blocks.0.") else { return name }
    return layers == 2 ? "blocks.1" : "blocks.1 … \(layers - 1)"
  }

  func figure() throws -> Figure {
    var nodes = network.graph.inputs.map { input in
      GraphFigure.Node(input.name, group: "input", detail: Self.text(input.shape))
    }
    var drawn = Set(nodes.map(\.id))
    var edges: [GraphFigure.Edge] = []
    var joined: Set<String> = []
    let trained = Set(network.parameters.entries.map { $0.name.droppingLastPart })
    for node in network.graph.nodes {
      let place = place(of: node.name)
      if drawn.insert(place).inserted {
        nodes.append(try drawing(of: node, at: place, isTrained: trained.contains(node.name) || !node.ties.isEmpty))
      }
      for input in node.inputs {
        let source = self.place(of: input)
        if source != place, joined.insert("\(source) \(place)").inserted {
          edges.append(GraphFigure.Edge(source, place))
        }
      }
    }
    let isWhole = nodes.count <= Self.limit
    if !isWhole {
      let kept = Set(nodes.prefix(Self.limit).map(\.id))
      nodes = Array(nodes.prefix(Self.limit))
      edges = edges.filter { kept.contains($0.from) && kept.contains($0.to) }
    }
    return Figure(
      "Operations",
      caption: RichText(
        (layers > 1 ? "Block 0 in full; the other \(layers - 1) are like it. " : "")
          + "Each operation is named by the tap of its output; its kind and its shape are under the pointer and in the data."
          + (isWhole ? "" : " The first \(Self.limit) are drawn.")
      ),
      span: .half, .graph(GraphFigure(nodes: nodes, edges: edges)))
  }

  private func drawing(of node: Graph.Node, at place: String, isTrained: Bool) throws -> GraphFigure.Node {
    guard place == node.name else {
      return GraphFigure.Node(place, group: "blocks like block 0", detail: "\(layers - 1) blocks like block 0")
    }
    let tap = node.tap ?? node.name
    let shape = Self.text(try network.shape(at: tap) ?? [])
    let kind = (node.layer as? Activation)?.function.rawValue ?? type(of: node.layer).kind
    let short = tap.hasPrefix("blocks.0.") ? String(tap.dropFirst("blocks.0.".count)) : tap
    return GraphFigure.Node(
      place, label: short, group: isTrained ? "with parameters" : "without parameters",
      detail: "\(tap): \(kind), \(shape)")
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map { $0 == -1 ? "tokens" : "\($0)" }.joined(separator: " × ")
  }
}

extension String {
  /// `embed` of `embed.weight`.
  fileprivate var droppingLastPart: String {
    split(separator: ".", omittingEmptySubsequences: false).dropLast().joined(separator: ".")
  }
}
