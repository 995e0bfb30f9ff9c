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

  /// The texts that are measured: as many as an interval needs, for a pretrained model takes half a minute for each.
  private static let measuredTexts = 5

  /// What one instrument found.
  private struct Part {
    /// The beginning of the names of its sections.
    let name: String
    /// What stands before their titles.
    var heading = ""
    let outcome: Outcome

    var sections: [ReportSection] {
      outcome.report.sections.map { section in
        var section = section
        section.title = heading.isEmpty ? section.title : "\(heading): \(section.title)"
        section.id = "\(name)-\(section.id)"
        return section
      }
    }
  }

  /// What the instruments have to say of a model of texts: its architecture, what its layers make readable, what they forget.
  func examineTexts(_ run: Run) throws -> Outcome {
    var inspection = InspectStudy()
    inspection.model = network
    let architecture = Part(name: "architecture", outcome: try inspection.run(run))
    var found: [Part] = []
    if let data {
      var probing = TextProbing()
      (probing.model, probing.data) = (network, data)
      try probing.validate()
      found.append(Part(name: "readable", heading: "Readable", outcome: try probing.run(run)))
    }
    var retention = RetentionStudy()
    retention.model = network
    (retention.data, retention.texts) = (data, Self.measuredTexts)
    // An overview: what has not converged says so, and `vitro information measure` goes on.
    retention.mostSamples = 0
    if data == nil { retention.usesSample = true }
    var note: ReportBlock?
    do {
      try retention.validate()
      found.append(Part(name: "forgotten", heading: "Forgotten", outcome: try retention.run(run)))
      if data == nil {
        note = .note(
          .remark, "No data are given: the texts are three sentences of built-in prose. `--data` takes a table.")
      }
    } catch let error as VitroError where error.code != .interrupted {
      note = .note(.remark, RichText(plain: "What layers forget of words was not measured: \(error.message)."))
    }

    // What was found stands before the long tables of the architecture.
    var sections = Array(architecture.sections.prefix(1)) + found.flatMap(\.sections)
    if let note {
      if let place = sections.firstIndex(where: { $0.id.hasPrefix("forgotten-") }) {
        sections[place].blocks.insert(note, at: 0)
      } else {
        sections.append(ReportSection("Forgotten", id: "forgotten", [note]))
      }
    }
    sections += architecture.sections.dropFirst()
    let parts = [architecture] + found
    let ledes = found.compactMap { $0.outcome.report.lede?.source }
    let report = Report(
      id: "examine", title: "\(((network ?? "") as NSString).lastPathComponent) under glass", kicker: "Examination",
      lede: ledes.isEmpty ? architecture.outcome.report.lede : RichText(ledes.joined(separator: " ")),
      metrics: parts.flatMap { $0.outcome.report.metrics.prefix(2) }, sections: sections)
    var facts: [String: JSONValue] = ["sections": .array(sections.map { .string($0.id) })]
    for part in parts { facts[part.name] = .object(part.outcome.facts) }
    return Outcome(report: report, facts: facts)
  }
}
