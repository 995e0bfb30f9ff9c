internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroModels

extension ModelRunResult {
  /// More positions than these have no room for words.
  private static let wordsLimit = 12

  func lensBlocks(_ lens: LogitLens) -> [ReportBlock] {
    let depth = depths(lens)
    var blocks: [ReportBlock] = [.figure(guessesFigure(lens, depth))]
    if tokens.count > 1, !lens.followers.isEmpty { blocks.append(.figure(followersFigure(lens, depth))) }
    return blocks + [
      .figure(ranksFigure(lens, depth)), .figure(answerFigure(lens, depth)),
      .note(
        .caveat,
        "The lens reads every layer with the last layer's words. That an early layer reads badly does not mean that it holds nothing."
      ),
    ]
  }

  /// The names of the residuals: what enters block 0, then what leaves each block.
  private func depths(_ lens: LogitLens) -> [String] {
    lens.taps.indices.map { $0 == 0 ? "embedding" : "after L\($0 - 1)" }
  }

  private func guessesFigure(_ lens: LogitLens, _ depth: [String]) -> Figure {
    let shown = tokens.indices.suffix(Self.wordsLimit)
    let rows = lens.taps.indices.reversed().map { layer in
      let best = shown.map { lens.top(1, layer: layer, position: $0).first }
      return TokenFigure.Row(
        depth[layer], tokens: best.map { $0.map { word($0.id) } ?? "" },
        values: best.map { $0?.probability ?? .nan },
        details: zip(shown, best).map { place, guess in
          "after “\(tokens[place].text)”: \(NumberFormat.percent(1).text(guess?.probability ?? .nan))"
        })
    }
    let cut = tokens.count > Self.wordsLimit ? " The last \(Self.wordsLimit) positions of \(tokens.count)." : ""
    return Figure(
      "What each layer would say next",
      caption: RichText("The most probable token after each position, the last layer on top.\(cut)"),
      .tokens(
        TokenFigure(rows: rows, color: ColorScale("probability", format: .percent(0), range: Interval(0, 1)))))
  }

  private func followersFigure(_ lens: LogitLens, _ depth: [String]) -> Figure {
    ModelGrid.layers(
      "The token that follows",
      caption: "How probable each layer finds the token that does follow, the embedding on top.",
      lens.followers, columns: tokens.dropLast().map(words.label), columnTitle: "after",
      color: ColorScale("probability", format: .percent(0), range: Interval(0, 1)), span: .half, rows: depth)
  }

  private func ranksFigure(_ lens: LogitLens, _ depth: [String]) -> Figure {
    ModelGrid.layers(
      "When the answer is settled",
      caption:
        "The rank of the model's own final answer in each layer: 1 is the first place. The scale is logarithmic.",
      lens.ranks.map { $0.map { log10(Double($0 + 1)) } }, columns: tokens.map(words.label), columnTitle: "after",
      color: ColorScale("log₁₀ of the rank", format: .fixed(1)), span: .half, rows: depth)
  }

  /// The last position's most probable answers, layer by layer.
  private func answerFigure(_ lens: LogitLens, _ depth: [String]) -> Figure {
    let last = tokens.count - 1
    let final = lens.guesses.last?[last].prefix(4) ?? []
    let series = final.map { guess in
      LineSeries(
        label(guess.id),
        y: lens.guesses.map { layer in layer[last].first { $0.id == guess.id }?.probability ?? 0 })
    }
    return Figure(
      "The last position",
      caption:
        "The probability of the final answers, where they are among a layer's best \(lens.guesses.first?.first?.count ?? 0).",
      .lines(LineFigure(categories: depth, x: Axis("layer"), y: Axis("probability", format: .percent), series: series)))
  }
}
