internal import VitroCore
public import VitroTensor

/// A table of vectors, one for each token: `[…]` whole numbers → `[… , width]`.
///
/// Parameters: `weight [count, width]`.
public struct Embedding: Layer {
  /// `embedding`.
  public static let kind = "embedding"
  /// The number of tokens.
  public var count: Int
  /// The length of each vector.
  public var width: Int

  /// Creates a table.
  public init(_ count: Int, _ width: Int) {
    self.count = count
    self.width = width
  }

  /// `weight`.
  public var parameters: [ParameterSpec] {
    [ParameterSpec("weight", [count, width], .embedding, fanIn: count, fanOut: width)]
  }

  /// `[…]` → `[… , width]`.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    return inputs[0] + [width]
  }

  /// Looks the tokens up.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try context.eachInstance(inputs) { inputs, parameters in
      let tokens = inputs[0].dtype.isFloatingPoint ? try inputs[0].cast(to: .int64) : inputs[0]
      return try parameters[0].gather(tokens)
    }
  }
}

/// A learned vector added at each position: `[length, width]` → `[length, width]`.
///
/// Parameters: `weight [longest, width]`.
public struct PositionalEmbedding: Layer {
  /// `positionalEmbedding`.
  public static let kind = "positionalEmbedding"
  /// The longest sequence.
  public var longest: Int
  /// The length of each vector.
  public var width: Int

  /// Creates a table of positions.
  public init(_ longest: Int, _ width: Int) {
    self.longest = longest
    self.width = width
  }

  /// `weight`.
  public var parameters: [ParameterSpec] {
    [ParameterSpec("weight", [longest, width], .embedding, fanIn: longest, fanOut: width)]
  }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].count == 2, inputs[0][1] == width, inputs[0][0] <= longest else {
      throw shapeError(inputs, expected: "[at most \(longest), \(width)]")
    }
    return inputs[0]
  }

  /// Adds the vectors of the positions.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let x = inputs[0]
    let length = x.shape[x.rank - 2]
    guard length <= longest else {
      throw VitroError(.shape, Self.kind, "the sequence has \(length) positions, expected at most \(longest)")
    }
    let table = context.parameters[0]
    let used = try table.slice(axis: table.rank - 2, 0..<length)
    return try x + (context.instances == nil ? used : used.expandingAxis(1))
  }
}
