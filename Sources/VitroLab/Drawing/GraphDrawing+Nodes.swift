extension GraphDrawing {
  func drawNodes(into plot: inout Markup) {
    let neighbours = neighbourWords()
    for (number, node) in figure.nodes.enumerated() {
      let (middle, size) = (middle(number), boxes.sizes[number])
      let style = style(of: node)
      let reading =
        [node.label ?? node.id, node.group ?? "", node.detail ?? ""].filter { !$0.isEmpty } + neighbours[number]
      plot.element(
        "g",
        [
          "class": "node \(style.colorClass)", "data-node": "\(number)", "data-tip": reading.joined(separator: "\n"),
        ]
      ) { group in
        if boxes.areDots {
          group.mark(style, x: middle.x, y: middle.y, radius: size.width / 2, class: "dot")
          return
        }
        for name in ["ground", "box"] {
          group.empty(
            "rect",
            [
              "class": name, "x": px(middle.x - size.width / 2), "y": px(middle.y - size.height / 2),
              "width": px(size.width), "height": px(size.height), "rx": "6",
            ])
        }
        let isMarked = groups.count > 1
        if isMarked, node.group != nil {
          group.mark(style, x: middle.x - size.width / 2 + 13, y: middle.y, radius: 4)
        }
        group.element(
          "text", ["class": "name", "x": px(middle.x + (isMarked ? 7 : 0)), "y": px(middle.y + 4.2)],
          boxes.labels[number])
      }
    }
  }

  /// Names beside dots, of those with the most neighbours first, as far as there is room.
  func drawNodeLabels(into plot: inout Markup, _ placer: inout LabelPlacer) {
    for node in figure.nodes.indices {
      let middle = middle(node)
      placer.block(.init(x: middle.x - 6, y: middle.y - 6, width: 12, height: 12))
    }
    let degrees = graph.neighbours.map(\.count)
    var room = 60
    for node in figure.nodes.indices.sorted(by: { (-degrees[$0], $0) < (-degrees[$1], $1) }).prefix(400) where room > 0
    {
      let middle = middle(node)
      let width = TextMeasure.wordWidth(boxes.labels[node], size: 12)
      let candidates = LabelPlacer.around(middle.x, middle.y, width: width, height: 14, gap: 8)
      guard let box = placer.placeFree(candidates) else { continue }
      plot.element("text", ["class": "tick halo", "x": px(box.x), "y": px(box.y + 11)], boxes.labels[node])
      room -= 1
    }
  }

  private func style(of node: GraphFigure.Node) -> MarkStyle {
    guard let group = node.group, let index = groups.firstIndex(of: group) else {
      return MarkStyle(color: nil, shape: 0)
    }
    return MarkStyle(color: index, shape: index)
  }

  /// What each node is joined with: "→ relu (0.5), y".
  private func neighbourWords() -> [[String]] {
    let shown = 6
    var leaving: [[String]] = Array(repeating: [], count: graph.count)
    var entering = leaving
    var counts = Array(repeating: (out: 0, in: 0), count: graph.count)
    for (number, ends) in graph.ends.enumerated() {
      guard let (from, to) = ends else { continue }
      let weight = figure.edges[number].weight.map { " (\(weightText($0)))" } ?? ""
      counts[from].out += 1
      counts[to].in += 1
      if leaving[from].count < shown { leaving[from].append(boxes.labels[to] + weight) }
      if entering[to].count < shown { entering[to].append(boxes.labels[from] + weight) }
    }
    func line(_ sign: String, _ names: [String], _ count: Int) -> [String] {
      names.isEmpty
        ? [] : [sign + " " + names.joined(separator: ", ") + (count > shown ? " and \(count - shown) more" : "")]
    }
    return figure.nodes.indices.map { node in
      if figure.isDirected {
        return line("→", leaving[node], counts[node].out) + line("←", entering[node], counts[node].in)
      }
      let names = (leaving[node] + entering[node]).prefix(shown)
      return line("–", Array(names), counts[node].out + counts[node].in)
    }
  }
}
