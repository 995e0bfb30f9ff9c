internal import Foundation
internal import VitroCore
internal import VitroGroups
internal import VitroLab

/// An interaction graph for people and programs.
struct GraphReport {
  let layer: LayerRepresentation
  let graph: InteractionGraph
  let activation: PointwiseActivation
  let joint: JointSources

  private var filtration: KernelFiltration { KernelFiltration(layer) }

  var facts: [String: JSONValue] {
    [
      "group": .string(graph.group), "set": .string(graph.set), "activation": .string(graph.activation),
      "parts": .string(activation.parts.description), "level": .string(graph.level.rawValue),
      "nodes": .array(
        graph.nodes.map {
          [
            "name": .string($0.name), "dimension": .integer($0.dimension), "type": .string($0.type),
            "multiplicity": .integer($0.multiplicity), "kernelOrder": .integer($0.kernelOrder),
          ]
        }),
      "edges": .array(
        graph.edges.map { ["from": .string($0.from), "to": .string($0.to), "weight": .number($0.weight)] }),
      "truncation": .number(graph.truncation),
      "filtration": .array(
        filtration.levels.map {
          [
            "order": .integer($0.order), "simples": .array($0.simples.map { .string($0) }),
            "fixed": .array($0.fixed.map { .string($0) }), "dimension": .integer($0.dimension),
          ]
        }),
      "joint": .array(
        joint.findings.map {
          ["sources": .array($0.sources.map { .string($0) }), "targets": .array($0.targets.map { .string($0) })]
        }),
      "jointRespectsFiltration": .bool(joint.respectsFiltration),
    ]
  }

  var report: Report {
    let allowed = layer.simples.reduce(0) { sum, from in
      sum + layer.simples.count { layer.table.kernel(of: from, isWithinKernelOf: $0) }
    }
    var sections = [ReportSection("Who talks to whom", id: "graph", graphBlocks)]
    if case .cyclic(let n) = layer.table.group.family, n > 2, graph.set == "regular",
      activation.parts.isPositivelyHomogeneous, activation.parts.hasEvenPart, graph.level == .isotypic
    {
      sections.append(CircleReport(graph: graph, order: n, activation: activation).section)
    }
    sections.append(ReportSection("Sums of simples", id: "joint", jointBlocks))
    sections.append(ReportSection("What bounds every depth", id: "filtration", filtrationBlocks))
    return Report(
      id: "symmetry-graph", title: "\(activation.name) on Fun(\(graph.set)) of \(graph.group)", kicker: "Symmetry",
      lede: RichText(lede),
      metrics: [
        Metric("simples", Double(graph.nodes.count { !$0.name.contains("+") }), format: .integer),
        Metric(
          "edges", Double(graph.edges.count { !$0.from.contains("+") }), format: .integer,
          explanation: RichText(plain: "\(activation.name) is \(activation.parts.description)."),
          control: Metric.Control("pairs with ker L ⊆ ker K", Double(allowed))),
        Metric(
          "pairs of simples that reach more", Double(joint.findings.count), format: .integer,
          explanation: RichText("Than any path from either of them; of \(joint.pairs) pairs.")),
      ], sections: sections)
  }

  private var lede: String {
    let busiest = graph.nodes.filter { !$0.name.contains("+") }.max {
      graph.targets(of: $0.name).count < graph.targets(of: $1.name).count
    }
    let name = busiest?.name ?? ""
    let targets = graph.targets(of: name)
    let list = targets.prefix(10).joined(separator: ", ") + (targets.count > 10 ? ", …" : "")
    return
      "The layer is \(layer.names.count == 1 ? "one kind" : "\(layer.names.count) kinds") of simple representations. A signal in **\(name)** leaves \(activation.name) in \(RichText(plain: list).source). Whether an edge exists is decided exactly; its weight is the share of energy that flows."
  }

  // MARK: The graph

