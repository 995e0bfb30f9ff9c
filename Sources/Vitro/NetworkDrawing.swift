internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// A network's operations as a graph, from its inputs to its outputs; a long network as a table.
enum NetworkDrawing {
  /// The operations, what each reads, its output's shape and its parameters.
  static func figure(_ network: Network) throws -> Figure {
    let counts = Dictionary(grouping: network.parameters.entries) { entry in
      String(entry.name.prefix(entry.name.count - entry.spec.name.count - 1))
    }.mapValues { $0.map(\.count).reduce(0, +) }
    var nodes = network.graph.inputs.map { input in
      GraphFigure.Node(
        input.name, label: "\(input.name)  \(shapeText(input.shape))", group: "input", detail: shapeText(input.shape))
    }
    for node in network.graph.nodes {
      let operation = kind(of: node.layer)
      let shape = shapeText(try network.shape(at: node.name) ?? [])
      let parameters = counts[node.name].map { ", \(NumberFormat.integer.text(Double($0))) parameters" } ?? ""
      nodes.append(
        GraphFigure.Node(
          node.name, label: "\(node.name)  \(shape)",
          group: (counts[node.name] ?? 0) > 0 ? "with parameters" : "without parameters",
          detail: "\(operation), \(shape)\(parameters)"))
    }
    let edges = network.graph.nodes.flatMap { node in node.inputs.map { GraphFigure.Edge($0, node.name) } }
    let deepest = NumberFormat.integer.text(Double(network.graph.nodes.count))
    return Figure(
      "Operations",
      caption: RichText(
        "What each of the \(deepest) operations reads, and the shape of its output. Its kind and its parameters are under the pointer and in the data."
      ),
      span: .half, .graph(GraphFigure(nodes: nodes, edges: edges)))
  }

  private static func shapeText(_ shape: [Int]) -> String {
    shape.map { $0 == -1 ? "·" : "\($0)" }.joined(separator: " × ")
  }

  private static func kind(of layer: any Layer) -> String {
    (layer as? Activation)?.function.rawValue ?? type(of: layer).kind
  }
}
