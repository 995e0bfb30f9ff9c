import Foundation
import VitroLab

/// Figures in space, graphs and words.
extension DemoReport {
  static var space: ReportSection {
    ReportSection(
      "Space, graphs and words",
      [
        .figure(keptWords), .figure(scripts),
      ])
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
