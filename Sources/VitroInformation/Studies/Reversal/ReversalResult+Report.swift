internal import VitroFitting
internal import VitroLab

extension ReversalResult {
  /// The study as a report: where symbols are held, methods against each other, the claims, and the numbers.
  func report() throws -> Report {
    let claims = try claims()
    return Report(
      id: "information-reversal", title: "Reversal: which symbol is held when", kicker: "Information",
      lede: try lede(claims), metrics: try kinds.flatMap(metrics),
      sections: [
        ReportSection(
          "Where symbols are held", id: "maps",
          [
            .text(
              "Each row is a state, from the first step to the last; each column a symbol of the text. While it reads, a state can hold what it has seen; while it answers, an LSTM must hold what is still to come, and a transformer can fetch each symbol when it is its turn. Means over texts and networks."
            )
          ] + kinds.flatMap(maps).map(ReportBlock.figure)),
        ReportSection("Methods", id: "methods", try kinds.map { .figure(try methodFigure($0)) }),
        ReportSection("Claims", id: "claims", [.table(Claim.table(claims, title: "Claims")), .note(.caveat, caveat)]),
        ReportSection("All numbers", id: "numbers", try tables().map { .table($0) }),
      ])
  }

  /// Whether the measure knows what is needed, kind by kind.
  private func lede(_ claims: [Claim]) throws -> RichText {
    let format = NumberFormat.fixed(2)
    var sentences = ["Networks read \(study.length) symbols and answer them in reverse."]
    for kind in kinds {
      guard let area = try estimate(kind, area(kind, InformationMethod.name)) else { continue }
      if reasonUnsolved(kind) != nil {
        sentences.append("Not every \(kind.title) solves the task, so that nothing is said of what it needs.")
        continue
      }
      let number = "**\(format.text(area.value, Interval(area, within: 0...1)))**, 0.5 is chance"
      sentences.append(
        kind == .lstm
          ? "What an \(kind.title) keeps of a symbol tells the steps that still need it from those after its answer with an area under the curve of \(number)."
          : "What a \(kind.title) keeps tells the symbol that is answered from the others with one of \(number)."
      )
    }
    let held = claims.count { $0.verdict == .holds }
    let open = claims.count { $0.verdict == .undecided }
    sentences.append(
      "Of \(claims.count) claims \(held) hold, \(claims.count - held - open) fail and \(open) are undecided, each by its interval over \(study.seeds) networks."
    )
    return RichText(sentences.joined(separator: " "))
  }

  /// How near the measure came to its optimum, and what a failure does not say.
  private var caveat: RichText {
    let residuals = kinds.map { kind in
      "\(kind.title) \(NumberFormat.fixed(2).text(WordStatistics.mean(of(kind).map(\.residual))))"
    }
    return RichText(
      "Each word has \(study.measure.words). Median residuals of the measure, 0 at the optimum, measured with noise of their own: \(residuals.joined(separator: ", ")). That a symbol is no longer needed does not mean that it is erased: nothing in the task asks the network to forget."
    )
  }

  private func metrics(_ kind: ReversalNetwork) throws -> [Metric] {
    guard let accuracy = try estimate(kind, \.accuracy), let area = try estimate(kind, area(kind, "information")),
      let converged = try estimate(kind, \.converged)
    else { return [] }
    return [
      Metric(
        "\(kind.title): symbols answered right", accuracy.value, format: .percent(1),
        interval: Interval(accuracy, within: 0...1),
        explanation: RichText(
          "On \(ReversalStudy.testTexts) texts for each network, of the eighth of all sequences that none was trained on; mean over \(of(kind).count) networks with a 95 % t interval."
        ),
        control: Metric.Control("guessing", 1 / Double(study.symbols))),
      Metric(
        "\(kind.title): information tells \(Self.question(kind))", area.value, format: .fixed(3),
        interval: Interval(area, within: 0...1),
        explanation: "Area under the curve, the mean over answering steps and layers.",
        control: Metric.Control("chance", 0.5)),
      Metric(
        "\(kind.title): converged", converged.value, format: .percent(0),
        interval: Interval(converged, within: 0...1),
        explanation: RichText(
          "Results whose residual is within \(NumberFormat.percent(0).text(study.measure.tolerance)) of the optimum; the others are preliminary."
        )),
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
        "\(kind.title), layer \(layer + 1): \(isMeasure ? "what is kept" : Self.title(method))",
        caption: RichText(
          isMeasure
            ? "What each step's state keeps of each symbol, 0 nothing, 1 fixed. “answer 1” is the step at which the last symbol is answered, “answer \(study.length)” the first."
            : "Each symbol's share of the scores of \(Self.title(method)) for the same states."),
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

  /// A method's name in figures and tables.

  private func methodFigure(_ kind: ReversalNetwork) throws -> Figure {
    let found = try methods(kind).compactMap { method in
      try estimate(kind, area(kind, method)).map { (method, $0) }
    }
    let question =
      kind == .lstm
      ? "a symbol's score tells the steps that still need it from those after its answer"
      : "scores tell the symbol that is answered from the others"
    return Figure(
      "\(kind.title): does a method know what is needed?",
      caption: RichText(
        "The area under the curve with which \(question); the mean over layers, with 95 % intervals over networks. 0.5 is chance."
      ), span: .half,
      .bars(
        BarFigure(
          label: "method", value: Axis("area under the curve", format: .fixed(2), range: Interval(0, 1)),
          bars: found.map { method, area in
            BarFigure.Bar(
              Self.title(method), area.value, interval: area.low.isFinite ? Interval(area, within: 0...1) : nil,
              isHighlighted: method == InformationMethod.name)
          })))
  }

  // MARK: - Tables

  private func cell(_ estimate: Estimate?, within range: ClosedRange<Double> = 0...1) -> Table.Cell {
    guard let estimate else { return .missing("not defined") }
    return .number(estimate.value, estimate.low.isFinite ? Interval(estimate, within: range) : nil)
  }

  private func tables() throws -> [Table] {
    let areas = try kinds.map { kind in
      Table(
        title: "\(kind.title): areas under the curve, 0.5 by chance",
        columns: [
          .init("method"), .init("layer", .integer), .init("still needed", .fixed(3)),
          .init("needed, then not", .fixed(3)), .init("answered now", .fixed(3)),
        ],
        rows: try methods(kind).flatMap { method in
          try ReversalNetwork.allLayers.map { layer in
            [
              .text(Self.title(method)), .number(Double(layer + 1)),
              cell(try estimate(kind) { $0.methods[method]?.needed[layer] }),
              cell(try estimate(kind) { $0.methods[method]?.released[layer] }),
              cell(try estimate(kind) { $0.methods[method]?.answering[layer] }),
            ]
          }
        })
    }
    let names = kinds.flatMap(methods).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let alike = Table(
      title: "How alike neighbouring layers rank symbols: rank correlation",
      columns: [.init("method")] + kinds.map { .init($0.title, .fixed(3)) },
      rows: try names.map { method in
        [.text(Self.title(method))]
          + (try kinds.map { kind in cell(try estimate(kind) { $0.methods[method]?.coherency }, within: -1...1) })
      })
    return areas + [alike]
  }
}
