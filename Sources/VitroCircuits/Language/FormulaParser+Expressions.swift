internal import VitroCore
internal import VitroPiecewise

extension FormulaParser {
  /// Reads an expression whose operators hold at least as tightly as given.
  mutating func expression(_ loosest: Tightness) throws -> FormulaExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw refusal(
        at: token.position, "expressions lie too deep in each other", hint: "Name parts of them with 'let'.")
    }
    var (left, tightness) = try operand(loosest)
    while let found = operation, found >= loosest {
      if found == .comparison, tightness == .comparison {
        throw refusal(
          at: token.position, "a comparison stands beside another", hint: "Write 'a < b and b < c', or parentheses.")
      }
      left = try joined(left, found)
      tightness = found
    }
    return left
  }

  /// The kind of operation that the word here continues an expression with.
  private var operation: Tightness? {
    if endsAtLine, token.startsLine { return nil }
    return switch token.kind {
    case .name("or"): .or
    case .name("and"): .and
    case .symbol("<"), .symbol("<="), .symbol(">"), .symbol(">="), .symbol("=="), .symbol("!="): .comparison
    case .symbol("+"), .symbol("-"): .sum
    case .symbol("*"), .symbol("/"): .product
    default: nil
    }
  }

  private mutating func operand(_ loosest: Tightness) throws -> (FormulaExpression, Tightness) {
    switch token.kind {
    case .name("if"):
      guard loosest == .conditional else {
        throw refusal(at: token.position, "'if' stands inside an operation", hint: "Put it in parentheses.")
      }
      return (try conditional(), .conditional)
    case .name("not"):
      guard loosest <= .not else {
        throw refusal(at: token.position, "'not' stands inside an operation", hint: "Put it in parentheses.")
      }
      advance()
      return (FormulaExpression.not(try expression(.not)).folded, .not)
    case .symbol("-"):
      advance()
      return (-(try expression(.sign)), .sign)
    case .symbol("+"):
      throw unexpected("a number, a name, a function or '('")
    default: return (try primary(), .primary)
    }
  }

  private mutating func conditional() throws -> FormulaExpression {
    advance()
    // Between 'if', 'then' and 'else' lines may end.
    let endedAtLine = endsAtLine
    endsAtLine = false
    let condition = try expression(.or)
    try expectWord("then", "after the condition")
    let yes = try expression(.conditional)
    endsAtLine = endedAtLine
    try expectWord("else", "after the first branch")
    let no = try expression(.conditional)
    return FormulaExpression.conditional(if: condition, then: yes, else: no).folded
  }

  /// Reads the rest of an operation of one kind: all its parts, except of products, which stand two by two.
  private mutating func joined(_ left: FormulaExpression, _ kind: Tightness) throws -> FormulaExpression {
    switch kind {
    case .or, .and:
      let word = kind == .or ? "or" : "and"
      var parts = [left]
      while operation == kind, token.isWord(word) {
        advance()
        parts.append(try expression(kind == .or ? .and : .not))
      }
      return (kind == .or ? FormulaExpression.or(parts) : .and(parts)).folded
    case .sum:
      let start = token.position
      var parts = [left]
      while operation == .sum {
        let isMinus = token.isSymbol("-")
        advance()
        let part = try expression(.product)
        parts.append(isMinus ? -part : part)
      }
      return try checkedSum(parts, at: start)
    case .product: return try product(left)
    default: return try comparison(left)
    }
  }

  private mutating func comparison(_ left: FormulaExpression) throws -> FormulaExpression {
    guard let relation = FormulaExpression.Relation(rawValue: plainSymbol) else { throw unexpected("a comparison") }
    advance()
    let right = try expression(.sum)
    var width: Rational = 1
    if token.isWord("within") {
      advance()
      let place = token.position
      guard let value = try expression(.product).constant, value > 0 else {
        throw refusal(at: place, "expected a number above 0 after 'within'")
      }
      width = value
    }
    return FormulaExpression.comparison(relation, left, right, width: width).folded
  }

  private var plainSymbol: String { if case .symbol(let symbol) = token.kind { symbol } else { "" } }

  private mutating func product(_ left: FormulaExpression) throws -> FormulaExpression {
    let place = token
    advance()
    let right = try expression(.sign)
    if place.isSymbol("/") {
      guard let divisor = right.constant else {
        throw refusal(
          at: place.position, "the divisor varies: a quotient by an input is not piecewise linear",
          hint: "Divide by a number.")
      }
      guard divisor != 0 else { throw refusal(at: place.position, "division by zero") }
      return try checked(divisor.reciprocal * left, at: place.position)
    }
    if let factor = left.constant { return try checked(factor * right, at: place.position) }
    if let factor = right.constant { return try checked(factor * left, at: place.position) }
    throw refusal(
      at: place.position, "both sides of '\(place.text)' vary: a product of inputs is not piecewise linear",
      hint: "One side must be a number.")
  }

  /// Refuses constants of so many digits that computing with them would take long.
  func checked(_ expression: FormulaExpression, at position: Int) throws -> FormulaExpression {
    let number: Rational =
      switch expression {
      case .number(let value): value
      case .scaled(let factor, _): factor
      default: 0
      }
    guard number.bitWidth <= Self.mostBits else {
      throw refusal(at: position, "a constant here has more than \(Self.mostBits) bits")
    }
    return expression
  }

  func checkedSum(_ parts: [FormulaExpression], at position: Int) throws -> FormulaExpression {
    let numbers = parts.map { part -> Rational in
      switch part {
      case .number(let value): value
      case .scaled(let factor, _): factor
      default: 1
      }
    }
    guard Rational.bitWidth(ofSum: numbers) <= Self.mostBits else {
      throw refusal(at: position, "the constants of this sum have more than \(Self.mostBits) bits")
    }
    return FormulaExpression.sum(parts).folded
  }
}
