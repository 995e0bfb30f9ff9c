internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroModels

extension TextTrainingResult {
  /// What `--json` prints.
  func facts(saved: String?) -> [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "architecture": .string(design.architecture.rawValue), "pooling": .string(design.pooling.rawValue),
      "parameters": .integer(parameters), "vocabulary": .integer(design.vocabulary),
      "examples": .array(counts.map(JSONValue.integer)), "epochs": .integer(epochs),
      "bestEpoch": bestEpoch.map(JSONValue.integer) ?? .null, "testLoss": .number(testLoss),
      "baseline": .number(baseline), "unknownShare": .number(unknownShare), "cutTexts": .integer(cutTexts),
      "saved": saved.map(JSONValue.string) ?? .null,
    ]
    if let accuracy {
      facts["accuracy"] = .number(accuracy.value)
      facts["interval"] = .numbers([accuracy.low, accuracy.high])
    }
    if let loss { facts["interval"] = .numbers([loss.low, loss.high]) }
    if let sample { facts["sample"] = .string(sample) }
    return facts
  }

  /// The report: how well it does, how it learnt, and what it is.
  func report(_ study: TextTraining, series: [MetricSeries]) throws -> Report {
    let isLanguage = design.isLanguageModel
    var blocks: [ReportBlock] = [.text(RichText(method(study)))]
    if let figure = Figure.training(series, examples: isLanguage ? "stretches" : "texts") {
      blocks.insert(.figure(figure), at: 0)
    }
    if cutTexts > 0 {
      blocks.append(
        .note(.warning, RichText("\(cutTexts) texts have more than \(design.context) tokens: their ends are cut off.")))
    }
    if let sample {
      blocks.append(.text(RichText("What it writes, at temperature 0.8, after 16 tokens of the test part:")))
      blocks.append(.text(RichText(plain: sample)))
    }
    let percent = NumberFormat.percent(1)
    let digits = NumberFormat.fixed(3)
    let lede =
      accuracy.map {
        "**\(percent.text($0.value))** of test texts are told right; the most frequent class is right for \(percent.text(baseline))."
      }
      ?? "A test token costs **\(digits.text(testLoss)) nats**, \(digits.text(testLoss / log(2))) bits; by the tokens' frequencies alone it costs \(digits.text(baseline)) nats."
    let metric =
      accuracy.map {
        Metric(
          "test accuracy", $0.value, format: percent, interval: Interval($0),
          explanation: "Of this network; others from other seeds differ.",
          control: Metric.Control("most frequent class", baseline))
      }
      ?? Metric(
        "test loss", testLoss, format: digits, interval: loss.map { Interval($0) },
        explanation: "Nats a token; the interval is that of drawing stretches anew.",
        control: Metric.Control("frequencies alone", baseline))
    return Report(
      id: "model-train", title: isLanguage ? "A language model of \(data)" : "A network that reads \(data)",
      kicker: "Training", lede: RichText(lede), metrics: [metric],
      sections: [ReportSection("Training", id: "training", blocks)])
  }

  private func method(_ study: TextTraining) -> String {
    let kind =
      switch design.architecture {
      case .lstm: "An LSTM of \(design.hidden) units in \(layers)"
      case .cnn: "A convolutional network of \(design.hidden) filters over 3, 4 and 5 tokens each"
      case .encoder: "A transformer encoder of \(layers), \(design.heads) heads and width \(design.width)"
      case .decoder: "A transformer decoder of \(layers), \(design.heads) heads and width \(design.width)"
      }
    let pooled =
      design.isLanguageModel
      ? "It predicts each next token" : "The states of all tokens become one by '\(design.pooling.rawValue)'"
    let what = design.isLanguageModel ? "stretches of \(design.context) tokens" : "texts"
    return
      "\(kind), \(parameters) parameters, \(design.vocabulary) known tokens; \(NumberFormat.percent(1).text(unknownShare)) of the test tokens are unknown. \(pooled). It learnt "
      + "from \(counts[0]) \(what) by Adam at a rate of \(study.learningRate) in batches of \(study.batchSize), for \(epochs) epochs; the network is that of "
      + "the best epoch on \(counts[1]) validation \(what)\(bestEpoch.map { ", number \($0 + 1)" } ?? ""), and is judged on \(counts[2]) others. No text is padded: those of one length run together."
  }

  private var layers: String { "\(design.layers) layer\(design.layers == 1 ? "" : "s")" }
}
