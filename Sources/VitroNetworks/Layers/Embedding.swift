internal import VitroCore
public import VitroTensor

/// A table of vectors, one for each token: `[…]` whole numbers → `[… , width]`.
///
/// Parameters: `weight [count, width]`.
public struct Embedding: Layer {
  /// `embedding`.
  public static let kind = "embedding"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The number of tokens.
  public var count: Int
  /// The length of each vector.
  public var width: Int

  /// Yes: nothing goes back through it.
  public var isLinearizable: Bool { true }

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

  /// False: only the tokens' rows are read.
  public var usesWholeParameters: Bool { false }

  /// Looks the tokens up.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let tokens = inputs[0].dtype.isFloatingPoint ? try inputs[0].cast(to: .int64) : inputs[0]
    guard let instances = context.instances else { return try context.rows(ofParameter: 0, at: tokens) }
    return try .stack(
      (0..<instances).map { instance in
        try context.parameter(0).select(at: instance).gather(tokens.select(at: tokens.shape[0] == 1 ? 0 : instance))
      })
  }
}

/// A learned vector added at each position: `[length, width]` → `[length, width]`.
///
/// Parameters: `weight [longest, width]`.
public struct PositionalEmbedding: Layer {
  /// `positionalEmbedding`.
  public static let kind = "positionalEmbedding"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The longest sequence.
  public var longest: Int
  /// The length of each vector.
  public var width: Int

  /// Yes: it adds a constant.
  public var isLinearizable: Bool { true }

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
    let used = try context.positions(x.shape[x.rank - 2], of: longest, Self.kind) { indices in
      context.instances == nil
        ? try context.rows(ofParameter: 0, at: indices)
        : try context.parameter(0).gather(indices, axis: 1).expandingAxis(1)
    }
    return try x + used
  }

  /// False: only the positions' rows are read.
  public var usesWholeParameters: Bool { false }
}

/// The learned vectors of the positions alone: tokens `[length]` → `[length, width]`, whatever the tokens are.
///
/// Parameters: `weight [longest, width]`.
public struct PositionTable: Layer {
  /// `positionTable`.
  public static let kind = "positionTable"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The number of rows of the table.
  public var longest: Int
  /// The length of each vector.
  public var width: Int
  /// The row of the first position (2 for RoBERTa).
  public var first: Int

  /// Yes: nothing goes back through it.
  public var isLinearizable: Bool { true }

  /// Creates a table of positions.
  public init(_ longest: Int, _ width: Int, first: Int = 0) {
    self.longest = longest
    self.width = width
    self.first = first
  }

  /// `weight`.
  public var parameters: [ParameterSpec] {
    [ParameterSpec("weight", [longest, width], .embedding, fanIn: longest, fanOut: width)]
  }

  /// `[length]` → `[length, width]`.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].count == 1, first >= 0, first < longest, inputs[0][0] <= longest - first else {
      throw shapeError(inputs, expected: "[at most \(longest - first)]")
    }
    return inputs[0] + [width]
  }

  /// False: only the positions' rows are read.
  public var usesWholeParameters: Bool { false }

  /// The vectors of the positions.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    guard context.instances == nil else {
      throw VitroError(.unsupported, Self.kind, "the network has several instances")
    }
    let tokens = inputs[0]
    let used = try context.positions(tokens.shape[tokens.rank - 1], of: longest - first, Self.kind) { indices in
      try context.rows(ofParameter: 0, at: first == 0 ? indices : indices + Tensor(Int64(first)))
    }
    return try used.rank == tokens.rank + 1 ? used : used.expanded(to: tokens.shape + [width])
  }
}

extension LayerContext {
  /// A parameter as a whole, for layers that mostly look up rows.
  func parameter(_ number: Int) throws -> Tensor { try pass.parameters.value(step.parameters[number]) }

  /// The rows of a table of positions: `[length, …]`, or `[1, positions, …]` of packed sequences.
  fileprivate func positions(
    _ length: Int, of longest: Int, _ kind: String, _ rows: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let last = sequences?.sequences.map { $0.start + $0.length }.max() ?? length
    guard last <= longest else {
      throw VitroError(.shape, kind, "the sequence has \(last) positions, expected at most \(longest)")
    }
    guard let sequences else { return try rows(Tensor.range(0..<length)) }
    return try rows(Tensor(sequences.positions.map { Int64($0) }, shape: [1, sequences.count]))
  }
}
