import Foundation
import VitroCore
import VitroLab
import VitroTracing
import VitroModels
import VitroTensor

@testable import VitroProbing

/// Sentences in which one word decides the class, and a network that was trained on them, in files.
final class PlantedTexts {
  let folder: URL
  let lab: Lab

  /// The words that decide, by class.
  static let tellingWords = [["dreadful", "dull"], ["splendid", "lively"]]

  private init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "vitro-planted-texts-\(UUID().uuidString)")
    lab = Lab(
      store: try RunStore(directory: folder.appending(path: "store")),
      registry: ExperimentRegistry([TextProbing.self, TextTraining.self]))
    try write("train.csv", rows: 400, seed: 1)
    try write("test.csv", rows: 150, seed: 2)
  }

  static func with(_ body: (PlantedTexts) throws -> Void) throws {
    let planted = try PlantedTexts()
    defer { try? FileManager.default.removeItem(at: planted.folder) }
    try body(planted)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// A table of sentences: text, mood, and the film that each is about.
  func write(_ name: String, rows: Int, seed: UInt64) throws {
    let fillers = ["the", "film", "is", "a", "story", "of", "two", "people", "who", "talk", "and", "walk"]
    let lines = (0..<rows).map { row -> String in
      var stream = RandomStream(seed: seed, "planted sentence", row)
      let draws = stream.draw(words: 12).map { Int($0 >> 4) }
      let label = draws[0] % 2
      var words = (0..<1 + draws[1] % 6).map { fillers[draws[2 + $0] % fillers.count] }
      words.insert(Self.tellingWords[label][draws[9] % 2], at: draws[10] % (words.count + 1))
      return "\(words.joined(separator: " ")),\(["bad", "good"][label]),film \(row % 40)"
    }
    try Data((["sentence,mood,film"] + lines).joined(separator: "\n").utf8).write(to: folder.appending(path: name))
  }

  /// The study that trains a network of two layers, which lies in `network` when it has run.
  func training() -> TextTraining {
    var study = TextTraining()
    (study.data, study.test, study.labelColumn) = (path("train.csv"), path("test.csv"), "mood")
    (study.architecture, study.epochs, study.batchSize, study.rate) = (.encoder, 12, 16, 5e-3)
    (study.width, study.hidden, study.layers, study.heads, study.dropout) = (16, 32, 2, 2, 0.1)
    study.save = path("network")
    return study
  }

  /// The study that probes it.
  func probing() -> TextProbing {
    var study = TextProbing()
    (study.model, study.data) = (path("network"), path("test.csv"))
    (study.labelColumn, study.groupColumn, study.repeats) = ("mood", "film", 3)
    study.token = "mean"
    return study
  }

  func run(_ study: some Experiment) throws -> [String: JSONValue] {
    try lab.store.facts(of: lab.run(RunConfiguration(study), observer: SilentObserver()).id)
  }

  /// The report of the last run.
  func report() throws -> Report {
    let report = try lab.store.report(of: lab.store.run("latest").id)
    try report.validate()
    return report
  }
}

extension [String: JSONValue] {
  func number(_ key: String) -> Double? {
    switch self[key] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The numbers of a list.
  func numbers(_ key: String) -> [Double] {
    guard case .array(let values)? = self[key] else { return [] }
    return values.compactMap { ["": $0].number("") }
  }

  /// The objects of a list.
  func objects(_ key: String) -> [[String: JSONValue]] {
    guard case .array(let values)? = self[key] else { return [] }
    return values.compactMap { if case .object(let fields) = $0 { fields } else { nil } }
  }
}
