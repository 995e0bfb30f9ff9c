import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroProbing

@Suite struct ReadableAndUsedTests {
  /// Three features: two carry the label, with noise of their own, and the third is noise.
  private func data(_ count: Int) throws -> LabeledData {
    var stream = RandomStream(seed: 11, "planted")
    let noise = try stream.normal([count, 3]) * 0.4
    let labels = (0..<count).map { ($0 * 7 / 3) % 2 }
    let signal = try Tensor(
      labels.flatMap { label -> [Float] in label == 1 ? [1, 1, 0] : [-1, -1, 0] }, shape: [count, 3])
    return try LabeledData("planted", inputs: noise + signal, labels: labels, classNames: ["no", "yes"])
  }

  /// Reads feature 0 and ignores the others: the values pass unchanged, and the scores are −x₀ and x₀.
  private func network() throws -> Network {
    var network = try Network(
      Graph.chain(
        "first", input: [3], [("values", Linear(3, 3, bias: false)), ("scores", Linear(3, 2, bias: false))]))
    try network.parameters.set("values.weight", to: .eye(3))
    try network.parameters.set("scores.weight", to: Tensor([-1, 0, 0, 1, 0, 0] as [Float], shape: [2, 3]))
    return network
  }

  /// A probe that reads one feature at `values`, with a control that reads the third.
  private func probe(of feature: Int, tap: String = "values") throws -> ProbeDirections {
    func model(_ feature: Int) throws -> LinearModel {
      let weights = (0..<3).map { $0 == feature ? 2.0 : 0 }
      return try LinearModel(kind: .logistic, weights: Tensor(weights, shape: [1, 3]), intercepts: Tensor([0.0]))
    }
    return ProbeDirections(
      tap: tap, model: try model(feature), control: try model(2), mean: [0, 0, 0], scale: [1.1, 1.1, 0.4])
  }

  private func run(
    _ directions: [ProbeDirections], count: Int = 600, _ study: DirectionInterventions = DirectionInterventions()
  ) throws -> ReadableAndUsed {
    try study.run(network(), data(count), directions: directions, seed: 1, observer: SilentObserver())
  }

  @Test func whatTheNetworkReadsIsUsedAndWhatItIgnoresIsNot() throws {
    let found = try run([probe(of: 0), probe(of: 1)])
    #expect(found.accuracy.value > 0.95)
    for value in found.values {
      #expect(value.probe.value > 0.95 && (value.control?.value ?? 1) < 0.6)
      #expect(value.margin?.low ?? 0 > 0.3, "both carry the label")
      #expect(value.removal.rank == 1)
    }
    let (used, ignored) = (found.values[0], found.values[1])
    #expect(used.verdict == .used)
    #expect(used.removal.change.accuracy.high < -0.4)
    #expect(used.removal.change.pValue < 1e-20)
    #expect(ignored.verdict == .unused)
    #expect(ignored.removal.change.lost == 0 && ignored.removal.change.gained == 0)
    #expect(ignored.removal.change.pValue == 1)
    #expect(ignored.removal.variance > 0.3, "a large share of the variance was taken all the same")
    #expect(abs(ignored.shuffled?.change.accuracy.value ?? 1) < 0.01, "the third feature is noise")
    #expect(found.sentence.contains("**Readable and used** at `values`"))
    #expect(found.sentence.contains("**readable but not used** at `values`"))
  }

  /// The pattern of a probe takes along what varies with it: without that of the ignored feature, the feature that is read has lost its label too.
  @Test func patternsTakeAlongWhatVariesWithThem() throws {
    let found = try run([probe(of: 0), probe(of: 1)])
    for value in found.values {
      #expect(value.pattern.rank == 1 && value.pattern.variance > value.removal.variance)
      #expect(value.pattern.change.accuracy.high < -0.2)
      #expect(abs(value.shuffledPattern?.change.accuracy.value ?? 1) < 0.02, "the third feature varies with nothing")
      #expect(value.patternExcess?.high ?? 0 < -0.2)
    }
    #expect(found.values[1].verdict == .unused, "the verdict is on what the probe itself reads")
    #expect(found.sentence.contains("Without the probe's patterns"))
  }

