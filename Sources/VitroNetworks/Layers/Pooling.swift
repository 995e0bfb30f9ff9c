public import VitroTensor

/// The largest element of each window of each channel: `[channels, h, w]` → `[channels, h′, w′]`.
public struct MaxPool2d: Layer {
  /// `maxPool2d`.
  public static let kind = "maxPool2d"
  /// The window and how it moves.
  public var window: Window

  /// Yes: all goes to the largest.
  public var isLinearizable: Bool { true }

  /// Creates a pooling over a window.
  public init(_ window: Window) { self.window = window }

  /// Creates a pooling over squares that do not overlap.
  public init(_ size: Int) { self.init(Window(size, stride: size)) }

  /// `[channels, h, w]` → `[channels, h′, w′]`.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    return try imageShape(inputs, window, channels: nil, outputs: nil)
  }

  /// Takes the largest elements.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try context.mergingInstances(inputs[0]) { try $0.maxPool2d(window) }
  }
}

/// The mean of each window of each channel: `[channels, h, w]` → `[channels, h′, w′]`.
public struct AveragePool2d: Layer {
  /// `averagePool2d`.
  public static let kind = "averagePool2d"
  /// The window and how it moves.
  public var window: Window
  /// Whether elements of the padding are left out of the mean.
  public var excludesPadding: Bool

  /// Yes: it is linear.
  public var isLinearizable: Bool { true }

  /// Creates a pooling over a window.
  public init(_ window: Window, excludesPadding: Bool = false) {
    self.window = window
    self.excludesPadding = excludesPadding
  }

  /// `[channels, h, w]` → `[channels, h′, w′]`.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    try requireInputs(1, inputs)
    return try imageShape(inputs, window, channels: nil, outputs: nil)
  }

  /// Takes the means.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try context.mergingInstances(inputs[0]) { try $0.averagePool2d(window, excludingPadding: excludesPadding) }
  }
}

extension LayerContext {
  /// Runs a function without parameters on all instances as one batch.
  func mergingInstances(_ x: Tensor, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    guard instances != nil else { return try body(x) }
    let merged = try body(x.reshaped([x.shape[0] * x.shape[1]] + x.shape[2...]))
    return try merged.reshaped([x.shape[0], x.shape[1]] + merged.shape[1...])
  }
}
