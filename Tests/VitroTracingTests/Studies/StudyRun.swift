import Foundation
import Testing
import VitroCore
import VitroLab

@testable import VitroTracing

/// Runs a study as the command does, and gives what it found.
struct StudyRun {
  let facts: [String: JSONValue]
  let report: Report
  let inputs: [String]

  static let registry = ExperimentRegistry([
    InspectStudy.self, TokensStudy.self, ModelRunStudy.self, PatchStudy.self, AttributeStudy.self, HeadsStudy.self,
    AblateStudy.self, SteerStudy.self,
  ])

  init(_ study: some Experiment, seed: UInt64 = 0) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-study-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: Self.registry)
    var configuration = RunConfiguration(study)
    configuration.seed = seed
    let record = try lab.run(configuration, observer: SilentObserver())
    report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    facts = try lab.store.facts(of: record.id)
    inputs = try lab.store.sources(of: record.id).map(\.name)
    if let keep = ProcessInfo.processInfo.environment["KEEP"] {
      try report.write(to: URL(filePath: keep).appending(path: "\(type(of: study))-\(record.id)"))
    }
  }
}

extension JSONValue {
  subscript(_ key: String) -> JSONValue {
    if case .object(let values) = self { values[key] ?? .null } else { .null }
  }

  subscript(_ place: Int) -> JSONValue {
    if case .array(let values) = self, values.indices.contains(place) { values[place] } else { .null }
  }

  var list: [JSONValue] { if case .array(let values) = self { values } else { [] } }

  var number: Double {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: .nan
    }
  }

  var text: String { if case .string(let text) = self { text } else { "" } }
}
