import Foundation
import VitroCore
import VitroLab

@testable import VitroInformation

/// What a study of texts found, run as the command does it.
struct StudyRun {
  let facts: [String: JSONValue]
  let report: Report

  init(_ study: some Experiment, seed: UInt64 = 0) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-words-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let registry = ExperimentRegistry([MethodsStudy.self, RetentionStudy.self])
    let lab = try Lab(store: RunStore(directory: place), registry: registry)
    let record = try lab.run(RunConfiguration(study, seed: seed), observer: SilentObserver())
    report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    facts = try lab.store.facts(of: record.id)
    if let keep = ProcessInfo.processInfo.environment["KEEP"] {
      try report.write(to: URL(filePath: keep).appending(path: "\(report.id)-\(record.id)"))
    }
  }

  func list(_ key: String) -> [JSONValue] { Self.list(facts[key]) }

  static func list(_ value: JSONValue?) -> [JSONValue] {
    if case .array(let values)? = value { values } else { [] }
  }

  func object(_ key: String) -> [String: JSONValue] { Self.object(facts[key]) }

  static func object(_ value: JSONValue?) -> [String: JSONValue] {
    if case .object(let values)? = value { values } else { [:] }
  }

  static func numbers(_ value: JSONValue?) -> [Double] {
    list(value).compactMap {
      switch $0 {
      case .number(let number): number
      case .integer(let number): Double(number)
      default: nil
      }
    }
  }

  static func number(_ value: JSONValue?) -> Double? { numbers(value.map { .array([$0]) }).first }
}