  private var graphBlocks: [ReportBlock] {
    var blocks: [ReportBlock] = [.text(RichText(Symmetry.naming))]
    if graph.nodes.count <= 40, graph.edges.count <= 300 { blocks.append(.figure(graphFigure)) }
    if graph.nodes.count <= 200 { blocks.append(.figure(weightFigure)) }
    if graph.edges.count <= 400 { blocks.append(.table(edgeTable)) }
    if graph.truncation > 1e-9 {
      blocks.append(
        .note(
          .remark,
          RichText(
            "Weights of \(activation.name) are Hermite series; what is left out is below \(NumberFormat.significant(2).text(graph.truncation))."
          )))
    }
    return blocks
  }

  /// The layer of a node: by the rank of its kernel, the smallest kernels on top.
  private func layers() -> [String: Int] {
    let filtration = filtration
    let heights = filtration.heights
    let top = heights.max() ?? 0
    var result: [String: Int] = [:]
    for (place, level) in filtration.levels.enumerated() {
      for name in level.simples { result[name] = top - heights[place] }
    }
    return result
  }

  private var graphFigure: Figure {
    let layers = layers()
    let nodes = graph.nodes.map { node in
      let first = node.name.split(separator: "#").first.map(String.init) ?? node.name
      let own = first.split(separator: "+").compactMap { layers[String($0)] }.min()
      return GraphFigure.Node(
        node.name, group: "type \(node.type)", layer: own ?? 0,
        detail:
          "dimension \(node.dimension), multiplicity \(node.multiplicity), \(node.kernelOrder) elements act as the identity"
      )
    }
    let edges = graph.edges.map { GraphFigure.Edge($0.from, $0.to, weight: $0.weight) }
    return Figure(
      "The interaction graph",
      caption: RichText(
        "Kernels grow from top to bottom; the wider an edge, the more energy flows."
      ),
      .graph(
        GraphFigure(nodes: nodes, edges: edges, weight: ColorScale("share of energy", format: .significant(3)))))
  }

  private var weightFigure: Figure {
    let targets = graph.level == .copy ? graph.nodes.map(\.name) : layer.names
    var weights: [String: [String: Double]] = [:]
    for edge in graph.edges { weights[edge.from, default: [:]][edge.to] = edge.weight }
    let values = graph.nodes.flatMap { from in
      targets.map { weights[from.name]?[$0].map { $0 > 0 ? log10($0) : .nan } ?? .nan }
    }
    return Figure(
      "Weights",
      caption:
        "The logarithm of the share of energy that a source (row) sends to a target (column); empty where there is no edge.",
      span: .half,
      .heatMap(
        HeatMapFigure(
          rows: graph.nodes.count, columns: targets.count, values: values, rowLabels: graph.nodes.map(\.name),
          columnLabels: targets, rowTitle: "from", columnTitle: "to",
          color: ColorScale("log₁₀ share", format: .fixed(1)))))
  }

  private var edgeTable: Table {
    Table(
      columns: [.init("from"), .init("to"), .init("share of energy", .significant(6))],
      rows: graph.edges.map { [.text($0.from), .text($0.to), .number($0.weight)] })
  }

  // MARK: Sums of simples

  private var jointBlocks: [ReportBlock] {
    let text =
      "A sum of simples reaches more than its summands do, one by one or along paths: f(u + v) is not f(u) + f(v). So the paths of this graph **do not bound** what a network of several layers can do; a bias is such a sum too, with the trivial representation."
    guard !joint.findings.isEmpty else {
      return [
        .text(
          RichText(text + " Here, of all \(joint.pairs) pairs, none adds a target that paths from either do not reach.")
        )
      ]
    }
    let rows = joint.findings.prefix(60).map { finding -> [Table.Cell] in
      [.text(finding.sources.joined(separator: " + ")), .text(finding.targets.joined(separator: ", "))]
    }
    let first = joint.findings[0]
    return [
      .text(
        RichText(
          text
            + " Here **\(RichText(plain: first.sources.joined(separator: " + ")).source) reaches \(RichText(plain: first.targets.joined(separator: ", ")).source)**, which no path from either reaches; \(joint.findings.count) of \(joint.pairs) pairs are like that."
        )),
      .table(Table(columns: [.init("together"), .init("reach, and no path from either does")], rows: Array(rows))),
    ]
  }

  // MARK: The filtration

