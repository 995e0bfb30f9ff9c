internal import VitroCore
internal import VitroLab

/// The numbers behind the pictures, and how they were measured.
extension RetentionResult {
  /// The most layers side by side; more have tables of their own.
  private static let columns = 4

  /// Words with the entropies of their pieces, added.
  func tables(of text: Int) -> [ReportBlock] {
    let (words, rows) = (texts[text], found[text])
    let groups = Dictionary(grouping: words.words.indices) { words.wordNumbers[$0] }.sorted { $0.key < $1.key }.map(
      \.value)
    let what = "H in \(unit) per dimension, added over the pieces of a word"
    let starts = stride(from: 0, to: rows.count, by: Self.columns)
    return starts.map { start in
      let layers = start..<min(start + Self.columns, rows.count)
      return .table(
        Table(
          title: texts.count == 1 ? what : "Text \(text + 1): \(what)",
          columns: [.init("word"), .init("pieces", .integer)] + layers.map { .init(labels[$0], .fixed(2)) },
          rows: groups.map { pieces in
            [.text(pieces.map { words.words[$0] }.joined()), .number(Double(pieces.count))]
              + layers.map { sum(pieces, rows[$0]) }
          }))
    }
  }

  private func sum(_ pieces: [Int], _ row: RetainedInformation) -> Table.Cell {
    let entropies = pieces.compactMap { row.entropy[$0] }
    guard entropies.count == pieces.count else { return .missing("at the cap") }
    // Seeds may move the pieces of a word together.
    let half = pieces.reduce(0) { $0 + row.halfWidth[$1] } * perNat
    let sum = entropies.reduce(0, +) * perNat
    return .number(sum, Interval(sum - half, sum + half))
  }

  // MARK: - How it was measured

  /// How far the order of words is the same under other choices.
  func calibrationSection() -> ReportSection {
    let agreements = calibration.map { ($0.name, agreement(with: $0.found)) }
    let known = agreements.map { ($0.0, $0.1.filter { !$0.isNaN }) }.filter { !$0.1.isEmpty }
    guard !known.isEmpty else {
      return ReportSection(
        "How the order of words depends on the choices", id: "calibration",
        [.note(.remark, "Nothing can be said of the order of a single word, or of words that are all at the cap.")])
    }
    let format = NumberFormat.fixed(2)
    let least = known.map { name, values in "\(name) \(format.text(values.min() ?? .nan))" }
    return ReportSection(
      "How the order of words depends on the choices", id: "calibration",
      [
        .figure(
          Figure(
            "Agreement of the order of words",
            caption: RichText(
              "Spearman's correlation of σ with that under another choice, the mean over texts; δ is \(isPenalty ? "the rate" : "the distortion"). Each has noise of its own: other seeds alone (dashed) show how much of a difference is noise."
            ),
            .lines(
              LineFigure(
                categories: labels, x: Axis("layer"), y: Axis("rank correlation"),
                series: agreements.enumerated().map { number, choice in
                  LineSeries(choice.0, role: number == 0 ? .control : .measured, y: choice.1)
                }, references: [ReferenceLine("the same order", 1)])))),
        .text(RichText(plain: "The least agreement of any layer: \(least.joined(separator: ", ")).")),
      ])
  }

  private var isPenalty: Bool { if case .penalty = settings.form { true } else { false } }

  /// The settings, and how near each layer came to its optimum.
  func methodSection() -> ReportSection {
    let three = NumberFormat.significant(3)
    let asked = if case .fixedDistortion(let delta) = settings.form { ", asked \(delta)" } else { "" }
    let spread =
      "The words' spread, the unit of noise, is \(three.text(scales.wordSpread)), over \(scales.texts) reference texts of \(scales.words) tokens\(isBuiltInReference ? " (built in; --reference takes a file)" : "")."
    return ReportSection(
      "How it was measured", id: "method",
      [
        .text(
          RichText(
            plain:
              "Each word has \(settings.words); each coordinate's spread at least \(scales.floor) of the mean. \(spread)"
          )),
        .table(
          Table(
            title: "Convergence",
            columns: [
              .init("layer"), .init("texts within the tolerance", .integer), .init("largest residual", .significant(2)),
              .init("mean distortion\(asked)", .significant(3)), .init("words at the cap", .integer),
            ],
            rows: features.indices.map { feature in
              let rows = found.map { $0[feature] }
              return [
                .text(features[feature].description), .number(Double(rows.count { $0.isConverged })),
                .number(rows.map(\.residual).max() ?? 0), .number(Self.mean(rows.map(\.distortion))),
                .number(Double(rows.reduce(0) { $0 + $1.isUnbounded.count { $0 } })),
              ]
            })),
      ])
  }
}
