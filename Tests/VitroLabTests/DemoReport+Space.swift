import Foundation
import VitroLab

/// Figures in space, graphs and words.
extension DemoReport {
  static var space: ReportSection {
    ReportSection(
      "Space, graphs and words",
      [
        .figure(superposition), .figure(activations), .figure(lossLandscape()), .figure(inductionCircuit),
        .figure(features), .figure(keptWords), .figure(scripts),
      ])
  }

  static var superposition: Figure {
    // The corners of two tetrahedra: eight features share three dimensions.
    let corners: [(Double, Double, Double)] = [
      (1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1), (-1, -1, -1), (-1, 1, 1), (1, -1, 1), (1, 1, -1),
    ]
    let length = (1 / 3.0).squareRoot()
    func series(_ name: String, _ part: Range<Int>) -> ScatterSeries {
      ScatterSeries(
        name, x: part.map { corners[$0].0 * length }, y: part.map { corners[$0].1 * length },
        z: part.map { corners[$0].2 * length }, labels: part.map { "feature \($0)" })
    }
    let links = (0..<8).flatMap { a in ((a + 1)..<8).map { (a, $0) } }.filter { a, b in
      let (p, q) = (corners[a], corners[b])
      return abs(p.0 - q.0) + abs(p.1 - q.1) + abs(p.2 - q.2) < 3
    }
    return Figure(
      "Eight features in three dimensions", caption: "**Two tetrahedra make a cube**: every feature has its opposite.",
      span: .half,
      .scatter(
        ScatterFigure(
          x: Axis("h₁", range: Interval(-0.75, 0.75)), y: Axis("h₂", range: Interval(-0.75, 0.75)),
          z: Axis("h₃", range: Interval(-0.75, 0.75)), series: [series("dense", 0..<4), series("sparse", 4..<8)],
          links: links.map { a, b in .init(from: .init(a / 4, a % 4), to: .init(b / 4, b % 4)) }, fromOrigin: true)))
  }

  static var activations: Figure {
    let count = 600
    let turns = (0..<count).map { Double($0) / Double(count) * 6 * .pi }
    func wobble(_ index: Int, _ seed: Int) -> Double { sin(Double(index * seed % 997) * 12.9898) * 0.12 }
    return Figure(
      "Months on a helix", caption: "The third axis grows with the year; colour is the day of it.", span: .half,
      .scatter(
        ScatterFigure(
          x: Axis("PC 1"), y: Axis("PC 2"), z: Axis("PC 3"), equalUnits: false,
          series: [
            ScatterSeries(
              "", x: turns.enumerated().map { cos($1) + wobble($0, 7919) },
              y: turns.enumerated().map { sin($1) + wobble($0, 104_729) },
              z: turns.enumerated().map { $1 / 10 + wobble($0, 1_299_709) },
              values: turns.map { $0.truncatingRemainder(dividingBy: 2 * .pi) / (2 * .pi) * 365 })
          ], color: ColorScale("day of the year", format: .integer, range: Interval(0, 365)))))
  }

  static func lossLandscape(resolution: Int = 61) -> Figure {
    func loss(_ x: Double, _ y: Double) -> Double {
      0.9 + 0.35 * sin(2.2 * x) * cos(1.7 * y) + 0.22 * (x * x + y * y) - 0.5
        * exp(-4 * ((x - 0.6) * (x - 0.6) + y * y))
    }
    var path = [(-1.6, 1.5)]
    for _ in 0..<24 {
      let (x, y) = path[path.count - 1]
      let step = 1e-4
      path.append(
        (
          x - 0.14 * (loss(x + step, y) - loss(x - step, y)) / (2 * step),
          y - 0.14 * (loss(x, y + step) - loss(x, y - step)) / (2 * step)
        ))
    }
    return Figure(
      "The loss between two solutions",
      caption: "**The path of training** goes round the hill; the axes are random directions of unit length.",
      .surface(
        SurfaceFigure(
          x: Axis("direction 1"), y: Axis("direction 2"), z: Axis("loss"),
          field: ScalarField("loss", x: Interval(-2, 2), y: Interval(-2, 2), resolution: resolution, of: loss),
          points: path.enumerated().map {
            SurfacePoint($1.0, $1.1, loss($1.0, $1.1), group: "gradient descent", label: "step \($0)")
          } + [SurfacePoint(1.4, -1.2, 1.9, group: "other seed", label: "before matching")], joinsPoints: true)))
  }

