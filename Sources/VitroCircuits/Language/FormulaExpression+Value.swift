internal import VitroPiecewise

extension FormulaExpression {
  /// The value from the values of the parts; a conditional of other than numbers also takes the bound of |A − B|.
  ///
  /// - Complexity: Linear in the number of parts, folds and points.
  func value<Scalar: PiecewiseScalar>(
    of parts: [Scalar], bound: Scalar = 0, _ number: (Rational) -> Scalar
  ) -> Scalar {
    let zero: Scalar = 0
    let one: Scalar = 1
    func relu(_ x: Scalar) -> Scalar { Swift.max(x, zero) }
    func distance(_ x: Scalar) -> Scalar { Swift.max(x, -x) }
    func clip(_ x: Scalar, _ low: Scalar, _ high: Scalar) -> Scalar { Swift.min(Swift.max(x, low), high) }
    func total() -> Scalar { parts.reduce(zero, +) }
    switch self {
    case .number(let value): return number(value)
    case .variable: return zero
    case .sum: return total()
    case .scaled(let factor, _): return number(factor) * parts[0]
    case .relu: return relu(parts[0])
    case .abs: return distance(parts[0])
    case .min: return parts.dropFirst().reduce(parts[0]) { Swift.min($0, $1) }
    case .max: return parts.dropFirst().reduce(parts[0]) { Swift.max($0, $1) }
    case .median: return parts.sorted()[1]
    case .clip: return clip(parts[0], parts[1], parts[2])
    case .comparison(let relation, _, _, let width):
      let rise = (parts[1] - parts[0]) / number(width)
      switch relation {
      case .less: return clip(rise, zero, one)
      case .lessOrEqual: return clip(rise + one, zero, one)
      case .greater: return clip(-rise, zero, one)
      case .greaterOrEqual: return clip(one - rise, zero, one)
      case .equal: return relu(one - distance(rise))
      case .notEqual: return one - relu(one - distance(rise))
      }
    case .conditional(_, let yes, let no):
      let difference = parts[1] - parts[2]
      if yes.constant != nil, no.constant != nil { return parts[2] + difference * parts[0] }
      return parts[2] + clip(difference, -(bound * parts[0]), bound * parts[0])
    case .not: return one - parts[0]
    case .and: return relu(total() - number(Rational(parts.count - 1)))
    case .or: return one - relu(one - total())
    case .parity:
      let knots = (0...parts.count).map { Knot(Rational($0), Rational($0 % 2)) }
      return Self.line(through: knots, at: total(), number)
    case .majority: return clip(total() - number(Rational((parts.count - 1) / 2)), zero, one)
    case .odd(_, let bits): return one - Self.folded(parts[0], bits: bits, number)
    case .even(_, let bits): return Self.folded(parts[0], bits: bits, number)
    case .interpolate(_, let knots): return Self.line(through: knots, at: parts[0], number)
    }
  }

  func exactValue(of parts: [Rational]) -> Rational { value(of: parts) { $0 } }

  private static func folded<Scalar: PiecewiseScalar>(
    _ x: Scalar, bits: Int, _ number: (Rational) -> Scalar
  ) -> Scalar {
    (0..<bits).reversed().reduce(x) { value, bit in
      let shifted = value - number(Rational(1 << bit))
      return Swift.max(shifted, -shifted)
    }
  }

  private static func line<Scalar: PiecewiseScalar>(
    through knots: [Knot], at x: Scalar, _ number: (Rational) -> Scalar
  ) -> Scalar {
    let last = knots.dropFirst().firstIndex { x <= number($0.x) } ?? knots.count - 1
    let (from, to) = (knots[last - 1], knots[last])
    return number(from.y) + (x - number(from.x)) * number((to.y - from.y) / (to.x - from.x))
  }
}
