internal import VitroCore
public import VitroTensor

/// Layer normalization over the last axis: `y = (x − mean)/√(variance + ε)·weight + bias` (Ba et al., 2016).
///
/// Parameters: `weight [width]`, `bias [width]`. Inner taps: `hook_scale` (√(variance + ε), `[… , 1]`), `hook_normalized` (before weight and bias).
public struct LayerNorm: Layer {
  /// `layerNorm`.
  public static let kind = "layerNorm"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The length of the last axis.
  public var width: Int
  /// Added to the variance.
  public var epsilon: Double
  /// Whether there are weight and bias.
  public var affine: Bool

  /// Yes: the scale is held fixed.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ width: Int, epsilon: Double = 1e-5, affine: Bool = true) {
    self.width = width
    self.epsilon = epsilon
    self.affine = affine
  }

  /// `weight` and `bias`, if the layer is affine.
  public var parameters: [ParameterSpec] {
    affine ? [ParameterSpec("weight", [width], .gain), ParameterSpec("bias", [width], .shift)] : []
  }

  /// `hook_scale` and `hook_normalized`.
  public var innerTaps: [String] { ["hook_scale", "hook_normalized"] }

  /// `hook_scale`.
  public var fixedTaps: [String] { ["hook_scale"] }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].last == width else { throw shapeError(inputs, expected: "[… , \(width)]") }
    return inputs[0]
  }

  /// Normalizes, then scales and shifts.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let x = inputs[0]
    let values: Tensor
    if context.isTapped(0) {
      let centered = try x - x.mean(axes: [-1], keepingAxes: true)
      let variance = try centered.square().mean(axes: [-1], keepingAxes: true)
      let scale = try context.fixed((variance + epsilon).sqrt())
      values = try centered / context.fixed(context.tap(0, scale))
    } else {
      values =
        try context.relevance?.normalized(x, centered: true, epsilon: epsilon)
        ?? x.layerNormalized(epsilon: epsilon).values
    }
    let normalized = try context.tap(1, values)
    guard affine else { return normalized }
    return try normalized * context.vector(0, like: normalized) + context.vector(1, like: normalized)
  }
}

/// Root-mean-square normalization over the last axis: `y = x/√(mean(x²) + ε)·weight` (Zhang & Sennrich, 2019).
///
/// Parameters: `weight [width]`. Inner taps: `hook_scale` (√(mean(x²) + ε), `[… , 1]`),
/// `hook_normalized` (before the weight).
public struct RMSNorm: Layer {
  /// `rmsNorm`.
  public static let kind = "rmsNorm"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The length of the last axis.
  public var width: Int
  /// Added to the mean square.
  public var epsilon: Double

  /// Yes: the scale is held fixed.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ width: Int, epsilon: Double = 1e-6) {
    self.width = width
    self.epsilon = epsilon
  }

  /// `weight`.
  public var parameters: [ParameterSpec] { [ParameterSpec("weight", [width], .gain)] }

  /// `hook_scale` and `hook_normalized`.
  public var innerTaps: [String] { ["hook_scale", "hook_normalized"] }

  /// `hook_scale`.
  public var fixedTaps: [String] { ["hook_scale"] }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].last == width else { throw shapeError(inputs, expected: "[… , \(width)]") }
    return inputs[0]
  }

  /// Normalizes, then scales.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let x = inputs[0]
    let values: Tensor
    if context.isTapped(0) {
      let meanSquare = try x.square().mean(axes: [-1], keepingAxes: true)
      let scale = try context.fixed((meanSquare + epsilon).sqrt())
      values = try x / context.fixed(context.tap(0, scale))
    } else {
      values =
        try context.relevance?.normalized(x, centered: false, epsilon: epsilon)
        ?? x.rmsNormalized(epsilon: epsilon).values
    }
    let normalized = try context.tap(1, values)
    return try normalized * context.vector(0, like: normalized)
  }
}

/// Batch normalization of the channels (axis 0 of an example): batch statistics in training, running ones in use (Ioffe & Szegedy, 2015).
///
/// Parameters: `weight [channels]`, `bias [channels]`; state: `running_mean`, `running_var`, moved by
/// `running ← (1 − momentum)·running + momentum·batch` with the unbiased batch variance, as in PyTorch.
public struct BatchNorm: Layer {
  /// `batchNorm`.
  public static let kind = "batchNorm"
  /// The number of channels.
  public var channels: Int
  /// Added to the variance.
  public var epsilon: Double
  /// How fast running statistics move.
  public var momentum: Double
  /// Whether there are weight and bias.
  public var affine: Bool

  /// Yes: with running statistics it is linear up to a constant.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, affine: Bool = true) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
    self.affine = affine
  }

  /// `running_mean` and `running_var`; before them `weight` and `bias`, if the layer is affine.
  public var parameters: [ParameterSpec] {
    let state = [
      ParameterSpec("running_mean", [channels], .runningMean),
      ParameterSpec("running_var", [channels], .runningVariance),
    ]
    guard affine else { return state }
    return [ParameterSpec("weight", [channels], .gain), ParameterSpec("bias", [channels], .shift)] + state
  }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].first == channels else { throw shapeError(inputs, expected: "[\(channels), …]") }
    return inputs[0]
  }

  /// Normalizes, then scales and shifts.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let first = affine ? 2 : 0
    let parameters = context.parameters
    let normalized: Tensor
    if case .training = context.mode {
      let instances = context.instances ?? 1
      var (values, means, variances): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
      for instance in 0..<instances {
        let x = context.instances == nil ? inputs[0] : try inputs[0].select(at: inputs[0].shape[0] == 1 ? 0 : instance)
        let (value, mean, variance) = try x.batchNormalized(epsilon: epsilon)
        let count = Double(x.count / Swift.max(channels, 1))
        values.append(value)
        means.append(mean)
        variances.append(try variance * (count > 1 ? count / (count - 1) : 1))
      }
      let isPlain = context.instances == nil
      normalized = isPlain ? values[0] : try .stack(values)
      try move(first, means, isPlain, parameters, context)
      try move(first + 1, variances, isPlain, parameters, context)
    } else {
      let scale = try (perChannel(parameters[first + 1], inputs[0], context) + epsilon).rsqrt()
      normalized = try (inputs[0] - perChannel(parameters[first], inputs[0], context)) * scale
    }
    guard affine else { return normalized }
    return try normalized * perChannel(parameters[0], normalized, context)
      + perChannel(parameters[1], normalized, context)
  }

  private func move(
    _ number: Int, _ batch: [Tensor], _ isPlain: Bool, _ parameters: [Tensor], _ context: LayerContext
  ) throws {
    let statistic = isPlain ? batch[0] : try Tensor.stack(batch)
    context.updateState(number, to: try parameters[number] * (1 - momentum) + statistic * momentum)
  }

  /// A vector over channels, shaped to broadcast over `[instances?, batch, channels, …]`.
  private func perChannel(_ vector: Tensor, _ x: Tensor, _ context: LayerContext) throws -> Tensor {
    let tail = [Int](repeating: 1, count: x.rank - context.leadingAxes - 1)
    return try vector.reshaped((context.instances.map { [$0, 1] } ?? []) + [channels] + tail)
  }
}

extension LayerContext {
  /// A vector parameter over the last axis, shaped to broadcast over the leading ones.
  func vector(_ number: Int, like x: Tensor) throws -> Tensor {
    let vector = parameters[number]
    guard let instances else { return vector }
    return try vector.reshaped([instances] + [Int](repeating: 1, count: x.rank - 2) + [vector.shape[1]])
  }
}
