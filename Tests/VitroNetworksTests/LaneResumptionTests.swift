import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

/// The bits of a training in lanes, and what is left to the network engine.
@Suite struct LaneResumptionTests {
  // MARK: Bits

  @Test(arguments: [DType.float32, .float64]) func bitsDependOnNeitherThreadsNorOtherInstances(_ dtype: DType) throws {
    let usual = Threads.count
    defer { Threads.count = usual }
    let source = try LaneTrainingTests.source(1, loss: .meanSquaredError)
    func train(_ instances: Int, threads: Int) throws -> Network {
      Threads.count = threads
      var network = try Network(LaneTrainingTests.kinked[0].graph, instances: instances, dtype: dtype, seed: 5)
      try Trainer(LaneTrainingTests.settings()).train(&network, on: source)
      return network
    }
    let whole = try train(70, threads: 1)
    #expect(try train(70, threads: 3).bits == whole.bits)
    for count in [1, 16, 37] {
      let part = try train(count, threads: 2)
      for index in [0, count / 2, count - 1] {
        #expect(try part.instance(index).bits == whole.instance(index).bits, "instance \(index) of \(count)")
      }
    }
  }

  @Test(arguments: LaneTrainingTests.optimizers) func anInterruptedTrainingGoesOnToTheSameBits(
    _ optimizer: Optimizer
  ) throws {
    let source = try LaneTrainingTests.source(1, loss: .meanSquaredError)
    let settings = LaneTrainingTests.settings {
      $0.optimizer = optimizer
      $0.earlyStopping = .init(.validationLoss, patience: 100)
      $0.checkpoint = .steps(7)
    }
    func train(stops: [Int]) throws -> (bits: [UInt8], history: TrainingHistory) {
      let directory = try TemporaryDirectory()
      for stop in stops {
        var network = try Network(LaneTrainingTests.kinked[0].graph, instances: 5, seed: 1)
        let result = try Trainer(settings).train(
          &network, on: source, validation: source, checkpoints: directory.path, observer: Stopper(before: stop))
        #expect(result.state == .interrupted && result.steps == stop)
      }
      var network = try Network(LaneTrainingTests.kinked[0].graph, instances: 5, seed: 1)
      let result = try Trainer(settings).train(&network, on: source, validation: source, checkpoints: directory.path)
      return (try network.bits, result.history)
    }
    let whole = try train(stops: [])
    // Three batches an epoch: at the start, in mid-epoch, at a boundary.
    for stops in [[0], [8], [12], [3, 5, 19]] {
      let parts = try train(stops: stops)
      #expect(parts.bits == whole.bits && parts.history == whole.history, "\(stops)")
    }
  }

  @Test func watchingChangesNothing() throws {
    let source = try LaneTrainingTests.source(1, loss: .meanSquaredError)
    var (alone, watched) = (
      try Network(LaneTrainingTests.kinked[0].graph, instances: 5, seed: 1),
      try Network(LaneTrainingTests.kinked[0].graph, instances: 5, seed: 1)
    )
    let result = try Trainer(LaneTrainingTests.settings()).train(&alone, on: source)
    let observer = Stopper(before: 1000)
    let other = try Trainer(LaneTrainingTests.settings()).train(&watched, on: source, observer: observer)
    #expect(try alone.bits == watched.bits && result.history == other.history)
    #expect(observer.steps.map(\.step) == Array(0..<100) && observer.steps[4].batchCount == 3)
    #expect(observer.steps.allSatisfy { $0.losses.count == 5 && $0.losses.allSatisfy(\.isFinite) })
  }

  @Test func earlyStoppingRestoresTheBestEpoch() throws {
    let (source, test) = (
      try LaneTrainingTests.source(1, loss: .meanSquaredError, count: 12),
      try LaneTrainingTests.source(1, loss: .huber(delta: 1), count: 40)
    )
    var network = try Network(LaneTrainingTests.kinked[0].graph, instances: 3, seed: 1)
    let settings = LaneTrainingTests.settings {
      ($0.duration, $0.batchSize, $0.optimizer) = (.epochs(500), nil, .adam(rate: 0.05))
      $0.earlyStopping = .init(.validationLoss, patience: 4)
    }
    let result = try Trainer(settings).train(&network, on: source, validation: test)
    let best = try #require(result.history.bestEpoch)
    #expect(result.state == .stoppedEarly && result.history.epochs.count == best + 6)
    let expected = try #require(result.history.epochs[best].validation?.loss)
    #expect(difference(try network.evaluate(test, loss: .meanSquaredError).loss, expected) < 1e-6)
  }

