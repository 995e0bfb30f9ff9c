/// Nodes in layers from top to bottom, few crossings, long edges straight (Sugiyama, Tagawa and Toda 1981).
struct LayeredLayout {
  /// The middle of each node.
  private(set) var positions: [GraphPoint]
  /// The points that each edge of the figure passes, from the node it leaves to the one it enters; empty within a layer.
  private(set) var routes: [[GraphPoint]]
  private(set) var layers: [Int]
  private(set) var width: Double
  private(set) var height: Double
  /// The crossings left.
  let crossings: Int

  /// Lays the graph out.
  ///
  /// - Complexity: O((nodes + bends + edges) · log) per sweep, 24 sweeps at most, fewer for large graphs.
  init(
    _ graph: GraphTopology, sizes: [GraphSize], asked: [Int?], gaps: (node: Double, bend: Double, layer: Double)
  ) {
    layers = LayerAssignment(graph, asked: asked).layers
    var layered = LayeredGraph(graph, layers: layers)
    layered.reduceCrossings()
    crossings = layered.crossings
    let widths = layered.layerOf.indices.map { $0 < sizes.count ? sizes[$0].width : 2 }
    let x = LayerCoordinates(layered, widths: widths, gap: gaps.node, bendGap: gaps.bend).x
    let left = zip(x, widths).map { $0 - $1 / 2 }.min() ?? 0
    width = (zip(x, widths).map { $0 + $1 / 2 }.max() ?? 0) - left
    var tops: [Double] = []
    var heights: [Double] = []
    height = 0
    for layer in layered.layers {
      let tallest = layer.map { $0 < sizes.count ? sizes[$0].height : 0 }.max() ?? 0
      tops.append(height)
      heights.append(tallest)
      height += tallest + gaps.layer
    }
    height = max(0, height - gaps.layer)
    positions = sizes.indices.map {
      GraphPoint(x: x[$0] - left, y: tops[layered.layerOf[$0]] + heights[layered.layerOf[$0]] / 2)
    }
    let nodes = positions
    routes = graph.ends.map { ends in
      guard let (from, to) = ends, from != to else { return [] }
      let down = layered.chains[.init(upper: from, lower: to)]
      guard let chain = down ?? layered.chains[.init(upper: to, lower: from)] else { return [] }
      // A bend runs straight through the height of its layer, past the nodes beside it.
      let points = chain.flatMap { vertex -> [GraphPoint] in
        guard layered.isBend(vertex) else { return [nodes[vertex]] }
        let (x, top, height) = (x[vertex] - left, tops[layered.layerOf[vertex]], heights[layered.layerOf[vertex]])
        return [GraphPoint(x: x, y: top), GraphPoint(x: x, y: top + height)]
      }
      return down == nil ? points.reversed() : points
    }
  }
}

/// A place on the drawing of a graph.
struct GraphPoint: Hashable {
  var x: Double
  var y: Double
}

/// The room that a node takes.
struct GraphSize: Hashable {
  var width: Double
  var height: Double
}
