import Foundation
import VitroLab

/// Figures in space, graphs and words.
extension DemoReport {
  static var space: ReportSection {
    ReportSection(
      "Space, graphs and words",
      [
        .figure(inductionCircuit), .figure(features), .figure(keptWords), .figure(scripts),
      ])
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
