internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// Examples of each seed: inputs `[seeds, examples, …]` and targets `[seeds, examples, …]`.
struct ContestExamples: Sendable {
  var inputs: Tensor
  var targets: Tensor

  func range(_ range: Range<Int>) throws -> TensorSource {
    try TensorSource(
      inputs: [inputs.slice(axis: 1, range)], target: targets.slice(axis: 1, range), axis: 1)
  }

  /// The same examples with targets that say nothing of their inputs.
  func shuffled(seed: UInt64) throws -> ContestExamples {
    var stream = RandomStream(seed: seed, "shuffled targets")
    let order = try Tensor(stream.permutation(count))
    return ContestExamples(inputs: inputs, targets: try targets.gather(order, axis: 1))
  }

  var count: Int { inputs.shape[1] }
}

/// What networks of different kinds learn, from more and more examples.
protocol ContestTask: Sendable {
  /// What training makes small.
  var loss: Loss { get }

  /// The first examples of each seed's own order, larger sizes holding the smaller ones.
  func training(_ size: Int, seeds: Int, seed: UInt64) throws -> ContestExamples

  /// Examples to judge by, none of which any size trains on.
  func test(seeds: Int, seed: UInt64) throws -> ContestExamples

  /// What does not change the target.
  func action() throws -> GroupAction

  /// Whether the group is all permutations of the points: then random ones are no control.
  var isSymmetricGroup: Bool { get }

  /// A random element of the group, as a permutation of the points.
  func randomElement(_ stream: inout RandomStream) -> [Int]
}

extension ContestTask {
  /// Each example and `copies − 1` copies of it, moved by random elements of the group; inputs are `[seeds, examples, points, channels]`.
  func moved(_ examples: ContestExamples, copies: Int, seed: UInt64) throws -> ContestExamples {
    let shape = examples.inputs.shape
    let (points, channels) = (shape[2], shape[3])
    var stream = RandomStream(seed: seed, "moved copies")
    let values = try examples.inputs.floats
    var result: [Float] = []
    result.reserveCapacity(values.count * copies)
    for start in stride(from: 0, to: values.count, by: points * channels) {
      result += values[start..<start + points * channels]
      for _ in 1..<copies {
        for point in randomElement(&stream) {
          let first = start + point * channels
          result += values[first..<first + channels]
        }
      }
    }
    let rest = Array(examples.targets.shape.dropFirst(2))
    let targets = try examples.targets.reshaped([shape[0], shape[1], 1] + rest)
      .expanded(to: [shape[0], shape[1], copies] + rest).reshaped([shape[0], shape[1] * copies] + rest)
    return ContestExamples(
      inputs: try Tensor(result, shape: [shape[0], shape[1] * copies, points, channels]), targets: targets)
  }
}

/// A kind of network.
struct Contender: Sendable {
  var name: String
  var graph: Graph
  /// How it stands to the equivariant network; `nil` for that itself.
  var comparison: String?
  /// How often each example occurs in training, but for the first time moved by a random element of the group.
  var copies = 1
  /// Where the equivariant network has pooled over the points, and the group acts no more.
  var pooled: [String] = []

  /// The number of trained numbers.
  var parameterCount: Int {
    get throws { try Network(graph).parameters.trainableCount }
  }
}

/// Networks of different kinds trained on the same examples, tuned by the same rule.
///
/// Of each seed's examples four fifths are trained on; the last fifth chooses among the settings, by the validation score, and where
/// that is equal by the validation loss. Both parts count as examples that the network has had. The test part is looked at once, by what was chosen.
struct SampleContest<Task: ContestTask>: Sendable {
  let task: Task
  let seeds: Int
  let steps: Int
  let batchSize: Int
  let rates: [Double]
  let decays: [Double]

  /// A way to train.
  struct Setting: Codable, Sendable, Hashable {
    var rate: Double
    var decay: Double
  }

  /// What one kind of network does with so many examples.
  struct Point: Codable, Sendable {
    var size: Int
    /// On the test part: the accuracy, or the mean squared error, for each seed.
    var scores: [Double]
    /// On the training part, for each seed.
    var trainingLosses: [Double]
    /// What each seed chose.
    var chosen: [Setting]
    /// On the test part before training, for each seed.
    var untrained: [Double]
  }

