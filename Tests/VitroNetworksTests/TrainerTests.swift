import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

@Suite struct TrainerTests {
  static let graph = Graph.chain(
    "mlp", input: [6],
    [
      ("a", Linear(6, 16)), ("norm", BatchNorm(16)), ("relu", Activation(.relu)), ("drop", Dropout(0.3)),
      ("b", Linear(16, 3)),
    ])

  static func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
    var settings = TrainingSettings(
      .epochs(6), batchSize: 16, optimizer: .adam(rate: 0.01),
      schedule: .warmUp(steps: 5, then: .exponential(factor: 0.9)),
      loss: .crossEntropy, clip: 1, seed: 3)
    change(&settings)
    return settings
  }

  @Test func trainingLearns() throws {
    var network = try Network(Self.graph, seed: 1)
    let (source, test) = (try spiral(400), try spiral(200, seed: 6))
    let before = try network.accuracy(test)[0]
    let result = try Trainer(Self.settings { $0.duration = .epochs(20) }).train(&network, on: source, validation: test)
    let last = try #require(result.history.epochs.last)
    #expect(result.state == .finished && result.steps == 20 * 25 && result.history.epochs.count == 20)
    #expect(before < 0.6 && (last.validation?.accuracy?[0] ?? 0) > 0.85)
    let measured = try network.evaluate(test, loss: .crossEntropy, batchSize: 7)
    #expect(difference(measured.loss, last.validation?.loss ?? []) < 1e-5)
    #expect(measured.accuracy == (try network.accuracy(test, batchSize: 50)))
  }

  @Test(arguments: [nil, 2]) func anInterruptedTrainingGoesOnToTheSameBits(_ instances: Int?) throws {
    let source = try spiral(83)
    let trainer = Trainer(Self.settings { $0.earlyStopping = .init(.validationLoss, patience: 3) })
    func train(stops: [Int]) throws -> (bits: [UInt8], history: TrainingHistory) {
      let directory = try TemporaryDirectory()
      for stop in stops {
        var network = try Network(Self.graph, instances: instances, seed: 1)
        let result = try trainer.train(
          &network, on: source, validation: source, checkpoints: directory.path, observer: Stopper(before: stop))
        #expect(result.state == .interrupted && result.steps == stop)
      }
      var network = try Network(Self.graph, instances: instances, seed: 1)
      let result = try trainer.train(&network, on: source, validation: source, checkpoints: directory.path)
      #expect(result.state != .interrupted)
      return (try network.bits, result.history)
    }
    let whole = try train(stops: [])
    // Six batches an epoch: at the start, in mid-epoch, at a boundary, twice in one epoch.
    for stops in [[0], [8], [12], [3, 5, 19]] {
      let parts = try train(stops: stops)
      #expect(parts.bits == whole.bits && parts.history == whole.history, "\(stops)")
    }
  }

  @Test(arguments: [Optimizer.sgd(rate: 0.05, momentum: 0.9), .adamW(), .lbfgs(.init())])
  func everyOptimizerResumes(_ optimizer: Optimizer) throws {
    let source = try spiral(40)
    let graph = Graph.chain("mlp", input: [6], [("a", Linear(6, 5)), ("tanh", Activation(.tanh)), ("b", Linear(5, 3))])
    let settings = TrainingSettings(.epochs(8), optimizer: optimizer, loss: .crossEntropy, shuffle: false)
    var whole = try Network(graph, seed: 2)
    try Trainer(settings).train(&whole, on: source)
    let directory = try TemporaryDirectory()
    var parts = try Network(graph, seed: 2)
    try Trainer(settings).train(&parts, on: source, checkpoints: directory.path, observer: Stopper(before: 4))
    parts = try Network(graph, seed: 99)
    try Trainer(settings).train(&parts, on: source, checkpoints: directory.path)
    #expect(try parts.bits == whole.bits)
  }

  @Test func aLongerTrainingGoesOnFromAFinishedOne() throws {
    let (source, directory) = (try spiral(64), try TemporaryDirectory())
    var whole = try Network(Self.graph, seed: 1)
    try Trainer(Self.settings()).train(&whole, on: source)
    var parts = try Network(Self.graph, seed: 1)
    try Trainer(Self.settings { $0.duration = .epochs(2) }).train(&parts, on: source, checkpoints: directory.path)
    try Trainer(Self.settings()).train(&parts, on: source, checkpoints: directory.path)
    #expect(try parts.bits == whole.bits)
  }

  @Test func anotherTrainingsCheckpointIsRefused() throws {
    let (source, directory) = (try spiral(64), try TemporaryDirectory())
    var network = try Network(Self.graph, seed: 1)
    try Trainer(Self.settings { $0.duration = .epochs(1) }).train(&network, on: source, checkpoints: directory.path)
    let bits = try network.bits
    var error = #expect(throws: VitroError.self) {
      try Trainer(Self.settings { $0.batchSize = 8 }).train(&network, on: source, checkpoints: directory.path)
    }
    #expect(error?.message.contains("batchSize 16, now it is 8") ?? false)
    error = #expect(throws: VitroError.self) {
      try Trainer(Self.settings()).train(&network, on: spiral(65), checkpoints: directory.path)
    }
    #expect(error?.message.contains("examples") ?? false)
    var other = try Network(.chain("other", input: [6], [("a", Linear(6, 3))]))
    error = #expect(throws: VitroError.self) {
      try Trainer(Self.settings()).train(&other, on: source, checkpoints: directory.path)
    }
    #expect(error?.message.contains("another network") ?? false)
    #expect(try network.bits == bits)
  }

  @Test func aDamagedCheckpointIsAnErrorAndNothingElse() throws {
    let (source, directory) = (try spiral(64), try TemporaryDirectory())
    var network = try Network(Self.graph, seed: 1)
    let trainer = Trainer(Self.settings { $0.duration = .epochs(1) })
    try trainer.train(&network, on: source, checkpoints: directory.path)
    let path = directory.path + "/checkpoint.safetensors"
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var words = RandomStream(seed: 1, "damage")
    for round in 0..<100 {
      var damaged = bytes
      let draws = words.draw(words: 3)
      if round % 3 == 0 {
        damaged.removeLast(Int(draws[0]) % bytes.count)
      } else {
        damaged[Int(draws[1]) % 3000] = UInt8(truncatingIfNeeded: draws[2])
      }
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      var other = try Network(Self.graph, seed: 1)
      do { try trainer.train(&other, on: source, checkpoints: directory.path) } catch is VitroError {}
    }
  }

  @Test func earlyStoppingRestoresTheBestEpoch() throws {
    let (source, test) = (try spiral(24), try spiral(60, seed: 8))
    var network = try Network(Self.graph, seed: 1)
    let settings = Self.settings {
      $0.duration = .epochs(300)
      $0.optimizer = .adam(rate: 0.05)
      $0.schedule = .constant
      $0.earlyStopping = .init(.validationLoss, patience: 4)
    }
    let result = try Trainer(settings).train(&network, on: source, validation: test)
    let best = try #require(result.history.bestEpoch)
    #expect(result.state == .stoppedEarly && result.history.epochs.count == best + 6)
    let losses = result.history.epochs.compactMap { $0.validation?.loss[0] }
    #expect(losses[best] == losses.min())
    #expect(abs(try network.evaluate(test, loss: .crossEntropy).loss[0] - losses[best]) < 1e-6)
  }

  @Test func aDivergingTrainingSaysSo() throws {
    var network = try Network(Self.graph, seed: 1)
    let error = #expect(throws: VitroError.self) {
      try Trainer(TrainingSettings(.epochs(50), optimizer: .sgd(rate: 1e30), loss: .meanSquaredError))
        .train(&network, on: TensorSource(.ones([8, 6]), target: .zeros([8, 3])))
    }
    #expect(error?.code == .numerical)
  }

  @Test func theLossMayBeAnyFunction() throws {
    var network = try Network(Self.graph, seed: 1)
    let trainer = Trainer(TrainingSettings(.steps(5), loss: .meanSquaredError)) { run, batch, _ in
      try (run.output.square().mean() + batch.target.mean()) * 2
    }
    let source = try TensorSource(.ones([8, 6]), target: .full([8], 3))
    let result = try trainer.train(&network, on: source)
    #expect(result.steps == 5 && result.history.epochs[0].training.loss[0] >= 6)
  }

  @Test func aContiguousBatchSharesMemoryAndOthersAreGathered() throws {
    let source = try spiral(10)
    let run = try source.batch([3, 4, 5])
    #expect(run.inputs[0].raw.buffer === source.inputs[0].raw.buffer)
    let mixed = try source.batch([5, 3])
    #expect(try mixed.inputs[0].select(at: 1).isIdentical(to: source.inputs[0].select(at: 3)))
    #expect(throws: VitroError.self) { try source.batch([10]) }
  }

  @Test func activationsAreJoinedOverBatchesWithinALimit() throws {
    let network = try Network(Self.graph, instances: 2, seed: 1)
    let source = try spiral(23)
    let values = try network.activations(source, at: ["relu"], batchSize: 5)
    let whole = try network.run(source.inputs, recording: ["relu"]).value(at: "relu")
    #expect(try difference(#require(values["relu"]), whole) < 1e-6)
    #expect(try network.predictions(source, batchSize: 5).shape == [2, 23, 3])
    let error = #expect(throws: VitroError.self) {
      try network.activations(source, at: ["relu"], batchSize: 5, limit: 1000)
    }
    #expect(error?.code == .memory)
  }

  @Test func settingsThatCannotWorkAreRefused() throws {
    let source = try spiral(10)
    for change: (inout TrainingSettings) -> Void in [
      { $0.batchSize = 0 }, { $0.clip = -1 }, { $0.optimizer = .sgd(rate: .infinity) }, { $0.duration = .epochs(-1) },
      { $0.earlyStopping = .init(patience: 2) }, { $0.loss = .huber(delta: 0) },
      {
        $0.batchSize = 11; $0.dropLast = true
      }, { $0.optimizer = .lbfgs(.init()) }, { $0.checkpoint = .steps(0) },
    ] {
      var network = try Network(Self.graph, seed: 1)
      #expect(throws: VitroError.self) { try Trainer(Self.settings(change)).train(&network, on: source) }
    }
    let coded = try JSONDecoder().decode(TrainingSettings.self, from: JSONEncoder().encode(Self.settings()))
    #expect(coded == Self.settings())
  }
}

/// Stops a training before a step.
private final class Stopper: TrainingObserver {
  private let limit: Int
  private var done = 0

  init(before limit: Int) { self.limit = limit }

  func started(_ settings: TrainingSettings, step: Int) { done = step }
  func step(_ step: TrainingStep) { done = step.step + 1 }
  func shouldStop() -> Bool { done >= limit }
}
