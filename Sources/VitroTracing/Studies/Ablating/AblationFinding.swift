internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels

/// What texts' losses rise by without each part, with intervals.
struct AblationFinding {
  let ablation: Ablation
  /// The rise of each part's loss; without intervals when there is one text.
  let rises: [Estimate]
  let confidence: Double

  init(_ ablation: Ablation, seed: UInt64) throws {
    self.ablation = ablation
    confidence = 0.95
    let changes = ablation.parts.map { part in zip(part.losses, ablation.losses).map { $0 - $1 } }
    if ablation.losses.count < 2 {
      rises = ablation.parts.map { Estimate(value: $0.increase, low: .nan, high: .nan) }
    } else {
      // The same texts are drawn for all parts.
      rises = try Bootstrap.intervals(rows: ablation.losses.count, resamples: 2000, seed: seed) { rows in
        changes.map { change in rows.reduce(0) { $0 + change[$1] } / Double(rows.count) }
      }
    }
  }

  private var hasIntervals: Bool { ablation.losses.count > 1 }
  private var loss: Double { ablation.losses.reduce(0, +) / Double(ablation.losses.count) }
  private var parts: [(part: Ablation.Part, rise: Estimate)] { Array(zip(ablation.parts, rises)) }

  /// The parts whose interval lies above 0.
  private var needed: Int { rises.count { $0.low > 0 } }

  var facts: [String: JSONValue] {
    [
      "by": .string(ablation.kind.rawValue), "loss": .number(loss), "losses": .numbers(ablation.losses),
      "parts": .array(
        parts.map { part, rise in
          [
            "name": .string(part.name), "layer": .integer(part.layer), "head": part.head.map { .integer($0) } ?? .null,
            "increase": .number(rise.value),
            "interval": hasIntervals ? .numbers([rise.low, rise.high]) : .null,
          ]
        }),
    ]
  }

  func report(of model: LanguageModel, parts kind: Ablation.Parts, tokens: Int) -> Report {
    let ranked = parts.sorted { $0.rise.value > $1.rise.value }
    let three = NumberFormat.fixed(3)
    let worst = ranked.first
    var metrics = [
      Metric(
        "loss with all parts", loss, format: three, unit: "nats",
        explanation: RichText(
          "The mean over \(ablation.losses.count) texts, \(tokens) tokens in all, of each text's loss per token."))
    ]
    if let worst {
      metrics.append(
        Metric(
          "without \(worst.part.name)", loss + worst.rise.value, format: three, unit: "nats",
          interval: hasIntervals ? Interval(loss + worst.rise.low, loss + worst.rise.high) : nil,
          control: Metric.Control("with all parts", loss)))
    }
    if hasIntervals {
      metrics.append(
        Metric(
          "parts that are needed", Double(needed), format: .integer,
          explanation: RichText(
            "Of \(rises.count): their intervals lie above 0. By chance about \(NumberFormat.integer.text((0.025 * Double(rises.count)).rounded(.up))) of so many would, were none needed."
          )))
    }
    let blocks: [ReportBlock] = [
      .figure(kind == .heads ? headsFigure(model) : outputsFigure(model)),
      .figure(rankedFigure(ranked.map { ($0.part, $0.rise) })),
      .note(
        .caveat,
        "That the loss does not rise may mean that another part does the same work; zeros are farther from what later parts have seen than a mean is."
      ),
    ]
    return Report(
      id: "model-ablate", title: "\(model.name) without its parts", kicker: "Language model",
      lede: worst.map {
        RichText(
          "Without **\($0.part.name)** the loss rises most: by \(three.text($0.rise.value)) nats per token, from \(three.text(loss))."
        )
      }, metrics: metrics, sections: [ReportSection("What each part is worth", id: "parts", blocks)])
  }

  private func headsFigure(_ model: LanguageModel) -> Figure {
    let count = (ablation.parts.compactMap(\.head).max() ?? -1) + 1
    var grid = [[Double]](repeating: [Double](repeating: .nan, count: count), count: model.layers)
    for (part, rise) in parts {
      if let head = part.head { grid[part.layer][head] = rise.value }
    }
    return ModelGrid.heads(
      "Loss without each head", caption: "How much the loss rises, in nats per token.", grid,
      color: ModelGrid.diverging("nats", rises.map(\.value)))
  }

  private func outputsFigure(_ model: LanguageModel) -> Figure {
    func series(_ name: String, _ suffix: String) -> LineSeries {
      let own = parts.filter { $0.part.name.hasSuffix(suffix) }
      return LineSeries(
        name, y: own.map(\.rise.value), low: hasIntervals ? own.map(\.rise.low) : [],
        high: hasIntervals ? own.map(\.rise.high) : [])
    }
    let all = [series("attention", " attn"), series("feed-forward", " mlp")].filter { !$0.y.isEmpty }
    return Figure(
      "Loss without each layer's parts", caption: "How much the loss rises, in nats per token.", span: .half,
      .lines(
        LineFigure(
          categories: (0..<model.layers).map { "L\($0)" }, x: Axis("layer"), y: Axis("rise of the loss", unit: "nats"),
          series: all, references: [ReferenceLine("no change", 0)])))
  }

  private func rankedFigure(_ ranked: [(part: Ablation.Part, rise: Estimate)]) -> Figure {
    Figure(
      "The parts that matter most",
      caption: RichText(
        hasIntervals ? "With intervals of the paired bootstrap over texts." : "One text allows no interval."),
      span: .half,
      .bars(
        BarFigure(
          label: "part", value: Axis("rise of the loss", unit: "nats"),
          bars: ranked.prefix(20).map {
            .init($0.part.name, $0.rise.value, interval: hasIntervals ? Interval($0.rise) : nil)
          })))
  }
}