  static var inductionCircuit: Figure {
    let heads: [(String, String, Int)] = [
      ("embed", "embedding", 0), ("0.1", "previous token", 1), ("0.4", "duplicate token", 1), ("0.7", "other", 1),
      ("mlp 0", "mlp", 2), ("1.2", "other", 3), ("1.5", "induction", 3), ("1.6", "induction", 3), ("mlp 1", "mlp", 4),
      ("2.0", "name mover", 5), ("2.3", "name mover", 5), ("2.8", "negative", 5), ("logits", "output", 6),
    ]
    let edges: [(String, String, Double)] = [
      ("embed", "0.1", 0.9), ("embed", "0.4", 0.6), ("embed", "0.7", 0.15), ("embed", "mlp 0", 1.4),
      ("0.1", "1.5", 1.8), ("0.1", "1.6", 1.3), ("0.4", "1.2", 0.3), ("0.4", "2.8", 0.8), ("0.7", "mlp 0", -0.2),
      ("mlp 0", "1.5", 0.5), ("mlp 0", "1.2", 0.2), ("mlp 0", "logits", 0.7), ("1.5", "2.0", 1.1), ("1.5", "2.3", 0.9),
      ("1.6", "2.3", 0.7), ("1.6", "mlp 1", 0.25), ("1.2", "mlp 1", -0.3), ("mlp 1", "logits", 0.4),
      ("2.0", "logits", 2.4), ("2.3", "logits", 1.9), ("2.8", "logits", -1.6), ("embed", "logits", 0.3),
      ("1.5", "2.8", 0.5),
    ]
    return Figure(
      "Which heads speak to which",
      caption: "**Two name movers are written to by induction heads**; a third head works against them.",
      .graph(
        GraphFigure(
          nodes: heads.map { .init($0.0, group: $0.1, detail: "mean effect over 512 prompts") },
          edges: edges.map { .init($0.0, $0.1, weight: $0.2) },
          weight: ColorScale("logit difference through the edge", format: .fixed(1), map: .diverging))))
  }

  static var features: Figure {
    let families = ["places", "months", "verbs of motion"]
    let nodes = (0..<36).map {
      GraphFigure.Node("feature \($0 * 37 % 512)", label: "\($0 * 37 % 512)", group: families[$0 % 3])
    }
    var edges: [GraphFigure.Edge] = []
    for a in 0..<36 {
      for b in (a + 1)..<36 {
        let near = a % 3 == b % 3 && (a / 3 + 1) % 12 == b / 3
        let far = (a * 31 + b * 17) % 97 == 5
        let chord = a % 3 == b % 3 && (a + b) % 7 == 0
        guard near || far || chord else { continue }
        edges.append(.init(nodes[a].id, nodes[b].id, weight: near ? 0.4 + Double(a % 5) / 8 : far ? -0.3 : 0.25))
      }
    }
    return Figure(
      "Features that interfere", caption: "Joined are features whose directions are not orthogonal.",
      .graph(GraphFigure(nodes: nodes, edges: edges, layout: .free, isDirected: false)))
  }

  static var keptWords: Figure {
    let words = [
      "The", " un", "forgett", "able", " picture", ",", " shot", " in", " black", " and", " white", " with", " a",
      " hand", "held", " camera", ",", " is", " neither", " dull", " nor", " dated", ".",
    ]
    let kept = [
      0.04, 0.41, 0.83, 0.52, 0.30, 0.02, 0.11, 0.03, 0.08, 0.02, 0.09, 0.03, 0.01, 0.14, 0.12, 0.20, 0.02, 0.22, 0.94,
      0.98, 0.91, 0.66, 0.05,
    ]
    let depths = [0.92, 0.7, 0.4, 0.0]
    return Figure(
      "What each layer keeps of each word",
      caption: "**The negation is kept to the end**, the setting is not: by the last layer three words bear it all.",
      .tokens(
        TokenFigure(
          rows: depths.enumerated().map { layer, floor in
            .init(
              "layer \(layer + 1)", tokens: words, values: kept.map { max(min(1, $0 + floor * (1 - $0)), 0) },
              details: words.indices.map { "position \($0)" })
          }, color: ColorScale("share of the word kept", format: .percent(0), range: Interval(0, 1)))))
  }

  static var scripts: Figure {
    let rows: [(String, [String])] = [
      ("tokenizer’s own", ["[CLS]", "ĠHello", ",", "Ġworld", "Ċ", "</s>", "<|endoftext|>", "▁Guten", "▁Tag", "##ung"]),
      ("scripts", ["神经", "网络", "は", "学習", "する", " 한국어", " Ελληνικά", " русский", " עברית", " العربية", " हिन्दी", " ไทย"]),
      ("signs", ["👩‍👩‍👧", "🇩🇪", "👍🏽", " e\u{301}", "\u{301}", "\t", "\u{0}", " ", "   ", "", "a\nb", "\n", "c", "∞"]),
    ]
    return Figure(
      "Words of any kind", caption: "Colours are the contribution of each word to the difference of two logits.",
      .tokens(
        TokenFigure(
          rows: rows.map { label, tokens in
            .init(
              label, tokens: tokens,
              values: tokens.indices.map { $0 % 7 == 3 ? .nan : sin(Double($0) * 1.7 + 0.6) * 2.4 })
          }, color: ColorScale("logit difference", format: .fixed(1), map: .diverging))))
  }
}
