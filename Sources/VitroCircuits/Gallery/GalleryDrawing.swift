internal import VitroLab
internal import VitroPiecewise

/// A written network as a graph: a node for each unit, an edge for each weight that is not zero.
struct GalleryDrawing {
  let block: ReportBlock

  /// The most units that are drawn.
  private static let most = 40

  /// Draws layers, unless there are too many units to see anything.
  init?(_ layout: NetworkLayout) {
    guard layout.units <= Self.most else { return nil }
    var nodes = layout.inputs.map { GraphFigure.Node($0, group: "input", layer: 0) }
    var edges: [GraphFigure.Edge] = []
    var names = [-1: layout.inputs]
    for (index, layer) in layout.layers.enumerated() {
      let sources = layer.reads.flatMap { names[$0] ?? [] }
      names[index] = layer.rows.enumerated().map { row, form in
        let isOutput = index == layout.layers.count - 1
        let name = isOutput ? "y\(layer.rows.count == 1 ? "" : "\(row + 1)")" : "u\(index + 1).\(row + 1)"
        let bias =
          form.constant == 0 ? "" : " \(form.constant < 0 ? "−" : "+") \(Certificate.text(form.constant.magnitude))"
        nodes.append(
          GraphFigure.Node(
            name, label: layer.isActive ? "ReLU\(bias)" : "\(name)\(bias)", group: isOutput ? "output" : "unit",
            layer: index + 1))
        for term in form.terms {
          edges.append(GraphFigure.Edge(sources[term.source], name, weight: Double(term.weight)))
        }
        return name
      }
    }
    block = .figure(
      Figure(
        "The written network",
        caption:
          "A node for each unit with its bias, an edge for each weight that is not zero. Units in between that only hand a value on are part of the chain.",
        .graph(GraphFigure(nodes: nodes, edges: edges))))
  }
}
