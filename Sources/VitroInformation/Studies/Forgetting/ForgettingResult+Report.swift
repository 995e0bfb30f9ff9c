internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension ForgettingResult {
  func report() throws -> Report {
    var sections = [
      ReportSection(
        "What is kept", id: "kept",
        [.figure(keptFigure)] + layerFigures.map(ReportBlock.figure) + [.table(keptTable)] + convergenceNote),
      ReportSection(
        "Which method finds the words", id: "methods",
        [.figure(rankingFigure), .figure(areaFigure), .table(areaTable)]),
    ]
    if let table = digitsTable {
      sections.append(
        ReportSection(
          "The toy task of De Cao et al.", id: "digits",
          [
            .text(
              "Shares of the scores against equal shares of the digits that are asked for. Published means over their validation set: Guan et al. 0.861 and 0.232, integrated gradients 1.355 and 0.270, information bottleneck 1.159 and 0.189. D_KL is infinite where a relevant digit has a share of 0: such texts are counted and left out of the mean, which then stands beside no published one."
            ), .table(table),
          ]))
    }
    if !moments.isEmpty {
      sections.append(ReportSection("While learning", id: "learning", learningFigures.map(ReportBlock.figure)))
    }
    sections.append(ReportSection("Claims", id: "claims", [.table(Claim.table(claims))]))
    let unsolved = networks.filter { !$0.isSolved }
    if !unsolved.isEmpty {
      let names = unsolved.map { "\($0.name) (\(NumberFormat.percent(1).text($0.accuracy.value)))" }
      sections.append(
        ReportSection(
          "Not solved", id: "unsolved",
          [
            .note(
              .caveat,
              RichText(
                "Of networks that do not solve their task nothing is said: \(names.joined(separator: ", "))."
              ))
          ]))
    }
    return Report(
      id: "information-forgetting", title: "What networks forget of words they do not need", kicker: "Information",
      lede: lede, metrics: metrics, sections: sections)
  }

  /// How it was measured, and what is left out because the measure did not come near enough to its optimum.
  private var convergenceNote: [ReportBlock] {
    let measured = ReportBlock.text(RichText(plain: "Each word has \(study.measure.words)."))
    let share = networks.reduce(0) { $0 + $1.converged } / Double(max(networks.count, 1))
    guard share < 1 else { return [measured] }
    let percent = NumberFormat.percent(1).text(1 - share)
    return [
      measured,
      .note(
        .caveat,
        RichText(
          "In \(percent) of the texts and layers the condition of an optimum is still missed by more than 5 % after \(study.measure.mostSamples) passes: networks that are sure of their answer change it seldom but wholly under noise. Those are left out of what is said of the measure, and a claim about a layer of which more than a tenth is left out must come out alike with them, and half must have converged."
        )),
    ]
  }

  private var lede: RichText {
    guard let first = claims.first, let best = everywhere.first else {
      return "No network solved its task, so that nothing can be said of what they forget."
    }
    let place = everywhere.firstIndex { $0.name == InformationMethod.name }.map { "\($0 + 1)" } ?? "–"
    return RichText(
      "\(first.statement) **\(first.verdict.rawValue)**: \(first.reason) Of the \(everywhere.count) methods that are defined in all of them the best by its mean area is **\(best.title)**; the measure is number \(place)."
    )
  }

  /// The methods that are defined in all networks: one that only some have is not ranked among those that had to judge all.
  private var everywhere: [(name: String, title: String)] {
    methods.filter { method in solved.allSatisfy { $0.method(method.name, \.auc) != nil } }
  }

  private var metrics: [Metric] {
    var result = [
      Metric(
        "networks that solve their task", Double(solved.count), format: .integer,
        explanation: RichText("Of \(networks.count)."))
    ]
    let kept = solved.compactMap { $0.kept($0.layers.count - 1) }
    if !kept.isEmpty {
      let count = Double(kept.count)
      result.append(
        Metric(
          "kept of irrelevant words", kept.reduce(0) { $0 + $1.irrelevant.value } / count, format: .percent(1),
          explanation: "At the last layer, the mean over the networks that solve their task.",
          control: Metric.Control("of relevant words", kept.reduce(0) { $0 + $1.relevant.value } / count)))
    }
    return result
  }

  // MARK: - Figures

  private func series(_ name: String, role: LineSeries.Role = .measured, _ values: [Estimate?]) -> LineSeries {
    LineSeries(
      name, role: role, y: values.map { $0?.value ?? .nan }, low: values.map { $0?.low ?? .nan },
      high: values.map { $0?.high ?? .nan })
  }

  private var keptFigure: Figure {
    let kept = solved.map { $0.kept($0.layers.count - 1) }
    return Figure(
      "Kept at the last layer",
      caption: RichText(
        "The share of a word that is known from the network's answer: relevant words beside irrelevant ones, with 95 % intervals over \(study.seeds > 1 ? "networks" : "texts")."
      ),
      .lines(
        LineFigure(
          categories: solved.map(\.name), y: Axis("kept", format: .percent(0), range: Interval(0, 1)),
          series: [
            series("relevant words", kept.map { $0?.relevant }),
            series("irrelevant words", role: .control, kept.map { $0?.irrelevant }),
          ])))
  }

  /// Networks with several layers, layer by layer.
  private var layerFigures: [Figure] {
    solved.filter { $0.layers.count >= 3 }.prefix(8).map { network in
      let kept = network.layers.indices.map { network.kept($0) }
      return Figure(
        network.name, caption: "Kept, layer by layer; a layer with a row for each word holds every word.", span: .third,
        .lines(
          LineFigure(
            categories: network.layers, y: Axis("kept", format: .percent(0), range: Interval(0, 1)),
            series: [
              series("relevant words", kept.map { $0?.relevant }),
              series("irrelevant words", role: .control, kept.map { $0?.irrelevant }),
            ])))
    }
  }

  private var areaFigure: Figure {
    Figure(
      "AUC, method by method",
      caption: "The chance that a relevant word scores above an irrelevant one; empty where a method is not defined.",
      .heatMap(
        HeatMapFigure(
          rows: methods.count, columns: solved.count,
          values: methods.flatMap { method in solved.map { $0.method(method.name, \.auc)?.value ?? .nan } },
          rowLabels: methods.map(\.title), columnLabels: solved.map(\.name),
          color: ColorScale("AUC", format: .fixed(2), range: Interval(0.5, 1)), showsNumbers: true)))
  }

  private var rankingFigure: Figure {
    Figure(
      "Methods by their mean AUC",
      caption:
        "Over the networks that solve their task, of the methods that are defined in all of them; 0.5 is chance. The whiskers are the worst and the best network.",
      .bars(
        BarFigure(
          label: "method", value: Axis("mean AUC", format: .fixed(3)),
          bars: everywhere.compactMap { method in
            let areas = solved.compactMap { $0.method(method.name, \.auc)?.value }
            guard let least = areas.min(), let most = areas.max() else { return nil }
            return BarFigure.Bar(
              method.title, areas.reduce(0, +) / Double(areas.count), interval: Interval(least, most),
              isHighlighted: method.name == InformationMethod.name)
          })))
  }

  private var learningFigures: [Figure] {
    courses.map { course in
      let x = course.epochs.map(Double.init)
      let networks = course.epochs.map(course.networks(after:))
      let kept = networks.map { $0.kept(0) }
      func line(_ name: String, role: LineSeries.Role = .measured, _ values: [Estimate?]) -> LineSeries {
        var line = series(name, role: role, values)
        line.x = x
        return line
      }
      return Figure(
        "\(course.task.title), \(course.reader)",
        caption: RichText(
          "Kept at the state that is read, after so many passes through the texts, beside the accuracy."
            + (study.seeds > 1 ? " The mean over networks; one that has stopped stays as it is." : "")),
        span: .half,
        .lines(
          LineFigure(
            x: Axis("passes", format: .integer), y: Axis("share", format: .percent(0), range: Interval(0, 1)),
            series: [
              line("kept of relevant words", kept.map { $0?.relevant }),
              line("kept of irrelevant words", role: .control, kept.map { $0?.irrelevant }),
              line("accuracy", role: .reference, networks.map(\.accuracy)),
            ])))
    }
  }

  // MARK: - Tables

  private func cell(_ estimate: Estimate?) -> Table.Cell {
    estimate.map { .number($0.value, Interval($0)) } ?? .missing()
  }

  private var keptTable: Table {
    let verdicts = Dictionary(claims.map { ($0.id, $0.verdict) }, uniquingKeysWith: { $1 })
    return Table(
      title: "Kept by the answer; it forgets where irrelevant words keep less than half of what relevant ones do",
      columns: [
        .init("network"), .init("forgets"), .init("relevant", .fixed(3)), .init("irrelevant", .fixed(3)),
        .init("irrelevant − relevant/2", .fixed(3)), .init("converged", .percent(0)), .init("passes", .integer),
        .init("accuracy", .percent(1)),
      ],
      rows: networks.map { network in
        let last = network.layers.count - 1
        let kept = network.kept(last)
        let verdict = verdicts["forgets-\(network.id)"]?.rawValue ?? (network.isSolved ? "undecided" : "not solved")
        let answers = network.cells.map { $0.convergence[last] }
        func mean(_ number: (Convergence) -> Double) -> Table.Cell {
          .number(answers.reduce(0) { $0 + number($1) } / Double(max(answers.count, 1)))
        }
        return [
          .text(network.name), .text(verdict), cell(kept?.relevant), cell(kept?.irrelevant), cell(kept?.excess),
          mean(\.share), mean(\.passes), cell(network.accuracy),
        ]
      })
  }

  private var areaTable: Table {
    Table(
      columns: [.init("network")] + methods.map { .init($0.title, .fixed(3)) },
      rows: solved.map { network in
        [.text(network.name)] + methods.map { cell(network.method($0.name, \.auc)) }
      })
  }

  private var digitsTable: Table? {
    guard let digits = solved.first(where: { $0.task == .digits }) else { return nil }
    return Table(
      columns: [
        .init("method"), .init("D_KL", .fixed(3)), .init("left out", .integer), .init("D_JS", .fixed(3)),
        .init("AUC", .fixed(3)),
      ],
      rows: digits.cells[0].methods.filter { $0.reasonUndefined == nil }.map { method in
        [
          .text(method.title), cell(digits.method(method.name, \.divergence)),
          .number(Double(digits.infiniteDivergences(method.name))),
          cell(digits.method(method.name, \.jensenShannon)), cell(digits.method(method.name, \.auc)),
        ]
      })
  }
}