  /// Where the probe's directions are most of the dimensions, random ones take them along and are no control: the loss itself decides.
  @Test func whatIsTheOnlyRouteIsNotCalledUnused() throws {
    var narrow = try Network(
      Graph.chain(
        "one unit", input: [3], [("unit", Linear(3, 1, bias: false)), ("scores", Linear(1, 2, bias: false))]))
    try narrow.parameters.set("unit.weight", to: Tensor([1, 0, 0] as [Float], shape: [1, 3]))
    try narrow.parameters.set("scores.weight", to: Tensor([-1, 1] as [Float], shape: [2, 1]))
    func model(_ weight: Double) throws -> LinearModel {
      try LinearModel(kind: .logistic, weights: Tensor([weight], shape: [1, 1]), intercepts: Tensor([0.0]))
    }
    let unit = ProbeDirections(tap: "unit", model: try model(2), control: try model(0.1), mean: [0], scale: [1])
    let found = try DirectionInterventions().run(
      narrow, data(1200), directions: [unit], seed: 1, observer: SilentObserver())
    #expect(found.values[0].removal.change.accuracy.high < -0.3)
    #expect(found.values[0].excess.value == 0, "every random direction is the same one")
    #expect(found.values[0].verdict == .used)
  }

  @Test func steeringMovesTheAnswersAlongWhatIsUsedOnly() throws {
    let found = try run([probe(of: 0), probe(of: 1)])
    let (used, ignored) = (found.values[0].steering, found.values[1].steering)
    #expect(used.strengths == [-4, -3, -2, -1, 0, 1, 2, 3, 4] && used.classCount == 2)
    #expect(used.probe.first?.value == 0 && used.probe.last?.value == 1)
    #expect(zip(used.probe, used.probe.dropFirst()).allSatisfy { $0.value <= $1.value })
    #expect(used.probe[4].value == 0.5, "untouched, the answers share out among the classes")
    #expect(ignored.probe.allSatisfy { $0.value == 0.5 })
    #expect(ignored.shuffled?.allSatisfy { $0.value == 0.5 } == true)
  }

  @Test func randomDirectionsOfAWideValueCostNextToNothing() throws {
    // 40 features, of which the network and the label know one.
    let (count, width) = (400, 40)
    var stream = RandomStream(seed: 12, "wide")
    let labels = (0..<count).map { $0 % 2 }
    let signal = labels.flatMap { label in (0..<width).map { $0 == 0 ? Float(label * 2 - 1) : 0 } }
    let inputs = try stream.normal([count, width]) * 0.5 + Tensor(signal, shape: [count, width])
    let data = try LabeledData("wide", inputs: inputs, labels: labels, classNames: ["no", "yes"])
    var network = try Network(Graph.chain("wide", input: [width], [("scores", Linear(width, 2, bias: false))]))
    let weights = (0..<width).map { $0 == 0 ? 1.0 : 0 }
    try network.parameters.set(
      "scores.weight", to: Tensor(weights.map { -$0 } + weights, shape: [2, width]).cast(to: .float32))
    let model = try LinearModel(
      kind: .logistic, weights: Tensor(weights, shape: [1, width]), intercepts: Tensor([0.0]))
    let probe = ProbeDirections(
      tap: "input", model: model, mean: .init(repeating: 0, count: width), scale: .init(repeating: 0.5, count: width))
    let found = try DirectionInterventions().run(
      network, data, directions: [probe], seed: 3, observer: SilentObserver())
    let value = found.values[0]
    #expect(value.removal.change.accuracy.value < -0.4)
    #expect(value.randomChange > -0.03, "one direction of forty is not missed")
    #expect(value.randomRange.low <= value.randomChange && value.randomChange <= value.randomRange.high)
    #expect(value.random.allSatisfy { $0.variance < 0.2 })
    #expect(value.control == nil && value.verdict == .notReadable, "nothing is called readable without a control")
  }

  @Test func everySingleClassIsTakenOutOfItsOwn() throws {
    // Three classes on three features; the scores are the features.
    let count = 300
    var stream = RandomStream(seed: 13, "three")
    let labels = (0..<count).map { $0 % 3 }
    let signal = labels.flatMap { label in (0..<3).map { $0 == label ? Float(2) : 0 } }
    let inputs = try stream.normal([count, 3]) * 0.3 + Tensor(signal, shape: [count, 3])
    let data = try LabeledData("three", inputs: inputs, labels: labels, classNames: ["a", "b", "c"])
    var network = try Network(Graph.chain("three", input: [3], [("scores", Linear(3, 3, bias: false))]))
    try network.parameters.set("scores.weight", to: .eye(3))
    let model = try LinearModel(
      kind: .logistic, weights: .eye(3, dtype: .float64), intercepts: .zeros([3], dtype: .float64))
    let mean = [Double](repeating: 2.0 / 3, count: 3)
    let probe = ProbeDirections(tap: "input", model: model, mean: mean, scale: [1, 1, 1])
    let found = try DirectionInterventions().run(
      network, data, directions: [probe], seed: 3, observer: SilentObserver())
    let removal = try #require(found.values[0].classRemoval)
    #expect(removal.own.value < -0.3, "its own class is no longer told apart")
    #expect(removal.others.value > -0.05, "the others still are")
    #expect(found.values[0].removal.rank == 2)
  }

