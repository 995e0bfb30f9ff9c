internal import VitroCore
internal import VitroTensor

/// One training under way.
struct TrainingLoop {
  let settings: TrainingSettings
  let loss: Trainer.LossFunction
  let source: any BatchSource
  let validation: (any BatchSource)?
  let observer: (any TrainingObserver)?
  let batchSize: Int
  let checkpoint: Checkpoint?
  var optimizer: OptimizerState
  let laneNetwork: LaneNetwork?
  var lanes: LaneTraining?
  var laneFullBatch: LaneBatch?
  private(set) var progress = TrainingProgress()
  private var best: (trainable: Tensor, state: Tensor)?
  private var order: (epoch: Int, indices: [Int])?
  private var plan: (epoch: Int, batches: [[Int]])?
  private let batchKeys: [Int]?
  private var fullBatch: Batch?
  private var quasiNewton: [LBFGSState] = []
  private var lastCheckpoint = ContinuousClock.now

  init(
    settings: TrainingSettings, loss: @escaping Trainer.LossFunction, source: any BatchSource,
    validation: (any BatchSource)?, observer: (any TrainingObserver)?, batchSize: Int, checkpoint: Checkpoint?,
    optimizer: OptimizerState, laneNetwork: LaneNetwork?
  ) throws {
    self.settings = settings
    self.loss = loss
    self.source = source
    self.validation = validation
    self.observer = observer
    self.batchSize = batchSize
    self.checkpoint = checkpoint
    self.optimizer = optimizer
    self.laneNetwork = laneNetwork
    batchKeys = source.batchKeys
    if let batchKeys, batchKeys.count != source.count {
      throw VitroError(
        .argument, "training", "the data has \(batchKeys.count) batch keys for \(source.count) examples")
    }
    let (size, count) = (batchSize, source.count)
    batchCount =
      batchKeys.map { BatchPlan.count($0, size: size, dropLast: settings.dropLast) }
      ?? (settings.dropLast ? count / size : (count + size - 1) / size)
    guard batchCount > 0 else {
      throw VitroError(.argument, "training", "no \(batchSize) examples can run in one batch")
    }
  }

  mutating func run(_ network: inout Network) throws -> TrainingResult {
    if let checkpoint, let saved = try checkpoint.read(into: &network, optimizer: &optimizer) {
      (progress, best, quasiNewton) = (saved.progress, saved.best, saved.quasiNewton)
    }
    observer?.started(settings, step: progress.step)
    do {
      let state = try runSteps(&network)
      try settle(&network)
      if state != .interrupted, settings.earlyStopping?.restoresBest ?? false, let best {
        (network.parameters.trainable, network.parameters.state) = best
      }
      return finish(state)
    } catch {
      try settle(&network)
      throw error
    }
  }

  private mutating func runSteps(_ network: inout Network) throws -> TrainingResult.State {
    var isWritten = false
    while !progress.isOver, !isDurationOver {
      if observer?.shouldStop() ?? false {
        try writeCheckpoint(&network)
        return .interrupted
      }
      if try !takeLaneSteps(&network) { try step(&network) }
      isWritten = false
      // An epoch that has just ended left the next one at its beginning.
      if isCheckpointDue(endsEpoch: progress.batch == 0) {
        try writeCheckpoint(&network)
        isWritten = true
      }
    }
    if !isWritten { try writeCheckpoint(&network) }
    if progress.batch > 0 { try finishEpoch(&network) }
    return progress.isOver && !isDurationOver ? .stoppedEarly : .finished
  }

  /// The number of batches of an epoch.
  let batchCount: Int

  private var isDurationOver: Bool {
    if !quasiNewton.isEmpty, quasiNewton.allSatisfy(\.isConverged) { return true }
    return switch settings.duration {
    case .epochs(let count): progress.epoch >= count
    case .steps(let count): progress.step >= count
    }
  }

  private mutating func step(_ network: inout Network) throws {
    let indices = try indices(epoch: progress.epoch, batch: progress.batch)
    let batch = try nextBatch(indices)
    let rate = rate(step: progress.step, epoch: progress.epoch)
    let losses: [Double]
    var norms: [Double] = []
    if case .lbfgs(let limits) = settings.optimizer {
      losses = try quasiNewtonStep(&network, batch, limits)
    } else {
      var pass = try trainingPass(network, batch)
      losses = try pass.losses.doubles
      try check(losses)
      if let clip = settings.clip {
        norms = try GradientClipping.clip(&pass.gradients, limit: clip, instances: network.instances)
      }
      try optimizer.step(&network.parameters, gradients: pass.gradients, rate: rate)
      for update in pass.stateUpdates { try network.parameters.set(update.parameter, to: update.value) }
    }
    try account(for: losses, examples: indices.count, rate: rate, gradientNorms: norms, &network)
  }

  func rate(step: Int, epoch: Int) -> Double {
    settings.schedule.rate(base: settings.optimizer.rate, step: step, epoch: epoch, losses: progress.watchedLosses)
  }

