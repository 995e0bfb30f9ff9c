extension GraphFigure: TerminalDrawable {
  /// More nodes, and more edges of a node, than these are counted, not listed.
  private static let nodeLimit = 200
  private static let edgeLimit = 8

  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    var lines: [StyledLine] = []
    let names = Dictionary(nodes.map { ($0.id, $0.label ?? $0.id) }) { first, _ in first }
    var leaving: [String: [Edge]] = [:]
    for edge in edges {
      leaving[edge.from, default: []].append(edge)
      if !isDirected, edge.from != edge.to {
        leaving[edge.to, default: []].append(Edge(edge.to, edge.from, weight: edge.weight, label: edge.label))
      }
    }
    let groups = groupNames
    if groups.count > 1 {
      lines += canvas.flowing(
        groups.enumerated().map { index, group in
          var line = StyledLine(canvas.mark(index), canvas.ink(index))
          line.append(" " + canvas.text(group))
          return line
        })
    }
    if let weight, !weight.label.isEmpty { lines += canvas.wrapped("in brackets: \(weight.label)", .soft) }
    let layers = layout == .layered ? terminalLayers : [Array(nodes.indices)]
    var shown = 0
    for (number, layer) in layers.enumerated() where !layer.isEmpty && shown < Self.nodeLimit {
      if layers.count > 1 { lines.append(StyledLine("layer \(number)", .soft)) }
      for index in layer.prefix(Self.nodeLimit - shown) {
        lines += node(nodes[index], leaving[nodes[index].id] ?? [], names, groups, canvas)
        shown += 1
      }
    }
    if shown < nodes.count { lines += canvas.wrapped("and \(nodes.count - shown) more nodes", .soft) }
    return lines
  }

  private var groupNames: [String] {
    var seen: Set<String> = []
    return nodes.compactMap(\.group).filter { seen.insert($0).inserted }
  }

  private func node(
    _ node: Node, _ edges: [Edge], _ names: [String: String], _ groups: [String], _ canvas: TerminalCanvas
  ) -> [StyledLine] {
    let format = (weight?.format ?? .standard).fitting(edges.compactMap(\.weight))
    let group = node.group.flatMap { groups.firstIndex(of: $0) }
    var line = StyledLine("  ")
    line.append(
      (groups.count > 1 || group == nil ? canvas.mark(group) : canvas.sign("•", "*")) + " ", canvas.ink(group))
    line.append(canvas.text(node.label ?? node.id), .bold)
    let arrow = canvas.text(isDirected ? "→" : "–")
    let strongest = edges.enumerated().sorted { a, b in
      let (x, y) = (abs(a.element.weight ?? 0), abs(b.element.weight ?? 0))
      return x == y ? a.offset < b.offset : x > y
    }.map(\.element)
    for (number, edge) in strongest.prefix(Self.edgeLimit).enumerated() {
      line.append(number == 0 ? " \(arrow) " : ", ", .soft)
      line.append(canvas.text(names[edge.to] ?? edge.to))
      let notes = [edge.weight.map { format.text($0) }, edge.label].compactMap(\.self)
      if !notes.isEmpty {
        let ink = canvas.ink((edge.weight ?? 0) < 0 ? 1 : 0)
        line.append(canvas.text("\u{A0}[\(notes.joined(separator: "; "))]"), edge.weight == nil ? .soft : ink)
      }
    }
    if strongest.count > Self.edgeLimit {
      line.append(" and \(strongest.count - Self.edgeLimit) more", .soft)
    }
    // What does not fit goes on under the name.
    let wrapped = line.wrapped(to: max(8, canvas.width - 6))
    return wrapped.enumerated().map { $0 == 0 ? $1.indented(2) : $1.indented(6) }
  }

  /// The nodes by layer: their own, else the longest path from a source; what lies on a cycle stays where it is met.
  private var terminalLayers: [[Int]] {
    let indices = Dictionary(nodes.enumerated().map { ($1.id, $0) }) { first, _ in first }
    var layer = nodes.map { min(max($0.layer ?? 0, 0), nodes.count) }
    let pairs = edges.compactMap { edge -> (Int, Int)? in
      guard let from = indices[edge.from], let to = indices[edge.to], from != to else { return nil }
      return (from, to)
    }
    var entering = Array(repeating: 0, count: nodes.count)
    var targets: [Int: [Int]] = [:]
    for (from, to) in pairs {
      entering[to] += 1
      targets[from, default: []].append(to)
    }
    var ready = nodes.indices.filter { entering[$0] == 0 }
    while let index = ready.popLast() {
      for target in targets[index] ?? [] {
        if nodes[target].layer == nil { layer[target] = max(layer[target], min(layer[index] + 1, nodes.count)) }
        entering[target] -= 1
        if entering[target] == 0 { ready.append(target) }
      }
    }
    var layers = Array(repeating: [Int](), count: (layer.max() ?? 0) + 1)
    for (index, number) in layer.enumerated() { layers[number].append(index) }
    return layers
  }
}
