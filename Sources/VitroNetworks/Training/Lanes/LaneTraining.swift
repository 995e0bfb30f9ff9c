internal import CVitroKernels
internal import VitroCore
internal import VitroTensor

/// A training whose parameters lie in the order of lanes, from where they are brought back when someone looks.
struct LaneTraining {
  let network: LaneNetwork
  private let loss: Loss
  private let order: LaneOrder
  private let updated: [vitro_lane_rows]
  private var lanes: Tensor
  /// Whether the network's own numbers are older.
  private var isAhead = false

  init(_ network: LaneNetwork, of source: Network, optimizer: OptimizerState, loss: Loss) throws {
    self.network = network
    self.loss = loss
    let parameters = source.parameters
    let buffers = [parameters.trainable, optimizer.first, optimizer.second].compactMap(\.self)
    updated = network.updatedRows(decays: optimizer.decays)
    order = LaneOrder(
      dtype: parameters.dtype, instances: parameters.instances ?? 1,
      parameters: zip(parameters.entries, network.parameters).map { ($0.start, $1) }, bufferCount: buffers.count)
    lanes = try order.memory()
    for (number, buffer) in buffers.enumerated() { try order.pack(number, buffer, into: &lanes) }
  }

  /// Brings the numbers back to where they belong.
  mutating func settle(_ parameters: inout Parameters, _ optimizer: inout OptimizerState) throws {
    guard isAhead else { return }
    try order.unpack(0, from: lanes, into: &parameters.trainable)
    for (number, buffer) in [\OptimizerState.first, \.second].enumerated() where optimizer[keyPath: buffer] != nil {
      try order.unpack(number + 1, from: lanes, into: &optimizer[keyPath: buffer]!)
    }
    isAhead = false
  }

  /// Takes one step for each batch; returns the losses before each, `[steps · instances]`.
  mutating func train(
    _ batches: [LaneBatch], rates: [Double], optimizer: inout OptimizerState
  ) throws -> [Double] {
    var losses = [Double](repeating: 0, count: batches.count * order.instances)
    var training = optimizer.laneTraining
    let (instances, bufferCount) = (Int64(order.instances), Int64(order.bufferCount))
    let type = order.dtype.kernelType
    isAhead = true
    let isDone = try lanes.withUniqueElements { lanes in
      LaneBatch.withKernelBatches(batches) { batches in
        training.batches = batches
        return rates.withUnsafeBufferPointer { rates in
          training.rates = rates.baseAddress
          return updated.withUnsafeBufferPointer { updated in
            (training.updated, training.updated_count) = (updated.baseAddress, Int64(updated.count))
            return network.withKernelNetwork(loss: loss) { network in
              vitro_lane_train(type, network, &training, instances, Int64(rates.count), bufferCount, lanes, &losses)
            }
          }
        }
      }
    }
    guard isDone else { throw VitroError(.memory, "training", "memory is short") }
    optimizer.stepCount += batches.count
    return losses
  }
}

extension LaneNetwork {
  /// The rows of all parameters, cut where decay begins or ends.
  fileprivate func updatedRows(decays: [Bool]) -> [vitro_lane_rows] {
    var result: [vitro_lane_rows] = []
    for (rows, decays) in zip(parameters, decays) {
      if let last = result.last, last.decays == decays {
        result[result.count - 1].count += Int32(rows.count)
      } else {
        var next = rows.laneRows
        next.decays = decays
        result.append(next)
      }
    }
    return result
  }

  fileprivate func withKernelNetwork<Result>(
    loss: Loss, _ body: (UnsafePointer<vitro_lane_network>) -> Result
  ) -> Result {
    operations.withUnsafeBufferPointer { operations in
      summed.map(\.laneRows).withUnsafeBufferPointer { summed in
        let (kind, parameter) = loss.laneLoss
        var network = vitro_lane_network(
          operations: operations.baseAddress, operation_count: Int64(operations.count), value_rows: Int32(valueRows),
          parameter_rows: Int32(parameterRows), input: input.laneRows, output: output.laneRows,
          summed: summed.baseAddress, summed_count: Int64(summed.count), loss: kind, loss_parameter: parameter)
        return body(&network)
      }
    }
  }
}

extension Loss {
  fileprivate var laneLoss: (vitro_lane_loss, Double) {
    switch self {
    case .meanSquaredError: (vitro_lane_squared_error, 0)
    case .meanAbsoluteError: (vitro_lane_absolute_error, 0)
    case .huber(let delta): (vitro_lane_huber, delta)
    case .binaryCrossEntropyWithLogits: (vitro_lane_binary_cross_entropy, 0)
    case .crossEntropy(let smoothing): (vitro_lane_cross_entropy, smoothing)
    }
  }
}

extension OptimizerState {
  /// The optimizer as the kernels see it, at the step it has reached.
  fileprivate var laneTraining: vitro_lane_training {
    var training = vitro_lane_training()
    training.first_step = Int64(stepCount)
    switch optimizer {
    case .sgd: training.sgd = sgdSettings(rate: 0)
    case .adam, .adamW: (training.is_adam, training.adam) = (true, adamSettings(rate: 0))
    case .lbfgs: preconditionFailure("LaneTraining: L-BFGS evaluates the loss several times in a step")
    }
    return training
  }
}
