internal import VitroCore
public import VitroLab

extension CompositionReading {
  /// The pictures of one network: its simples, one unit, where the units' energy goes, and cosets.
  public func sections() -> [ReportSection] {
    var sections = [
      ReportSection("Which simples it uses", id: "simples", simplesBlocks),
      ReportSection("One unit", id: "unit", unitBlocks),
      ReportSection("What a ReLU makes of one simple", id: "harmonics", harmonicsBlocks),
    ]
    if let blocks = cosetBlocks { sections.append(ReportSection("Cosets", id: "cosets", blocks)) }
    return sections
  }

  private var isCyclic: Bool { harmonics.doubled.allSatisfy(\.isFinite) }

  private var keyNames: Set<String> { Set(measures.key.map(\.name)) }

  private func bars(_ title: String, _ caption: RichText, _ axis: String, _ value: (SimpleMeasures) -> Double) -> Figure
  {
    Figure(
      title, caption: caption, span: .half,
      .bars(
        BarFigure(
          label: "simple", value: Axis(axis),
          bars: measures.simples.map { .init($0.name, value($0), isHighlighted: keyNames.contains($0.name)) },
          orientation: .vertical)))
  }

  private var simplesBlocks: [ReportBlock] {
    var blocks: [ReportBlock] = [
      .figure(
        bars(
          "What the logits are",
          "The cosine between the logits and each simple's character at a·b·c⁻¹; the key simples, above 0.005, are marked.",
          "similarity"
        ) { $0.logitSimilarity })
    ]
    if !measures.simples.contains(where: \.xEmbed.isNaN) {
      blocks.append(
        .figure(
          bars("Embedding", "The share of the embeddings of both factors in each simple.", "share") {
            ($0.xEmbed + $0.yEmbed) / 2
          }))
    }
    if !measures.simples.contains(where: \.unembed.isNaN) {
      blocks.append(
        .figure(bars("Unembedding", "The share of U in each simple.", "share") { $0.unembed }))
    }
    blocks.append(
      .figure(
        Figure(
          "Hidden layer", caption: "The share of the centred activations at a, at b and at a·b, simple by simple.",
          span: .half,
          .bars(
            BarFigure(
              label: "simple", value: Axis("share"),
              bars: measures.simples.map {
                .init(
                  $0.name,
                  segments: [
                    .init("at a", $0.hiddenA), .init("at b", $0.hiddenB), .init("at a·b", $0.hiddenAB),
                  ])
              }, orientation: .vertical)))))
    let counts = measures.simples.indices.map { simple in units.count { $0.simple == simple && $0.isSingle } }
    blocks.append(
      .figure(
        Figure(
          "Units of each simple",
          caption: RichText(
            "\(counts.reduce(0, +)) of \(units.count) live units belong to one simple\(measures.xEmbed.isNaN ? ": its linear and quadratic terms explain at least 85 % of them" : ": it has nine tenths of both their columns, at least")."
          ), span: .half,
          .bars(
            BarFigure(
              label: "simple", value: Axis("units", format: .integer),
              bars: zip(measures.simples, counts).map {
                .init($0.name, Double($1), isHighlighted: keyNames.contains($0.name))
              }, orientation: .vertical)))))
    blocks.append(.figure(explainedFigure))
    return blocks
  }

  /// How many units one simple explains how far.
  private var explainedFigure: Figure {
    let tenths = units.filter(\.explained.isFinite).map { min(9, max(0, Int((10 * $0.explained).rounded(.down)))) }
    let bars = (0..<10).map { tenth in
      BarFigure.Bar("\(10 * tenth)–\(10 * tenth + 10) %", Double(tenths.count { $0 == tenth }))
    }
    return Figure(
      "How far one simple explains a unit",
      caption: RichText(
        "The share of a unit's activations in K ⊠ 1, 1 ⊠ K and K ⊠ K for one K; above 85 % for \(units.count { $0.explained > 0.85 }) of \(units.count)."
      ), span: .half,
      .bars(
        BarFigure(
          label: "explained", value: Axis("units", format: .integer), bars: bars, orientation: .vertical)))
  }

