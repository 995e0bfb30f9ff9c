internal import VitroCore
internal import VitroTensor

/// An operator at work: its settings and its operands.
struct ONNXCall {
  let operation: ONNXOperation
  let operands: [Tensor?]
  /// Takes the number of elements of a value that is made on the way; throws when that is too much.
  let spend: (Int) throws -> Void

  /// An operand that may be left out.
  func optional(_ index: Int) -> Tensor? { operands.indices.contains(index) ? operands[index] : nil }

  /// An operand that must be there.
  func operand(_ index: Int) throws -> Tensor {
    guard let operand = optional(index) else { throw operation.missing(index) }
    return operand
  }

  /// An operand of real numbers; others are converted.
  func real(_ index: Int) throws -> Tensor {
    let operand = try operand(index)
    return operand.dtype.isComputing ? operand : try operand.cast(to: .float32)
  }

  /// The real number that an operand holds.
  func number(_ index: Int) throws -> Double? { try optional(index)?.item() }

  /// Whole numbers given as a setting or as an operand, none beyond ``ONNXSketch/farthest``.
  func numbers(_ name: String, operand index: Int?) throws -> [Int]? {
    if let values = try operation.integers(name) { return values }
    guard let index, let operand = optional(index) else { return nil }
    let values: [Int64] = try operand.array()
    return values.map { Int(Swift.min(Swift.max($0, -ONNXSketch.farthest), ONNXSketch.farthest)) }
  }

  /// Two operands as one type: the wider one, where they differ.
  func pair(_ first: Int = 0, _ second: Int = 1) throws -> (Tensor, Tensor) {
    let (a, b) = (try operand(first), try operand(second))
    let type = Self.common(a.dtype, b.dtype)
    return (try a.cast(to: type), try b.cast(to: type))
  }

  /// All operands as one type.
  func all() throws -> [Tensor] {
    let tensors = operands.compactMap(\.self)
    guard let first = tensors.first else { throw operation.missing(0) }
    let type = tensors.dropFirst().reduce(first.dtype) { Self.common($0, $1.dtype) }
    return try tensors.map { try $0.cast(to: type) }
  }

  /// The type that holds the numbers of both; half precision is computed with in single.
  static func common(_ a: DType, _ b: DType) -> DType {
    if a == b, a != .float16, a != .bfloat16 { return a }
    if a.isFloatingPoint || b.isFloatingPoint { return a == .float64 || b == .float64 ? .float64 : .float32 }
    let order: [DType] = [.bool, .uint8, .int32, .int64]
    return order[Swift.max(order.firstIndex(of: a) ?? 3, order.firstIndex(of: b) ?? 3)]
  }
}

extension Tensor {
  /// This tensor in a type that Vitro computes with; half precision becomes single.
  func computable() throws -> Tensor { dtype == .float16 || dtype == .bfloat16 ? try cast(to: .float32) : self }

  /// Each whole number through a function, in 64 bits; the result has this tensor's type.
  func mapIntegers(_ body: (Int64) -> Int64) throws -> Tensor {
    let elements: [Int64] = try array()
    return try Tensor(elements.map(body), shape: shape).narrowed(to: dtype)
  }

  /// Each pair of whole numbers through a function, in 64 bits; shapes broadcast.
  func combineIntegers(_ other: Tensor, _ body: (Int64, Int64) -> Int64) throws -> Tensor {
    let shape = try ONNXSketch.broadcast([self.shape, other.shape], "combining") ?? []
    let (left, right): ([Int64], [Int64]) = (try expanded(to: shape).array(), try other.expanded(to: shape).array())
    return try Tensor(zip(left, right).map(body), shape: shape).narrowed(to: dtype)
  }

  /// 64-bit numbers in a narrower type, their upper bits dropped.
  private func narrowed(to type: DType) throws -> Tensor {
    switch type {
    case .int64: return self
    case .int32:
      let elements: [Int64] = try array()
      return try Tensor(elements.map { Int32(truncatingIfNeeded: $0) }, shape: shape)
    case .uint8:
      let elements: [Int64] = try array()
      return try Tensor(elements.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
    default: return try cast(to: type)
    }
  }
}
