internal import VitroCore
internal import VitroLab
internal import VitroModels

/// What an attribution found.
struct AttributionResult {
  let words: ModelWords
  let answer: Int
  let wrong: Int?
  let attribution: DirectAttribution

  private var parts: [DirectAttribution.Part] { attribution.parts }

  /// How far the parts' sum is from the network's own number.
  private var gap: Double { abs(attribution.total - attribution.measured) }

  private var question: String {
    words.quoted(answer) + (wrong.map { " over \(words.quoted($0))" } ?? "")
  }

  private func fact(_ part: DirectAttribution.Part) -> JSONValue {
    [
      "name": .string(part.name), "layer": part.layer.map { .integer($0) } ?? .null,
      "head": part.head.map { .integer($0) } ?? .null, "share": .number(part.share),
    ]
  }

  var facts: [String: JSONValue] {
    [
      "model": .string(words.model.name), "parts": .array(parts.map(fact)), "total": .number(attribution.total),
      "measured": .number(attribution.measured), "accumulated": .numbers(attribution.accumulated),
      "answer": ["id": .integer(answer), "token": .string(words.word(answer))],
      "wrong": wrong.map { ["id": .integer($0), "token": .string(words.word($0))] } ?? .null,
    ]
  }

  func report() -> Report {
    let three = NumberFormat.significant(3)
    let ranked = parts.sorted { abs($0.share) > abs($1.share) }
    let first = ranked.first
    let quantity = wrong == nil ? "logit" : "logit difference"
    return Report(
      id: "model-attribute", title: "What adds up to \(question)", kicker: "Language model · \(words.model.name)",
      lede: RichText(
        "The \(quantity) of **\(three.text(attribution.measured))** is the sum of \(parts.count) parts"
          + (first.map { "; **\($0.name)** adds the most, \(three.text($0.share))." } ?? ".")),
      metrics: [
        Metric(
          quantity, attribution.measured, format: .significant(4), explanation: "The network's own.",
          control: Metric.Control("sum of the parts", attribution.total)),
        Metric(
          "their difference", gap, format: .significant(2),
          explanation: "The split is exact; what is left is rounding."),
      ],
      sections: [
        ReportSection("The parts", id: "parts", figures(ranked).map { .figure($0) } + [.note(.caveat, Self.caveat)])
      ]
    )
  }

  private static let caveat: RichText =
    "A share is direct: what a head writes may matter far more by what later parts make of it, which patching measures."

  private func figures(_ ranked: [DirectAttribution.Part]) -> [Figure] {
    var figures = [strongestFigure(ranked)]
    if parts.contains(where: { $0.head != nil }) { figures.append(headsFigure) }
    return figures + [accumulatedFigure, layersFigure]
  }

  private func strongestFigure(_ ranked: [DirectAttribution.Part]) -> Figure {
    Figure(
      "The strongest parts",
      caption: RichText(
        "What each adds to \(RichText(plain: question).source); \(min(ranked.count, 20)) of \(ranked.count)."),
      span: .half,
      .bars(
        BarFigure(
          label: "part", value: Axis("share of the logit"), bars: ranked.prefix(20).map { .init($0.name, $0.share) })))
  }

  private var headsFigure: Figure {
    let heads = parts.filter { $0.head != nil }
    let layers = words.model.layers
    let count = (heads.compactMap(\.head).max() ?? -1) + 1
    var grid = [[Double]](repeating: [Double](repeating: .nan, count: count), count: layers)
    for part in heads {
      if let layer = part.layer, let head = part.head { grid[layer][head] = part.share }
    }
    return ModelGrid.heads(
      "Heads", caption: "What each head writes straight into the answer.", grid,
      color: ModelGrid.diverging("share", heads.map(\.share)))
  }

  private var depths: [String] { attribution.accumulated.indices.map { $0 == 0 ? "embedding" : "after L\($0 - 1)" } }

  private var accumulatedFigure: Figure {
    Figure(
      "As the residual grows",
      caption:
        "What each layer's residual comes to under the last normalization's scale; the last point is the network's answer.",
      span: .half,
      .lines(
        LineFigure(
          categories: depths, x: Axis("layer"), y: Axis("logit"),
          series: [LineSeries("residual", y: attribution.accumulated)], references: [ReferenceLine("nothing", 0)])))
  }

  /// Attention and feed-forward parts, layer by layer.
  private var layersFigure: Figure {
    let layers = 0..<words.model.layers
    func sums(_ belongs: (DirectAttribution.Part) -> Bool) -> [Double] {
      layers.map { layer in parts.reduce(0) { $0 + ($1.layer == layer && belongs($1) ? $1.share : 0) } }
    }
    return Figure(
      "Attention and feed-forward parts", caption: "What each layer adds: all heads together, and the part after them.",
      span: .half,
      .lines(
        LineFigure(
          categories: layers.map { "L\($0)" }, x: Axis("layer"), y: Axis("share of the logit"),
          series: [
            LineSeries("attention", y: sums { !$0.name.hasSuffix("mlp") }),
            LineSeries("feed-forward", y: sums { $0.name.hasSuffix("mlp") }),
          ], references: [ReferenceLine("nothing", 0)])))
  }
}
