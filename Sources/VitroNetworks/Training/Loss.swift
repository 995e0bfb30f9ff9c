internal import VitroCore
public import VitroTensor

/// What training makes small: the mean over a batch of how far outputs are from targets.
///
/// A plain network gets one number; a network of several instances one for each instance, the mean over everything but the instance axis.
///
/// ```swift
/// let metrics = try network.evaluate(source, loss: .crossEntropy)
/// let (loss, accuracy) = (metrics.loss[0], metrics.accuracy?[0])
/// ```
public enum Loss: Sendable, Hashable, Codable {
  /// −log softmax(output)[label], outputs `[… , classes]`, labels `[…]` whole numbers. Smoothing ε mixes in ε times the mean over all classes.
  case crossEntropy(labelSmoothing: Double)
  /// (output − target)².
  case meanSquaredError
  /// |output − target|.
  case meanAbsoluteError
  /// ½d² for d = |output − target| up to δ, beyond it δ·(d − ½δ) (Huber, 1964).
  case huber(delta: Double)
  /// log(1 + exp x) − x·t for a logit x and a target t in 0 … 1.
  case binaryCrossEntropyWithLogits

  /// Cross entropy without smoothing.
  public static let crossEntropy = Loss.crossEntropy(labelSmoothing: 0)

  /// Whether targets are labels, so that accuracy means something.
  public var isClassification: Bool {
    if case .crossEntropy = self { true } else { false }
  }

  /// The loss of a batch: a scalar, or `[instances]`.
  ///
  /// - Parameters:
  ///   - output: `[batch, …]`, or `[instances, batch, …]`.
  ///   - target: The same shape (labels: without the last axis), with or without the instance axis.
  ///   - instances: The number of instances, `nil` for a plain network.
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit or a label is not a class.
  public func callAsFunction(_ output: Tensor, _ target: Tensor, instances: Int? = nil) throws -> Tensor {
    let expected = isClassification ? Array(output.shape.dropLast()) : output.shape
    let aligned = try Self.aligned(target, to: expected, instances: instances)
    let each: Tensor
    switch self {
    case .crossEntropy(let smoothing):
      let plain = try output.crossEntropy(labels: aligned.cast(to: .int64))
      if smoothing == 0 {
        each = plain
      } else {
        let uniform = try output.logSumExp() - output.mean(axes: [-1])
        each = try plain * (1 - smoothing) + uniform * smoothing
      }
    case .meanSquaredError: each = try (output - aligned.cast(to: output.dtype)).square()
    case .meanAbsoluteError: each = try (output - aligned.cast(to: output.dtype)).abs()
    case .huber(let delta):
      let distance = try (output - aligned.cast(to: output.dtype)).abs()
      let inner = try distance.clip(0, delta)
      each = try inner * (distance - inner * 0.5)
    case .binaryCrossEntropyWithLogits: each = try output.softplus() - output * aligned.cast(to: output.dtype)
    }
    return try instances == nil ? each.mean() : each.mean(axes: Array(1..<each.rank))
  }

  /// The target with the shape that the outputs call for; one without an instance axis serves all instances.
  static func aligned(_ target: Tensor, to expected: [Int], instances: Int?) throws -> Tensor {
    if target.shape == expected { return target }
    if instances != nil, target.shape == Array(expected.dropFirst()) || target.shape == [1] + expected.dropFirst() {
      return try target.expanded(to: expected)
    }
    throw VitroError(
      .shape, "loss", "the target is \(target.shape), expected \(expected)",
      details: ["found": "\(target.shape)", "expected": "\(expected)"])
  }

  func validate() throws {
    switch self {
    case .crossEntropy(let smoothing) where !(0..<1).contains(smoothing):
      throw VitroError(.argument, "loss", "the label smoothing is \(smoothing), expected 0 ..< 1")
    case .huber(let delta) where !(delta > 0 && delta.isFinite):
      throw VitroError(.argument, "loss", "Huber's delta is \(delta), expected a number above 0")
    default: break
    }
  }
}
