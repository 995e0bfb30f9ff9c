internal import VitroCore
public import VitroTensor

/// A 2-D convolution (cross-correlation, as in PyTorch).
///
/// Parameters: `weight [outputs, inputs / groups, height, width]` and `bias [outputs]`. Shapes: `[inputs, h, w]` → `[outputs, h′, w′]`.
public struct Conv2d: Layer {
  /// `conv2d`.
  public static let kind = "conv2d"
  /// The channels of the input.
  public var inputs: Int
  /// The channels of the output: the number of filters.
  public var outputs: Int
  /// The size, stride, padding and dilation of the filters.
  public var window: Window
  /// The number of groups of channels that do not see each other.
  public var groups: Int
  /// Whether a bias is added.
  public var bias: Bool

  /// Yes: by the ε-rule.
  public var isLinearizable: Bool { true }

  /// Creates a convolution.
  public init(_ inputs: Int, _ outputs: Int, window: Window, groups: Int = 1, bias: Bool = true) {
    self.inputs = inputs
    self.outputs = outputs
    self.window = window
    self.groups = groups
    self.bias = bias
  }

  /// `weight` and, if there is one, `bias`.
  public var parameters: [ParameterSpec] {
    let weight = ParameterSpec(
      "weight", [outputs, groups > 0 ? inputs / groups : 0] + window.kernel, .weight,
      fanOut: (window.kernel + [outputs]).elementCount / max(groups, 1))
    guard bias else { return [weight] }
    return [weight, ParameterSpec("bias", [outputs], .bias, fanIn: weight.fanIn, fanOut: outputs)]
  }

  /// `[inputs, h, w]` → `[outputs, h′, w′]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] {
    try requireInputs(1, shapes)
    guard groups >= 1, inputs % groups == 0, outputs % groups == 0 else {
      throw VitroError(.argument, Self.kind, "\(groups) groups do not divide \(inputs) and \(outputs) channels")
    }
    return try imageShape(shapes, window, channels: inputs, outputs: outputs)
  }

  /// Slides the filters over the images.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let result = try context.eachInstance(inputs) { inputs, parameters in
      try inputs[0].conv2d(filters: parameters[0], bias: bias ? parameters[1] : nil, window: window, groups: groups)
    }
    return try context.summed(result)
  }
}

extension Layer {
  /// The shape of images after a window has slid over them, −1 for lengths known only at run time.
  func imageShape(_ shapes: [[Int]], _ window: Window, channels: Int?, outputs: Int?) throws -> [Int] {
    guard shapes[0].count == 3, channels == nil || shapes[0][0] == channels, shapes[0].allSatisfy({ $0 >= -1 }) else {
      throw shapeError(shapes, expected: "[\(channels.map(String.init) ?? "channels"), height, width]")
    }
    let (height, width) = (shapes[0][1], shapes[0][2])
    // A length that is known only at run time stands for one that fits.
    let fitting = 1 << 48
    let size = try window.outputSize(
      height: height == -1 ? fitting : height, width: width == -1 ? fitting : width, Self.kind)
    return [outputs ?? shapes[0][0], height == -1 ? -1 : size.height, width == -1 ? -1 : size.width]
  }
}
