internal import VitroCore
internal import VitroFitting
internal import VitroNetworks
internal import VitroTensor

/// The network of an MLP probe, with the scales of what it reads and answers.
struct ProbeNetwork: Sendable {
  let network: Network
  let input: Standardizer?
  let output: Standardizer?

  private static let batchSize = 128
  private static let mostEpochs = 100
  private static let epochsWithoutValidation = 20
  private static let patience = 5

  /// Scores in the scale of the target, `[rows, outputs]`, float64.
  func outputs(_ features: Tensor) throws -> Tensor {
    let inputs = try (input.map { try $0(features) } ?? features).cast(to: .float32)
    let source = try TensorSource(inputs, target: Tensor.zeros([inputs.shape[0]]))
    let scores = try network.predictions(source, batchSize: 1024).cast(to: .float64)
    guard let output else { return scores }
    return try scores * Tensor(output.scale) + Tensor(output.mean)
  }

  /// Trains a network width–hidden–outputs with ReLU by AdamW, until the loss on the validation rows has not fallen for five epochs; it ends
  /// with the weights of the best epoch.
  static func train(
    _ settings: ProbeSettings, _ features: Tensor, _ target: FittableTarget, validation: Tensor,
    _ validationTarget: ProbeTarget, observer: any Observer
  ) throws -> ProbeNetwork {
    let input = settings.standardizing ? try Standardizer(fitting: features) : nil
    let output = try target.values.map { try Standardizer(fitting: $0) }
    func prepared(_ x: Tensor) throws -> Tensor { try (input.map { try $0(x) } ?? x).cast(to: .float32) }
    var network = try Network(
      Graph.chain(
        "probe", input: [features.shape[1]],
        [
          ("hidden", Linear(features.shape[1], settings.hiddenUnits)), ("relu", Activation(.relu)),
          ("output", Linear(settings.hiddenUnits, target.fitted.count)),
        ]), seed: settings.seed)
    let known = try knownRows(validationTarget, target)
    let training = TrainingSettings(
      .epochs(known.isEmpty ? epochsWithoutValidation : mostEpochs), batchSize: batchSize,
      optimizer: .adamW(rate: 1e-3, decay: 0.01), loss: loss(target),
      seed: settings.seed,
      earlyStopping: known.isEmpty ? nil : TrainingSettings.EarlyStopping(.validationLoss, patience: patience))
    let source = try TensorSource(prepared(features), target: encoded(target, output))
    let held =
      try known.isEmpty
      ? nil
      : TensorSource(
        prepared(validation.gather(Tensor(known))), target: encoded(validationTarget.rows(known), as: target, output))
    let result = try Trainer(training, loss: weightedLoss(settings, target)).train(
      &network, on: source, validation: held, observer: TrainingReporter(observer, stage: "training a probe"))
    guard result.state != .interrupted else {
      throw VitroError(.interrupted, "probe", "stopped after \(result.steps) steps of training")
    }
    return ProbeNetwork(network: network, input: input, output: output)
  }

  private static func loss(_ target: FittableTarget) -> Loss {
    switch target.meaning {
    case .classes: .crossEntropy
    case .labels: .binaryCrossEntropyWithLogits
    case .values: .meanSquaredError
    }
  }

  /// Cross entropy with balanced classes, where that is asked for.
  private static func weightedLoss(
    _ settings: ProbeSettings, _ target: FittableTarget
  ) throws -> Trainer.LossFunction? {
    guard settings.classWeights == .balanced, target.meaning == .classes else { return nil }
    var weights = [Float](repeating: 0, count: target.fitted.count)
    for (label, weight) in zip(target.classes, FittableTarget.rowWeights(target.classes, .balanced) ?? []) {
      weights[label] = Float(weight)
    }
    let ofClass = try Tensor(weights)
    return { run, batch, _ in
      let labels = try batch.target.cast(to: .int64)
      return try (run.output.crossEntropy(labels: labels) * ofClass.gather(labels)).mean()
    }
  }

  private static func encoded(_ target: FittableTarget, _ output: Standardizer?) throws -> Tensor {
    switch target.meaning {
    case .classes: return try Tensor(target.classes)
    case .labels:
      let columns = try target.labels.map { try Tensor($0.map { Float($0) }) }
      return try .stack(columns, axis: 1)
    case .values:
      guard let values = target.values, let output else { return try Tensor([Float]()) }
      return try output(values).cast(to: .float32)
    }
  }

  /// Validation rows of a class that was fitted.
  private static func knownRows(_ validation: ProbeTarget, _ target: FittableTarget) throws -> [Int] {
    guard case .classes(let labels, _) = validation else { return Array(0..<validation.rowCount) }
    let fitted = Set(target.fitted)
    return labels.indices.filter { fitted.contains(labels[$0]) }
  }

  private static func encoded(
    _ validation: ProbeTarget, as target: FittableTarget, _ output: Standardizer?
  ) throws -> Tensor {
    switch validation {
    case .classes(let labels, _):
      let numbers = Dictionary(uniqueKeysWithValues: target.fitted.enumerated().map { ($1, $0) })
      return try Tensor(labels.map { numbers[$0] ?? 0 })
    case .multiLabel(let table):
      return try table.gather(Tensor(target.fitted), axis: 1).cast(to: .float32)
    case .values(let table): return try (output.map { try $0(table) } ?? table).cast(to: .float32)
    }
  }
}