  /// The grid that all kinds of networks are tuned on.
  var settings: [Setting] {
    rates.flatMap { rate in decays.map { Setting(rate: rate, decay: $0) } }
  }

  /// The name of the first seed's chosen network in a stage's directory.
  static var networkFile: String { "network" }

  /// Trains with every setting, lets each seed choose, and leaves the first seed's chosen network in the stage's directory.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `interrupted` when the observer asks to stop, `numerical` when every network diverges.
  func train(_ contender: Contender, size: Int, shuffled: Bool = false, _ stage: Stage) throws -> Point {
    var examples = try task.training(size, seeds: seeds, seed: stage.seed)
    if shuffled { examples = try examples.shuffled(seed: stage.seed) }
    let held = Swift.max(1, size / 5)
    let validation = try examples.range(size - held..<size)
    let plain = ContestExamples(
      inputs: try examples.inputs.slice(axis: 1, 0..<size - held),
      targets: try examples.targets.slice(axis: 1, 0..<size - held))
    let all = contender.copies == 1 ? plain : try task.moved(plain, copies: contender.copies, seed: stage.seed)
    let fitted = try all.range(0..<all.count)
    let everything = try task.test(seeds: seeds, seed: stage.seed)
    let test = try everything.range(0..<everything.count)
    let start = try Network(contender.graph, instances: seeds, seed: stage.seed)
    var best = [(validation: Measured, test: Double, training: Double, setting: Setting)?](repeating: nil, count: seeds)
    for (number, setting) in settings.enumerated() {
      try stage.checkpoint(stage.name)
      var network = start
      let training = TrainingSettings(
        .steps(steps), batchSize: Swift.min(batchSize, all.count),
        optimizer: .adamW(rate: setting.rate, decay: setting.decay), schedule: .cosine(steps: steps, minimum: 0),
        loss: task.loss, seed: stage.seed)
      let outcome = try Trainer(training).train(
        &network, on: fitted,
        checkpoints: stage.checkpoints.appending(path: "\(number)").path,
        observer: ContestReporter(stage, steps: steps, done: number, of: settings.count))
      guard outcome.state != .interrupted else {
        throw VitroError(.interrupted, stage.name, "stopped after \(outcome.steps) of \(steps) steps")
      }
      let (chosen, judged) = (try measure(network, validation), try measure(network, test))
      let losses = try network.evaluate(fitted, loss: task.loss).loss
      for seed in 0..<seeds where best[seed].map({ chosen[seed].isBetter(than: $0.validation) }) ?? true {
        best[seed] = (chosen[seed], judged[seed].score, losses[seed], setting)
        if seed == 0 { try network.instance(0).save(to: stage.directory.appending(path: Self.networkFile).path) }
      }
    }
    let found = best.compactMap(\.self)
    return Point(
      size: size, scores: found.map(\.test), trainingLosses: found.map(\.training), chosen: found.map(\.setting),
      untrained: try measure(start, test).map(\.score))
  }

  private func measure(_ network: Network, _ source: TensorSource) throws -> [Measured] {
    let metrics = try network.evaluate(source, loss: task.loss)
    return (0..<seeds).map { Measured(accuracy: metrics.accuracy?[$0], loss: metrics.loss[$0]) }
  }
}

/// How well a network does: by its accuracy, or without one by its loss.
struct Measured {
  var accuracy: Double?
  var loss: Double

  var score: Double { accuracy ?? loss }

  func isBetter(than other: Measured) -> Bool {
    // A training that diverged is worse than any other.
    guard loss.isFinite, other.loss.isFinite else { return loss.isFinite && !other.loss.isFinite }
    if let accuracy, let theirs = other.accuracy, accuracy != theirs { return accuracy > theirs }
    return loss < other.loss
  }
}

/// The progress of one of several trainings of a stage.
struct ContestReporter: TrainingObserver {
  let stage: Stage
  let steps: Int
  let done: Int
  let total: Int

  init(_ stage: Stage, steps: Int, done: Int, of total: Int) {
    (self.stage, self.steps, self.done, self.total) = (stage, steps, done, total)
  }

  func step(_ step: TrainingStep) {
    stage.update(ProgressUpdate(stage.name, completed: done * steps + step.step + 1, of: total * steps))
  }

  func shouldStop() -> Bool { stage.shouldStop }
}
