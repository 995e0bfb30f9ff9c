internal import CVitroKernels
internal import VitroCore

/// Arithmetic of two tensors of the same type. Shapes broadcast as in NumPy: aligned at the last axis, lengths equal or 1.
/// Types: float32 and float64, and for `+ − × ÷ max min` also int32 and int64. Differentiable in both operands.
extension Tensor {
  /// a + b, broadcasting.
  public static func + (a: Tensor, b: Tensor) throws -> Tensor { try binary(vitro_add, "+", a, b) }
  /// a − b, broadcasting.
  public static func - (a: Tensor, b: Tensor) throws -> Tensor { try binary(vitro_subtract, "-", a, b) }
  /// a·b, element by element, broadcasting.
  public static func * (a: Tensor, b: Tensor) throws -> Tensor { try binary(vitro_multiply, "*", a, b) }
  /// a/b, broadcasting; integers truncate.
  public static func / (a: Tensor, b: Tensor) throws -> Tensor { try binary(vitro_divide, "/", a, b) }
  /// −a.
  public static prefix func - (a: Tensor) throws -> Tensor { try a.negated() }

  /// a + b.
  public static func + (a: Tensor, b: Double) throws -> Tensor { try a.affine(1, b) }
  /// a + b.
  public static func + (a: Double, b: Tensor) throws -> Tensor { try b.affine(1, a) }
  /// a − b.
  public static func - (a: Tensor, b: Double) throws -> Tensor { try a.affine(1, -b) }
  /// a − b.
  public static func - (a: Double, b: Tensor) throws -> Tensor { try b.affine(-1, a) }
  /// a·b.
  public static func * (a: Tensor, b: Double) throws -> Tensor { try a.affine(b, 0) }
  /// a·b.
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b.affine(a, 0) }
  /// a/b.
  public static func / (a: Tensor, b: Double) throws -> Tensor {
    try a.requireComputing("/")
    return try binary(vitro_divide, "/", a, .full([], b, dtype: a.dtype))
  }
  /// a/b.
  public static func / (a: Double, b: Tensor) throws -> Tensor { try b.reciprocal().affine(a, 0) }

  /// The larger of two; NaN if either is.
  ///
  /// At a tie each operand takes half of the gradient.
  public func maximum(_ other: Tensor) throws -> Tensor { try Self.binary(vitro_maximum, "maximum", self, other) }
  /// The smaller of two; NaN if either is.
  ///
  /// At a tie each operand takes half of the gradient.
  public func minimum(_ other: Tensor) throws -> Tensor { try Self.binary(vitro_minimum, "minimum", self, other) }
  /// xʸ.
  public func power(_ exponent: Tensor) throws -> Tensor { try Self.binary(vitro_pow, "power", self, exponent) }
  /// The angle of the point (other, self), in (−π, π].
  public func atan2(_ other: Tensor) throws -> Tensor { try Self.binary(vitro_atan2, "atan2", self, other) }

  private static func binary(_ operation: vitro_binary, _ name: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try requireSameType(a, b, name)
    let integersToo = operation.rawValue < vitro_pow.rawValue
    guard a.dtype.isComputing || (integersToo && (a.dtype == .int32 || a.dtype == .int64)) else {
      throw VitroError(.dtype, name, "the operands are \(a.dtype)", hint: "Convert them with cast(to: .float32).")
    }
    let shape = try Shapes.broadcast(a.shape, b.shape, name)
    let result = try Tensor(uninitialized: shape, a.dtype)
    apply(operation, a, b, into: result)
    return try result.recorded(
      from: a, b, BinaryOperation(operation, a, b, result))
  }

  /// Writes a ∘ b into a tensor of the broadcast shape.
  static func apply(_ operation: vitro_binary, _ a: Tensor, _ b: Tensor, into result: Tensor) {
    withBroadcastStrides(a, b, result.shape) { rank, shape, left, right in
      withMemory(a, b, result) {
        vitro_apply_binary(operation, result.dtype.kernel, $0, $1, $2, rank, shape, left, right)
      }
    }
  }

  static func withBroadcastStrides(
    _ a: Tensor, _ b: Tensor, _ shape: [Int],
    _ body: (Int32, UnsafePointer<Int64>?, UnsafePointer<Int64>?, UnsafePointer<Int64>?) -> Void
  ) {
    if a.shape == b.shape {
      var (count, one) = (Int64(a.count), Int64(1))
      return body(1, &count, &one, &one)
    }
    shape.withInt64s { lengths in
      Shapes.broadcastStrides(a.shape, to: shape).withInt64s { left in
        Shapes.broadcastStrides(b.shape, to: shape).withInt64s { right in
          body(Int32(shape.count), lengths, left, right)
        }
      }
    }
  }

  static func requireSameType(_ a: Tensor, _ b: Tensor, _ operation: String) throws {
    guard a.dtype == b.dtype else {
      throw VitroError(
        .dtype, operation, "the operands are \(a.dtype) \(a.shape) and \(b.dtype) \(b.shape)",
        hint: "Convert one with cast(to:).")
    }
  }

  /// The sum over the axes along which this value of a broadcast shape was repeated.
  func summed(to shape: [Int]) throws -> Tensor {
    if self.shape == shape { return self }
    return try sum(axes: Shapes.broadcastAxes(shape, to: self.shape)).reshaped(shape)
  }
}

