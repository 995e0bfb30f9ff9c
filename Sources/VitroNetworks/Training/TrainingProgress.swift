internal import VitroTensor

/// Where a training stands, between two steps: with the parameters and the optimizer's buffers all that it takes to go on.
struct TrainingProgress: Sendable, Codable {
  var epoch = 0
  /// The batches of the epoch that are done.
  var batch = 0
  var step = 0
  /// The sum of losses over the epoch's examples so far, of each instance, and their number.
  var lossSums: [Double] = []
  var examples = 0
  var lastRate = 0.0
  var history = TrainingHistory()
  var bestMetric: Double?
  var epochsWithoutGain = 0
  var isOver = false

  mutating func add(_ losses: [Double], examples count: Int, rate: Double) {
    if lossSums.isEmpty { lossSums = losses.map { _ in 0 } }
    for index in losses.indices { lossSums[index] += losses[index] * Double(count) }
    examples += count
    lastRate = rate
    batch += 1
    step += 1
  }

  /// The finished epochs' losses, which a schedule may go by.
  var watchedLosses: [Double] { history.epochs.map { ($0.validation ?? $0.training).loss.mean } }

  /// Closes the epoch.
  mutating func finishEpoch(validation: Metrics?) -> EpochRecord {
    let record = EpochRecord(
      epoch: epoch, steps: step, rate: lastRate,
      training: Metrics(loss: lossSums.map { $0 / Double(Swift.max(examples, 1)) }), validation: validation)
    history.epochs.append(record)
    (epoch, batch, lossSums, examples) = (epoch + 1, 0, [], 0)
    return record
  }

  /// Whether the watched metric has its best value so far; counts the epochs since.
  mutating func isBest(_ record: EpochRecord, _ rule: TrainingSettings.EarlyStopping) -> Bool {
    let value =
      switch rule.metric {
      case .trainingLoss: record.training.loss.mean
      case .validationLoss: record.validation?.loss.mean ?? .nan
      case .validationAccuracy: -(record.validation?.accuracy?.mean ?? .nan)
      }
    if value < (bestMetric ?? .infinity) - rule.minimumChange {
      (bestMetric, epochsWithoutGain) = (value, 0)
      history.bestEpoch = record.epoch
      return true
    }
    epochsWithoutGain += 1
    isOver = epochsWithoutGain > rule.patience
    return false
  }
}

extension [Double] {
  var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
}
