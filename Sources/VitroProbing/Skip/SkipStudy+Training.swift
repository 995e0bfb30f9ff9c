internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroLab
internal import VitroNetworks

/// What a training of the depth study came to.
struct SkipTraining: Codable, Sendable {
  /// The test loss of each network, nats.
  var losses: [Double]
  /// The right answers on the test part of each network.
  var correct: [Int]
  /// The number of test examples.
  var count: Int
}

extension SkipStudy {
  private static func file(_ step: Int) -> String { "after-\(step)" }

  /// Trains the networks of one kind and keeps them at each moment that is to be probed.
  ///
  /// A moment that is reached is kept beside the checkpoint, so that an interrupted training finds it again.
  func train(
    _ data: LabeledData, _ parts: DataParts, isSkipping: Bool, stage: Stage
  ) throws -> SkipTraining {
    try LayerRegistry.register(HiddenLayer.self)
    let graph = graph(input: data.exampleShape, classes: data.classNames.count, isSkipping: isSkipping)
    var network = try Network(graph, instances: seeds, initialization: initialization(of: graph), seed: stage.seed)
    let (training, validation) = try (data.subset(parts.train), data.subset(parts.validation))
    let name = isSkipping ? "with the skip" : "without the skip"
    for step in Set(probedSteps + [0]).sorted() {
      let kept = stage.checkpoints.appending(path: Self.file(step)).path
      // Written last, so that a network that was cut short is not taken for a whole one.
      if FileManager.default.fileExists(atPath: kept + "/network.json") {
        network = try Network(contentsOf: kept)
        continue
      }
      let settings = TrainingSettings(
        .steps(step), batchSize: batchSize, optimizer: .sgd(rate: rate), loss: .crossEntropy, seed: stage.seed,
        checkpoint: .seconds(20))
      let result = try Trainer(settings).train(
        &network, on: training, validation: validation, checkpoints: stage.checkpoints.path,
        observer: TrainingReporter(stage, stage: "training \(name)", totalSteps: steps, prefix: "\(name): "))
      guard result.state != .interrupted else {
        throw VitroError(.interrupted, "training \(name)", "stopped after \(result.steps) of \(steps) steps")
      }
      try network.save(to: kept)
    }
    for step in Set(probedSteps + [0]).sorted() {
      try FileManager.default.copyItem(
        at: stage.checkpoints.appending(path: Self.file(step)), to: stage.directory.appending(path: Self.file(step)))
    }
    let test = try data.subset(parts.test)
    let metrics = try network.evaluate(test, loss: .crossEntropy)
    return SkipTraining(
      losses: metrics.loss,
      correct: (metrics.accuracy ?? []).map { Int(($0 * Double(test.count)).rounded()) }, count: test.count)
  }

  /// The first network of a training, as it was after a step.
  func network(after step: Int, of stage: String, in run: Run) throws -> Network {
    try LayerRegistry.register(HiddenLayer.self)
    return try Network(contentsOf: run.artifact(Self.file(step), of: stage).path).instance(0)
  }
}
