internal import VitroTensor

extension TrainingLoop {
  /// Takes steps in lanes, as many as nobody wants to look between; returns whether it did.
  mutating func takeLaneSteps(_ network: inout Network) throws -> Bool {
    guard let laneNetwork else { return false }
    var planned = try planLaneSteps(laneNetwork, network.parameters)
    guard !planned.isEmpty else {
      // The network engine takes this batch.
      try settle(&network)
      lanes = nil
      return false
    }
    // Taken out while it changes, so that its memory has one owner.
    var training =
      try lanes ?? LaneTraining(laneNetwork, of: network, optimizer: optimizer, loss: settings.loss)
    lanes = nil
    let losses = try training.train(planned.map(\.batch), rates: planned.map(\.rate), optimizer: &optimizer)
    lanes = training
    let instances = losses.count / planned.count
    for (number, step) in planned.enumerated() {
      let losses = Array(losses[number * instances..<(number + 1) * instances])
      try check(losses)
      try account(for: losses, examples: step.examples, rate: step.rate, &network)
    }
    planned = []
    return true
  }

  /// Brings parameters that are ahead in lanes back to the network.
  mutating func settle(_ network: inout Network) throws { try lanes?.settle(&network.parameters, &optimizer) }

  private struct PlannedStep {
    let batch: LaneBatch
    let examples: Int
    let rate: Double
  }

  private mutating func planLaneSteps(_ laneNetwork: LaneNetwork, _ parameters: Parameters) throws -> [PlannedStep] {
    var steps: [PlannedStep] = []
    var (epoch, number, bytes) = (progress.epoch, progress.batch, 0)
    let count = unwatchedSteps
    while steps.count < count, bytes < Self.mostPlannedBytes {
      let (batch, examples) = try laneBatch(epoch, number, laneNetwork, parameters)
      guard let batch else { break }
      steps.append(
        PlannedStep(batch: batch, examples: examples, rate: rate(step: progress.step + steps.count, epoch: epoch)))
      if laneFullBatch == nil { bytes += batch.byteCount }
      number += 1
      if number == batchCount { (epoch, number) = (epoch + 1, 0) }
    }
    return steps
  }

  /// All examples in one batch are taken in their own order, which matters to nothing but rounding.
  private mutating func laneBatch(
    _ epoch: Int, _ number: Int, _ laneNetwork: LaneNetwork, _ parameters: Parameters
  ) throws -> (LaneBatch?, examples: Int) {
    if let laneFullBatch { return (laneFullBatch, source.count) }
    let isFull = batchSize == source.count
    let indices = isFull ? Array(0..<source.count) : try indices(epoch: epoch, batch: number)
    let batch = try LaneBatch(
      source.batch(indices), for: laneNetwork, parameters: parameters, loss: settings.loss)
    if isFull { laneFullBatch = batch }
    return (batch, indices.count)
  }

  /// How many steps may be taken at once: one when somebody watches, else up to where someone looks.
  private var unwatchedSteps: Int {
    guard observer == nil else { return 1 }
    let (epoch, number, step) = (progress.epoch, progress.batch, progress.step)
    var count =
      switch settings.duration {
      case .epochs(let epochs): (epochs - epoch) * batchCount - number
      case .steps(let steps): steps - step
      }
    if validation != nil || settings.earlyStopping != nil || settings.schedule.watchesLosses {
      count = Swift.min(count, batchCount - number)
    }
    if checkpoint != nil {
      switch settings.checkpoint {
      case .epochs: count = Swift.min(count, batchCount - number)
      case .steps(let interval): count = Swift.min(count, interval - step % interval)
      case .seconds, nil: break
      }
    }
    return Swift.min(count, Self.mostPlannedSteps)
  }

  private static var mostPlannedSteps: Int { 256 }
  private static var mostPlannedBytes: Int { 1 << 22 }
}

extension Schedule {
  /// Whether the rate follows the losses of finished epochs.
  var watchesLosses: Bool {
    switch self {
    case .reduceOnPlateau: true
    case .warmUp(_, let then): then.watchesLosses
    case .constant, .step, .exponential, .cosine, .oneCycle: false
    }
  }
}
