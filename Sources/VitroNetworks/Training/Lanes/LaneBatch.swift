internal import CVitroKernels
internal import VitroCore
internal import VitroTensor

/// A batch whose shapes the lane kernels take.
struct LaneBatch {
  private let inputs: Tensor
  private let targets: Tensor
  private let examples: Int
  private let ownsInputs: Bool
  private let ownsTargets: Bool

  /// Returns `nil` for a batch that does not fit the network or the loss: the network engine then says why.
  init?(_ batch: Batch, for network: LaneNetwork, parameters: Parameters, loss: Loss) throws {
    guard let instances = parameters.instances, batch.inputs.count == 1, batch.inputs[0].dtype.isFloatingPoint,
      batch.inputs[0].rank >= 2
    else { return nil }
    let examples = batch.inputs[0].shape[batch.inputs[0].rank - 2]
    let target = [examples] + (loss.isClassification ? [] : [network.output.count])
    guard examples >= 1,
      let ownsInputs = Self.hasOwn(batch.inputs[0], [examples, network.input.count], instances),
      let ownsTargets = Self.hasOwn(batch.target, target, instances)
    else { return nil }
    var targets = batch.target
    if loss.isClassification {
      targets = try targets.cast(to: .int64)
      guard try targets.ints.allSatisfy((0..<network.output.count).contains) else { return nil }
    }
    self.inputs = try batch.inputs[0].detached.cast(to: parameters.dtype)
    self.targets = try targets.detached.cast(to: parameters.dtype)
    self.examples = examples
    self.ownsInputs = ownsInputs
    self.ownsTargets = ownsTargets
  }

  /// Whether each instance has values of its own; `nil` when the shape is another.
  private static func hasOwn(_ tensor: Tensor, _ shape: [Int], _ instances: Int) -> Bool? {
    if tensor.shape == shape || tensor.shape == [1] + shape { return false }
    return tensor.shape == [instances] + shape ? true : nil
  }

  /// The bytes that the batch keeps.
  var byteCount: Int { inputs.raw.byteCount + targets.raw.byteCount }

  /// Lends batches to a kernel.
  static func withKernelBatches<Result>(
    _ batches: [LaneBatch], _ body: (UnsafePointer<vitro_lane_batch>?) throws -> Result
  ) rethrows -> Result {
    // The memory is the tensors' own, and they outlive the call.
    let kernelBatches = batches.map { batch in
      vitro_lane_batch(
        inputs: batch.inputs.withElements { $0 }, targets: batch.targets.withElements { $0 },
        examples: Int64(batch.examples),
        input_stride: batch.ownsInputs ? Int64(batch.inputs.count / batch.inputs.shape[0]) : 0,
        target_stride: batch.ownsTargets ? Int64(batch.targets.count / batch.targets.shape[0]) : 0)
    }
    return try withExtendedLifetime(batches) { try kernelBatches.withUnsafeBufferPointer { try body($0.baseAddress) } }
  }
}
