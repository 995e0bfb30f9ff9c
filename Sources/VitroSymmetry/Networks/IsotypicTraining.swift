internal import Foundation
internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// Networks trained on a target in one isotypic part, and what cutting each simple out of each layer costs.
struct IsotypicTraining: Sendable {
  let task: IsotypicTask
  let channels: Int
  let layers: Int
  let seeds: Int
  let steps: Int
  let samples: Int
  /// Random subspaces drawn for the control of each cut.
  let controlDraws = 4

  /// A simple cut out at a tap.
  struct Cut: Codable, Sendable {
    var tap: String
    var simple: Int
    var proof: FreeCut
    /// The rise of the loss in the target's part, for each seed.
    var rises: [Double]
    /// The largest change of the target's part of any output, relative to the root mean square of the target, over all seeds.
    var largestChange: Double
    /// The rise when a random subspace of as many dimensions is cut out, for each seed.
    var controls: [Double]
  }

  /// What was found.
  struct Result: Codable, Sendable {
    /// The loss in the target's part, relative to the target's mean square, for each seed.
    var losses: [Double]
    /// The loss over all parts.
    var totalLosses: [Double]
    /// The loss in the target's part of networks that were not trained.
    var untrained: [Double]
    /// The mean square of the test's targets, those of training having 1.
    var targetSquare: Double
    var cuts: [Cut]
    /// The share of each simple in the centred energy at each tap, for each seed: `[tap][simple][seed]`.
    var shares: [[[Double]]]
    var taps: [String]
  }

  /// Where simples are cut out: the input, and each layer after its ReLU.
  var taps: [String] { ["input"] + (1...layers).map { "relu\($0)" } }

  /// The name of the file of trained networks in a stage's directory.
  static let networksFile = "networks"

  func train(_ stage: Stage) throws -> Result {
    let parts = try SimplePart.cyclic(task.points)
    let training = try task.draw(samples, parts: parts, seed: stage.seed, "training")
    let test = try task.draw(samples, parts: parts, seed: stage.seed, "test")
    let scale = 1 / (try training.targets.square().mean().item()).squareRoot()
    var network = try Network(
      task.graph(channels: channels, layers: layers), instances: seeds, dtype: .float64, seed: stage.seed)
    let measure = CutMeasure(
      target: parts[task.target], inputs: test.inputs, targets: try test.targets * scale, seeds: seeds)
    let untrained = try measure.losses(measure.output(of: network))
    let settings = TrainingSettings(
      .steps(steps), batchSize: Swift.min(128, samples), optimizer: .adam(rate: 0.005),
      schedule: .cosine(steps: steps, minimum: 0), loss: .meanSquaredError, seed: stage.seed)
    let outcome = try Trainer(settings).train(
      &network, on: TensorSource(training.inputs, target: training.targets * scale),
      checkpoints: stage.checkpoints.path, observer: TrainingReporter(stage, stage: stage.name, totalSteps: steps))
    guard outcome.state != .interrupted else {
      throw VitroError(.interrupted, stage.name, "stopped after \(outcome.steps) of \(steps) steps")
    }
    try network.save(to: stage.directory.appending(path: Self.networksFile).path)
    return try examine(network, measure, parts, untrained: untrained, stage)
  }

  private func examine(
    _ network: Network, _ measure: CutMeasure, _ parts: [SimplePart], untrained: [Double], _ stage: Stage
  ) throws -> Result {
    let whole = try measure.output(of: network)
    let losses = try measure.losses(whole)
    let silent = parts.silent(given: task.live(parts))
    var cuts: [Cut] = []
    for tap in taps {
      try stage.checkpoint("cutting at \(tap)")
      for simple in parts.indices {
        let part = parts[simple]
        let cut = try measure.output(of: network, editing: [tap: .transform { try part.cut(from: $0) }])
        var controls = [Double](repeating: 0, count: seeds)
        for draw in 0..<controlDraws {
          let other = try RandomSubspace(points: task.points, dimension: part.dimension, seed: stage.seed, draw)
          let output = try measure.output(
            of: network, editing: [tap: .transform { try other.cut(from: $0) }])
          let rises = try measure.losses(output)
          for seed in 0..<seeds { controls[seed] += (rises[seed] - losses[seed]) / Double(controlDraws) }
        }
        cuts.append(
          Cut(
            tap: tap, simple: simple,
            proof: .proof(
              isLastHidden: tap == taps.last, simple: simple, target: task.target, silent: silent),
            rises: zip(try measure.losses(cut), losses).map { $0 - $1 },
            largestChange: try measure.largestChange(cut, whole), controls: controls))
      }
    }
    let recorded = try network.run([measure.inputs], recording: .names(taps))
    let shares = try taps.map { tap in try Self.shares(recorded.value(at: tap), parts, seeds: seeds) }
    return Result(
      losses: losses, totalLosses: try measure.totalLosses(whole), untrained: untrained,
      targetSquare: try measure.targets.square().mean().item(), cuts: cuts, shares: shares, taps: taps)
  }

  /// The shares of the simples in the centred energy of values `[seeds or 1, examples, points, channels]`: `[simple][seed]`.
  private static func shares(_ values: Tensor, _ parts: [SimplePart], seeds: Int) throws -> [[Double]] {
    let centred = try values - values.mean(axes: [1], keepingAxes: true)
    let total = try centred.square().sum(axes: [1, 2, 3]).doubles
    return try parts.map { part in
      let energy = try part.basis.matmul(centred, transposeA: true).square().sum(axes: [1, 2, 3]).doubles
      return (0..<seeds).map { seed in
        let place = total.count == 1 ? 0 : seed
        return total[place] > 0 ? energy[place] / total[place] : 0
      }
    }
  }
}

/// Judges the part of outputs in the target's simple.
struct CutMeasure: Sendable {
  let target: SimplePart
  let inputs: Tensor
  let targets: Tensor
  let seeds: Int

  /// The outputs `[seeds, examples, points, 1]`.
  func output(of network: Network, editing: [String: TapEdit] = [:]) throws -> Tensor {
    let output = try network.run([inputs], editing: editing).output
    return output.shape[0] == seeds ? output : try output.expanded(to: [seeds] + output.shape.dropFirst())
  }

  /// The loss in the target's part, for each seed; targets have the mean square 1.
  func losses(_ output: Tensor) throws -> [Double] {
    try (target.part(of: output) - targets).square().mean(axes: [1, 2, 3]).doubles
  }

  /// The loss over all parts.
  func totalLosses(_ output: Tensor) throws -> [Double] {
    try (output - targets).square().mean(axes: [1, 2, 3]).doubles
  }

  /// The largest difference of the target's part of two outputs.
  func largestChange(_ a: Tensor, _ b: Tensor) throws -> Double {
    try target.part(of: a - b).abs().max().item()
  }
}

/// A random subspace of the functions on some points.
struct RandomSubspace: Sendable {
  let basis: Tensor

  init(points: Int, dimension: Int, seed: UInt64, _ draw: Int) throws {
    var stream = RandomStream(seed: seed, "random subspace", dimension, draw)
    basis = try stream.normal([points, dimension], dtype: .float64).qr().q
  }

  func cut(from values: Tensor) throws -> Tensor {
    try values - basis.matmul(basis, transposeB: true).cast(to: values.dtype).matmul(values)
  }
}
