extension GraphDrawing {
  /// The most edges that have a wide course under them for the pointer.
  private static let reachLimit = 400
  private static let labelLimit = 300

  func drawEdges(into plot: inout Markup) {
    let paths = paths()
    for (number, path) in paths.enumerated() {
      guard let path, let ends = graph.ends[number] else { continue }
      let edge = figure.edges[number]
      let width = width(of: edge)
      let head = figure.isDirected ? 3.5 + 1.5 * width + (paths.count > 600 ? 0 : 2) : 0
      plot.element(
        "g", ["class": "edge \(colorClass(of: edge))", "data-ends": "\(ends.from) \(ends.to)"]
      ) { group in
        group.element("title", words(for: edge))
        let line = head > 0 ? path.shortened(by: head * 0.9) : path
        if paths.count <= Self.reachLimit { group.empty("path", ["class": "reach", "d": path.data]) }
        if colors != nil, edge.weight?.isFinite == true {
          group.empty("path", ["class": "case", "d": line.data, "stroke-width": px(width + 1)])
        }
        group.empty("path", ["d": line.data, "stroke-width": px(width)])
        if head > 0 { group.arrowHead(path, length: head) }
      }
    }
  }

  func drawEdgeLabels(into plot: inout Markup, _ placer: inout LabelPlacer) {
    guard figure.edges.contains(where: { $0.label?.isEmpty == false }) else { return }
    for node in figure.nodes.indices {
      let (middle, size) = (middle(node), boxes.sizes[node])
      placer.block(
        .init(x: middle.x - size.width / 2, y: middle.y - size.height / 2, width: size.width, height: size.height))
    }
    let paths = paths()
    var room = Self.labelLimit
    for (number, edge) in figure.edges.enumerated() {
      guard let label = edge.label, !label.isEmpty, let path = paths[number], room > 0 else { continue }
      let text = TextMeasure.shortened(label, toWidth: 140, size: 12)
      let width = TextMeasure.wordWidth(text, size: 12)
      let candidates = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].flatMap { fraction in
        let point = path.point(at: fraction)
        return [0.0, width / 2 + 6, -width / 2 - 6].map {
          LabelPlacer.Box(x: point.x - width / 2 + $0, y: point.y - 8, width: width, height: 16)
        }
      }
      guard let box = placer.place(candidates) else { continue }
      plot.element("text", ["class": "tick halo", "x": px(box.x), "y": px(box.y + 12)], text)
      room -= 1
    }
  }

  /// The course of each edge that is drawn.
  private func paths() -> [EdgePath?] {
    var totals: [Int: Int] = [:]
    var seen: [Int: Int] = [:]
    func key(_ ends: (from: Int, to: Int)) -> Int {
      min(ends.from, ends.to) * graph.count + max(ends.from, ends.to)
    }
    for ends in graph.ends.compactMap(\.self) { totals[key(ends), default: 0] += 1 }
    let ports = ports()
    return graph.ends.enumerated().map { number, ends in
      guard let ends else { return nil }
      let index = seen[key(ends), default: 0]
      seen[key(ends)] = index + 1
      // Edges between the same two nodes lie side by side, to each side by turns.
      let offset = Double(index) - Double((totals[key(ends)] ?? 1) - 1) / 2
      if ends.from == ends.to { return loop(ends.from, index) }
      if figure.layout == .layered {
        return layers[ends.from] == layers[ends.to]
          ? flat(ends, offset) : layered(ends, routes[number], ports[number], offset)
      }
      return straight(ends, bow: (ends.from < ends.to ? 1 : -1) * offset * 16)
    }
  }

  private func straight(_ ends: (from: Int, to: Int), bow: Double) -> EdgePath {
    let (a, b) = (middle(ends.from), middle(ends.to))
    let waypoint = EdgePath(from: a, to: b, bow: bow).point(at: 0.5)
    return EdgePath(
      from: boxes.border(ends.from, at: a, toward: waypoint), to: boxes.border(ends.to, at: b, toward: waypoint),
      bow: bow)
  }

  private func loop(_ node: Int, _ index: Int) -> EdgePath {
    let (middle, size) = (middle(node), boxes.sizes[node])
    return EdgePath(
      loopAt: GraphPoint(x: middle.x + size.width / 2, y: middle.y),
      reach: NodeBoxes.loop * (1 - 0.25 * Double(min(index, 3))), height: size.height * 0.45)
  }

  /// An edge within a layer: straight to a neighbour, else in a bow above the nodes between.
  private func flat(_ ends: (from: Int, to: Int), _ offset: Double) -> EdgePath {
    let (a, b) = (middle(ends.from), middle(ends.to))
    let (low, high) = (min(a.x, b.x), max(a.x, b.x))
    let isNeighbour = !positions.indices.contains {
      layers[$0] == layers[ends.from] && middle($0).x > low && middle($0).x < high
    }
    if isNeighbour {
      let toward = GraphPoint(x: (a.x + b.x) / 2, y: a.y)
      return EdgePath(
        from: boxes.border(ends.from, at: a, toward: toward), to: boxes.border(ends.to, at: b, toward: toward),
        bow: offset * 12)
    }
    let up = boxes.sizes[ends.from].height / 2
    let direction = b.x > a.x ? 1.0 : -1
    return EdgePath(
      from: GraphPoint(x: a.x, y: a.y - up), to: GraphPoint(x: b.x, y: b.y - boxes.sizes[ends.to].height / 2),
      bow: direction * (min(34, 14 + (high - low) * 0.06) + offset * 6))
  }

  private func layered(
    _ ends: (from: Int, to: Int), _ route: [GraphPoint], _ ports: (from: Double, to: Double), _ offset: Double
  ) -> EdgePath {
    var points = route.map(onDrawing)
    guard points.count >= 2 else { return straight(ends, bow: 0) }
    let isDown = layers[ends.from] < layers[ends.to]
    let side = isDown ? 1.0 : -1
    for index in points.indices { points[index].x += offset * 9 }
    points[0].x += ports.from
    points[points.count - 1].x += ports.to
    points[0].y += side * boxes.sizes[ends.from].height / 2
    points[points.count - 1].y -= side * boxes.sizes[ends.to].height / 2
    return EdgePath(through: points)
  }

  /// How far from the middle of its nodes each edge leaves and enters, so that many do not meet in one point.
  private func ports() -> [(from: Double, to: Double)] {
    var ports = Array(repeating: (from: 0.0, to: 0.0), count: graph.ends.count)
    guard figure.layout == .layered else { return ports }
    struct Side: Hashable {
      let node: Int
      let isBelow: Bool
    }
    var sides: [Side: [(edge: Int, leaves: Bool, toward: Double, other: Int)]] = [:]
    for (number, ends) in graph.ends.enumerated() {
      guard let (from, to) = ends, routes[number].count >= 2 else { continue }
      let route = routes[number]
      let isDown = layers[from] < layers[to]
      sides[Side(node: from, isBelow: isDown), default: []].append((number, true, route[1].x, to))
      sides[Side(node: to, isBelow: !isDown), default: []].append((number, false, route[route.count - 2].x, from))
    }
    for (side, ends) in sides {
      // Edges to the same node share a port; they lie side by side already.
      let others = ends.sorted { ($0.toward, $0.other) < ($1.toward, $1.other) }.map(\.other)
      let order = others.reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }
      let places = Dictionary(zip(order, 0...)) { first, _ in first }
      let step = min(11, boxes.sizes[side.node].width * 0.66 / Double(max(1, order.count - 1)))
      for end in ends {
        let shift = (Double(places[end.other] ?? 0) - Double(order.count - 1) / 2) * step
        if end.leaves { ports[end.edge].from = shift } else { ports[end.edge].to = shift }
      }
    }
    return ports
  }

  /// The more edges, the finer they are drawn.
  private func width(of edge: GraphFigure.Edge) -> Double {
    let fineness = min(1, (300 / Double(max(1, figure.edges.count))).squareRoot())
    guard let weight = edge.weight, weight.isFinite, heaviest > 0 else {
      return (boxes.areDots ? 0.9 : 1.3) * max(fineness, 0.5)
    }
    return 0.2 + 0.5 * fineness + (boxes.areDots ? 2.6 : 4.3) * fineness * abs(weight) / heaviest
  }

  private func colorClass(of edge: GraphFigure.Edge) -> String {
    guard let weight = edge.weight, weight.isFinite else { return "plain" }
    if let colors, let band = colors.band(of: weight) { return "e" + colors.className(band) }
    return weight < 0 ? "s1" : hasNegative ? "s0" : "plain"
  }

  /// "x → relu: weight 0.5".
  private func words(for edge: GraphFigure.Edge) -> String {
    let names = "\(name(edge.from)) \(figure.isDirected ? "→" : "–") \(name(edge.to))"
    let weight = edge.weight.map {
      [figure.weight?.label ?? "", weightText($0)].filter { !$0.isEmpty }.joined(separator: " ")
    }
    let facts = [edge.label, weight].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ")
    return facts.isEmpty ? names : "\(names): \(facts)"
  }

  func weightText(_ weight: Double) -> String { (figure.weight?.format ?? .significant(3)).text(weight) }

  private func name(_ id: String) -> String { id.count > 80 ? String(id.prefix(80)) + "…" : id }
}

extension Markup {
  /// The head of an arrow at the end of a course.
  fileprivate mutating func arrowHead(_ path: EdgePath, length: Double) {
    let (point, dx, dy) = path.arrival
    let base = (x: point.x - dx * length, y: point.y - dy * length)
    let half = length * 0.42
    polyline(
      [(base.x - dy * half, base.y + dx * half), (point.x, point.y), (base.x + dy * half, base.y - dx * half)],
      class: "tip", closed: true)
  }
}
