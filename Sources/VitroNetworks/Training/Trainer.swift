internal import VitroCore
public import VitroTensor

/// Trains networks: by gradient descent on batches, with checkpoints that an interrupted training goes on from to the same bits.
///
/// ```swift
/// let settings = TrainingSettings(.epochs(5), batchSize: 64, optimizer: .adam(), loss: .crossEntropy, seed: 1)
/// let source = try TensorSource(images, target: labels)
/// let result = try Trainer(settings).train(&network, on: source, checkpoints: "runs/digits")
/// ```
///
/// The result is a function of the settings, the network and the data: not of the number of threads, of time, or of how often training was
/// stopped. All instances of a network see the same batches and train in one pass.
public struct Trainer: Sendable {
  /// The loss of a batch: a scalar, or one number for each of `instances`, which is `nil` for a plain network.
  public typealias LossFunction =
    @Sendable (_ run: Activations, _ batch: Batch, _ instances: Int?) throws -> Tensor

  /// How to train.
  public var settings: TrainingSettings
  let loss: LossFunction
  private let hasOwnLoss: Bool

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - settings: How to train.
  ///   - loss: What is made small in place of the settings' loss, which then only says whether targets are labels. It is not part of a
  ///     checkpoint: go on with the same.
  public init(_ settings: TrainingSettings, loss: LossFunction? = nil) {
    self.settings = settings
    let standard = settings.loss
    hasOwnLoss = loss != nil
    self.loss = loss ?? { run, batch, instances in try standard(run.output, batch.target, instances: instances) }
  }

  /// Trains a network in place.
  ///
  /// - Parameters:
  ///   - network: What learns, all its instances.
  ///   - source: What to learn from.
  ///   - validation: Examples to measure after each epoch.
  ///   - checkpoints: A directory for `checkpoint.safetensors`. If one lies there, training goes on from it; a longer duration than the
  ///     checkpoint's goes on after its end.
  ///   - observer: Who watches, and may stop it.
  /// - Returns: The history, and whether training finished or was stopped; what was learned so far is in `network` and in the checkpoint.
  /// - Throws: ``/VitroCore/VitroError``: `argument` when settings cannot work, or a checkpoint is another training's; `malformed` when it is
  ///   damaged; `numerical` when the loss of every instance is no longer a number; what the source throws.
  @discardableResult
  public func train(
    _ network: inout Network, on source: some BatchSource, validation: (any BatchSource)? = nil,
    checkpoints: String? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> TrainingResult {
    try settings.validate()
    guard source.count > 0 else { throw VitroError(.argument, "training", "the data has no examples") }
    if let metric = settings.earlyStopping?.metric, metric != .trainingLoss, validation == nil {
      throw VitroError(
        .argument, "training", "early stopping watches \(metric.rawValue), but there are no validation examples")
    }
    if settings.earlyStopping?.metric == .validationAccuracy, !settings.loss.isClassification {
      throw VitroError(.argument, "training", "early stopping watches accuracy, which needs labels")
    }
    let size = Swift.min(settings.batchSize ?? source.count, source.count)
    if settings.dropLast, let batchSize = settings.batchSize, batchSize > source.count {
      throw VitroError(.argument, "training", "\(source.count) examples do not fill one batch of \(batchSize)")
    }
    try network.parameters.own()
    var loop = try TrainingLoop(
      settings: settings, loss: loss, source: source, validation: validation, observer: observer, batchSize: size,
      checkpoint: checkpoints.map {
        try Checkpoint(directory: $0, settings: settings, network: network, count: source.count)
      },
      optimizer: OptimizerState(settings.optimizer, for: network.parameters, decayed: settings.decayed),
      laneNetwork: hasOwnLoss ? nil : LaneNetwork(preferredFor: network, settings))
    return try loop.run(&network)
  }
}