  @Test func unfittingDirectionsAreRefused() throws {
    var probe = try probe(of: 0)
    probe.scale = [1, 1]
    #expect(throws: VitroError.self) { try run([probe]) }
    probe = try self.probe(of: 0)
    probe.mean[1] = .nan
    #expect(throws: VitroError.self) { try run([probe]) }
    probe = try self.probe(of: 0)
    probe.model.weights = try Tensor([1, .nan, 0], shape: [1, 3])
    #expect(throws: VitroError.self) { try run([probe]) }
    probe = try self.probe(of: 0)
    probe.classes = [0]
    #expect(throws: VitroError.self) { try run([probe]) }
    #expect(throws: VitroError.self) { try run([self.probe(of: 0, tap: "scores")]) }
    var study = DirectionInterventions()
    study.mostBytes = 10
    let error = #expect(throws: VitroError.self) { try run([self.probe(of: 0)], study) }
    #expect(error?.code == .memory)
    study = DirectionInterventions()
    study.draws = 0
    #expect(throws: VitroError.self) { try run([self.probe(of: 0)], study) }
  }

  @Test func stoppingIsHonoured() throws {
    struct Stopper: Observer {
      func update(_ progress: ProgressUpdate) {}
      var shouldStop: Bool { true }
    }
    let error = #expect(throws: VitroError.self) {
      try DirectionInterventions().run(
        network(), data(30), directions: [probe(of: 0)], seed: 1, observer: Stopper())
    }
    #expect(error?.code == .interrupted)
  }

  @Test func exactPValuesAreThoseOfTheBinomial() throws {
    func p(_ lost: Int, _ gained: Int) throws -> Double {
      let before = [Bool](repeating: true, count: lost) + [Bool](repeating: false, count: gained + 3)
      let after = before.indices.map { $0 >= lost && $0 < lost + gained }
      return try PairedChange(before: before, after: after, seed: 0).pValue
    }
    #expect(try abs(p(5, 0) - 2.0 / 32) < 1e-12)
    #expect(try abs(p(0, 5) - 2.0 / 32) < 1e-12)
    #expect(try abs(p(8, 2) - 2.0 * 56 / 1024) < 1e-12)
    #expect(try p(4, 4) == 1 && p(0, 0) == 1)
    let nothing = try PairedChange(
      before: .init(repeating: true, count: 100), after: .init(repeating: true, count: 100), seed: 0)
    #expect(nothing.accuracy.value == 0)
    #expect(abs(nothing.accuracy.low + 0.0362) < 1e-4, "nothing of 100 may still be 3.6 % of the world")
  }

  @Test func theReportShowsWhatWasFound() throws {
    let found = try run([probe(of: 0), probe(of: 1, tap: "input")], count: 200)
    let blocks = found.blocks()
    let report = Report(id: "causes", title: "Causes", sections: [ReportSection("Readable and used", blocks)])
    try report.validate()
    #expect(report.figures.count == 2)
    guard case .sequence(let sequence) = report.figures[1].content else {
      Issue.record("the steering curves are a sequence")
      return
    }
    #expect(sequence.frames.map(\.name) == ["values", "input"])
    #expect(ReadableAndUsed(accuracy: found.accuracy, count: 1, steeredCount: 1, draws: 1, values: []).blocks().isEmpty)
    guard case .array(let facts) = found.facts else {
      Issue.record("the facts are a list")
      return
    }
    #expect(facts.count == 2)
    for fact in facts {
      guard case .object(let fact) = fact else { continue }
      let keys = ["tap", "accuracyChange", "interval", "randomChange", "randomRange", "shuffledChange", "variance"]
      #expect(Set(keys).isSubset(of: fact.keys))
    }
  }
}
