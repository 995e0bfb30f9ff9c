internal import BigInt

extension Rational {
  /// The simplest number between two bounds: the one with the smallest denominator, and among those the smallest in size.
  ///
  /// Found by walking down the Stern–Brocot tree, that is by the continued fractions of the bounds.
  public static func simplest(in range: ClosedRange<Rational>) -> Rational {
    let (low, high) = (range.lowerBound, range.upperBound)
    if low.sign <= 0, high.sign >= 0 { return 0 }
    if high.sign < 0 { return -simplest(in: -high ... -low) }
    let whole = low.floor
    if whole == low { return low }
    if whole + 1 <= high { return whole + 1 }
    return whole + simplest(in: (high - whole).reciprocal...(low - whole).reciprocal).reciprocal
  }

  /// The fraction with the smallest denominator within a distance of this number.
  public func simplest(within distance: Rational) -> Rational {
    Self.simplest(in: self - distance...self + distance)
  }

  /// The nearest multiple of 10^−places.
  public func rounded(places: Int) -> Rational {
    let scale = Rational(BigInt(10).power(Swift.max(0, places)), over: BigInt(10).power(Swift.max(0, -places)))
    return (self * scale + Rational(1, over: 2)).floor / scale
  }

  /// A double that is not below this number.
  public var roundedUp: Double {
    var result = Double(self)
    for _ in 0..<8 where Rational(exactly: result).map({ $0 < self }) ?? false { result = result.nextUp }
    return result
  }

  /// The number of characters it takes to say the number: what simplification makes small.
  public var complexity: Int {
    if self == 0 { return 0 }
    let fraction = numerator.magnitude.description.count + (isInteger ? 0 : denominator.description.count + 1)
    return Swift.min(fraction, description.count)
  }
}
