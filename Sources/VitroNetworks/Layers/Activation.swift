internal import VitroCore
public import VitroTensor

/// A function of each element: `y = f(x)`.
public struct Activation: Layer {
  /// `activation`.
  public static let kind = "activation"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// Each element by itself, whatever the axes.
  public static let takesAnyShape = true

  /// The functions; the formulas stand at the tensor operations of the same names.
  public enum Function: String, Sendable, Hashable, Codable, CaseIterable {
    case identity, relu, leakyRelu, elu, selu, gelu, geluTanh, silu, sigmoid, logSigmoid, tanh, softplus, softsign
    case hardSigmoid, hardSwish, exp, abs, square, sin, cos
  }

  /// Which function.
  public var function: Function
  /// The slope of `leakyRelu`, the α of `elu`; `nil` takes PyTorch's default.
  public var parameter: Double?

  /// Yes: by its slope from the origin.
  public var isLinearizable: Bool { true }

  /// Creates an activation.
  public init(_ function: Function, parameter: Double? = nil) {
    self.function = function
    self.parameter = parameter
  }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    return inputs[0]
  }

  /// Applies the function.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try context.relevance?.function(inputs[0], applied(to:)) ?? applied(to: inputs[0])
  }

  private func applied(to x: Tensor) throws -> Tensor {
    switch function {
    case .identity: x
    case .relu: try x.relu()
    case .leakyRelu: try x.leakyRelu(slope: parameter ?? 0.01)
    case .elu: try x.elu(alpha: parameter ?? 1)
    case .selu: try x.selu()
    case .gelu: try x.gelu()
    case .geluTanh: try x.geluTanh()
    case .silu: try x.silu()
    case .sigmoid: try x.sigmoid()
    case .logSigmoid: try x.logSigmoid()
    case .tanh: try x.tanh()
    case .softplus: try x.softplus()
    case .softsign: try x.softsign()
    case .hardSigmoid: try x.hardSigmoid()
    case .hardSwish: try x.hardSwish()
    case .exp: try x.exp()
    case .abs: try x.abs()
    case .square: try x.square()
    case .sin: try x.sin()
    case .cos: try x.cos()
    }
  }
}
