public import VitroPiecewise

extension FormulaExpression {
  /// The sum, flat, with like terms and constants added up.
  public static func + (left: FormulaExpression, right: FormulaExpression) -> FormulaExpression {
    FormulaExpression.sum([left, right]).folded
  }

  /// The difference.
  public static func - (left: FormulaExpression, right: FormulaExpression) -> FormulaExpression { left + -right }

  /// The opposite.
  public static prefix func - (value: FormulaExpression) -> FormulaExpression { -1 * value }

  /// The multiple by a constant.
  public static func * (factor: Rational, value: FormulaExpression) -> FormulaExpression {
    FormulaExpression.scaled(factor, value).folded
  }

  /// The expression in the form in which the parser builds it: sums flat and with like terms added up, constants computed, nested minima and
  /// maxima joined.
  ///
  /// It is the same function. Text printed from it reads back as the same value.
  public var simplified: FormulaExpression {
    replacing(children: children.map(\.simplified)).folded
  }

  /// The expression simplified at its root; its parts are simplified already.
  var folded: FormulaExpression {
    switch self {
    case .number, .variable: self
    case .sum(let parts): Self.foldedSum(parts)
    case .scaled(let factor, let part): Self.foldedMultiple(factor, part)
    case .min(let parts): Self.foldedExtreme(parts, isMinimum: true)
    case .max(let parts): Self.foldedExtreme(parts, isMinimum: false)
    case .conditional(let condition, let yes, let no):
      if condition.constant == 1 {
        yes
      } else if condition.constant == 0 || yes == no {
        no
      } else {
        foldedConstant
      }
    default: foldedConstant
    }
  }

  private var foldedConstant: FormulaExpression {
    guard isWellFormed, children.allSatisfy({ $0.constant != nil }) else { return self }
    return .number(exactValue(of: children.compactMap(\.constant)))
  }

  /// Whether the number of parts, the width and the points are such that the expression has a value.
  var isWellFormed: Bool {
    switch self {
    case .min(let parts), .max(let parts), .and(let parts), .or(let parts), .parity(let parts): !parts.isEmpty
    case .majority(let parts): parts.count % 2 == 1
    case .comparison(_, _, _, let width): width > 0
    case .odd(_, let bits), .even(_, let bits): (1...Self.mostBits).contains(bits)
    case .interpolate(_, let knots):
      knots.count >= 2 && zip(knots, knots.dropFirst()).allSatisfy { $0.x < $1.x }
    default: true
    }
  }

  private static func foldedMultiple(_ factor: Rational, _ part: FormulaExpression) -> FormulaExpression {
    if factor == 0 { return .number(0) }
    if factor == 1 { return part }
    return switch part {
    case .number(let value): .number(factor * value)
    case .scaled(let inner, let rest): foldedMultiple(factor * inner, rest)
    default: .scaled(factor, part)
    }
  }

  private static func foldedSum(_ parts: [FormulaExpression]) -> FormulaExpression {
    var terms: [(part: FormulaExpression, factor: Rational)] = []
    var positions: [FormulaExpression: Int] = [:]
    func add(_ part: FormulaExpression, _ factor: Rational) {
      switch part {
      case .number(let value) where value != 1: add(.number(1), factor * value)
      case .scaled(let inner, let rest): add(rest, factor * inner)
      case .sum(let inner) where factor == 1: for each in inner { add(each, 1) }
      default:
        if let position = positions[part] {
          terms[position].factor += factor
        } else {
          positions[part] = terms.count
          terms.append((part, factor))
        }
      }
    }
    for part in parts { add(part, 1) }
    let folded = terms.filter { $0.factor != 0 }.map { foldedMultiple($0.factor, $0.part) }
    // A sum that stood with a factor may stand alone now, and joins the others.
    let isFlat = !folded.contains { if case .sum = $0 { true } else { false } }
    switch folded.count {
    case 0: return .number(0)
    case 1: return folded[0]
    default: return isFlat ? .sum(folded) : foldedSum(folded)
    }
  }

  private static func foldedExtreme(_ parts: [FormulaExpression], isMinimum: Bool) -> FormulaExpression {
    var (result, position, seen): ([FormulaExpression], Int?, Set<FormulaExpression>) = ([], nil, [])
    func add(_ part: FormulaExpression) {
      switch part {
      case .min(let inner) where isMinimum: inner.forEach(add)
      case .max(let inner) where !isMinimum: inner.forEach(add)
      case .number(let value):
        if let known = position, let other = result[known].constant {
          result[known] = .number(isMinimum ? Swift.min(value, other) : Swift.max(value, other))
        } else {
          position = result.count
          result.append(part)
        }
      default: if seen.insert(part).inserted { result.append(part) }
      }
    }
    parts.forEach(add)
    if result.count == 1 { return result[0] }
    return isMinimum ? .min(result) : .max(result)
  }
}
