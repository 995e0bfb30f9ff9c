internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// Networks of one architecture, one for each seed, trained in one pass on the same few examples, all in each step.
struct InstanceTraining {
  /// The structure.
  var graph: Graph
  /// The examples, `[examples][inputs]`.
  var inputs: [[Double]]
  /// What the outputs should be, `[examples][outputs]`.
  var targets: [[Double]]
  /// How long.
  var steps: Int
  /// Adam's rate, which falls to zero along half a cosine when ``isCooling``.
  var rate = 0.01
  /// Whether the rate falls to zero.
  var isCooling = false
  /// What is made small.
  var loss = Loss.meanSquaredError

  /// Draws networks and trains them.
  func train(seeds: Int, seed: UInt64, observer: any Observer) throws -> TrainedInstances {
    var network = try Network(graph, instances: seeds, seed: seed)
    try train(&network, seed: seed, observer: observer)
    return try measure(network)
  }

  /// Trains networks further.
  func train(_ network: inout Network, seed: UInt64, observer: any Observer) throws {
    try observer.checkpoint("training")
    guard steps > 0 else { return }
    let settings = TrainingSettings(
      .steps(steps), optimizer: .adam(rate: rate), schedule: isCooling ? .cosine(steps: steps, minimum: 0) : .constant,
      loss: loss, seed: seed, shuffle: false)
    // Nobody watches single steps, so that many are taken at once.
    try Trainer(settings).train(&network, on: TensorSource(inputTensor, target: targetTensor))
  }

  /// The losses and errors of trained networks on the examples.
  func measure(_ network: Network) throws -> TrainedInstances {
    let outputs = try network(inputTensor)
    let count = network.instances ?? 1
    let all = try outputs.doubles
    let size = all.count / count
    let wanted = targets.flatMap(\.self)
    var (losses, errors): ([Double], [Double]) = ([], [])
    for instance in 0..<count {
      let differences = zip(all[instance * size..<(instance + 1) * size], wanted).map { abs($0 - $1) }
      losses.append(differences.reduce(0) { $0 + $1 * $1 } / Double(size))
      errors.append(differences.contains { !$0.isFinite } ? .infinity : differences.max() ?? 0)
    }
    return TrainedInstances(network: network, losses: losses, errors: errors)
  }

  private var inputTensor: Tensor { get throws { try Tensor(rows: inputs).cast(to: .float32) } }
  private var targetTensor: Tensor { get throws { try Tensor(rows: targets).cast(to: .float32) } }
}

/// Trained networks, and how well each does.
struct TrainedInstances {
  var network: Network
  /// The mean squared error of each.
  var losses: [Double]
  /// The largest error of each on any example.
  var errors: [Double]

  /// The instance with the smallest largest error.
  var best: Int { errors.indices.min { errors[$0] < errors[$1] } ?? 0 }

  /// The instance with the median loss.
  var median: Int {
    let order = losses.indices.sorted { losses[$0] < losses[$1] }
    return order.isEmpty ? 0 : order[order.count / 2]
  }
}