  private var unitBlocks: [ReportBlock] {
    guard let example else { return [.note(.remark, "No unit belongs to one simple.")] }
    let names = measures.simples.map(\.name)
    return [
      .figure(
        Figure(
          "Unit \(example.unit) over all pairs",
          caption: RichText(
            "Its activation at every pair (a, b); its simple is \(names[example.simple]). \(isCyclic ? "Elements stand in the order of the phase that it gives them" : "Elements stand in the order of what the embedding gives the unit")."
          ), span: .half,
          .heatMap(
            HeatMapFigure(
              rows: order, columns: order, values: example.map, rowLabels: example.rows.map(String.init),
              columnLabels: example.columns.map(String.init), rowTitle: "a", columnTitle: "b",
              color: ColorScale("activation"))))),
      .figure(
        Figure(
          "The same in simples",
          caption: "Its centred energy in K ⊠ L: rows are simples of a, columns of b. It is fed K ⊠ 1 and 1 ⊠ K.",
          span: .half,
          .heatMap(
            HeatMapFigure(
              rows: names.count, columns: names.count, values: example.pairShares.flatMap(\.self), rowLabels: names,
              columnLabels: names, rowTitle: "a", columnTitle: "b",
              color: ColorScale("share", format: .percent(1)))))),
    ]
  }

  private var harmonicsBlocks: [ReportBlock] {
    guard harmonics.units > 0 else { return [.note(.remark, RichText(plain: harmonics.rule))] }
    let predicted = HarmonicShares.predicted
    var names = ["K at a", "K at b", "K ⊠ K", "of it at a·b"]
    var values = [harmonics.left, harmonics.right, harmonics.product, harmonics.sum]
    var theory = [predicted.left, predicted.right, predicted.product, predicted.sum]
    if isCyclic {
      names += ["(2, 0)", "(0, 2)", "(2, 2)"]
      values += harmonics.doubled + [harmonics.squared]
      theory += [predicted.doubled, predicted.doubled, predicted.squared]
    }
    if harmonics.forbidden.isFinite {
      names.append("forbidden")
      values.append(harmonics.forbidden)
      theory.append(0)
    }
    var series = [LineSeries("measured", y: values)]
    if isCyclic { series.append(LineSeries("two equal waves on a torus", role: .reference, y: theory)) }
    func percent(_ share: Double) -> String {
      share < 5e-5 ? "less than 0.01 %" : NumberFormat.percent(2).text(share)
    }
    var text =
      "ReLU(z) = z/2 + |z|/2, and |z| does not tell z from −z: so of what a unit is fed only K itself keeps its sign. Forbidden: "
      + harmonics.rule.prefix(1).lowercased() + harmonics.rule.dropFirst()
    if harmonics.forbidden.isFinite {
      let whose = harmonics.ruled < harmonics.units ? " of the \(harmonics.ruled) units for which there is one" : ""
      text += " It has **\(percent(harmonics.forbidden))** of the energy\(whose)"
      text +=
        purifiedForbidden.isFinite
        ? ", and **\(percent(purifiedForbidden))** when each unit is fed its own simple alone: the rest comes from what else is in its embedding."
        : "."
    }
    return [
      .text(RichText(text)),
      .figure(
        Figure(
          "Where the energy goes",
          caption: RichText(
            "Of the centred energy of \(harmonics.units) units of one simple K."),
          .lines(LineFigure(categories: names, y: Axis("share", format: .percent(0)), series: series)))),
    ]
  }

  private var cosetBlocks: [ReportBlock]? {
    guard let cosets else { return nil }
    guard cosets.subgroups > 0 else {
      return [
        .text("The group has no subgroups but itself and the trivial one, so there are no cosets to be constant on.")
      ]
    }
    var blocks: [ReportBlock] = [
      .text(
        RichText(
          "Of \(cosets.units) units of one simple **\(cosets.constant)** have both embeddings constant on cosets of one of \(cosets.subgroups) subgroups, **\(cosets.beyondKernel)** of them of one greater than the kernel of their simple; of random functions of the same simples \(cosets.control) pass."
        ))
    ]
    if !cosets.orders.isEmpty {
      blocks.append(
        .table(
          Table(
            title: "The greatest subgroups, the most frequent first",
            columns: [
              .init("simple"), .init("order for a", .integer), .init("cosets"), .init("order for b", .integer),
              .init("cosets"), .init("units", .integer),
            ],
            rows: cosets.orders.prefix(10).map {
              [
                .text($0.simple), .number(Double($0.left)), .text($0.leftSide), .number(Double($0.right)),
                .text($0.rightSide), .number(Double($0.units)),
              ]
            })))
    }
    return blocks
  }
}
