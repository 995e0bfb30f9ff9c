internal import VitroPiecewise

/// How tightly an expression holds together when it is written.
enum Tightness: Int, Comparable {
  case conditional, or, and, not, comparison, sum, product, sign, primary

  static func < (left: Tightness, right: Tightness) -> Bool { left.rawValue < right.rawValue }
}

extension FormulaExpression: CustomStringConvertible {
  /// The expression as text, with the fewest parentheses, that reads back as the same expression.
  public var description: String { ExpressionText().text(of: self).text }
}

/// The printer of expressions.
private struct ExpressionText {
  typealias Piece = (text: String, tightness: Tightness)

  /// The text, and the loosest operation in it that no parentheses hold.
  func text(of expression: FormulaExpression) -> Piece {
    switch expression {
    case .number(let value): number(value)
    case .variable(let name): (name, .primary)
    case .sum(let parts): parts.isEmpty ? ("0", .primary) : sum(parts)
    case .scaled(let factor, let part): multiple(factor, part)
    case .abs(let part): ("|\(part)|", .primary)
    case .comparison(let relation, let a, let b, let width):
      (
        "\(at(.sum, a)) \(relation.rawValue) \(at(.sum, b))\(width == 1 ? "" : " within \(width)")", .comparison
      )
    case .conditional(let condition, let yes, let no): ("if \(at(.or, condition)) then \(yes) else \(no)", .conditional)
    case .not(let part): ("not \(at(.not, part))", .not)
    case .and(let parts) where parts.count > 1:
      (parts.map { at(.not, $0) }.joined(separator: " and "), .and)
    case .or(let parts) where parts.count > 1: (parts.map { at(.and, $0) }.joined(separator: " or "), .or)
    default: (call(expression), .primary)
    }
  }

  private func at(_ tightness: Tightness, _ expression: FormulaExpression) -> String {
    let piece = text(of: expression)
    return piece.tightness < tightness ? "(\(piece.text))" : piece.text
  }

  private func number(_ value: Rational) -> Piece {
    let text = "\(value)"
    if text.contains("/") { return (text, .product) }
    return (text, value < 0 ? .sign : .primary)
  }

  private func sum(_ parts: [FormulaExpression]) -> Piece {
    var result = ""
    for part in parts {
      let isNegative =
        switch part {
        case .number(let value): value < 0
        case .scaled(let factor, _): factor < 0
        default: false
        }
      guard !result.isEmpty else {
        result = at(.product, part)
        continue
      }
      let term: FormulaExpression =
        switch part {
        case .number(let value) where isNegative: .number(-value)
        case .scaled(let factor, let rest) where isNegative: .scaled(-factor, rest)
        default: part
        }
      result += (isNegative ? " - " : " + ") + at(.product, term)
    }
    return (result, .sum)
  }

  private func multiple(_ factor: Rational, _ part: FormulaExpression) -> Piece {
    if factor == 1 { return (at(.sign, part), .product) }
    if factor == -1 { return ("-\(at(.sign, part))", .sign) }
    let inverse = factor.sign == 0 ? 0 : factor.reciprocal
    let isQuotient = inverse.isInteger && inverse.magnitude > 1
    if isQuotient, inverse.magnitude < 10 || "\(factor)".contains("/") {
      return ("\(factor < 0 ? "-" : "")\(at(.sign, part))/\(inverse.magnitude)", .product)
    }
    return ("\(factor)*\(at(.sign, part))", .product)
  }

  private func call(_ expression: FormulaExpression) -> String {
    let arguments = expression.children.map { "\($0)" }
    let name =
      switch expression {
      case .relu: "relu"
      case .min: "min"
      case .max: "max"
      case .median: "median"
      case .clip: "clip"
      case .and: "and"
      case .or: "or"
      case .parity(let parts): parts.count == 2 ? "xor" : "parity"
      case .majority: "majority"
      case .odd: "odd"
      case .even: "even"
      default: "interpolate"
      }
    let settings =
      switch expression {
      case .odd(_, let bits), .even(_, let bits): ["\(bits)"]
      case .interpolate(_, let knots): knots.map { "\($0.x):\($0.y)" }
      default: [String]()
      }
    return "\(name)(\((arguments + settings).joined(separator: ", ")))"
  }
}
