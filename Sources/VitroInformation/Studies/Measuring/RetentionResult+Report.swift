internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels

extension RetentionResult {
  /// The most texts with pictures of their own.
  private static let shownTexts = 6

  func report() throws -> Report {
    var sections: [ReportSection] = []
    if texts.count > 1 || features.count > 1 { sections.append(try depthSection()) }
    for text in texts.indices.prefix(Self.shownTexts) { sections.append(section(of: text)) }
    if !decoded.isEmpty { sections.append(decoderSection()) }
    if !calibration.isEmpty { sections.append(calibrationSection()) }
    sections.append(ReportSection("All numbers", id: "numbers", texts.indices.prefix(Self.shownTexts).flatMap(tables)))
    sections.append(methodSection())
    return Report(
      id: "information-measure",
      title: texts.count == 1
        ? "What each layer still holds of each word" : "What each layer still holds of \(texts.count) texts",
      kicker: "Information · \(model)", lede: try lede(), metrics: try metrics(), sections: sections)
  }

  private func metrics() throws -> [Metric] {
    let ends = features.count > 1 ? [0, features.count - 1] : [0]
    return try ends.map { feature in
      let kept = try meanKept(feature)
      return Metric(
        "kept of a word at \(labels[feature])", kept.value, format: .percent(0),
        interval: kept.low.isFinite ? Interval(kept, within: 0...1) : nil,
        explanation: texts.count >= 3
          ? "The mean over \(texts.count) texts, with Student's interval." : "The mean over the words of the text.")
    } + [
      Metric(
        "residual", residual, format: .significant(3),
        explanation: isConverged
          ? "The largest distance from the condition of an optimum; within the tolerance of \(tolerance)."
          : "\(unconverged) results are farther from the optimum than \(tolerance): allow more passes, with `--most-samples` of `vitro information measure`."
      )
    ]
  }

  private var tolerance: String { NumberFormat.significant(2).text(settings.tolerance) }

  /// How many results are too far from the optimum: “3 of 12”.
  private var unconverged: String {
    let all = found.joined()
    return "\(all.count { !$0.isConverged }) of \(all.count)"
  }

  private func lede() throws -> RichText {
    let percent = NumberFormat.percent(0)
    func text(_ feature: Int) throws -> String { percent.text(try meanKept(feature).value) }
    func name(_ feature: Int) -> String { RichText(plain: labels[feature]).source }
    let last = features.count - 1
    var sentences: [String] = []
    if last > 0 {
      let whose = texts.count > 1 ? " of \(texts.count) texts" : ""
      sentences.append(
        "Of an average word\(whose) **\(try text(0))** is kept at \(name(0)) and **\(try text(last))** at \(name(last))."
      )
    } else {
      sentences.append("\(name(0)) keeps **\(try text(0))** of a word on average.")
    }
    if let (most, least) = extremes(last) {
      func word(_ place: Int) -> String {
        "“**\(RichText(plain: texts[0].words[place].trimmingSpaces).source)**” (\(percent.text(found[0][last].kept[place])))"
      }
      sentences.append("There most is kept of \(word(most)) and least of \(word(least)).")
    }
    if !isConverged {
      sentences.append("Preliminary: \(unconverged) results have not converged.")
    }
    return RichText(sentences.joined(separator: " "))
  }

