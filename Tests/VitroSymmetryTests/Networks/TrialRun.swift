import Foundation
import VitroCore
import VitroLab

/// What one run of a study gave.
struct TrialRun {
  let facts: JSONValue
  let report: Report

  /// Runs a study in a store of its own and checks its report.
  init<Study: Experiment>(_ study: Study, seed: UInt64 = 0) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-symmetry-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let lab = try Lab(store: RunStore(directory: place), registry: ExperimentRegistry([Study.self]))
    let record = try lab.run(RunConfiguration(study, seed: seed), observer: SilentObserver())
    report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    facts = .object(try lab.store.facts(of: record.id))
  }

  /// The claims' verdicts by id.
  var verdicts: [String: String] {
    Dictionary(uniqueKeysWithValues: facts["claims"].items.map { ($0["id"].text, $0["verdict"].text) })
  }
}

extension JSONValue {
  /// A member of an object; `null` where there is none.
  subscript(key: String) -> JSONValue {
    if case .object(let fields) = self { fields[key] ?? .null } else { .null }
  }

  var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }
  var text: String { if case .string(let text) = self { text } else { "" } }
  var number: Double {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: .nan
    }
  }
  var numbers: [Double] { items.map(\.number) }
}
