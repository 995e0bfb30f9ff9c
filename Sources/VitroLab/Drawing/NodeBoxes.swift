/// How large nodes are drawn, and what stands on them; of large graphs nodes are dots.
struct NodeBoxes {
  /// Whether nodes are dots with their names beside them where there is room.
  let areDots: Bool
  /// What is written on each node.
  let labels: [String]
  /// The size of each node.
  let sizes: [GraphSize]
  /// The size of each node with the loops at its side.
  let room: [GraphSize]

  /// How far a loop reaches out of its node.
  static let loop = 24.0

  init(_ figure: GraphFigure, _ graph: GraphTopology, groups: [String]) {
    let areDots = figure.nodes.count > (figure.layout == .free ? 60 : 300)
    self.areDots = areDots
    labels = figure.nodes.map { TextMeasure.shortened($0.label ?? $0.id, toWidth: 170, size: 12) }
    let sizes = labels.map { label in
      areDots
        ? GraphSize(width: 10, height: 10)
        : GraphSize(
          width: max(28, TextMeasure.wordWidth(label, size: 12) + 20 + (groups.count > 1 ? 14 : 0)), height: 28)
    }
    self.sizes = sizes
    var room = sizes
    for node in Set(graph.ends.compactMap(\.self).filter { $0.from == $0.to }.map(\.from)) {
      room[node].width += 2 * Self.loop
    }
    self.room = room
  }

  /// Where the border of a node is met on the way from its middle to another point.
  func border(_ node: Int, at middle: GraphPoint, toward other: GraphPoint) -> GraphPoint {
    let (dx, dy) = (other.x - middle.x, other.y - middle.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 1e-9 else { return middle }
    let t =
      areDots
      ? sizes[node].width / 2 / length
      : min(sizes[node].width / 2 / max(abs(dx), 1e-9), sizes[node].height / 2 / max(abs(dy), 1e-9))
    return GraphPoint(x: middle.x + dx * min(t, 1), y: middle.y + dy * min(t, 1))
  }
}
