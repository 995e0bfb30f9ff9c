internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab

extension RetentionResult {
  /// The most texts with pictures of their own.
  private static let shownTexts = 6

  func report() throws -> Report {
    var sections: [ReportSection] = []
    if texts.count > 1 || features.count > 1 { sections.append(try depthSection()) }
    for text in texts.indices.prefix(Self.shownTexts) { sections.append(try section(of: text)) }
    if !decoded.isEmpty { sections.append(decoderSection()) }
    if !calibration.isEmpty { sections.append(calibrationSection()) }
    sections.append(try methodSection())
    let three = NumberFormat.significant(3)
    return Report(
      id: "information-measure",
      title: texts.count == 1
        ? "What each layer still holds of each word" : "What each layer still holds of \(texts.count) texts",
      kicker: "Information · \(model)", lede: try lede(),
      metrics: [
        Metric(
          "residual", residual, format: three,
          explanation: RichText(
            isConverged
              ? "The largest distance from the condition of an optimum; within the tolerance of \(NumberFormat.significant(2).text(settings.tolerance))."
              : "Some results are farther from the optimum than \(NumberFormat.significant(2).text(settings.tolerance)): take more --samples."
          )),
        Metric(
          "passes", Double(settings.samples), format: .integer,
          explanation: "Forward and backward, for each text and layer."),
        Metric(
          "words' spread", scales.wordSpread, format: three,
          explanation: RichText(
            "The unit of noise, over \(scales.texts) reference texts of \(scales.words) tokens\(isBuiltInReference ? " (built in)" : "")."
          )
        ),
      ], sections: sections)
  }

