public import VitroPiecewise

/// A piecewise-linear expression of Vitro's formula language, exactly: every number is a fraction.
///
/// Each case says its value. Booleans are the numbers 0 and 1; comparisons pass from one to the other over a stated width, so that a network of
/// ReLUs can compute them.
public indirect enum FormulaExpression: Sendable, Hashable {
  /// A constant.
  case number(Rational)
  /// An input, or a name bound by `let`.
  case variable(String)
  /// The sum.
  case sum([FormulaExpression])
  /// The multiple by a constant.
  case scaled(Rational, FormulaExpression)
  /// `max(x, 0)`.
  case relu(FormulaExpression)
  /// `|x|`.
  case abs(FormulaExpression)
  /// The smallest.
  case min([FormulaExpression])
  /// The largest.
  case max([FormulaExpression])
  /// The middle one of three.
  case median(FormulaExpression, FormulaExpression, FormulaExpression)
  /// `min(max(x, low), high)`.
  case clip(FormulaExpression, low: FormulaExpression, high: FormulaExpression)
  /// A comparison: 1 where it holds, 0 where it fails, and between them as ``Relation`` says.
  case comparison(Relation, FormulaExpression, FormulaExpression, width: Rational)
  /// `if condition then … else …`: exact where the condition is 0 or 1.
  ///
  /// Of two numbers A and B it is `B + (A − B)·c`, otherwise `B + clip(A − B, −M·c, M·c)`, where M is the bound of |A − B| over the box of inputs that
  /// ``Formula/ranges(in:)`` gives.
  case conditional(if: FormulaExpression, then: FormulaExpression, else: FormulaExpression)
  /// `1 − p`.
  case not(FormulaExpression)
  /// `relu(Σp − (n − 1))` of n conditions.
  case and([FormulaExpression])
  /// `1 − relu(1 − Σp)`.
  case or([FormulaExpression])
  /// 1 where an odd number of conditions hold: the zigzag 0, 1, 0, 1 … of their sum.
  case parity([FormulaExpression])
  /// 1 where more than half of an odd number n of conditions hold: `clip(Σp − (n − 1)/2, 0, 1)`.
  case majority([FormulaExpression])
  /// 1 for the odd whole numbers 0 ≤ x ≤ 2ⁿ: the zigzag by n folds, `1 − |…||x − 2ⁿ⁻¹| − 2ⁿ⁻²| … − 1|`.
  case odd(FormulaExpression, bits: Int)
  /// `1 − odd`.
  case even(FormulaExpression, bits: Int)
  /// The line through points with rising arguments; the outer segments go on.
  case interpolate(FormulaExpression, [Knot])

  /// A point of ``interpolate(_:_:)``.
  public struct Knot: Sendable, Hashable {
    /// The argument.
    public var x: Rational
    /// The value.
    public var y: Rational

    /// Creates a point.
    public init(_ x: Rational, _ y: Rational) { (self.x, self.y) = (x, y) }
  }

  /// What a comparison asks, where w is its width.
  public enum Relation: String, Sendable, Hashable, CaseIterable {
    /// `clip((b − a)/w, 0, 1)`.
    case less = "<"
    /// `clip((b − a)/w + 1, 0, 1)`.
    case lessOrEqual = "<="
    /// `clip((a − b)/w, 0, 1)`.
    case greater = ">"
    /// `clip((a − b)/w + 1, 0, 1)`.
    case greaterOrEqual = ">="
    /// `relu(1 − |a − b|/w)`.
    case equal = "=="
    /// `1 − relu(1 − |a − b|/w)`.
    case notEqual = "!="
  }
}

extension FormulaExpression {
  /// The largest number of folds of ``odd(_:bits:)``: whole numbers that float32 holds exactly.
  public static let mostBits = 24

  /// The number, if this is one.
  public var constant: Rational? { if case .number(let value) = self { value } else { nil } }

  /// The parts, in the order in which they are written.
  public var children: [FormulaExpression] {
    switch self {
    case .number, .variable: []
    case .scaled(_, let x), .relu(let x), .abs(let x), .not(let x), .odd(let x, _), .even(let x, _),
      .interpolate(let x, _):
      [x]
    case .sum(let parts), .min(let parts), .max(let parts), .and(let parts), .or(let parts), .parity(let parts),
      .majority(let parts):
      parts
    case .comparison(_, let a, let b, _): [a, b]
    case .median(let a, let b, let c): [a, b, c]
    case .clip(let x, let low, let high): [x, low, high]
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    }
  }

  /// The expression with its parts replaced, as many as ``children`` has.
  func replacing(children parts: [FormulaExpression]) -> FormulaExpression {
    switch self {
    case .number, .variable: self
    case .scaled(let factor, _): .scaled(factor, parts[0])
    case .relu: .relu(parts[0])
    case .abs: .abs(parts[0])
    case .not: .not(parts[0])
    case .odd(_, let bits): .odd(parts[0], bits: bits)
    case .even(_, let bits): .even(parts[0], bits: bits)
    case .interpolate(_, let knots): .interpolate(parts[0], knots)
    case .sum: .sum(parts)
    case .min: .min(parts)
    case .max: .max(parts)
    case .and: .and(parts)
    case .or: .or(parts)
    case .parity: .parity(parts)
    case .majority: .majority(parts)
    case .comparison(let relation, _, _, let width): .comparison(relation, parts[0], parts[1], width: width)
    case .median: .median(parts[0], parts[1], parts[2])
    case .clip: .clip(parts[0], low: parts[1], high: parts[2])
    case .conditional: .conditional(if: parts[0], then: parts[1], else: parts[2])
    }
  }

  /// The names that appear, in order of their first appearance.
  public var variables: [String] {
    var (names, seen): ([String], Set<String>) = ([], [])
    func visit(_ part: FormulaExpression) {
      if case .variable(let name) = part, seen.insert(name).inserted { names.append(name) }
      part.children.forEach(visit)
    }
    visit(self)
    return names
  }

  /// The size that readers of networks make small: one for each operation and name, and the digits of every number.
  public var complexity: Int {
    func digits(_ number: Rational) -> Int { Swift.max(1, number.complexity) }
    let own =
      switch self {
      case .number(let value): digits(value)
      case .scaled(let factor, _): factor == -1 ? 1 : digits(factor)
      case .comparison(_, _, _, let width): width == 1 ? 1 : 3 + digits(width)
      case .interpolate(_, let knots): knots.reduce(1) { $0 + digits($1.x) + digits($1.y) }
      default: 1
      }
    return children.reduce(own) { $0 + $1.complexity }
  }
}