  /// Of one text the words of which a layer keeps most and least, where their intervals do not touch.
  private func extremes(_ feature: Int) -> (most: Int, least: Int)? {
    guard texts.count == 1 else { return nil }
    let row = found[0][feature]
    let words = texts[0].words.indices.filter { !texts[0].isSpecial[$0] }
    guard !row.isConstant, let most = words.min(by: { row.logSigma[$0] < row.logSigma[$1] }),
      let least = words.max(by: { row.logSigma[$0] < row.logSigma[$1] }),
      row.logSigma[most] + row.halfWidth[most] < row.logSigma[least] - row.halfWidth[least]
    else { return nil }
    return (most, least)
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

  // MARK: - Depth

  private func depthSection() throws -> ReportSection {
    let estimates = try features.indices.map { try meanEntropy($0) }
    let intervals = texts.count >= 3 ? "Student's 95 % intervals over texts." : nil
    let figure = Figure(
      "Forgetting with depth",
      caption: RichText(
        "The mean entropy of a word given the layer: high is forgotten. \(intervals ?? "95 % intervals of independent seeds.") Words at the cap count with the cap's.\(blocksNote)"
      ), span: .half,
      .lines(
        LineFigure(
          categories: labels, x: Axis("layer"), y: Axis("H per dimension", unit: unit),
          series: [
            LineSeries(
              "mean over words", y: estimates.map(\.value), low: estimates.map(\.low), high: estimates.map(\.high))
          ])))
    let hasSeparators = texts.contains { $0.isSpecial.contains(true) }
    func series(_ name: String, special: Bool) throws -> LineSeries {
      let kept = try features.indices.map { try meanKept($0, special: special) }
      return LineSeries(
        name, y: kept.map(\.value), low: kept.map { $0.low.cut(to: 0...1) }, high: kept.map { $0.high.cut(to: 0...1) })
    }
    let kept = Figure(
      hasSeparators ? "Kept of words, and of separators" : "Kept of words",
      caption: RichText(
        "How much an observer of the layer knows of a word, from 0 % (noise at the cap) to 100 % (fixed).\(intervals.map { " \($0)" } ?? "")"
      ), span: .half,
      .lines(
        LineFigure(
          categories: labels, x: Axis("layer"), y: Axis("kept", format: .percent(0)),
          series: [try series("words", special: false)]
            + (hasSeparators ? [try series("separators", special: true)] : []))))
    return ReportSection("Layer by layer", id: "depth", [.figure(figure), .figure(kept)])
  }

  /// What the short names of blocks mean, where there are any.
  private var blocksNote: String {
    zip(features, labels).contains { $0.tap.hasPrefix("blocks.0.") && $1.hasPrefix("L0") }
      ? " L0 is what leaves the first block." : ""
  }

  /// What a layer keeps of words, or of tokens that mark a place: the mean over texts, with Student's interval from three texts on.
  private func meanKept(_ feature: Int, special: Bool = false) throws -> Estimate {
    let means = texts.indices.compactMap { text -> Double? in
      let values = zip(texts[text].isSpecial, found[text][feature].kept).filter { $0.0 == special }.map(\.1)
      return values.isEmpty ? nil : Self.mean(values)
    }
    if let overTexts = try Estimate.mean(ofTexts: means) { return overTexts }
    return Estimate(value: means.isEmpty ? .nan : Self.mean(means), low: .nan, high: .nan)
  }

  // MARK: - One text

  private func section(of text: Int) -> ReportSection {
    let (words, rows) = (texts[text], found[text])
    let color = ColorScale("kept", format: .percent(0), range: Interval(0, 1))
    let strips = Figure(
      "Word by word", caption: "The darker a word, the more of it the layer still holds.",
      alternative: alternative(words, rows), span: .full,
      .tokens(
        TokenFigure(
          rows: rows.indices.map { feature in
            TokenFigure.Row(
              labels[feature], tokens: Self.spaced(words), values: rows[feature].kept,
              details: words.words.indices.map { detail(rows[feature], $0) })
          }, color: color)))
    let grid = Figure(
      "Layers and words", caption: "The same as a grid.", alternative: alternative(words, rows), span: .full,
      .heatMap(
        HeatMapFigure(
          rows: rows.count, columns: words.count, values: rows.flatMap(\.kept), rowLabels: labels,
          columnLabels: words.words.map { TokenText($0).label }, rowTitle: "layer", columnTitle: "token", color: color))
    )
    let title = texts.count == 1 ? "The text" : "Text \(text + 1)"
    return ReportSection(title, id: "text-\(text + 1)", [.figure(strips), .figure(grid)] + unknownNote(words))
  }

  /// What the pictures of a text show, in words: the mean of each layer, and the words that the last keeps most.
  private func alternative(_ text: WordText, _ rows: [RetainedInformation]) -> String {
    let percent = NumberFormat.percent(0)
    let means = zip(labels, rows).map { "\($0) \(percent.text($1.meanKept))" }
    let last = rows.last?.kept ?? []
    let best = last.indices.sorted { (last[$1], $0) < (last[$0], $1) }.prefix(3)
    let words = best.map { "\(text.words[$0].trimmingSpaces) \(percent.text(last[$0]))" }
    return
      "What each of \(rows.count) layers keeps of \(text.count) tokens. On average: \(means.listed). The last layer keeps most of \(words.listed)."
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

  /// Which words the model does not know, so that it reads one token for all of them.
  private func unknownNote(_ text: WordText) -> [ReportBlock] {
    guard let unknownToken else { return [] }
    let words = text.words.indices.filter { text.tokens[$0] == unknownToken && !text.isSpecial[$0] }.map {
      "“\(text.words[$0].trimmingSpaces)”"
    }
    guard !words.isEmpty else { return [] }
    return [
      .note(
        .remark,
        RichText(
          plain:
            "The model does not know \(Set(words).sorted().listed); there it reads its token for unknown words."))
    ]
  }
}
