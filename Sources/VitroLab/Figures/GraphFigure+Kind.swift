internal import VitroCore

extension GraphFigure: FigureKind {
  static var kind: String { "graph" }
  /// In layers a graph has a width of its own, which no measure changes.
  var measures: [FigureDrawing.Measure] { layout == .layered ? [.compact] : [.wide, .compact] }

  /// The edges, and the nodes.
  var tables: [Table] {
    var tables: [Table] = []
    if !edges.isEmpty {
      let weighted = edges.contains { $0.weight != nil }
      let labelled = edges.contains { $0.label != nil }
      let format = weight?.format ?? .significant(3)
      tables.append(
        Table(
          title: "Edges",
          columns: [Table.Column("from"), Table.Column("to")]
            + (weighted ? [Table.Column(weight?.label ?? "weight", format)] : [])
            + (labelled ? [Table.Column("label")] : []),
          rows: edges.map { edge -> [Table.Cell] in
            [.text(edge.from), .text(edge.to)] + (weighted ? [edge.weight.map { .number($0) } ?? .missing()] : [])
              + (labelled ? [edge.label.map { .text($0) } ?? .missing()] : [])
          }))
    }
    let columns: [(name: String, isUsed: Bool, cell: (Node) -> Table.Cell)] = [
      ("node", true, { .text($0.id) }),
      ("label", nodes.contains { $0.label != nil }, { $0.label.map { .text($0) } ?? .missing() }),
      ("class", nodes.contains { $0.group != nil }, { $0.group.map { .text($0) } ?? .missing() }),
      ("layer", nodes.contains { $0.layer != nil }, { $0.layer.map { .text("\($0)") } ?? .missing() }),
      ("detail", nodes.contains { $0.detail != nil }, { $0.detail.map { .text($0) } ?? .missing() }),
    ]
    let used = columns.filter(\.isUsed)
    tables.append(
      Table(
        title: "Nodes", columns: used.map { Table.Column($0.name) },
        rows: nodes.map { node in used.map { $0.cell(node) } }))
    return tables
  }

  func validate(_ operation: String) throws {
    guard !nodes.isEmpty else { throw VitroError(.argument, operation, "there are no nodes") }
    for (count, limit, noun) in [
      (nodes.count, GraphDrawing.nodeLimit, "nodes"), (edges.count, GraphDrawing.edgeLimit, "edges"),
    ] where count > limit {
      throw VitroError(
        .argument, operation, "there are \(count) \(noun), more than the \(limit) that a graph shows",
        hint: "Show the strongest, or a part.", details: ["field": noun, "found": "\(count)", "expected": "≤ \(limit)"])
    }
    var ids: Set<String> = []
    for node in nodes where !ids.insert(node.id).inserted {
      throw VitroError(.argument, operation, "two nodes are named '\(node.id)'")
    }
    for (number, edge) in edges.enumerated() {
      for id in [edge.from, edge.to] where !ids.contains(id) {
        var error = VitroError.unknownName(id, kind: "node", known: nodes.map(\.id), operation: operation)
        error.message = "edge \(number): " + error.message
        throw error
      }
    }
    try weight?.validate(operation)
  }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    GraphDrawing(self, measure).drawing()
  }
}
