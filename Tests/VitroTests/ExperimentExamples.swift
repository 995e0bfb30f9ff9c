import Foundation
import Testing
import Vitro

// docs:FieldValue
enum Hand: String, CaseIterable, FieldValue { case left, right }
// docs:end

// docs:Experiment
struct CoinStudy: Experiment {
  static let name = "coin"
  static let abstract = "How often a coin falls on its head."
  static let fields: [Field<Self>] = [
    Field("throws", \.throwCount, in: 1...1_000_000, help: "How often to throw it."),
    Field("hand", \.hand, help: "Which hand throws."),
  ]

  var throwCount = 100
  var hand = Hand.right

  func run(_ run: Run) throws -> Outcome {
    let heads = try run.stage("throwing") { stage in
      var stream = RandomStream(seed: stage.seed, "coin")
      return try stream.uniform([throwCount]).doubles.count { $0 < 0.5 }
    }
    let share = Double(heads) / Double(throwCount)
    return Outcome(
      report: Report(
        id: "coin", title: "A coin", metrics: [Metric("head", share, format: .percent(1))], sections: []),
      facts: ["heads": .integer(heads)])
  }
}
// docs:end

/// The samples about experiments and their runs.
@Suite struct ExperimentExamples {
  @Test func experimentsAreRunInALab() throws {
    try withTemporaryFolder { folder in
      let directory = URL(filePath: "\(folder)/store")
      // docs:Lab
      let lab = Lab(store: try RunStore(directory: directory), registry: ExperimentRegistry([CoinStudy.self]))
      let run = try lab.run(RunConfiguration(experiment: "coin", fields: ["throws": 10]), observer: SilentObserver())
      print(run.id, try lab.store.report(of: run.id).title)
      // docs:end
      #expect(run.state == .finished)
      // docs:RunStore
      let store = try RunStore(directory: directory)
      for run in try store.runs() { print(run.id, run.state) }
      // docs:end
      #expect(try store.runs().map(\.id) == [run.id])
      // docs:sweep
      let sweep = try lab.run(
        RunConfiguration(experiment: "coin", sweep: ["throws": [10, 100], "seed": [0, 1, 2]]),
        observer: SilentObserver())
      let children = try lab.store.runs(ofSweep: sweep.id)
      // docs:end
      #expect(children.count == 6)
      // docs:reproduce
      let again = try lab.reproduce(run.id, observer: SilentObserver())
      print(again.differences.isEmpty ? "the same" : "\(again.differences)")
      // docs:end
      #expect(again.differences.isEmpty)
    }
  }

  @Test func theDemoIsAnExperiment() throws {
    try withTemporaryFolder { folder in
      try Network(DigitsConvnet.graph, seed: 0).save(to: "\(folder)/my-network")
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:Examination
      var examination = Examination()
      examination.network = "\(folder)/my-network"
      examination.data = "digits"
      let run = try lab.run(RunConfiguration(examination), observer: SilentObserver())
      // docs:end
      #expect(run.metrics.contains { $0.label == "best probe" })
    }
  }
  @Test func anyNetworkIsProbed() throws {
    try withTemporaryFolder { folder in
      try Network(DigitsConvnet.graph, seed: 0).save(to: "\(folder)/my-network")
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:NetworkProbing
      var study = NetworkProbing()
      study.network = "\(folder)/my-network"
      study.data = "digits"
      study.probes = [.logistic, .lda]
      study.taps = ["relu*", "logits"]
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(run.state == .finished)
      #expect(run.metrics.map(\.label) == ["accuracy of the best probe", "its selectivity"])
    }
  }
}
