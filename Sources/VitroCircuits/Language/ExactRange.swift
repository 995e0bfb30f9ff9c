public import VitroPiecewise

/// The values that an expression can take over a box, bounded from both sides.
public struct ExactRange: Sendable, Hashable {
  /// A bound from below.
  public var low: Rational
  /// A bound from above.
  public var high: Rational

  /// Creates a range.
  public init(_ low: Rational, _ high: Rational) { (self.low, self.high) = (low, high) }

  /// The largest distance from zero.
  public var magnitude: Rational { Swift.max(low.magnitude, high.magnitude) }

  static func + (left: ExactRange, right: ExactRange) -> ExactRange {
    ExactRange(left.low + right.low, left.high + right.high)
  }

  static func * (factor: Rational, range: ExactRange) -> ExactRange {
    factor < 0
      ? ExactRange(factor * range.high, factor * range.low) : ExactRange(factor * range.low, factor * range.high)
  }

  /// The range under a function that rises everywhere.
  func mapped(_ rising: (Rational) -> Rational) -> ExactRange { ExactRange(rising(low), rising(high)) }

  /// The range, or one about it whose bounds have few digits.
  var shortened: ExactRange { ExactRange(low.roundedDown(bits: 2048), -(-high).roundedDown(bits: 2048)) }

  func union(_ other: ExactRange) -> ExactRange {
    ExactRange(Swift.min(low, other.low), Swift.max(high, other.high))
  }

  /// The range of the distance from zero.
  var distance: ExactRange {
    low.sign * high.sign <= 0
      ? ExactRange(0, magnitude) : ExactRange(Swift.min(low.magnitude, high.magnitude), magnitude)
  }
}

extension FormulaExpression {
  /// Bounds of the value by interval arithmetic, from bounds of the names.
  ///
  /// Each operation takes the bounds of its parts, after sums are simplified; so they hold always and are attained where no name appears twice.
  public func range(_ names: [String: ExactRange]) -> ExactRange { exactRange(names).shortened }

  private func exactRange(_ names: [String: ExactRange]) -> ExactRange {
    let parts = children.map { $0.range(names) }
    switch self {
    case .number(let value): return ExactRange(value, value)
    case .variable(let name): return names[name] ?? ExactRange(0, 0)
    case .sum: return parts.reduce(ExactRange(0, 0), +)
    case .scaled(let factor, _): return factor * parts[0]
    case .abs: return parts[0].distance
    case .relu, .min, .max, .median, .clip:
      return ExactRange(exactValue(of: parts.map(\.low)), exactValue(of: parts.map(\.high)))
    case .and, .or, .majority:
      return ExactRange(exactValue(of: parts.map(\.low)), exactValue(of: parts.map(\.high)))
    case .not: return ExactRange(1 - parts[0].high, 1 - parts[0].low)
    case .comparison(let relation, _, _, _): return comparisonRange(relation, parts[0], parts[1])
    case .conditional(_, let yes, let no): return conditionalRange(parts, yes, no)
    case .odd(_, let bits):
      let even = FormulaExpression.foldedRange(parts[0], bits: bits)
      return ExactRange(1 - even.high, 1 - even.low)
    case .even(_, let bits): return FormulaExpression.foldedRange(parts[0], bits: bits)
    case .parity:
      let total = parts.reduce(ExactRange(0, 0), +)
      return extremes(in: total, bends: (0...parts.count).map { Rational($0) }) { x in
        exactValue(of: [x] + Array(repeating: 0, count: parts.count - 1))
      }
    case .interpolate(_, let knots):
      return extremes(in: parts[0], bends: knots.map(\.x)) { exactValue(of: [$0]) }
    }
  }

  /// The bound of |A − B| of a conditional.
  static func bound(_ yes: FormulaExpression, _ no: FormulaExpression, _ names: [String: ExactRange]) -> Rational {
    (yes - no).range(names).magnitude
  }

  private func extremes(
    in range: ExactRange, bends: [Rational], _ value: (Rational) -> Rational
  ) -> ExactRange {
    let places = [range.low, range.high] + bends.filter { range.low < $0 && $0 < range.high }
    let values = places.map(value)
    return ExactRange(values.min() ?? 0, values.max() ?? 0)
  }

  private func comparisonRange(_ relation: Relation, _ a: ExactRange, _ b: ExactRange) -> ExactRange {
    let difference = b + -1 * a
    let isRising = relation == .less || relation == .lessOrEqual
    func at(_ difference: Rational) -> Rational { exactValue(of: [0, difference]) }
    switch relation {
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      return isRising
        ? difference.mapped(at) : ExactRange(at(difference.high), at(difference.low))
    case .equal: return ExactRange(at(difference.distance.high), at(difference.distance.low))
    case .notEqual: return difference.distance.mapped(at)
    }
  }

  private func conditionalRange(
    _ parts: [ExactRange], _ yes: FormulaExpression, _ no: FormulaExpression
  ) -> ExactRange {
    if let yes = yes.constant, let no = no.constant { return ExactRange(no, no) + (yes - no) * parts[0] }
    let between = parts[1].union(parts[2])
    guard parts[0].low < 0 else { return between }
    // A condition below zero takes the value beyond both branches, by the bound of their difference at most.
    let excess = (parts[1] + -1 * parts[2]).magnitude * parts[0].low
    return between.union(parts[2] + ExactRange(excess, 0))
  }

  private static func foldedRange(_ range: ExactRange, bits: Int) -> ExactRange {
    (0..<bits).reversed().reduce(range) { range, bit in
      let middle = Rational(1 << bit)
      return (range + ExactRange(-middle, -middle)).distance
    }
  }
}
