internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroModels

/// What a patching study found.
struct PatchingResult {
  /// A sweep, and how long it took.
  struct Measured: Codable, Sendable {
    var sweep: PatchingSweep
    var seconds: Double
  }

  let words: ModelWords
  let prompts: (clean: [Tokenizer.Token], corrupt: [Tokenizer.Token])
  let pair: AnswerPair
  let measured: Measured
  var estimate: AttributionPatching?

  init(
    words: ModelWords, prompts: (clean: [Tokenizer.Token], corrupt: [Tokenizer.Token]), pair: AnswerPair,
    measured: Measured
  ) {
    (self.words, self.prompts, self.pair, self.measured) = (words, prompts, pair, measured)
  }

  private var sweep: PatchingSweep { measured.sweep }

  /// Whether the two runs differ enough in the answer for shares of it to mean something.
  private var hasContrast: Bool { abs(sweep.clean - sweep.corrupt) > 1e-3 }

  /// The recovered share of each patch, or the change of the difference where shares mean nothing.
  private func shares(_ grid: [[Double]]) -> [[Double]] {
    let whole = hasContrast ? sweep.clean - sweep.corrupt : 1
    return grid.map { $0.map { ($0 - sweep.corrupt) / whole } }
  }

  /// Pearson's correlation of estimated and measured changes.
  private var correlation: Double? {
    guard let estimate else { return nil }
    return Self.correlation(sweep.grid.flatMap(\.self), estimate.grid.flatMap(\.self))
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let count = Double(max(a.count, 1))
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    let products = zip(a, b).reduce((aa: 0.0, bb: 0.0, ab: 0.0)) { sums, pair in
      let (x, y) = (pair.0 - meanA, pair.1 - meanB)
      return (sums.aa + x * x, sums.bb + y * y, sums.ab + x * y)
    }
    return products.ab / (products.aa * products.bb).squareRoot()
  }

  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "model": .string(words.model.name), "sweep": .string(sweep.site.rawValue),
      "grid": .array(sweep.grid.map { .numbers($0) }), "clean": .number(sweep.clean),
      "corrupt": .number(sweep.corrupt), "recovered": .array(shares(sweep.grid).map { .numbers($0) }),
      "tokens": .array(prompts.corrupt.map { .string($0.text) }),
      "answer": ["id": .integer(pair.answer), "token": .string(words.word(pair.answer))],
      "wrong": ["id": .integer(pair.wrong), "token": .string(words.word(pair.wrong))],
    ]
    if let estimate {
      facts["estimate"] = .array(estimate.grid.map { .numbers($0) })
      facts["correlation"] = .number(correlation ?? .nan)
    }
    return facts
  }

  /// The names of the columns: tokens, both where the prompts differ, or heads.
  private var columns: [String] {
    if sweep.site.isHead { return (0..<(sweep.grid.first?.count ?? 0)).map { "H\($0)" } }
    return zip(prompts.clean, prompts.corrupt).map { clean, corrupt in
      clean.id == corrupt.id ? words.label(corrupt) : "\(words.label(clean)) → \(words.label(corrupt))"
    }
  }

  func report() throws -> Report {
    let grid = shares(sweep.grid)
    let three = NumberFormat.significant(3)
    var blocks: [ReportBlock] = []
    if sweep.clean <= sweep.corrupt {
      blocks.append(
        .note(
          .warning,
          "The clean run does not favour the answer more than the corrupt one does: prompts or answers may be the wrong way round."
        ))
    }
    blocks.append(.figure(gridFigure("What each patch brings back", grid, "measured", span: .full)))
    if !sweep.site.isHead { blocks.append(.figure(depthFigure(grid))) }
    var sections = [ReportSection("Patches", id: "patches", blocks)]
    if let estimate {
      sections.append(
        ReportSection("The estimate from one gradient", id: "estimate", estimateBlocks(shares(estimate.grid), grid)))
    }
    var metrics = [
      Metric(
        "logit difference, clean", sweep.clean, format: three,
        explanation: RichText(
          plain: "\(words.quoted(pair.answer)) over \(words.quoted(pair.wrong)), at the last position."),
        control: Metric.Control("corrupt", sweep.corrupt)),
      Metric(
        "patches", Double(grid.reduce(0) { $0 + $1.count }), format: .integer,
        explanation: RichText("In \(NumberFormat.significant(2).text(measured.seconds)) seconds.")),
    ]
    if let correlation {
      metrics.append(
        Metric("estimate against measure", correlation, format: .fixed(3), explanation: "Correlation over all patches.")
      )
    }
    return Report(
      id: "model-patch", title: "\(sweep.site.rawValue), moved from clean to corrupt",
      kicker: "Language model · \(words.model.name)", lede: lede(grid), metrics: metrics, sections: sections)
  }

  private func lede(_ grid: [[Double]]) -> RichText {
    guard hasContrast else {
      return "The two prompts hardly differ in the answers' logits, so nothing is there to be brought back."
    }
    var best = (layer: 0, column: 0, share: -Double.infinity)
    for (layer, row) in grid.enumerated() {
      for (column, share) in row.enumerated() where share > best.share { best = (layer, column, share) }
    }
    let place = sweep.site.isHead ? "head \(columns[best.column])" : "“\(columns[best.column])”"
    let name = RichText(plain: "\(sweep.site.rawValue) of layer \(best.layer) at \(place)").source
    return RichText(
      "Moving \(name) alone brings back **\(NumberFormat.percent(0).text(best.share))** of the answer, the most of any."
    )
  }

  private func gridFigure(_ title: String, _ grid: [[Double]], _ how: String, span: Figure.Span) -> Figure {
    let label = hasContrast ? "recovered" : "logit difference"
    return ModelGrid.layers(
      title,
      caption: RichText(
        hasContrast
          ? "The \(how) share of the clean run's answer: 0 as corrupt, 1 as clean. Where the prompts differ, the clean token stands first."
          : "The \(how) change of the logit difference."),
      grid, columns: columns, columnTitle: sweep.site.isHead ? "head" : "token",
      color: ModelGrid.diverging(
        label, grid.flatMap(\.self), atLeast: hasContrast ? 1 : 0,
        format: hasContrast ? .percent(0) : .significant(3)), span: span)
  }

  /// The positions that matter most, over the layers.
  private func depthFigure(_ grid: [[Double]]) -> Figure {
    let strongest = columns.indices.map { column in grid.map { abs($0[column]) }.max() ?? 0 }
    let shown = columns.indices.sorted { strongest[$0] > strongest[$1] }.prefix(4).sorted()
    let names = shown.map { "\($0) \(columns[$0])" }
    return Figure(
      "Where the answer moves",
      caption: "The positions that matter most, layer by layer; the number is the place in the text.",
      .lines(
        LineFigure(
          categories: grid.indices.map { "L\($0)" }, x: Axis("layer"),
          y: Axis(hasContrast ? "recovered" : "logit difference", format: hasContrast ? .percent : .standard),
          series: zip(shown, names).map { column, name in LineSeries(name, y: grid.map { $0[column] }) },
          references: hasContrast ? [ReferenceLine("as corrupt", 0), ReferenceLine("as clean", 1)] : [])))
  }

  private func estimateBlocks(_ estimated: [[Double]], _ grid: [[Double]]) -> [ReportBlock] {
    let labels = grid.indices.flatMap { layer in columns.map { "L\(layer) \($0)" } }
    return [
      .figure(gridFigure("Estimated", estimated, "estimated", span: .half)),
      .figure(
        Figure(
          "Estimate against measure",
          caption:
            "A point for each patch; where the network is linear between the two runs, points lie on the diagonal.",
          span: .half,
          .scatter(
            ScatterFigure(
              x: Axis("measured"), y: Axis("estimated"), equalUnits: false,
              series: [
                ScatterSeries("patches", x: grid.flatMap(\.self), y: estimated.flatMap(\.self), labels: labels)
              ])))),
      .note(
        .caveat,
        "Attribution patching is the effect to first order. Large residuals with a normalization after them, as early in a network, make it far off."
      ),
    ]
  }
}
