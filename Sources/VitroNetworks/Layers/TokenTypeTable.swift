internal import VitroCore
public import VitroTensor

/// The learned vector of a text's part (BERT's segments), of which a single text has the first: tokens `[length]` → `[length, width]`.
///
/// Parameters: `weight [count, width]`; row 0 is used.
public struct TokenTypeTable: Layer {
  /// `tokenTypeTable`.
  public static let kind = "tokenTypeTable"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// The number of types.
  public var count: Int
  /// The length of each vector.
  public var width: Int

  /// Yes: nothing goes back through it.
  public var isLinearizable: Bool { true }

  /// Creates a table of types.
  public init(_ count: Int, _ width: Int) {
    self.count = count
    self.width = width
  }

  /// `weight`.
  public var parameters: [ParameterSpec] {
    [ParameterSpec("weight", [count, width], .embedding, fanIn: count, fanOut: width)]
  }

  /// `[length]` → `[length, width]`.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard inputs[0].count == 1, count >= 1 else { throw shapeError(inputs, expected: "[length], and a type") }
    return inputs[0] + [width]
  }

  /// False: only the first row is read.
  public var usesWholeParameters: Bool { false }

  /// The first row, for every token.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    guard context.instances == nil else {
      throw VitroError(.unsupported, Self.kind, "the network has several instances")
    }
    return try context.rows(ofParameter: 0, at: Tensor([0 as Int64])).expanded(to: inputs[0].shape + [width])
  }
}
