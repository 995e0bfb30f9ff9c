internal import BigInt

extension Rational {
  /// The number of bits that the fraction takes: how much work computing with it is.
  public var bitWidth: Int { numerator.magnitude.bitWidth + denominator.magnitude.bitWidth }

  /// A bound of the bits that the sum of numbers takes.
  public static func bitWidth(ofSum numbers: some Sequence<Rational>) -> Int {
    var denominators: Set<BigInt> = []
    var widest = 0
    for number in numbers {
      denominators.insert(number.denominator)
      widest = Swift.max(widest, number.bitWidth)
    }
    let powers = denominators.filter { $0.trailingZeroBitCount == $0.bitWidth - 2 }.map(\.bitWidth).max() ?? 0
    let others = denominators.filter { $0.trailingZeroBitCount != $0.bitWidth - 2 }.reduce(0) { $0 + $1.bitWidth }
    return widest + powers + others
  }

  /// A number with about this many significant bits that is not above this one.
  public func roundedDown(bits: Int) -> Rational {
    guard bitWidth > 2 * bits else { return self }
    let places = bits - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    let scaled = places >= 0 ? numerator << places : numerator
    let (quotient, remainder) = denominator == 1 ? (scaled, 0) : scaled.quotientAndRemainder(dividingBy: denominator)
    let floor = remainder.signum() < 0 ? quotient - 1 : quotient
    if places >= 0 { return Rational(floor, over: BigInt(1) << places) }
    // Shifting to the right rounds down, also below zero.
    return Rational((floor >> -places) << -places, over: 1)
  }
}