  // MARK: What does not fit

  @Test func whatTheKernelsCannotDoIsLeftToTheNetworkEngine() throws {
    func isTaken(
      _ graph: Graph, instances: Int? = 4, _ change: (inout TrainingSettings) -> Void = { _ in }
    ) throws -> Bool {
      let network = try Network(graph, instances: instances, seed: 1)
      return LaneNetwork(preferredFor: network, LaneTrainingTests.settings(change)) != nil
    }
    let graph = LaneTrainingTests.smooth[1].graph
    #expect(try isTaken(graph))
    #expect(try !isTaken(graph, instances: nil))
    let wide = LaneTrainingTests.Topology.chain(
      "wide", [Linear(3, 40), Activation(.relu), Linear(40, 40), Linear(40, 1)]
    ).graph
    #expect(try !isTaken(wide, instances: 2) && isTaken(wide, instances: 16))
    #expect(try !isTaken(graph) { $0.clip = 1 })
    #expect(try !isTaken(graph) { $0.engine = .general })
    #expect(try !isTaken(graph) { ($0.optimizer, $0.batchSize) = (.lbfgs(.init()), nil) })
    for layers: [any Layer] in [
      [Linear(3, 4), Dropout(0.5), Linear(4, 1)], [Linear(3, 4), BatchNorm(4), Linear(4, 1)], [Activation(.tanh)],
      [Linear(3, 4), Softmax()], [Linear(3, 4), Activation(.identity), Reshape([2, 2]), Flatten()],
    ] {
      #expect(try !isTaken(LaneTrainingTests.Topology.chain("other", layers).graph))
    }
    #expect(try !isTaken(.chain("sequence", input: [5, 3], [("a", Linear(3, 2))])))
    let read = LaneTrainingTests.Topology.graph(
      "an output that is read", [("h", Linear(3, 2), ["x"]), ("y", Linear(2, 2), ["h"]), ("z", Add(), ["h", "y"])])
    var twice = read.graph
    twice.outputs = ["z", "h"]
    #expect(try isTaken(read.graph) && !isTaken(twice))
  }

  @Test func aLossOfOnesOwnAndBadBatchesAreTheNetworkEngines() throws {
    var network = try Network(LaneTrainingTests.smooth[1].graph, instances: 2, seed: 1)
    let source = try LaneTrainingTests.source(2, loss: .meanSquaredError)
    let before = try network.bits
    try Trainer(LaneTrainingTests.settings { $0.duration = .steps(1) }) { run, _, _ in
      try run.output.mean(axes: [1, 2]) * 0
    }.train(&network, on: source)
    #expect(try network.bits == before)
    for loss in [Loss.meanSquaredError, .crossEntropy] {
      let labels = try TensorSource(source.inputs[0], target: .full([43], 7))
      #expect(throws: VitroError.self) {
        try Trainer(LaneTrainingTests.settings { $0.loss = loss }).train(&network, on: labels)
      }
    }
    #expect(throws: VitroError.self) {
      try Trainer(LaneTrainingTests.settings()).train(
        &network, on: TensorSource(.ones([9, 4]), target: .ones([9, 2])))
    }
    let error = #expect(throws: VitroError.self) {
      try Trainer(LaneTrainingTests.settings { $0.optimizer = .sgd(rate: 1e300) }).train(&network, on: source)
    }
    #expect(error?.code == .numerical)
  }

  @Test func settingsWrittenBeforeThereWasAChoiceAreRead() throws {
    let settings = LaneTrainingTests.settings()
    let text = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
    #expect(!text.contains("ngine"))
    let general = LaneTrainingTests.settings { $0.engine = .general }
    let read = try JSONDecoder().decode(TrainingSettings.self, from: JSONEncoder().encode(general))
    #expect(read == general && read.engine == .general && read != settings)
  }
}

/// Keeps the steps, and stops a training before one.
private final class Stopper: TrainingObserver {
  private let limit: Int
  private var done = 0
  private(set) var steps: [TrainingStep] = []

  init(before limit: Int) { self.limit = limit }

  func started(_ settings: TrainingSettings, step: Int) { done = step }
  func step(_ step: TrainingStep) {
    steps.append(step)
    done = step.step + 1
  }
  func shouldStop() -> Bool { done >= limit }
}
