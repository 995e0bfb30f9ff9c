internal import VitroCore
internal import VitroTensor

/// Arithmetic of several operands whose shapes broadcast, and comparisons.
extension ONNXOperator {
  static let arithmetic: [String: ONNXOperator] = [
    "Add": binary({ try $0 + $1 }) { $0 &+ $1 },
    "Sub": binary({ try $0 - $1 }) { $0 &- $1 },
    "Mul": binary({ try $0 * $1 }) { $0 &* $1 },
    "Div": binary({ try $0 / $1 }) { $1 == 0 ? 0 : $1 == -1 ? 0 &- $0 : $0 / $1 },
    "Mod": ONNXOperator(2...2, shape: broadcast) { try remainder($0) },
    "Pow": ONNXOperator(2...2, shape: broadcast) { try power($0) },
    "PRelu": ONNXOperator(2...2, shape: same) { call in
      let (x, slope) = try call.pair()
      guard x.dtype.isFloatingPoint else {
        let product = try x.combineIntegers(slope) { $0 < 0 ? $0 &* $1 : $0 }
        return product
      }
      return try x.isLess(than: 0).select(x * slope, x)
    },
    "Sum": many({ try $0 + $1 }) { $0 &+ $1 },
    "Max": many({ try $0.maximum($1) }) { Swift.max($0, $1) },
    "Min": many({ try $0.minimum($1) }) { Swift.min($0, $1) },
    "Mean": ONNXOperator(1...1024, shape: broadcast) { call in
      let all = try call.all()
      return try all.dropFirst().reduce(all[0]) { try $0 + $1 } / Double(all.count)
    },
    "BitShift": ONNXOperator(2...2, shape: broadcast) { call in
      let toLeft = try call.operation.text("direction", default: "") == "LEFT"
      return try call.operand(0).combineIntegers(call.operand(1)) {
        toLeft ? $0 << $1 : Int64(bitPattern: UInt64(bitPattern: $0) >> UInt64(bitPattern: $1))
      }
    },
  ]

  static let comparisons: [String: ONNXOperator] = [
    "Equal": comparison { try $0.isEqual(to: $1) },
    "Less": comparison { try $0.isLess(than: $1) },
    "LessOrEqual": comparison { try $0.isAtMost($1) },
    "Greater": comparison { try $0.isGreater(than: $1) },
    "GreaterOrEqual": comparison { try $0.isAtLeast($1) },
  ]

  static let logic: [String: ONNXOperator] = [
    "Not": ONNXOperator(1...1, type: .fixed(.bool), shape: same) { try $0.operand(0).cast(to: .bool).not() },
    "And": masks { $0 & $1 },
    "Or": masks { $0 | $1 },
    "Xor": masks { $0 ^ $1 },
    "Where": ONNXOperator(3...3, type: .operand(1), shape: broadcast) { call in
      let (a, b) = try call.pair(1, 2)
      return try call.operand(0).cast(to: .bool).select(a.computable(), b.computable())
    },
  ]

  private static func binary(
    _ real: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    _ integer: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> ONNXOperator {
    ONNXOperator(2...2, shape: broadcast) { call in
      let (a, b) = try call.pair()
      let isDirect = a.dtype.isComputing || a.dtype == .int64
      return isDirect ? try real(a, b) : try a.combineIntegers(b, integer)
    }
  }

  private static func many(
    _ real: @escaping @Sendable (Tensor, Tensor) throws -> Tensor,
    _ integer: @escaping @Sendable (Int64, Int64) -> Int64
  ) -> ONNXOperator {
    ONNXOperator(1...1024, shape: broadcast) { call in
      let all = try call.all()
      return try all.dropFirst().reduce(all[0]) { a, b in
        a.dtype.isComputing ? try real(a, b) : try a.combineIntegers(b, integer)
      }
    }
  }

  private static func comparison(_ run: @escaping @Sendable (Tensor, Tensor) throws -> Tensor) -> ONNXOperator {
    ONNXOperator(2...2, type: .fixed(.bool), shape: broadcast) { call in
      let (a, b) = try call.pair()
      return try run(a, b)
    }
  }

  private static func masks(_ run: @escaping @Sendable (Int64, Int64) -> Int64) -> ONNXOperator {
    ONNXOperator(2...2, type: .fixed(.bool), shape: broadcast) { call in
      try call.operand(0).cast(to: .bool).combineIntegers(call.operand(1).cast(to: .bool), run)
    }
  }

  /// The remainder with the sign of the divisor, or with `fmod` that of the dividend.
  private static func remainder(_ call: ONNXCall) throws -> Tensor {
    let (a, b) = try call.pair()
    let truncates = try call.operation.flag("fmod")
    guard a.dtype.isFloatingPoint else {
      return try a.combineIntegers(b) { a, b in
        guard b != 0, b != -1 else { return 0 }
        let remainder = a % b
        return !truncates && remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
      }
    }
    let quotient = try a / b
    let whole = truncates ? try quotient.sign() * quotient.abs().floor() : try quotient.floor()
    return try a - whole * b
  }

  private static func power(_ call: ONNXCall) throws -> Tensor {
    let (a, b) = (try call.operand(0), try call.operand(1))
    guard a.dtype.isFloatingPoint else {
      guard !b.dtype.isFloatingPoint else {
        return try a.cast(to: .float64).power(b.cast(to: .float64)).cast(to: a.dtype)
      }
      return try a.combineIntegers(b) { base, exponent in
        guard exponent >= 0 else { return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0 }
        var (result, square, rest) = (Int64(1), base, exponent)
        while rest > 0 {
          if rest & 1 == 1 { result = result &* square }
          square = square &* square
          rest >>= 1
        }
        return result
      }
    }
    let x = try call.real(0)
    // A single exponent has an exact derivative everywhere, and squares are the commonest.
    if b.count == 1, b.rank <= x.rank, !b.isTracked {
      let exponent = try b.item()
      return exponent == 2 ? try x.square() : exponent == 1 ? x : try x.power(exponent)
    }
    return try x.power(b.cast(to: x.dtype))
  }
}
