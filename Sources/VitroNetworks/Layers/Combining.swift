internal import VitroCore
public import VitroTensor

/// The sum of several values of one shape: a skip connection, a residual stream.
public struct Add: Layer {
  /// `add`.
  public static let kind = "add"
  /// Each position stands for itself.
  public static let takesSequences = true

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init() {}

  /// The inputs' common shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] { try commonShape(inputs) }

  /// Adds the inputs in order.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs.dropFirst().reduce(inputs[0]) { try $0 + $1 }
  }
}

/// The product of several values of one shape: a gate.
public struct Multiply: Layer {
  /// `multiply`.
  public static let kind = "multiply"
  /// Each position stands for itself.
  public static let takesSequences = true

  /// Yes: factors get equal parts.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init() {}

  /// The inputs' common shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] { try commonShape(inputs) }

  /// Multiplies the inputs in order.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let factors = try context.relevance?.factors(inputs) ?? inputs
    return try factors.dropFirst().reduce(factors[0]) { try $0 * $1 }
  }
}

/// Values joined along an axis.
public struct Concatenate: Layer {
  /// `concatenate`.
  public static let kind = "concatenate"
  /// The axis of an example, counted without the batch axis.
  public var axis: Int

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(axis: Int) { self.axis = axis }

  /// The inputs' shape with the lengths of the axis added up.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    guard let first = inputs.first, first.indices.contains(axis) else {
      throw shapeError(inputs, expected: "values with an axis \(axis)")
    }
    var result = first
    result[axis] = 0
    for shape in inputs {
      var expected = first
      if shape.count == first.count { expected[axis] = shape[axis] }
      guard shape == expected else { throw shapeError(inputs, expected: "shapes that differ on axis \(axis) only") }
      result[axis] = shape[axis] == -1 || result[axis] == -1 ? -1 : result[axis] + shape[axis]
    }
    return result
  }

  /// Joins the inputs.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let instances = inputs.map { $0.shape[0] }.max() ?? 1
    let aligned = try inputs.map { input in
      context.instances == nil || input.shape[0] == instances
        ? input : try input.expanded(to: [instances] + input.shape.dropFirst())
    }
    return try .concatenate(aligned, axis: axis + context.leadingAxes)
  }
}

/// A fixed affine map of each element, `y = a·x + b`: a normalization of inputs that travels with the network.
public struct Scale: Layer {
  /// `scale`.
  public static let kind = "scale"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// Each element by itself, whatever the axes.
  public static let takesAnyShape = true
  /// The factor.
  public var factor: Double
  /// What is added.
  public var offset: Double

  /// Yes: it is linear up to a constant.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(factor: Double, offset: Double = 0) {
    self.factor = factor
    self.offset = offset
  }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    return inputs[0]
  }

  /// Computes `a·x + b`.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0].affine(factor, offset)
  }
}

/// Softmax over the last axis, or its logarithm.
public struct Softmax: Layer {
  /// `softmax`.
  public static let kind = "softmax"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// Whether the logarithm is taken.
  public var logarithmic: Bool

  /// Creates the layer.
  public init(logarithmic: Bool = false) { self.logarithmic = logarithmic }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard !inputs[0].isEmpty else { throw shapeError(inputs, expected: "at least one axis") }
    return inputs[0]
  }

  /// Computes the softmax.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try logarithmic ? inputs[0].logSoftmax() : inputs[0].softmax()
  }
}

extension Layer {
  fileprivate func commonShape(_ inputs: [[Int]]) throws -> [Int] {
    guard let first = inputs.first else { throw shapeError(inputs, expected: "at least one input") }
    for shape in inputs {
      let same = shape.count == first.count && zip(shape, first).allSatisfy { $0 == $1 || $0 == -1 || $1 == -1 }
      guard same else { throw shapeError(inputs, expected: "inputs of one shape") }
    }
    return first.indices.map { axis in inputs.map { $0[axis] }.max() ?? -1 }
  }
}
