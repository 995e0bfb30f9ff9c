internal import VitroFitting
internal import VitroLab

extension ReversalResult {
  /// The study as a report: accuracy, where symbols are held, methods against each other, and the claims.
  func report() throws -> Report {
    let claims = try claims()
    let held = claims.count { $0.verdict == .holds }
    return Report(
      id: "information-reversal", title: "Reversal: which symbol is held when", kicker: "Information",
      lede: RichText(
        "Networks that answer \(study.length) symbols in reverse must forget each once it is answered. **\(held) of \(claims.count)** claims hold, each by its interval over \(study.seeds) networks."
      ),
      metrics: try kinds.flatMap(metrics),
      sections: [
        ReportSection("Claims", id: "claims", [.table(Claim.table(claims)), .note(.caveat, caveat)]),
        ReportSection(
          "Where symbols are held", id: "maps",
          [
            .text(
              "Each row is a state, from the first step to the last; each column a symbol of the text. While it reads, a state can hold what it has seen; while it answers, an LSTM must hold what is still to come. Means over texts and networks."
            )
          ] + kinds.flatMap(maps).map(ReportBlock.figure)),
        ReportSection(
          "Methods", id: "methods",
          try kinds.map { .table(try methodTable($0)) } + [.figure(try methodFigure())]),
      ])
  }

  /// How near the measure came to its optimum, and what a failure does not say.
  private var caveat: RichText {
    let residuals = kinds.map { kind in
      "\(kind.title) \(NumberFormat.fixed(2).text(WordStatistics.mean(of(kind).map(\.residual))))"
    }
    return RichText(
      "Median residuals of the measure, 0 at the optimum, measured with noise of their own: \(residuals.joined(separator: ", ")). That a symbol is no longer needed does not mean that it is erased: nothing in the task asks the network to forget."
    )
  }

  private func metrics(_ kind: ReversalNetwork) throws -> [Metric] {
    guard let accuracy = try estimate(kind, \.accuracy), let area = try estimate(kind, area(kind, "information")),
      let converged = try estimate(kind, \.converged)
    else { return [] }
    return [
      Metric(
        "\(kind.title): symbols answered right", accuracy.value, format: .percent(1), interval: Interval(accuracy),
        explanation: RichText(
          "On \(ReversalStudy.testTexts) texts for each network, of the eighth of all sequences that none was trained on; mean over \(of(kind).count) networks with a 95 % t interval."
        ),
        control: Metric.Control("guessing", 1 / Double(study.symbols))),
      Metric(
        "\(kind.title): information tells \(Self.question(kind))", area.value, format: .fixed(3),
        interval: Interval(area), explanation: "Area under the curve, the mean over answering steps and layers.",
        control: Metric.Control("chance", 0.5)),
      Metric(
        "\(kind.title): converged", converged.value, format: .percent(0), interval: Interval(converged),
        explanation: "Results whose residual is within the tolerance."),
    ]
  }

  private func maps(_ kind: ReversalNetwork) -> [Figure] {
    let steps = study.task.context
    let cells = steps * study.length
    func map(_ method: String, _ layer: Int) -> [Double] {
      let all = of(kind).compactMap { $0.methods[method]?.map }
      return (0..<cells).map { cell in WordStatistics.mean(all.map { $0[layer * cells + cell] }) }
    }
    func figure(_ method: String, _ layer: Int, _ span: Figure.Span) -> Figure {
      let isMeasure = method == InformationMethod.name
      return Figure(
        "\(kind.title), layer \(layer + 1): \(isMeasure ? "what is kept" : method)",
        caption: RichText(
          isMeasure
            ? "What each step's state keeps of each symbol, 0 nothing, 1 fixed. At step \(study.length + 1) the last symbol is answered, at step \(steps) the first."
            : "Each symbol's share of the scores of \(method) for the same states."),
        span: span,
        .heatMap(
          HeatMapFigure(
            rows: steps, columns: study.length, values: map(method, layer),
            rowLabels: (1...steps).map { $0 <= study.length ? "read \($0)" : "answer \($0 - study.length)" },
            columnLabels: (1...study.length).map { "x\($0)" }, rowTitle: "step", columnTitle: "symbol",
            color: ColorScale(isMeasure ? "kept" : "share", format: .fixed(2), range: Interval(0, 1)))))
    }
    return ReversalNetwork.allLayers.map { figure(InformationMethod.name, $0, .half) }
      + methods(kind).dropFirst().map { figure($0, ReversalNetwork.layers - 1, .third) }
  }

  private func cell(_ estimate: Estimate?) -> Table.Cell {
    guard let estimate else { return .missing("not defined") }
    return .number(estimate.value, estimate.low.isFinite ? Interval(estimate) : nil)
  }

  private func methodTable(_ kind: ReversalNetwork) throws -> Table {
    let layers = ReversalNetwork.allLayers
    return Table(
      title: "\(kind.title): areas under the curve, and the rank correlation of neighbouring layers",
      columns: [.init("method")] + layers.map { .init("still needed, layer \($0 + 1)", .fixed(3)) }
        + layers.map { .init("needed, then not, layer \($0 + 1)", .fixed(3)) }
        + layers.map { .init("answered now, layer \($0 + 1)", .fixed(3)) } + [.init("layers alike", .fixed(3))],
      rows: try methods(kind).map { method in
        try [.text(method)]
          + layers.map { layer in cell(try estimate(kind) { $0.methods[method]?.needed[layer] }) }
          + layers.map { layer in cell(try estimate(kind) { $0.methods[method]?.released[layer] }) }
          + layers.map { layer in cell(try estimate(kind) { $0.methods[method]?.answering[layer] }) }
          + [cell(try estimate(kind) { $0.methods[method]?.coherency })]
      })
  }

  private func methodFigure() throws -> Figure {
    let names = kinds.first.map(methods) ?? []
    return Figure(
      "Does a method know what is needed?",
      caption:
        "The area under the curve with which a symbol's score tells the steps that still need it from those after its answer (LSTM), or scores tell the symbol that is answered from the others (transformer); mean over layers, 95 % intervals over networks.",
      .lines(
        LineFigure(
          categories: names, y: Axis("area under the curve", format: .fixed(2), range: Interval(0, 1)),
          series: try kinds.map { kind in
            let found = try names.map { try estimate(kind, area(kind, $0)) }
            return LineSeries(
              kind.title, y: found.map { $0?.value ?? .nan }, low: found.map { $0?.low ?? .nan },
              high: found.map { $0?.high ?? .nan })
          }, references: [ReferenceLine("chance", 0.5)])))
  }
}
