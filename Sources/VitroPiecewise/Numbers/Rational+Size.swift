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

  /// A number of few bits that is not above this one.
  public func roundedDown(bits: Int) -> Rational {
    guard bitWidth > 2 * bits else { return self }
    let excess = numerator.magnitude.bitWidth - denominator.magnitude.bitWidth - bits
    let scale = excess > 0 ? Rational(BigInt(1) << excess, over: 1) : Rational(1, over: BigInt(1) << -excess)
    return (self / scale).floor * scale
  }

  private init(_ numerator: Int, over denominator: BigInt) { self.init(BigInt(numerator), over: denominator) }
}
