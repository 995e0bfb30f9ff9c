public import VitroTensor

/// A fully connected layer: `y = x · Wᵀ + b` on the last axis.
///
/// Parameters: `weight [outputs, inputs]` and `bias [outputs]`. Shapes: `[… , inputs]` → `[… , outputs]`.
public struct Linear: Layer {
  /// `linear`.
  public static let kind = "linear"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The length of the last axis of the input.
  public var inputs: Int
  /// The length of the last axis of the output.
  public var outputs: Int
  /// Whether a bias is added.
  public var bias: Bool

  /// Yes: by the ε-rule.
  public var isLinearizable: Bool { true }

  /// Creates a layer from `inputs` to `outputs`.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    self.inputs = inputs
    self.outputs = outputs
    self.bias = bias
  }

  /// `weight` and, if there is one, `bias`.
  public var parameters: [ParameterSpec] {
    let weight = ParameterSpec("weight", [outputs, inputs], .weight)
    return bias ? [weight, ParameterSpec("bias", [outputs], .bias, fanIn: inputs, fanOut: outputs)] : [weight]
  }

  /// `[… , inputs]` → `[… , outputs]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] {
    try requireInputs(1, shapes)
    guard let last = shapes[0].last, last == inputs || last == -1, inputs >= 0, outputs >= 0 else {
      throw shapeError(shapes, expected: "[… , \(inputs)]")
    }
    return shapes[0].dropLast() + [outputs]
  }

  /// Computes `x · Wᵀ + b`.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let parameters = context.parameters
    return try context.summed(inputs[0].linear(weight: parameters[0], bias: bias ? parameters[1] : nil))
  }
}
