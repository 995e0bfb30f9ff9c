import Foundation

/// Draws nodes and edges, in layers or free: legend above, edges under nodes.
struct GraphDrawing {
  let figure: GraphFigure
  let graph: GraphTopology
  let boxes: NodeBoxes
  let colors: FieldColors?
  let groups: [String]
  /// The largest weight without its sign.
  let heaviest: Double
  let hasNegative: Bool
  /// The middle of each node.
  let positions: [GraphPoint]
  /// The points that each edge passes; empty where it runs straight, within its layer, or to its own node.
  let routes: [[GraphPoint]]
  let layers: [Int]
  private let legend: Legend
  private let top: Double
  private let left: Double
  private let size: GraphSize

  static let nodeLimit = 5000
  static let edgeLimit = 50_000

  static let style = """
    .fig.natural{max-width:none;margin:0 auto}
    .fig .node{--c:var(--soft);outline:none}.fig .node.s0{--c:var(--s0)}
    .fig .edge{--c:var(--soft)}.fig .edge path{fill:none;stroke:var(--c);stroke-linecap:butt}.fig .edge .tip{fill:var(--c);stroke:none}
    .fig .edge .case~.tip{stroke:var(--soft);stroke-opacity:.55;stroke-width:.7}
    .fig .edge .case{stroke:var(--soft);stroke-opacity:.55}.fig .edge .reach{stroke:transparent;stroke-width:10}
    .fig .node .ground{fill:var(--paper)}.fig .node .box{fill:var(--c);fill-opacity:.13;stroke:var(--c);stroke-width:1.2}
    .fig .node .dot{fill:var(--c);stroke:var(--paper);stroke-width:1.2}.fig .node text{text-anchor:middle}
    .fig .node:hover .box,.fig .node:focus-visible .box{stroke-width:2.2;fill-opacity:.24}
    .fig .node:hover .dot,.fig .node:focus-visible .dot{stroke:var(--ink)}
    .fig .dense .edge{opacity:.5}.fig .dense .edge.lit{opacity:1}
    .fig.picked .graph .edge:not(.lit){opacity:.12}.fig.picked .node:not(.lit){opacity:.25}
    \((0..<FigureStyle.seriesColors).map { ".fig .node.s\($0),.fig .edge.s\($0){--c:var(--s\($0))}" }.joined())
    \((0..<FigureStyle.bands).map { ".fig .edge.ed\($0){--c:var(--d\($0))}.fig .edge.eq\($0){--c:var(--q\($0))}" }.joined())
    """

  init(_ figure: GraphFigure, _ measure: FigureDrawing.Measure) {
    // What is more than the limits is not drawn; a report with it is refused.
    var figure = figure
    figure.nodes = Array(figure.nodes.prefix(Self.nodeLimit))
    figure.edges = Array(figure.edges.prefix(Self.edgeLimit))
    self.figure = figure
    graph = GraphTopology(figure)
    let weights = figure.edges.compactMap(\.weight).filter(\.isFinite)
    heaviest = weights.map(abs).max() ?? 0
    hasNegative = weights.contains { $0 < 0 }
    colors = weights.isEmpty ? nil : figure.weight.map { FieldColors($0, values: weights) }
    groups = figure.nodes.compactMap(\.group).reduce(into: []) { if !$0.contains($1), $0.count < 24 { $0.append($1) } }
    boxes = NodeBoxes(figure, graph, groups: groups)
    let wide = measure == .wide ? 760.0 : 380
    let content: GraphSize
    switch figure.layout {
    case .layered:
      let isLabelled = figure.edges.contains { $0.label != nil }
      let gaps: (node: Double, bend: Double, layer: Double) =
        boxes.areDots ? (8, 4, 34) : (18, 12, isLabelled ? 62 : 50)
      let layout = LayeredLayout(graph, sizes: boxes.room, asked: figure.nodes.map(\.layer), gaps: gaps)
      (positions, routes, layers) = (layout.positions, layout.routes, layout.layers)
      content = GraphSize(width: layout.width, height: layout.height)
    case .free:
      let room = GraphSize(width: wide - 4, height: measure == .wide ? 520 : 460)
      let layout = FreeLayout(
        graph, sizes: boxes.room, room: room, shortest: boxes.areDots ? 16 : 50, longest: boxes.areDots ? 64 : 130)
      (positions, routes, layers) = (layout.positions, [], [])
      content = GraphSize(width: layout.width, height: layout.height)
    }
    let width = figure.layout == .layered ? max(content.width + 4, 320) : max(content.width + 4, wide)
    let legendWidth = figure.layout == .layered ? 360 : min(width, 760)
    legend = Legend(Self.keys(figure, groups, colored: colors != nil), width: legendWidth)
    top = legend.height + (colors == nil ? 0 : FieldColors.rowHeight + 6) + (legend.height > 0 ? 12 : 4)
    left = (width - content.width) / 2
    size = GraphSize(width: width, height: top + content.height + 4)
  }

  func drawing() -> FigureDrawing {
    var body = Markup()
    legend.draw(into: &body, x: 0, y: 0)
    if let colors, let weight = figure.weight {
      colors.drawRow(into: &body, title: weight.label, x: 0, y: legend.height + 4, width: min(260, size.width * 0.7))
    }
    var placer = LabelPlacer(bounds: .init(x: 0, y: top, width: size.width, height: size.height - top))
    body.element("g", ["class": figure.edges.count > 600 ? "graph dense" : "graph"]) { plot in
      drawEdges(into: &plot)
      drawNodes(into: &plot)
      drawEdgeLabels(into: &plot, &placer)
      if boxes.areDots { drawNodeLabels(into: &plot, &placer) }
    }
    return FigureDrawing(
      width: size.width, height: size.height, body: body,
      keepsSize: figure.layout == .layered || size.width > 760)
  }

  /// Where a node stands on the drawing.
  func middle(_ node: Int) -> GraphPoint { onDrawing(positions[node]) }

  func onDrawing(_ point: GraphPoint) -> GraphPoint { GraphPoint(x: point.x + left, y: point.y + top) }

  private static func keys(_ figure: GraphFigure, _ groups: [String], colored: Bool) -> [Legend.Key] {
    var keys = groups.enumerated().map { index, group in
      let style = MarkStyle(color: index, shape: index)
      return Legend.Key(label: group, className: style.colorClass, series: nil, sampleWidth: 12) { markup, x, y in
        markup.mark(style, x: x + 6, y: y, radius: 5)
      }
    }
    let weights = figure.edges.compactMap(\.weight).filter(\.isFinite)
    if !colored, weights.contains(where: { $0 < 0 }) {
      keys += [("s0", "positive weight"), ("s1", "negative weight")].map { name, label in
        Legend.Key(label: label, className: name, series: nil, sampleWidth: 24) { markup, x, y in
          markup.polyline([(x, y), (x + 22, y)], class: "line")
        }
      }
    }
    return keys
  }
}
