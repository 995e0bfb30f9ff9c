internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab

extension TextProbingResult {
  private static let percent = NetworkProbingResult.percent

  /// The report: where it becomes readable, what the layers look like, and all readings.
  func report() throws -> Report {
    guard let best = layers.max(by: { $0.accuracy.value < $1.accuracy.value }) else {
      throw VitroError(.unsupported, "probing texts", "there is no reading of the first kind of probe")
    }
    var sections = [ReportSection("At which layer it becomes readable", id: "depth", try depthBlocks())]
    if let section = viewSection { sections.append(section) }
    sections.append(
      ReportSection("What the numbers bear out", id: "claims", [.table(Claim.table(claims))]))
    sections += [probing.sparsitySection, probing.codeSection].compactMap(\.self)
    sections.append(
      ReportSection(
        "All readings", id: "readings", [.figure(probing.selectivityFigure)] + (try probing.tableBlocks())))
    return Report(
      id: "probe-text", title: "At which layer \(subject.model) knows \(probing.subject.data)", kicker: "Probing",
      lede: RichText(lede(best)), metrics: metrics(best), sections: sections)
  }

  private func lede(_ best: TapReading) -> String {
    let number = layers.firstIndex { $0.tap == best.tap } ?? 0
    var text =
      "At \(title(number)) a \(kind.title) probe tells **\(Self.percent.text(best.accuracy.value))** of test texts right, its control \(Self.percent.text(best.control.value)), "
      + "the majority class \(Self.percent.text(baseline))."
    if let layer = curve?.jump.layer {
      text += " Accuracy jumps at \(title(layer)), a tenth above the layer before."
    } else if curve != nil {
      text += " At no layer is it a tenth above the layer before."
    }
    return text
  }

  private func metrics(_ best: TapReading) -> [Metric] {
    var metrics = [
      Metric(
        "best layer's accuracy", best.accuracy.value, format: Self.percent, interval: Interval(best.accuracy),
        explanation: RichText("At `\(best.tap)`, the largest of \(layers.count); chosen on the same texts."),
        control: Metric.Control(probing.controlName, best.control.value, interval: Interval(best.control)))
    ]
    for (name, point) in [("jump point", curve?.jump), ("converge point", curve?.converge)] {
      guard let point, let layer = point.layer, layers.indices.contains(layer) else { continue }
      let interval = ends(point).map { Interval($0.low, $0.high) }
      metrics.append(
        Metric(
          name, Double(layerNumber(layer)), format: .integer, interval: interval,
          explanation: RichText("`\(layers[layer].tap)`, at \(share(layer)) of the depth.")))
    }
    return metrics
  }

  private func share(_ layer: Int) -> String {
    NumberFormat.percent(0).text(Double(layer) / Double(max(1, layers.count - 1)))
  }

  private func depthBlocks() throws -> [ReportBlock] {
    var blocks: [ReportBlock] = [.figure(depthFigure), .text(points), .text(setting), .text(probing.method)]
    if subject.cutTexts > 0 {
      blocks.append(
        .note(
          .warning,
          RichText(
            "\(subject.cutTexts) texts have more than \(subject.context) tokens, the most that the model takes: their ends are cut off."
          )))
    }
    if probing.subject.groups == nil {
      blocks.append(
        .note(
          .caveat,
          "No group column was named: copies of a text stand in one part, but texts about one subject may stand in the training and in the test part, and a probe may know the subject by heart. Where there is such a column, `--group-column` keeps them apart."
        ))
    }
    let holding = try MultipleComparisons.holdAfterHolm(layers.map(\.pValue))
    blocks.append(
      .note(
        .caveat,
        RichText(
          "After Holm's correction **\(holding) of \(layers.count) layers** read more than their control (one-sided sign test). Readable is not used: a probe says what could be "
            + "taken from a layer, not what the model does with it.")))
    if let caveat = probing.caveat { blocks.append(.note(.caveat, RichText(caveat))) }
    for unseen in probing.subject.unseen {
      blocks.append(
        .note(
          .warning,
          RichText(
            "Class '\(RichText(plain: unseen.className).source)' has no training text: \(unseen.examples) texts of it are left out."
          )))
    }
    return blocks
  }

  /// Both points in words, with what is to be thought of them.
  private var points: RichText {
    guard let curve else { return "One layer alone has no jump point and no converge point." }
    let jump = words(
      curve.jump, "jump point", "the first layer with at least 1.1 times the accuracy of the one before",
      "no layer has it"
    )
    let converge = words(
      curve.converge, "converge point", "the last layer whose accuracy is within 3 % of the one before",
      "every layer changes by more")
    return RichText(
      "\(jump) \(converge) Both are those of Jin et al. (2025), computed from the means over divisions; the intervals come from drawing test \(probing.subject.groups == nil ? "texts" : "groups") "
        + "anew, the same for all layers and divisions, and divisions, whose part is widened by √(1 + n·test/training rows), for they share rows. \(beginning)They hang on thresholds: where the curve is noisy a jump may be chance, and the last layers are nearly always within 3 %."
    )
  }

  /// What the first layer is, where layers are counted.
  private var beginning: String {
    subject.areLayers
      ? "Layer 0 is the embedding, before any block; Jin et al. begin with what leaves the first block, here layer 1. "
      : ""
  }

  private func words(_ point: DepthCurve.Point, _ name: String, _ meaning: String, _ none: String) -> String {
    let share = Self.percent.text(point.share)
    guard let layer = point.layer else {
      return "There is no **\(name)** (\(meaning)): \(none); of the draws \(share) have one."
    }
    let between =
      point.low.flatMap { low in
        point.high.map {
          ", 95 % of the draws that have one between \(NumberFormat.fixed(0).text(low)) and \(NumberFormat.fixed(0).text($0))"
        }
      } ?? ""
    return
      "The **\(name)** (\(meaning)) is **\(title(layer))**, at \(self.share(layer)) of the depth\(between); \(share) of the draws have one."
  }

  private var setting: RichText {
    let columns = subject.columns.map { columns in
      " Texts are column '\(columns.text ?? "")', labels '\(columns.label ?? "")'\(columns.group.map { ", groups '\($0)'" } ?? "")."
    }
    let prompt = subject.prompt.map { " Each text stands in the prompt “\($0)”." } ?? ""
    return RichText(
      RichText(
        plain:
          "\(subject.model) (\(subject.family), \(subject.layers) layers of width \(subject.width), \(subject.parameters) parameters) read \(subject.texts) texts of \(subject.tokens) tokens. A text is "
          + "represented by \(subject.token).\(prompt)\(columns ?? "")"
      ).source)
  }
}
