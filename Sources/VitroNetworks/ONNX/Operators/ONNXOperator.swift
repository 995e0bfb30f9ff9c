internal import VitroCore
internal import VitroTensor

/// How an operator of ONNX is computed: its operands, its results, and what can be said of them beforehand.
struct ONNXOperator: Sendable {
  typealias Shape = @Sendable (ONNXOutline) throws -> [Int]?
  typealias Body = @Sendable (ONNXCall) throws -> Tensor

  /// How the type of a result follows from the operands'.
  enum TypeRule: Sendable {
    /// The type of an operand.
    case operand(Int)
    case fixed(DType)
    /// The type that the setting `to` or `dtype` names.
    case named(String)
    /// The type of the array in a setting, or a standard one.
    case array(String, DType)
    /// The first rule for result 0, the last for those after.
    indirect case byOutput([TypeRule])
  }

  /// How many operands there may be.
  var inputs: ClosedRange<Int>
  /// How many results there are at most.
  var outputs = 1
  var type = TypeRule.operand(0)
  /// The shape of the result that is asked for; nothing where it cannot be known.
  ///
  /// While the network runs all shapes and all small operands are known, and the answer guards against results without bounds.
  var shape: Shape
  var run: Body
  /// Whether it is computed when the network is read, where all operands are constants.
  var folds = true

  init(
    _ inputs: ClosedRange<Int>, outputs: Int = 1, type: TypeRule = .operand(0), folds: Bool = true,
    shape: @escaping Shape, run: @escaping Body
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.type = type
    self.folds = folds
    self.shape = shape
    self.run = run
  }

  /// All operators, by name.
  static let all: [String: ONNXOperator] = {
    var all: [String: ONNXOperator] = [:]
    for family in [
      functions, arithmetic, comparisons, logic, reductions, positions, products, shaping, cutting, filling, padding,
      indexing, scattering,
      windows, normalizations, recurrent, resizing, softmaxes,
    ] { all.merge(family) { $1 } }
    return all
  }()

  /// The operator of a name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is none, with the nearest.
  static func named(_ name: String) throws -> ONNXOperator {
    guard let found = all[name] else {
      throw VitroError.unknownName(name, kind: "operator", known: all.keys.sorted(), operation: "ONNX operation")
    }
    return found
  }

  /// The type of a result, where it follows from what is known.
  func type(_ rule: TypeRule? = nil, of operation: ONNXOperation, operands: [DType?]) throws -> DType? {
    switch rule ?? type {
    case .operand(let index): return operands.indices.contains(index) ? operands[index] : nil
    case .fixed(let type): return type
    case .array(let setting, let standard):
      guard case .array(let literal)? = operation.settings[setting] else { return standard }
      return literal.dtype == .float16 || literal.dtype == .bfloat16 ? .float32 : literal.dtype
    case .named(let setting): return try operation.elementType(setting)
    case .byOutput(let rules):
      return try type(rules[Swift.min(operation.output, rules.count - 1)], of: operation, operands: operands)
    }
  }

  /// The shape of the first operand.
  static let same: Shape = { try $0.shape(0) }

  /// The shape that all operands broadcast to.
  static let broadcast: Shape = { outline in
    try ONNXSketch.broadcast(outline.operands.compactMap { $0?.shape ?? nil }, outline.operation.operation)
      .flatMap { shape in outline.operands.contains { $0 != nil && $0?.shape == nil } ? nil : shape }
  }

  /// Nothing is known.
  static let unknown: Shape = { _ in nil }
}

extension ONNXOperation {
  /// The type that a setting names by its code; half precision is computed with in single.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for texts, complex numbers and formats of eight bits and less.
  func elementType(_ setting: String, default standard: DType? = nil) throws -> DType? {
    guard settings[setting] != nil else { return standard }
    switch try integer(setting) {
    case 1, 10, 16: return .float32
    case 11: return .float64
    case 2: return .uint8
    case 9: return .bool
    case 3, 5, 4, 6: return .int32
    case 7, 12, 13: return .int64
    case let code: throw refusal("it makes values of element type \(code), which Vitro has no arrays for")
    }
  }
}
