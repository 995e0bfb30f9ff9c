import Foundation
import VitroCore

@testable import VitroLab

/// An experiment with every kind of field, whose stages say when they are done.
struct DiceStudy: Experiment {
  enum Shape: String, CaseIterable, FieldValue { case cube, octahedron }

  static let name = "dice"
  static let abstract = "Throws a dice."
  static let fields: [Field<Self>] = [
    Field("count", \.count, in: 1...100, help: "How many throws."),
    Field("weight", \.weight, in: 0...1, help: "How heavy."),
    Field("isLoaded", \.isLoaded, help: "Whether it is loaded."),
    Field("shape", \.shape, help: "Its shape."),
    Field("faces", \.faces, in: 1...20, help: "Which faces count."),
    Field("table", path: \.table, names: ["felt"], help: "The table."),
    Field("limit", \.limit, in: 0...10, help: "When to stop."),
  ]

  var count = 3
  var weight = 0.5
  var isLoaded = false
  var shape = Shape.cube
  var faces = [1, 6]
  var table: String?
  var limit: Int?

  func validate() throws {
    if isLoaded, weight == 0 { throw VitroError(.argument, "dice", "isLoaded needs a weight above 0") }
  }

  func run(_ run: Run) throws -> Outcome {
    if let table, table != "felt" { try run.read(table, role: "table") }
    let first = try run.stage("first") { stage in
      for step in 0..<10 { stage.record("height", at: step, Double(step) + Double(run.seed)) }
      try Data("first".utf8).write(to: stage.directory.appending(path: "first.txt"))
      return [weight, .nan, .infinity, 0.1 + 0.2]
    }
    // A store with a file 'broken' makes runs fail between the stages.
    if FileManager.default.fileExists(atPath: run.store.directory.appending(path: "broken").path) {
      throw VitroError(.numerical, "dice", "it rolled off the table")
    }
    let second = try run.stage("second") { stage in
      try stage.checkpoint("second")
      return count * 2 + Int(run.seed)
    }
    return Outcome(
      report: Report(
        id: "dice", title: "Dice", lede: "It rolled.", metrics: [Metric("sum", Double(second) * weight)], sections: []),
      facts: ["sum": .number(Double(second) * weight), "values": .array(first.map { .number($0) })])
  }
}

/// A store of its own for a test, removed afterwards.
final class TemporaryLab {
  let directory: URL
  let lab: Lab

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "vitro-lab-\(UUID().uuidString)")
    lab = Lab(store: try RunStore(directory: directory), registry: ExperimentRegistry([DiceStudy.self]))
  }

  /// Whether runs of this store fail between their stages.
  func breakRuns(_ isBroken: Bool) throws {
    let file = directory.appending(path: "broken")
    if isBroken { try Data().write(to: file) } else { try FileManager.default.removeItem(at: file) }
  }

  deinit { try? FileManager.default.removeItem(at: directory) }
}

/// Asks to stop once something was reported so often.
final class StoppingObserver: Observer {
  let shouldStopFlag: Bool
  init(_ stop: Bool) { shouldStopFlag = stop }
  func update(_ progress: ProgressUpdate) {}
  var shouldStop: Bool { shouldStopFlag }
}