/// The gradients of a ∘ b.
///
/// Of the operands and the result, only what these need is kept: nothing at all for a sum.
struct BinaryOperation: SingleOutputOperation {
  let operation: vitro_binary
  private let shapeA, shapeB: [Int]
  private let a, b, result: Tensor?

  init(_ operation: vitro_binary, _ a: Tensor, _ b: Tensor, _ result: Tensor) {
    self.operation = operation
    (shapeA, shapeB) = (a.shape, b.shape)
    let (needsA, needsB, needsResult) = Self.needs(operation, left: a.isTracked, right: b.isTracked)
    self.a = needsA ? a.detached : nil
    self.b = needsB ? b.detached : nil
    self.result = needsResult ? result : nil
  }

  /// Which values the gradients read, given the operands that may want one.
  private static func needs(_ operation: vitro_binary, left: Bool, right: Bool) -> (a: Bool, b: Bool, result: Bool) {
    switch operation {
    case vitro_add, vitro_subtract: (false, false, false)
    case vitro_multiply: (right, left, false)
    case vitro_divide: (false, true, right)
    case vitro_pow: (true, true, right)
    case vitro_atan2: (true, true, false)
    default: (true, true, true)
    }
  }

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [
      wants[0] ? try gradientOfLeft(gradient).summed(to: shapeA) : nil,
      wants[1] ? try gradientOfRight(gradient).summed(to: shapeB) : nil,
    ]
  }

  private func gradientOfLeft(_ g: Tensor) throws -> Tensor {
    switch operation {
    case vitro_add, vitro_subtract: g
    case vitro_multiply: try g * b!
    case vitro_divide: try g / b!
    case vitro_pow:
      // 0⁰ has derivative 0, where the formula b·aᵇ⁻¹ would say 0·∞.
      try b!.isEqual(to: 0).select(.full([], 0, dtype: g.dtype), g * b! * a!.power(b! - 1))
    case vitro_atan2: try g * b! / (a!.square() + b!.square())
    default: try g * share(of: a!, against: b!)
    }
  }

  private func gradientOfRight(_ g: Tensor) throws -> Tensor {
    switch operation {
    case vitro_add: g
    case vitro_subtract: try g.negated()
    case vitro_multiply: try g * a!
    case vitro_divide: try (g * result! / b!).negated()
    case vitro_pow: try g * result! * a!.isGreater(than: 0).select(a!.log(), .full([], 0, dtype: g.dtype))
    case vitro_atan2: try (g * a! / (a!.square() + b!.square())).negated()
    default: try g * share(of: b!, against: a!)
    }
  }

  /// 1 where an operand gave the result, 1/2 where both did, else 0.
  private func share(of one: Tensor, against other: Tensor) throws -> Tensor {
    let mine = try one.isEqual(to: result!).cast(to: one.dtype)
    let theirs = try other.isEqual(to: result!).cast(to: one.dtype)
    return try mine / (mine + theirs).maximum(.ones([], dtype: one.dtype))
  }
}

extension vitro_binary: @retroactive @unchecked Sendable {}
