internal import VitroCore
public import VitroTensor

/// All axes of an example merged into one: `[a, b, c]` → `[a·b·c]`.
public struct Flatten: Layer {
  /// `flatten`.
  public static let kind = "flatten"

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init() {}

  /// The product of all lengths.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard !inputs[0].contains(-1) else { throw shapeError(inputs, expected: "lengths that are known") }
    return [inputs[0].elementCount]
  }

  /// Merges the axes.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let x = inputs[0]
    return try x.rank == context.leadingAxes ? x.expandingAxis(-1) : x.flattened(from: context.leadingAxes)
  }
}

/// Another shape for each example, with equally many elements.
public struct Reshape: Layer {
  /// `reshape`.
  public static let kind = "reshape"
  /// The new shape of an example; one length may be −1.
  public var shape: [Int]

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ shape: [Int]) { self.shape = shape }

  /// The given shape, its free length filled in when it is known.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard shape.count(where: { $0 == -1 }) <= 1, shape.allSatisfy({ $0 >= -1 }) else {
      throw VitroError(.argument, Self.kind, "\(shape) is no shape")
    }
    if inputs[0].contains(-1) { return shape }
    let count = inputs[0].elementCount
    let known = shape.filter { $0 != -1 }.elementCount
    guard shape.contains(-1) ? known > 0 && count % known == 0 : known == count else {
      throw shapeError(inputs, expected: "as many elements as \(shape) has")
    }
    return shape.map { $0 == -1 ? count / known : $0 }
  }

  /// Changes the shape.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0].reshaped(inputs[0].shape.prefix(context.leadingAxes) + shape)
  }
}

/// The mean over axes of an example: over the sequence, or over height and width (global average pooling).
public struct Mean: Layer {
  /// `mean`.
  public static let kind = "mean"
  /// The axes of an example, counted without the batch axis; they vanish.
  public var axes: [Int]

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(axes: [Int]) { self.axes = axes }

  /// The shape without the axes.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard axes.allSatisfy({ inputs[0].indices.contains($0) }), Set(axes).count == axes.count else {
      throw shapeError(inputs, expected: "the axes \(axes)")
    }
    return inputs[0].indices.filter { !axes.contains($0) }.map { inputs[0][$0] }
  }

  /// Takes the mean.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0].mean(axes: axes.map { $0 + context.leadingAxes })
  }
}

/// The largest element over axes of an example: the maximum over a set of points.
///
/// Where several are largest, each gets an equal part of the gradient.
public struct Maximum: Layer {
  /// `maximum`.
  public static let kind = "maximum"
  /// The axes of an example, counted without the batch axis; they vanish.
  public var axes: [Int]

  /// Yes: all goes to the largest.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(axes: [Int]) { self.axes = axes }

  /// The shape without the axes.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard axes.allSatisfy({ inputs[0].indices.contains($0) }), Set(axes).count == axes.count else {
      throw shapeError(inputs, expected: "the axes \(axes)")
    }
    return inputs[0].indices.filter { !axes.contains($0) }.map { inputs[0][$0] }
  }

  /// Takes the largest.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0].max(axes: axes.map { $0 + context.leadingAxes })
  }
}

/// The axes of an example in another order: images `[channels, height, width]` to points `[height, width, channels]`, say.
public struct Permute: Layer {
  /// `permute`.
  public static let kind = "permute"
  /// Which axis of the input stands at each place of the output, counted without the batch axis.
  public var order: [Int]

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ order: [Int]) { self.order = order }

  /// The lengths in the new order.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard order.sorted() == Array(inputs[0].indices) else {
      throw shapeError(inputs, expected: "\(order.count) axes, for the order \(order)")
    }
    return order.map { inputs[0][$0] }
  }

  /// Moves the axes.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let leading = context.leadingAxes
    return try inputs[0].permuted(Array(0..<leading) + order.map { $0 + leading })
  }
}

/// One position of a sequence: the first (a class token), the last, or any.
///
/// `[length, …]` → `[…]`.
public struct Pick: Layer {
  /// `pick`.
  public static let kind = "pick"
  /// The position on the first axis of an example; negative ones count from the end.
  public var position: Int

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(_ position: Int) { self.position = position }

  /// The shape without its first axis.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    guard let length = inputs[0].first, length == -1 || (-length..<length).contains(position) else {
      throw shapeError(inputs, expected: "a first axis with position \(position)")
    }
    return Array(inputs[0].dropFirst())
  }

  /// Takes the position.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try inputs[0].select(axis: context.leadingAxes, at: position)
  }
}