  private var filtrationBlocks: [ReportBlock] {
    let filtration = filtration
    let nodes = filtration.levels.enumerated().map { place, level in
      GraphFigure.Node(
        "\(place)",
        label: level.simples.isEmpty
          ? "|N| = \(level.order)"
          : level.simples.prefix(5).joined(separator: " ") + (level.simples.count > 5 ? " …" : ""),
        group: "|N| = \(level.order)",
        detail:
          "|N| = \(level.order): Fun(X)^N has \(level.dimension) dimensions, \(level.fixed.joined(separator: ", "))")
    }
    let edges = filtration.covers.map { GraphFigure.Edge("\($0[0])", "\($0[1])") }
    var blocks: [ReportBlock] = [
      .text(
        RichText(
          "For every normal subgroup N, the functions that N fixes are kept by every equivariant linear map, every bias and every pointwise activation. A signal whose simples all have kernels that contain N therefore "
            + "stays among the simples whose kernels contain N, **at any depth**. This is the only sense in which information cannot flow back."
        ))
    ]
    if filtration.levels.count <= 40 {
      blocks.append(
        .figure(
          Figure(
            "Kernels by inclusion",
            caption: "Signals of the simples in a box stay in that box and in those that arrows lead to.",
            .graph(GraphFigure(nodes: nodes, edges: edges)))))
    }
    blocks.append(
      .table(
        Table(
          columns: [
            .init("|N|", .integer), .init("simples with this kernel"), .init("dimension of Fun(X)^N", .integer),
            .init("simples in it"),
          ],
          rows: filtration.levels.prefix(100).map {
            [
              .number(Double($0.order)), .text($0.simples.joined(separator: ", ")), .number(Double($0.dimension)),
              .text($0.fixed.joined(separator: ", ")),
            ]
          })))
    return blocks
  }
}

/// "A string and its overtones": ReLU of a wave, beside what the graph of C_n says.
struct CircleReport {
  let graph: InteractionGraph
  let order: Int
  let activation: PointwiseActivation

  var section: ReportSection {
    ReportSection(
      "A string and its overtones", id: "overtones",
      [
        .text(
          RichText(
            "On the circle ReLU turns a pure wave into itself and its even overtones: ReLU(sin x) = 1/π + ½ sin x − (2/π) Σ cos(2kx)/(4k² − 1). The graph of C_n is this series on n points: overtones beyond n/2 fold back."
          )), .figure(waveFigure), .figure(overtoneFigure),
      ])
  }

  private var waveFigure: Figure {
    let series = CircleSeries()
    let x = stride(from: -Double.pi, through: .pi, by: .pi / 180).map { $0 }
    return Figure(
      "ReLU of a wave", caption: "The exact function and the first terms of its Fourier series.", span: .half,
      .lines(
        LineFigure(
          x: Axis("x"), y: Axis("value"),
          series: [LineSeries("ReLU(sin x)", x: x, y: x.map { Swift.max(sin($0), 0) })]
            + [0, 1, 3].map { terms in
              LineSeries(
                terms == 0 ? "1/π + ½ sin x" : "and \(terms) overtone\(terms > 1 ? "s" : "")", x: x,
                y: x.map { series.partialSum(terms, at: $0) })
            })))
  }

  private var overtoneFigure: Figure {
    let series = CircleSeries()
    let count = Swift.min(order / 2, 10)
    let (a, b) = activation.slopes ?? (0.5, 0.5)
    let bars = (0...count).map { k -> BarFigure.Bar in
      BarFigure.Bar("L\(k)", graph.weight("L1", "L\(k)") ?? 0, isHighlighted: k == 1)
    }
    let limits = (0...count).map { k in
      // The wave itself has the linear part, overtones the part of |x|, whose share for ReLU is a quarter.
      (k == 1 ? a * a : 4 * b * b * series.energyShare(k))
    }
    let listed = zip(limits.indices, limits).filter { $0.1 > 0 }.prefix(5).map {
      "L\($0.0) \(NumberFormat.fixed(4).text($0.1))"
    }
    return Figure(
      "Energy of the overtones of L1",
      caption: RichText(
        "What \(activation.name) makes of L1 in C\(order). On the circle: \(listed.joined(separator: ", "))."),
      span: .half,
      .bars(BarFigure(label: "overtone", value: Axis("share of energy"), bars: bars, orientation: .vertical)))
  }
}