  private func lede() throws -> RichText {
    guard features.count > 1, let first = labels.first, let last = labels.last else {
      let kept = NumberFormat.percent(0).text(Self.mean(found.map { $0[0].meanKept }))
      return RichText("\(RichText(plain: labels[0]).source) keeps **\(kept)** of a word on average.")
    }
    func text(_ feature: Int) -> String { NumberFormat.percent(0).text(Self.mean(found.map { $0[feature].meanKept })) }
    let (from, to) = (RichText(plain: first).source, RichText(plain: last).source)
    return RichText(
      "Of an average word **\(text(0))** is kept at \(from) and **\(text(features.count - 1))** at \(to).")
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  // MARK: - Depth

  private func depthSection() throws -> ReportSection {
    let estimates = try features.indices.map { try meanEntropy($0) }
    let figure = Figure(
      "Forgetting with depth",
      caption: RichText(
        "The mean entropy of a word given the layer, per dimension. \(texts.count >= 3 ? "Student's intervals over texts." : "Intervals of independent seeds.") Words at the cap count with the cap's."
      ), span: .half,
      .lines(
        LineFigure(
          categories: labels, x: Axis("layer"), y: Axis("H per dimension, \(unit)"),
          series: [
            LineSeries(
              "mean over words", y: estimates.map(\.value), low: estimates.map(\.low), high: estimates.map(\.high))
          ])))
    var series = [
      LineSeries("words", y: features.indices.map { mean(at: $0, special: false) ?? .nan })
    ]
    if texts.contains(where: { $0.isSpecial.contains(true) }) {
      series.append(LineSeries("separators", y: features.indices.map { mean(at: $0, special: true) ?? .nan }))
    }
    let kept = Figure(
      "Kept, words and separators",
      caption: "How much an observer of the layer knows of a word, from 0 (noise at the cap) to 1 (fixed).",
      span: .half,
      .lines(LineFigure(categories: labels, x: Axis("layer"), y: Axis("kept", format: .percent(0)), series: series)))
    return ReportSection("Layer by layer", id: "depth", [.figure(figure), .figure(kept)])
  }

  private func mean(at feature: Int, special: Bool) -> Double? {
    let values = texts.indices.flatMap { text in
      zip(texts[text].isSpecial, found[text][feature].kept).filter { $0.0 == special }.map(\.1)
    }
    return values.isEmpty ? nil : Self.mean(values)
  }

  // MARK: - One text

  private func section(of text: Int) throws -> ReportSection {
    let (words, rows) = (texts[text], found[text])
    let color = ColorScale("kept", format: .percent(0), range: Interval(0, 1))
    let strips = Figure(
      "Word by word", caption: "The darker a word, the more of it the layer still holds.", span: .full,
      .tokens(
        TokenFigure(
          rows: rows.indices.map { feature in
            TokenFigure.Row(
              labels[feature], tokens: Self.spaced(words), values: rows[feature].kept,
              details: words.words.indices.map { detail(rows[feature], $0) })
          }, color: color)))
    let grid = Figure(
      "Layers and words", caption: "The same as a grid.", span: .full,
      .heatMap(
        HeatMapFigure(
          rows: rows.count, columns: words.count, values: rows.flatMap(\.kept), rowLabels: labels,
          columnLabels: words.words.map { TokenText($0).label }, rowTitle: "layer", columnTitle: "token", color: color))
    )
    let title = texts.count == 1 ? "The text" : "Text \(text + 1)"
    return ReportSection(
      title, id: "text-\(text + 1)", [.figure(strips), .figure(grid), .table(try table(words, rows))])
  }

  /// The tokens as they stand in a text: pieces of one word without a space between them.
  private static func spaced(_ text: WordText) -> [String] {
    text.words.indices.map { place in
      let isFirst = place == 0 || text.wordNumbers[place] != text.wordNumbers[place - 1]
      let word = text.words[place]
      return place > 0 && isFirst && word.first?.isWhitespace == false ? " " + word : word
    }
  }

  private func detail(_ row: RetainedInformation, _ word: Int) -> String {
    let three = NumberFormat.significant(3)
    guard let entropy = row.entropyEstimate(word) else {
      guard !row.isConstant else { return "the layer is the same in all reference texts: nothing can be said" }
      return row.isIgnored[word] ? "the layer does not depend on it" : "not kept: its noise is at the cap"
    }
    return
      "H \(three.text(entropy.value * perNat)) ± \(NumberFormat.significant(2).text(row.halfWidth[word] * perNat)) \(unit), kept \(NumberFormat.percent(0).text(row.kept[word]))"
  }

  /// Words with the entropies of their pieces, added.
  private func table(_ text: WordText, _ rows: [RetainedInformation]) throws -> Table {
    let groups = Dictionary(grouping: text.words.indices) { text.wordNumbers[$0] }.sorted { $0.key < $1.key }.map(
      \.value)
    return Table(
      title: "H in \(unit) per dimension, added over the pieces of a word",
      columns: [.init("word"), .init("pieces", .integer)] + labels.map { .init($0, .fixed(2)) },
      rows: groups.map { pieces in
        [.text(pieces.map { text.words[$0] }.joined()), .number(Double(pieces.count))]
          + rows.map { row in
            let entropies = pieces.compactMap { row.entropy[$0] }
            guard entropies.count == pieces.count else { return .missing("at the cap") }
            // Seeds may move the pieces of a word together.
            let half = pieces.reduce(0) { $0 + row.halfWidth[$1] } * perNat
            let sum = entropies.reduce(0, +) * perNat
            return .number(sum, Interval(sum - half, sum + half))
          }
      })
  }

  // MARK: - How it was measured

  private func calibrationSection() -> ReportSection {
    let series = calibration.map { LineSeries($0.name, y: agreement(with: $0.found)) }
    return ReportSection(
      "How the order of words depends on the choices", id: "calibration",
      [
        .figure(
          Figure(
            "Agreement of the order of words",
            caption:
              "Spearman's correlation of σ with that under another choice, the mean over texts. Each has noise of its own: other seeds alone show how much of a difference is noise.",
            .lines(
              LineFigure(
                categories: labels, x: Axis("layer"), y: Axis("rank correlation"), series: series,
                references: [ReferenceLine("the same order", 1)]))))
      ])
  }

  private func methodSection() throws -> ReportSection {
    let form =
      switch settings.form {
      case .fixedDistortion(let delta): "the feature's mean squared change held at \(delta) of its variance"
      case .penalty(let rate, let scale):
        "the published objective (by this measure's own search), rate \(rate), scale \(NumberFormat.significant(3).text(scale))"
      }
    return ReportSection(
      "How it was measured", id: "method",
      [
        .text(
          RichText(
            plain:
              "Largest noise with \(form); capped at \(settings.cap) times the words' spread; \(settings.chains) independent seeds within \(settings.samples) passes; each coordinate's spread at least \(scales.floor) of the mean."
          )),
        .table(
          Table(
            title: "Convergence",
            columns: [
              .init("layer"), .init("largest residual", .significant(2)), .init("distortion", .significant(3)),
              .init("words at the cap", .integer),
            ],
            rows: features.indices.map { feature in
              let rows = found.map { $0[feature] }
              return [
                .text(features[feature].description), .number(rows.map(\.residual).max() ?? 0),
                .number(Self.mean(rows.map(\.distortion))),
                .number(Double(rows.reduce(0) { $0 + $1.isUnbounded.count { $0 } })),
              ]
            })),
      ])
  }
}
