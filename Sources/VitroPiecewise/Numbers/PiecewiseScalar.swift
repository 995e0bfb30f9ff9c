/// The numbers that piecewise-linear computation is done with: `Double` for pictures and counts, ``Rational`` for proofs.
public protocol PiecewiseScalar: SignedNumeric, Comparable, Hashable, Codable, Sendable {
  /// The value of a finite float; doubles take it as it is, fractions exactly.
  init(weight: Double)
  /// −1, 0 or 1.
  var sign: Int { get }
  /// The quotient.
  static func / (left: Self, right: Self) -> Self
  /// The nearest double.
  var double: Double { get }
}

extension Double: PiecewiseScalar {
  /// The number itself.
  public init(weight: Double) { self = weight }
  /// −1, 0 or 1.
  public var sign: Int { self > 0 ? 1 : self < 0 ? -1 : 0 }
  /// The number itself.
  public var double: Double { self }
}

extension Rational: PiecewiseScalar {
  /// The exact value; weights are checked to be finite where networks are read.
  public init(weight: Double) {
    guard let value = Rational(exactly: weight) else { preconditionFailure("A weight is finite.") }
    self = value
  }
  /// The nearest double.
  public var double: Double { Double(self) }
}
