internal import VitroCore
public import VitroTensor

/// Sets elements to 0 with a probability while training, and scales the rest by 1/(1 − probability) (Srivastava et al., 2014).
public struct Dropout: Layer {
  /// `dropout`.
  public static let kind = "dropout"
  /// Each position stands for itself.
  public static let takesSequences = true
  /// Each element by itself, whatever the axes.
  public static let takesAnyShape = true
  /// The probability of an element to be dropped.
  public var probability: Double

  /// Yes: nothing is dropped.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ probability: Double) { self.probability = probability }

  /// The input's shape.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard probability >= 0, probability < 1 else {
      throw VitroError(.argument, Self.kind, "the probability is \(probability), expected 0 ..< 1")
    }
    return inputs[0]
  }

  /// Drops elements in training.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    guard var stream = context.randomStream else { return inputs[0] }
    return try inputs[0].dropout(probability: probability, stream: &stream)
  }
}
