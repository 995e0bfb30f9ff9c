internal import BigInt

/// An exact fraction of two integers of any size, in lowest terms.
///
/// Every float is one: its mantissa over a power of two. Proofs about networks are made with these numbers, so nothing is lost between the weights
/// and the claim.
///
/// ```swift
/// let tenth = try Rational(parsing: "0.1")  // 1/10
/// let float = Rational(exactly: 0.1)  // 3602879701896397/36028797018963968
/// let isSame = tenth == float  // false
/// ```
///
/// - Complexity: Sums and products take a greatest common divisor: quadratic in the number of digits.
public struct Rational: Sendable, Hashable {
  /// The numerator, with the sign.
  let numerator: BigInt
  /// The denominator, positive.
  let denominator: BigInt

  /// The fraction of two integers, brought to lowest terms.
  init(_ numerator: BigInt, over denominator: BigInt) {
    precondition(!denominator.isZero, "A fraction needs a denominator other than zero.")
    if denominator == 1 {
      (self.numerator, self.denominator) = (numerator, 1)
      return
    }
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    let signed = denominator.signum() < 0 ? -divisor : divisor
    (self.numerator, self.denominator) = (numerator / signed, denominator / signed)
  }

  private init(reduced numerator: BigInt, _ denominator: BigInt) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }

  /// A whole number.
  public init(_ value: Int) { self.init(reduced: BigInt(value), 1) }

  /// The fraction of two whole numbers; the denominator is not zero.
  public init(_ numerator: Int, over denominator: Int) { self.init(BigInt(numerator), over: BigInt(denominator)) }

  /// The exact value of a float, `nil` if it is not finite.
  public init?(exactly value: Double) {
    guard value.isFinite else { return nil }
    guard value != 0 else {
      self.init(0)
      return
    }
    let zeros = value.significandBitPattern.trailingZeroBitCount
    let bits = value.isSubnormal ? value.significandBitPattern : value.significandBitPattern | 1 << 52
    let shift = value.significandBitPattern == 0 && !value.isSubnormal ? 52 : min(zeros, 52)
    let mantissa = BigInt(bits >> UInt64(shift)) * (value < 0 ? -1 : 1)
    let exponent = Int(value.isSubnormal ? Double.leastNormalMagnitude.exponent : value.exponent) - 52 + shift
    if exponent >= 0 {
      self.init(reduced: mantissa << exponent, 1)
    } else {
      self.init(reduced: mantissa, BigInt(1) << -exponent)
    }
  }

  /// Whether this is a whole number.
  public var isInteger: Bool { denominator == 1 }

  /// Whether this is a whole number over a power of two, as floats are.
  public var isDyadic: Bool { denominator.trailingZeroBitCount == denominator.bitWidth - 2 }

  /// −1, 0 or 1.
  public var sign: Int { Int(numerator.signum()) }

  /// The reciprocal; the value is not zero.
  public var reciprocal: Rational { Rational(denominator, over: numerator) }

  /// The largest whole number that is not above this one.
  public var floor: Rational {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return Rational(reduced: remainder.signum() < 0 ? quotient - 1 : quotient, 1)
  }
}

extension Rational: SignedNumeric, Comparable, ExpressibleByIntegerLiteral {
  /// A whole number.
  public init(integerLiteral value: Int) { self.init(value) }

  /// A whole number of any integer type.
  public init?<Source: BinaryInteger>(exactly source: Source) { self.init(reduced: BigInt(source), 1) }

  /// The distance from zero.
  public var magnitude: Rational { numerator.signum() < 0 ? -self : self }

  /// Orders by value.
  public static func < (left: Rational, right: Rational) -> Bool {
    if left.denominator == right.denominator { return left.numerator < right.numerator }
    return left.numerator * right.denominator < right.numerator * left.denominator
  }

  /// The sum.
  public static func + (left: Rational, right: Rational) -> Rational {
    if left.denominator == right.denominator {
      return Rational(left.numerator + right.numerator, over: left.denominator)
    }
    return Rational(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator)
  }

  /// The difference.
  public static func - (left: Rational, right: Rational) -> Rational { left + -right }

  /// The opposite number.
  public static prefix func - (value: Rational) -> Rational {
    Rational(reduced: -value.numerator, value.denominator)
  }

  /// The product.
  public static func * (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.numerator, over: left.denominator * right.denominator)
  }

  /// The quotient; the right side is not zero.
  public static func / (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.denominator, over: left.denominator * right.numerator)
  }

  /// Multiplies in place.
  public static func *= (left: inout Rational, right: Rational) { left = left * right }
}

extension Double {
  /// The nearest double or one beside it: within two units in the last place.
  public init(_ value: Rational) {
    let excess = max(0, value.numerator.magnitude.bitWidth - 900, value.denominator.magnitude.bitWidth - 900)
    guard excess > 0 else {
      self = Double(value.numerator) / Double(value.denominator)
      return
    }
    // Beyond the range of doubles on one side: both are cut to their leading bits.
    func leading(_ number: BigInt) -> (mantissa: Double, exponent: Int) {
      let shift = max(0, number.magnitude.bitWidth - 128)
      return (Double(number >> shift), shift)
    }
    let (top, bottom) = (leading(value.numerator), leading(value.denominator))
    self = Double(sign: .plus, exponent: top.exponent - bottom.exponent, significand: top.mantissa / bottom.mantissa)
  }
}
