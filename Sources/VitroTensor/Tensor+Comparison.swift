internal import CVitroKernels
internal import VitroCore

/// Comparisons give tensors of type bool; shapes broadcast; comparisons with NaN are false, but for ≠. None is differentiable.
extension Tensor {
  /// a = b.
  public func isEqual(to other: Tensor) throws -> Tensor { try compare(vitro_equal, "isEqual", other) }
  /// a ≠ b.
  public func isNotEqual(to other: Tensor) throws -> Tensor { try compare(vitro_not_equal, "isNotEqual", other) }
  /// a < b.
  public func isLess(than other: Tensor) throws -> Tensor { try compare(vitro_less, "isLess", other) }
  /// a ≤ b.
  public func isAtMost(_ other: Tensor) throws -> Tensor { try compare(vitro_less_equal, "isAtMost", other) }
  /// a > b.
  public func isGreater(than other: Tensor) throws -> Tensor { try compare(vitro_greater, "isGreater", other) }
  /// a ≥ b.
  public func isAtLeast(_ other: Tensor) throws -> Tensor { try compare(vitro_greater_equal, "isAtLeast", other) }

  /// a = b for a number.
  public func isEqual(to number: Double) throws -> Tensor { try isEqual(to: scalar(number)) }
  /// a < b for a number.
  public func isLess(than number: Double) throws -> Tensor { try isLess(than: scalar(number)) }
  /// a > b for a number.
  public func isGreater(than number: Double) throws -> Tensor { try isGreater(than: scalar(number)) }
  /// a ≥ b for a number.
  public func isAtLeast(_ number: Double) throws -> Tensor { try isAtLeast(scalar(number)) }

  /// Where the elements are NaN.
  public func isNaN() throws -> Tensor { try isNotEqual(to: self) }

  /// The opposite of a mask.
  public func not() throws -> Tensor { try isEqual(to: .full([], 0, dtype: dtype)) }

  /// Chooses by this mask: `a` where it is true, `b` elsewhere.
  ///
  /// Shapes broadcast; differentiable in `a` and `b`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when this is not of type bool or the choices differ in type.
  public func select(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard dtype == .bool else {
      throw VitroError(.dtype, "select", "the condition is \(dtype), expected bool", hint: "Make one by comparing.")
    }
    try Self.requireSameType(a, b, "select")
    let shape = try Shapes.broadcast(self.shape, Shapes.broadcast(a.shape, b.shape, "select"), "select")
    let result = try Tensor(uninitialized: shape, a.dtype)
    withMemory(self, a, b, result) { condition, left, right, target in
      shape.withInt64s { lengths in
        Shapes.broadcastStrides(self.shape, to: shape).withInt64s { conditionStrides in
          Shapes.broadcastStrides(a.shape, to: shape).withInt64s { leftStrides in
            Shapes.broadcastStrides(b.shape, to: shape).withInt64s { rightStrides in
              vitro_select(
                Int64(a.dtype.byteWidth), condition.bytes, left, right, target, Int32(shape.count), lengths,
                conditionStrides, leftStrides, rightStrides)
            }
          }
        }
      }
    }
    return try result.recorded(
      from: a, b, SelectOperation(condition: self, left: a.shape, right: b.shape))
  }

  /// A number as this type, which must be able to hold it: 0.5 as an integer would be another number.
  private func scalar(_ number: Double) throws -> Tensor {
    let result = try Tensor.full([], number, dtype: dtype)
    guard try dtype.isFloatingPoint || result.item() == number else {
      throw VitroError(
        .argument, "comparison", "\(number) is not of type \(dtype)",
        hint: "Convert the tensor with cast(to: .float64).")
    }
    return result
  }

  private func compare(_ comparison: vitro_comparison, _ name: String, _ other: Tensor) throws -> Tensor {
    try Self.requireSameType(self, other, name)
    guard dtype != .float16, dtype != .bfloat16 else {
      throw VitroError(.dtype, name, "the operands are \(dtype)", hint: "Convert them with cast(to: .float32).")
    }
    let shape = try Shapes.broadcast(self.shape, other.shape, name)
    let result = try Tensor(uninitialized: shape, .bool)
    Self.withBroadcastStrides(self, other, shape) { rank, lengths, left, right in
      withMemory(self, other, result) {
        vitro_apply_comparison(comparison, dtype.kernel, $0, $1, $2.bytes, rank, lengths, left, right)
      }
    }
    return result
  }
}

struct SelectOperation: SingleOutputOperation {
  let condition: Tensor
  let left, right: [Int]

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let zero = try Tensor.full([], 0, dtype: gradient.dtype)
    return [
      wants[0] ? try condition.select(gradient, zero).summed(to: left) : nil,
      wants[1] ? try condition.select(zero, gradient).summed(to: right) : nil,
    ]
  }
}
