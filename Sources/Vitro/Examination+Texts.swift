internal import Foundation
internal import VitroCore
internal import VitroInformation
internal import VitroLab
internal import VitroProbing
internal import VitroTracing

extension Examination {
  /// Whether the network is one of words: a model of texts, or a network for text that was trained here.
  var isLanguageModel: Bool {
    guard let network else { return false }
    let files = FileManager.default
    return network.hasSuffix(".gguf") || files.fileExists(atPath: network + "/config.json")
      || files.fileExists(atPath: network + "/tokenizer.json")
  }

  /// The texts of which pictures are shown.
  private static let measuredTexts = 8

  /// What the instruments have to say of a model of texts: its architecture, what its layers make readable, what they forget.
  func examineTexts(_ run: Run) throws -> Outcome {
    var parts: [(name: String, outcome: Outcome)] = []
    var inspection = InspectStudy()
    inspection.model = network
    parts.append(("Architecture", try inspection.run(run)))
    if let data {
      var probing = TextProbing()
      (probing.model, probing.data) = (network, data)
      try probing.validate()
      parts.append(("Readable", try probing.run(run)))
    }
    var retention = RetentionStudy()
    retention.model = network
    (retention.data, retention.texts) = (data, Self.measuredTexts)
    if data == nil { retention.usesSample = true }
    var missing: String?
    do {
      try retention.validate()
      parts.append(("Forgotten", try retention.run(run)))
    } catch let error as VitroError where error.code != .interrupted {
      missing = "What layers forget of words was not measured: \(error.message)."
    }

    var sections = parts.flatMap { part in
      part.outcome.report.sections.map { section in
        var section = section
        section.title = "\(part.name): \(section.title)"
        section.id = "\(part.name.lowercased())-\(section.id)"
        return section
      }
    }
    if let missing {
      sections.append(ReportSection("Forgotten", id: "forgotten", [.note(.remark, RichText(plain: missing))]))
    }
    let report = Report(
      id: "examine", title: "\(((network ?? "") as NSString).lastPathComponent) under glass", kicker: "Examination",
      lede: parts.last?.outcome.report.lede, metrics: parts.flatMap { $0.outcome.report.metrics.prefix(2) },
      sections: sections)
    var facts: [String: JSONValue] = ["sections": .array(sections.map { .string($0.id) })]
    for part in parts { facts[part.name.lowercased()] = .object(part.outcome.facts) }
    return Outcome(report: report, facts: facts)
  }
}
