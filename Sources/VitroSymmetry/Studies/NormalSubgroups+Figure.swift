internal import VitroCore
internal import VitroGroups
internal import VitroLab

extension NormalSubgroups {
  /// The lattice, the whole group on top.
  func figure(_ table: RealTable) -> Figure {
    let shown =
      members.count <= 60
      ? Array(members.indices)
      : members.indices.filter { place in
        table.simples.contains { Set($0.kernel) == members[place] }
      }.prefix(60).map { $0 }
    let kernels = table.simples.map { Set($0.kernel) }
    let nodes = shown.map { place in
      let own = table.simples.indices.filter { kernels[$0] == members[place] }.map { table.simples[$0].name }
      let label =
        own.isEmpty ? "|N| = \(orders[place])" : own.prefix(4).joined(separator: " ") + (own.count > 4 ? " …" : "")
      return GraphFigure.Node(
        "\(place)", label: label, group: own.isEmpty ? "an intersection of kernels" : "the kernel of a simple",
        detail:
          "order \(orders[place]), \(members[place].count) classes; kernel of \(own.isEmpty ? "no simple" : own.joined(separator: ", "))"
      )
    }
    var edges: [GraphFigure.Edge] = []
    for lower in shown {
      for upper in shown where lower != upper && members[lower].isSubset(of: members[upper]) {
        let isBetween = shown.contains {
          $0 != lower && $0 != upper && members[lower].isSubset(of: members[$0])
            && members[$0].isSubset(of: members[upper])
        }
        if !isBetween { edges.append(.init("\(upper)", "\(lower)")) }
      }
    }
    return Figure(
      "Normal subgroups by inclusion",
      caption: RichText(
        "The whole group on top, the trivial subgroup at the bottom; each bears the simples whose kernel it is."
          + (shown.count < members.count ? " The first \(shown.count) of those that are kernels are drawn." : "")),
      .graph(GraphFigure(nodes: nodes, edges: edges, isDirected: false)))
  }
}