  /// Puts a step that is done into the account, tells the observer, and closes the epoch that it ends.
  mutating func account(
    for losses: [Double], examples: Int, rate: Double, gradientNorms: [Double] = [], _ network: inout Network
  ) throws {
    let (epoch, number, step) = (progress.epoch, progress.batch, progress.step)
    progress.add(losses, examples: examples, rate: rate)
    observer?.step(
      TrainingStep(
        step: step, epoch: epoch, batch: number, batchCount: batchCount, rate: rate, losses: losses,
        gradientNorms: gradientNorms))
    if progress.batch == batchCount { try finishEpoch(&network) }
  }

  private func trainingPass(_ network: Network, _ batch: Batch) throws -> Network.TrainingPass {
    try network.trainingPass(batch.inputs, mode: .training(seed: settings.seed, step: progress.step)) { run in
      let losses = try loss(run, batch, network.instances)
      guard losses.shape == (network.instances.map { [$0] } ?? []) || losses.count == (network.instances ?? 1) else {
        throw VitroError(
          .shape, "training", "the loss is \(losses.shape), expected one number for each instance",
          details: ["found": "\(losses.shape)", "expected": "\(network.instances.map { [$0] } ?? [])"])
      }
      return losses
    }
  }

  func check(_ losses: [Double]) throws {
    guard losses.contains(where: \.isFinite) else {
      throw VitroError(
        .numerical, "training",
        "the loss is \(losses.first ?? .nan) at step \(progress.step) (epoch \(progress.epoch))",
        hint: "Lower the learning rate, clip the gradients, or look for values in the data that are not finite.")
    }
  }

  /// A full batch that does not change is made once.
  private mutating func nextBatch(_ indices: [Int]) throws -> Batch {
    if let fullBatch { return fullBatch }
    let batch = try source.batch(indices)
    if !settings.shuffle, indices.count == source.count { fullBatch = batch }
    return batch
  }

  /// The examples of a batch, in the epoch's own order.
  mutating func indices(epoch: Int, batch: Int) throws -> [Int] {
    if let batchKeys {
      if plan?.epoch != epoch {
        let order = settings.shuffle ? order(of: epoch) : Array(0..<source.count)
        let cut = BatchPlan(order, keys: batchKeys, size: batchSize, dropLast: settings.dropLast)
        plan = (epoch, cut.batches)
      }
      return plan?.batches[batch] ?? []
    }
    let start = batch * batchSize
    let range = start..<Swift.min(start + batchSize, source.count)
    return settings.shuffle ? Array(order(of: epoch)[range]) : Array(range)
  }

  private mutating func order(of epoch: Int) -> [Int] {
    if let order, order.epoch == epoch { return order.indices }
    var stream = RandomStream(seed: settings.seed, "order", epoch)
    let indices = stream.permutation(source.count)
    order = (epoch, indices)
    return indices
  }

  private mutating func finishEpoch(_ network: inout Network) throws {
    if validation != nil || settings.earlyStopping != nil { try settle(&network) }
    let measured = try validation.map {
      try network.evaluate($0, loss: loss, hasLabels: settings.loss.isClassification, batchSize: batchSize)
    }
    let record = progress.finishEpoch(validation: measured)
    if let rule = settings.earlyStopping, progress.isBest(record, rule), rule.restoresBest {
      best = try (network.parameters.trainable.affine(1, 0), network.parameters.state.affine(1, 0))
    }
    observer?.epoch(record)
  }

  private func isCheckpointDue(endsEpoch: Bool) -> Bool {
    guard checkpoint != nil else { return false }
    return switch settings.checkpoint {
    case .epochs(let count): endsEpoch && progress.epoch % count == 0
    case .steps(let count): progress.step % count == 0
    case .seconds(let seconds): lastCheckpoint.duration(to: .now) >= .seconds(seconds)
    case nil: false
    }
  }

  private mutating func writeCheckpoint(_ network: inout Network) throws {
    guard let checkpoint else { return }
    try settle(&network)
    observer?.willCheckpoint(step: progress.step)
    try checkpoint.write(
      Checkpoint.Contents(progress: progress, best: best, quasiNewton: quasiNewton), network: network,
      optimizer: optimizer)
    lastCheckpoint = .now
    observer?.checkpoint(checkpoint.path, step: progress.step)
  }

  private func finish(_ state: TrainingResult.State) -> TrainingResult {
    let result = TrainingResult(state: state, history: progress.history, steps: progress.step)
    observer?.finished(result)
    return result
  }

  /// One iteration of L-BFGS on all instances.
  private mutating func quasiNewtonStep(
    _ network: inout Network, _ batch: Batch, _ limits: LBFGS.Settings
  ) throws -> [Double] {
    var states = quasiNewton
    if states.isEmpty { states = try network.parameters.trainedVectors().map { LBFGSState(at: $0) } }
    let isDouble = network.parameters.dtype == .float64
    var trial = network
    var updates: [(parameter: Int, value: Tensor)] = []
    try LBFGS.iterate(&states, settings: limits) {
      isDouble ? $0 : $0.map { Double(Float($0)) }
    } evaluate: { points in
      try trial.parameters.setTrainedVectors(points)
      let pass = try trainingPass(trial, batch)
      updates = pass.stateUpdates
      return (try pass.losses.doubles, try trial.parameters.vectors(of: pass.gradients))
    }
    try network.parameters.setTrainedVectors(states.map(\.point))
    for update in updates { try network.parameters.set(update.parameter, to: update.value) }
    let losses = states.map(\.value)
    quasiNewton = states
    try check(losses)
    return losses
  }
}
