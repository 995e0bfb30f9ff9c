public import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// XOR, the smallest function that no line reads: what linear regression answers, and how often two ReLU units find it.
///
/// Trains networks 2-2-1 with ReLU and without biases, as many as there are seeds, in one pass along the instance axis: PyTorch's default
/// initialization, the four inputs as one batch, mean squared error, Adam with rate 0.01.
///
/// ```swift
/// let result = try XORStudy(seeds: 100).train(seed: 0, observer: SilentObserver())
/// print(result.solved, result.stuck.map(\.loss))
/// ```
public struct XORStudy: Sendable {
  /// Steps after which all but a handful of networks have come to rest.
  public static let defaultSteps = 5000

  /// How many networks are trained.
  public var seeds: Int
  /// How long each is trained.
  public var steps: Int

  /// Creates a study.
  public init(seeds: Int, steps: Int = defaultSteps) {
    self.seeds = seeds
    self.steps = steps
  }

  /// The network of the study.
  static let graph = Graph.chain(
    "xor", input: [2],
    [
      ("hidden", Linear(2, 2, bias: false)), ("relu", Activation(.relu)), ("output", Linear(2, 1, bias: false)),
    ])

  /// Trains the networks and reads the best one.
  ///
  /// - Parameters:
  ///   - seed: The seed that all are drawn from.
  ///   - checkpoints: Where an interrupted training is kept, and taken up again.
  ///   - observer: The one who watches.
  /// - Throws: ``/VitroCore/VitroError`` when there are no seeds, or the observer asks to stop.
  /// - Complexity: O(seeds · steps).
  public func train(seed: UInt64, checkpoints: String? = nil, observer: any Observer) throws -> XORResult {
    guard seeds >= 1, steps >= 1 else {
      throw VitroError(.argument, "XOR", "\(seeds) seeds and \(steps) steps are asked for, expected 1 or more of each")
    }
    let inputs = try Tensor(rows: XORResult.points).cast(to: .float32)
    let targets = try Tensor(XORResult.targets, shape: [4, 1]).cast(to: .float32)
    var network = try Network(Self.graph, instances: seeds, seed: seed)
    let trainer = Trainer(
      TrainingSettings(
        .epochs(1), batchSize: 4, optimizer: .adam(rate: 0.01), loss: .meanSquaredError, seed: seed, shuffle: false,
        checkpoint: checkpoints.map { _ in .seconds(20) }))
    let source = OneBatch(batch: Batch(inputs, target: targets), times: steps)
    let training = try trainer.train(
      &network, on: source, checkpoints: checkpoints,
      observer: TrainingReporter(observer, stage: "training \(seeds) networks"))
    guard training.state != .interrupted else {
      throw VitroError(.interrupted, "XOR", "stopped after \(training.steps) of \(steps) steps")
    }

    let losses = try (network(inputs) - targets).square().mean(axes: [1, 2]).doubles
    guard let best = losses.indices.filter({ losses[$0].isFinite }).min(by: { losses[$0] < losses[$1] }) else {
      throw VitroError(.numerical, "XOR", "no network has a finite loss")
    }
    let chosen = try network.instance(best).parameters
    let weights = try chosen.value(named: "hidden.weight").doubles
    return XORResult(
      linearOutputs: try linearOutputs(), losses: losses, stuck: XORResult.plateaus(of: losses),
      example: XORResult.Example(
        weights: [Array(weights[0..<2]), Array(weights[2..<4])],
        readout: try chosen.value(named: "output.weight").doubles,
        loss: losses[best]),
      steps: steps)
  }

  /// Least squares on the four points, with an intercept.
  private func linearOutputs() throws -> [Double] {
    let design = try Tensor(rows: XORResult.points.map { $0 + [1] })
    let targets = try Tensor(XORResult.targets, shape: [4, 1])
    let solution = try design.leastSquares(targets).solution
    return try design.matmul(solution).doubles
  }
}

/// The same batch again and again: one epoch of many steps, so that no metrics are kept of each.
private struct OneBatch: BatchSource {
  let batch: Batch
  let times: Int
  var count: Int { times * batch.target.shape[0] }
  func batch(_ indices: [Int]) throws -> Batch { batch }
}
