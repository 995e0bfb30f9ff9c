import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct TapBranchTests {
  /// A small convnet with a skip connection around its second convolution.
  private func network() throws -> Network {
    var graph = Graph("branching", inputs: [.init("input", shape: [1, 6, 6])])
    graph.add("conv1", Conv2d(1, 4, window: Window(3, padding: 1)), reading: "input")
    graph.add("relu1", Activation(.relu), reading: "conv1")
    graph.add("conv2", Conv2d(4, 4, window: Window(3, padding: 1)), reading: "relu1")
    graph.add("relu2", Activation(.relu), reading: "conv2")
    graph.nodes.append(Graph.Node("sum", Add(), inputs: ["relu1", "relu2"]))
    graph.add("flatten", Flatten(), reading: "sum")
    graph.outputs = [graph.add("scores", Linear(144, 3), reading: "flatten")]
    return try Network(graph, seed: 2)
  }

  private func data(_ count: Int = 90) throws -> LabeledData {
    var stream = RandomStream(seed: 3, "images")
    return try LabeledData(
      "images", inputs: stream.normal([count, 1, 6, 6]), labels: (0..<count).map { $0 % 3 },
      classNames: ["a", "b", "c"])
  }

  @Test func runningOnFromATapEqualsEditingTheWholeRun() throws {
    let (network, data) = try (network(), data())
    let batch = try data.batch(Array(0..<40))
    var changed = 0
    for tap in network.outputTaps where tap != "scores" {
      let branch = try TapBranch(network, tap: tap)
      let recording = try branch.record(batch)
      let untouched = try network.run(batch.inputs).output.argmax(axis: 1).ints
      #expect(try branch.answers(recording, with: recording.value) == untouched, "\(tap)")
      let width = try DirectionSubspace.rows(of: recording.value).shape[1]
      var stream = RandomStream(seed: 5, tap)
      let subspace = try DirectionSubspace(
        spannedBy: stream.normal([min(4, width), width]), mean: .init(repeating: 0.1, count: width),
        scale: .init(repeating: 1, count: width))
      let whole = try network.run(batch.inputs, editing: [tap: subspace.removal]).output.argmax(axis: 1).ints
      #expect(try branch.answers(recording, with: subspace.removing(from: recording.value)) == whole, "\(tap)")
      changed += zip(whole, untouched).count { $0 != $1 }
      let some = try recording.rows([3, 17, 5])
      #expect(try branch.answers(some, with: subspace.removing(from: some.value)) == [3, 17, 5].map { whole[$0] })
    }
    #expect(changed > 0, "the removals are not idle")
  }

  @Test func whatStandsBesideTheTapIsKeptAndNotComputedAgain() throws {
    let batch = try data().batch(Array(0..<4))
    let beside = try TapBranch(network(), tap: "conv2").record(batch)
    #expect(Set(beside.others.keys) == ["relu1"], "the skip connection's value")
    #expect(try TapBranch(network(), tap: "sum").record(batch).others.isEmpty)
    #expect(try TapBranch(network(), tap: "input").record(batch).others.isEmpty)
  }

  @Test func brokenValuesAndForeignNamesAreRefused() throws {
    var broken = try network()
    try broken.parameters.set("conv1.bias", to: Tensor([Float](repeating: .nan, count: 4)))
    let batch = try data().batch(Array(0..<4))
    let error = #expect(throws: VitroError.self) { try TapBranch(broken, tap: "relu1").record(batch) }
    #expect(error?.code == .numerical && error?.details["field"] == "relu1")
    #expect(throws: VitroError.self) { try TapBranch(network(), tap: "relu3") }
    let several = try Network(network().graph, instances: 2, seed: 0)
    #expect(throws: VitroError.self) { try TapBranch(several, tap: "relu1") }
    #expect(throws: VitroError.self) { try TapBranch.answers(Tensor.zeros([4, 1]), "test") }
    #expect(throws: VitroError.self) { try TapBranch.answers(Tensor([1, .nan] as [Float], shape: [1, 2]), "test") }
  }

  @Test func convolutionsAreIntervenedOnAndThreadsDoNotChangeBits() throws {
    let (network, data) = try (network(), data())
    let count = Threads.count
    defer { Threads.count = count }
    let directions = try ["input", "relu1", "sum", "scores"].map { tap in
      let values = try #require(network.activations(data, at: .names([tap]))[tap])
      let rows = try DirectionSubspace.rows(of: values)
      let standardizer = try Standardizer(fitting: rows)
      let regression = LogisticRegression(inverseRegularization: 0.01, standardizing: true)
      let (labels, shuffled) = (data.labels, data.labels.reversed().map { $0 })
      return ProbeDirections(
        tap: tap, model: try regression.fit(rows, labels: labels, classCount: 3).model,
        control: try regression.fit(rows, labels: shuffled, classCount: 3).model, mean: standardizer.mean,
        scale: standardizer.scale)
    }
    var study = DirectionInterventions()
    study.draws = 3
    study.mostSteered = 20
    var results: [ReadableAndUsed] = []
    for threads in [1, 2] {
      Threads.count = threads
      results.append(
        try study.run(
          network, data, directions: directions, groups: (0..<data.count).map { $0 / 3 }, seed: 4,
          observer: SilentObserver()))
    }
    #expect(results[0] == results[1])
    for value in results[0].values {
      #expect(value.removal.rank == 2 && value.shuffled?.rank == 2 && value.random.allSatisfy { $0.rank == 2 })
      #expect((0...1).contains(value.removal.variance))
      #expect(value.random.count == 3 && value.classRemoval != nil)
      #expect(value.steering.probe[4].value == value.steering.random[4].value, "both untouched")
      #expect(abs(value.steering.probe[4].value - 1.0 / 3) < 1e-12)
    }
  }
}
