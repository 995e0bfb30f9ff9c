internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// Many networks of one task, trained from many seeds in one pass, and looked at on the way.
struct SeedTraining: Sendable {
  let task: CircuitTask
  let seeds: Int
  /// Whose parameters are kept at every moment, by number.
  var followed = 0

  /// What was seen at a moment.
  struct Moment: Codable, Sendable {
    /// After how many steps.
    var step: Int
    /// The loss of each seed's network.
    var losses: [Double]
    /// The parameters of the first networks, each in the order of the graph.
    var parameters: [[Double]]
  }

  /// What training gave.
  struct Result: Codable, Sendable {
    /// What was seen on the way; the last moment is the end.
    var moments: [Moment]

    /// The final loss of each seed.
    var losses: [Double] { moments.last?.losses ?? [] }
  }

  /// The name of the file of trained networks in a stage's directory.
  static let networksFile = "networks"

  /// Trains, and leaves the networks in the stage's directory.
  ///
  /// Training is cut at the moments; what was seen stands beside the checkpoint, so an interrupted stage goes on to the same result.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `interrupted` when the observer asks to stop, `numerical` when every network diverges.
  func train(_ stage: Stage, seed: UInt64) throws -> Result {
    var network = try Network(task.graph, instances: seeds, seed: seed)
    let inputs = try Tensor(rows: task.inputs).cast(to: .float32)
    let targets = try Tensor(task.targets, shape: [task.targets.count, 1]).cast(to: .float32)
    let notes = stage.checkpoints.appending(path: "moments.json")
    var moments: [Moment] = []
    if let data = try? Data(contentsOf: notes),
      let seen = try? JSONDecoder.withNonFinite.decode([Moment].self, from: data)
    {
      // The last one is seen again, so that the networks come out of the checkpoint in any case.
      moments = seen.dropLast()
    }
    let reporter = TrainingReporter(stage, stage: "training \(seeds) networks", totalSteps: task.steps)
    for step in Self.steps(to: task.steps) where step > (moments.last?.step ?? -1) {
      if step > 0 {
        let settings = TrainingSettings(
          .steps(step), batchSize: task.inputs.count, optimizer: task.optimizer, schedule: task.schedule,
          loss: task.loss, seed: seed, shuffle: false, checkpoint: .seconds(20))
        let source = RepeatedBatch(batch: Batch(inputs, target: targets), times: task.steps)
        let result = try Trainer(settings).train(
          &network, on: source, checkpoints: stage.checkpoints.path, observer: reporter)
        guard result.state != .interrupted else {
          throw VitroError(.interrupted, "training", "stopped after \(result.steps) of \(task.steps) steps")
        }
      }
      moments.append(try moment(step, network, inputs, targets))
      try Data(JSONEncoder.withNonFinite.encode(moments)).write(to: notes, options: .atomic)
    }
    try network.save(to: stage.directory.appending(path: Self.networksFile).path)
    return Result(moments: moments)
  }

  private func moment(_ step: Int, _ network: Network, _ inputs: Tensor, _ targets: Tensor) throws -> Moment {
    let losses = try task.loss(network(inputs), targets, instances: seeds).doubles
    let parameters = try (0..<Swift.min(followed, seeds)).map { index in
      let single = try network.instance(index).parameters
      return try single.names.flatMap { try single.value(named: $0).doubles }
    }
    return Moment(step: step, losses: losses, parameters: parameters)
  }

  /// The moments at which training is looked at: about forty, close together at first.
  private static func steps(to last: Int) -> [Int] {
    let spaced = (0...36).map { Int((Double(last) * pow(Double($0) / 36, 2.5)).rounded()) }
    return Set(spaced + [last]).sorted()
  }
}

/// The same batch again and again: one epoch of many steps, so that no metrics are kept of each.
private struct RepeatedBatch: BatchSource {
  let batch: Batch
  let times: Int
  var count: Int { times * batch.target.shape[0] }
  func batch(_ indices: [Int]) throws -> Batch { batch }
}

extension JSONDecoder {
  /// Reads what the encoder of the same name writes.
  fileprivate static var withNonFinite: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

extension JSONEncoder {
  /// Writes NaN and infinity as words.
  fileprivate static var withNonFinite: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}
