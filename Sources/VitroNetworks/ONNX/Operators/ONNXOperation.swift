public import VitroTensor
internal import VitroCore

/// One operator of ONNX that no layer of Vitro's own stands for, computed on whole values, batch axis included.
///
/// Exported transformers and recurrent networks consist of these where they compute shapes, masks and products of two values. Real constants of more than one element
/// are parameters, whole numbers are settings where they are few. Values may be of any type and of any number of axes.
///
/// The operators: <https://onnx.ai/onnx/operators/>; docs/network-format.md lists those that are computed.
public struct ONNXOperation: Layer {
  /// `onnx`.
  public static let kind = "onnx"
  /// Whole values, whatever their axes.
  public static let takesAnyShape = true

  /// What an operand is.
  enum Operand: Sendable, Hashable {
    /// The next of the node's inputs.
    case value
    /// The next of the layer's parameters, which has this name and shape; whole numbers are kept as real ones.
    case parameter(String, shape: [Int], type: DType, isTrained: Bool)
    /// An array among the settings.
    case literal(ONNXLiteral)
    /// An optional operand that is left out.
    case missing
  }

  /// The operator's name, such as `MatMul`.
  public let operation: String
  /// The version of the operators.
  public let opset: Int
  /// Which of the operator's results this is.
  public let output: Int
  /// The operator's attributes.
  let settings: [String: ONNXSetting]
  /// The operator's operands, in order.
  let operands: [Operand]
  /// The shape of the result for one example, where the whole network says more of it than the node does.
  let result: [Int]?

  init(
    _ operation: String, opset: Int, output: Int = 0, settings: [String: ONNXSetting] = [:], operands: [Operand],
    result: [Int]? = nil
  ) {
    self.operation = operation
    self.opset = opset
    self.output = output
    self.settings = settings
    self.operands = operands
    self.result = result
  }

  /// Whether the operator moves, adds or averages elements; no rule covers the others.
  public var isLinearizable: Bool { Self.linear.contains(operation) }

  private static let linear: Set<String> = [
    "Add", "AveragePool", "Concat", "Dropout", "Expand", "Flatten", "Gather", "GlobalAveragePool", "Identity", "Neg",
    "ReduceMean", "ReduceSum", "Reshape", "Slice", "Split", "Squeeze", "Sub", "Sum", "Tile", "Transpose", "Unsqueeze",
  ]

  /// The large constants.
  public var parameters: [ParameterSpec] {
    operands.compactMap { operand in
      guard case .parameter(let name, let shape, _, let isTrained) = operand else { return nil }
      return ParameterSpec(name, shape, isTrained ? .weight : .constant)
    }
  }

  /// The shape of the result without its first axis; ``Graph/unknownShape`` when it cannot be known, ``Graph/scalarShape`` when there is none.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    let rule = try ONNXOperator.named(operation)
    guard operands.count(where: { $0 == .value }) == inputs.count else {
      throw VitroError(.shape, operation, "\(inputs.count) values are given to \(operands)")
    }
    guard rule.inputs.contains(operands.count), (0..<rule.outputs).contains(output) else {
      throw VitroError(
        .argument, operation,
        "it has \(operands.count) operands and gives result \(output), expected \(rule.inputs.lowerBound) to \(rule.inputs.upperBound) and less than \(rule.outputs)"
      )
    }
    var values = inputs.makeIterator()
    let sketches = try operands.map { operand -> ONNXSketch? in
      switch operand {
      case .value: return ONNXSketch(example: values.next() ?? Graph.unknownShape)
      case .parameter(_, let shape, _, _): return ONNXSketch(shape: shape)
      case .literal(let literal): return try ONNXSketch(literal.tensor())
      case .missing: return nil
      }
    }
    let found = ONNXSketch(shape: try rule.shape(ONNXOutline(operation: self, operands: sketches))).example
    guard let result else { return found }
    let isShape = result == Graph.unknownShape || result == Graph.scalarShape || result.allSatisfy { $0 >= -1 }
    guard isShape, result.count < 12 else { throw refusal("its result is said to be \(result)", code: .argument) }
    return result
  }

  /// Computes the operator.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    guard context.instances == nil else {
      throw VitroError(
        .unsupported, operation, "it computes whole values, and the network holds several instances",
        hint: "Run them one by one: network.instance(0).")
    }
    var (values, parameters) = (inputs.makeIterator(), context.parameters.makeIterator())
    let tensors = try operands.map { operand -> Tensor? in
      switch operand {
      case .value: values.next()
      case .parameter(_, _, let type, _):
        try type.isFloatingPoint ? parameters.next() : parameters.next()?.cast(to: type)
      case .literal(let literal): try literal.tensor()
      case .missing: nil
      }
    }
    let value = try compute(tensors) { try context.spend($0) }
    if let result, result != Graph.unknownShape {
      let fits =
        result == Graph.scalarShape
        ? value.rank == 0
        : value.rank == result.count + 1 && zip(value.shape.dropFirst(), result).allSatisfy { $1 == -1 || $0 == $1 }
      guard fits else {
        throw VitroError(.shape, operation, "its result is \(value.shape), expected [batch] + \(result)")
      }
    }
    return value
  }

  /// Computes the operator on arrays.
  ///
  /// - Parameters:
  ///   - tensors: The operands; `nil` for those that are left out.
  ///   - spend: Takes the number of elements by which the result exceeds its largest operand, before it is computed; throws when that is too much.
  func compute(_ tensors: [Tensor?], spend: (Int) throws -> Void) throws -> Tensor {
    let rule = try ONNXOperator.named(operation)
    let sketches = try tensors.map { try $0.map(ONNXSketch.init) }
    // What depends on elements is not larger than the elements are.
    if let shape = try rule.shape(ONNXOutline(operation: self, operands: sketches)), !shape.contains(-1) {
      try spend(try ONNXSketch.count(shape) - (tensors.compactMap { $0?.count }.max() ?? 0))
    }
    return try withoutActuallyEscaping(spend) { spend in
      try rule.run(ONNXCall(operation: self, operands: tensors, spend: spend))
    }
  }
}
