internal import VitroCore
public import VitroNetworks
public import VitroTensor

/// A fully connected layer with its ReLU as one operation: `y = max(0, x·Wᵀ + b)`.
///
/// A network of many such layers has one value for each, which is what the depth study probes.
///
/// Parameters: `weight [outputs, inputs]` and `bias [outputs]`. Shapes: `[… , inputs]` → `[… , outputs]`.
public struct HiddenLayer: Layer {
  /// `hidden`.
  public static let kind = "hidden"
  /// The length of the last axis of the input.
  public var inputs: Int
  /// The number of units.
  public var outputs: Int

  /// Creates a layer of `outputs` units that read `inputs` values.
  public init(_ inputs: Int, _ outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  private var affine: Linear { Linear(inputs, outputs) }

  /// `weight` and `bias`.
  public var parameters: [ParameterSpec] { affine.parameters }

  /// `[… , inputs]` → `[… , outputs]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] { try affine.outputShape(of: shapes) }

  /// Computes `max(0, x·Wᵀ + b)`.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    try affine.forward(inputs, in: context).relu()
  }
}
