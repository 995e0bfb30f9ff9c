import Foundation
import Testing
import Vitro

/// `vitro examine` of a model of texts: what is said of it, and what is said when that cannot be.
@Suite struct TextExaminationTests {
  /// A label and a sentence whose last word says it, on each line.
  private static func table(_ count: Int) -> String {
    let fillers = ["the", "film", "and", "a", "story", "of", "two", "people", "was", "to"]
    let lines = (0..<count).map { row -> String in
      var stream = RandomStream(seed: 4, "sentence", row)
      let words = stream.draw(words: 3 + row % 4).map { fillers[Int($0) % fillers.count] }
      return "\(words.joined(separator: " ")) \(["dull", "lively"][row % 2])\t\(["bad", "good"][row % 2])"
    }
    return (["sentence\tmood"] + lines).joined(separator: "\n")
  }

  private func withExamination(_ texts: String?, _ body: (Examination) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let sentences = Self.table(120).split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "\t" }) }
      let vocabulary = try TextVocabulary(of: sentences, units: .words)
      let design = TextNetwork(
        .encoder, vocabulary: vocabulary.count, classes: ["bad", "good"], width: 16, hidden: 16, layers: 2, heads: 2,
        context: 24)
      try design.network(seed: 1).save(to: folder + "/reader")
      try vocabulary.save(to: folder + "/reader")
      var examination = Examination()
      examination.network = folder + "/reader"
      if let texts {
        examination.data = folder + "/films.tsv"
        try Data(texts.utf8).write(to: URL(filePath: folder + "/films.tsv"))
      }
      try body(examination)
    }
  }

  private func examined(_ examination: Examination) throws -> (facts: [String: JSONValue], report: Report) {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-examined-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: ExperimentRegistry([Examination.self]))
    let record = try lab.run(RunConfiguration(examination), observer: SilentObserver())
    let report = try lab.store.report(of: record.id)
    try report.validate()
    return (try lab.store.facts(of: record.id), report)
  }

  private func object(_ value: JSONValue?) -> [String: JSONValue] {
    if case .object(let values)? = value { values } else { [:] }
  }

  private func list(_ value: JSONValue?) -> [JSONValue] {
    if case .array(let values)? = value { values } else { [] }
  }

  private func number(_ value: JSONValue?) -> Double {
    switch value {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: .nan
    }
  }

  @Test func aModelOfTextsIsExaminedOnLabelledTexts() throws {
    try withExamination(Self.table(120)) { examination in
      let (facts, report) = try examined(examination)
      #expect(report.title == "reader under glass")
      #expect(list(facts["sections"]) == report.sections.map { .string($0.id) })
      for part in ["architecture-", "readable-", "forgotten-"] {
        #expect(report.sections.contains { $0.id.hasPrefix(part) && !$0.blocks.isEmpty }, "\(part)")
      }
      #expect(report.sections.contains { $0.title.hasPrefix("Forgotten: ") })

      #expect(number(object(facts["architecture"])["width"]) == 16)
      // The last word says the label, and nothing has been mixed before the first block.
      let layers = list(object(facts["readable"])["layers"]).map { object($0) }
      #expect(layers.count == 3)
      #expect(number(layers.first?["accuracy"]) > 0.95, "\(layers)")
      #expect(abs(number(layers.first?["control"]) - 0.5) < 0.25, "\(layers)")

      let forgotten = object(facts["forgotten"])
      let names = list(forgotten["layers"])
      #expect(names.prefix(2) == ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"])
      let texts = list(forgotten["texts"]).map { object($0) }
      #expect(texts.count == 5)
      let first = Self.table(1).split(separator: "\n")[1].prefix { $0 != "\t" }.split(separator: " ")
      #expect(list(texts.first?["tokens"]) == first.map { .string(String($0)) })
      for text in texts {
        let kept = list(text["kept"]).map { list($0).map(number) }
        #expect(kept.count == names.count)
        #expect(kept.allSatisfy { $0.count == list(text["tokens"]).count && $0.allSatisfy { (0...1).contains($0) } })
      }
      // A random block that adds little to what it reads keeps nearly all of every word.
      let early = texts.flatMap { list(list($0["kept"]).first).map(number) }
      #expect(early.reduce(0, +) / Double(early.count) > 0.5, "\(early)")
    }
  }

  @Test func withoutDataProseIsRead() throws {
    try withExamination(nil) { examination in
      let (facts, report) = try examined(examination)
      #expect(facts["readable"] == nil && facts["architecture"] != nil)
      #expect(list(object(facts["forgotten"])["texts"]).count == 3)
      #expect(!report.sections.contains { $0.id.hasPrefix("readable") })
      #expect(report.sections.contains { $0.id.hasPrefix("forgotten-") })
    }
  }

  @Test func aModelWithoutATokenizerSaysWhyNothingWasMeasured() throws {
    try withExamination(nil) { examination in
      let path = try #require(examination.network)
      try FileManager.default.removeItem(atPath: path + "/tokenizer.json")
      // Still a model of words, by the other file that says so.
      try Data("{}".utf8).write(to: URL(filePath: path + "/config.json"))
      let (facts, report) = try examined(examination)
      #expect(facts["forgotten"] == nil && facts["architecture"] != nil)
      let note = try #require(report.sections.first { $0.id == "forgotten" })
      #expect("\(note.blocks)".contains("there is no tokenizer"), "\(note.blocks)")
    }
  }

  @Test(arguments: [
    ("", "expected texts with labels"), ("sentence\tmood", "expected texts with labels"),
    ("sentence\tmood\nso dull\tbad\nso lively\tgood", "take more rows of each class"),
  ])
  func dataThatAreTooFewAreAClearError(_ texts: String, _ kind: String) throws {
    try withExamination(texts) { examination in
      let error = #expect(throws: VitroError.self) { try examined(examination) }
      let said = error.map { "\($0)" } ?? "nothing"
      #expect(said.contains("films.tsv") && said.contains(kind), "\(said)")
    }
  }

  @Test func aGroupDoesNotActOnWords() throws {
    try withExamination(nil) { examination in
      var examination = examination
      examination.group = "C8"
      let error = #expect(throws: VitroError.self) { try examination.validate() }
      #expect(error?.details["field"] == "group")
    }
  }
}
