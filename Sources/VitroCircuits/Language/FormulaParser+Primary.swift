internal import VitroCore
internal import VitroPiecewise

/// The functions of the language.
enum FormulaFunction: String, CaseIterable {
  case min, max, median, abs, relu, clip, interpolate, xor, parity, majority, odd, even

  /// How it is called.
  var usage: String {
    switch self {
    case .min, .max: "\(rawValue)(a, b, …)"
    case .median: "median(a, b, c)"
    case .abs, .relu: "\(rawValue)(x)"
    case .clip: "clip(x, low, high)"
    case .interpolate: "interpolate(x, 0:0, 1:2, …)"
    case .xor, .parity: "\(rawValue)(p, q, …)"
    case .majority: "majority(p, q, r, …)"
    case .odd, .even: "\(rawValue)(x, bits)"
    }
  }

  func takes(_ count: Int) -> Bool {
    switch self {
    case .min, .max, .xor, .parity: count >= 2
    case .median, .clip: count == 3
    case .abs, .relu: count == 1
    case .majority: count >= 1 && count % 2 == 1
    case .odd, .even: count == 2
    case .interpolate: count >= 1
    }
  }

  var arity: String {
    switch self {
    case .min, .max, .xor, .parity: "two or more arguments"
    case .median, .clip: "three arguments"
    case .abs, .relu: "one argument"
    case .majority: "an odd number of arguments"
    case .odd, .even: "two arguments"
    case .interpolate: "an argument and points"
    }
  }
}

extension FormulaParser {
  /// Reads a number, a name, a call, or what stands in parentheses or bars.
  mutating func primary() throws -> FormulaExpression {
    let place = token
    switch place.kind {
    case .number(let value):
      advance()
      return .number(value)
    case .name(let name):
      if Self.keywords.contains(name) { throw unexpected("a number, a name, a function or '('") }
      advance()
      return token.isSymbol("(") ? try call(name, at: place) : try variable(name, at: place)
    case .symbol("("): return try enclosed(until: ")", at: place) { try $0.expression(.conditional) }
    case .symbol("|"):
      return FormulaExpression.abs(try enclosed(until: "|", at: place) { try $0.expression(.conditional) }).folded
    default: throw unexpected("a number, a name, a function or '('")
    }
  }

  /// Reads what stands between two marks, where lines may end.
  private mutating func enclosed<Value>(
    until end: String, at place: FormulaToken, _ read: (inout FormulaParser) throws -> Value
  ) throws -> Value {
    let endedAtLine = endsAtLine
    endsAtLine = false
    advance()
    let value = try read(&self)
    guard token.isSymbol(end) else {
      throw unexpected("an operator, or '\(end)' for the '\(place.text)' at position \(place.position)")
    }
    endsAtLine = endedAtLine
    advance()
    return value
  }

  private mutating func variable(_ name: String, at place: FormulaToken) throws -> FormulaExpression {
    if let value = bound[name] { return value.map(FormulaExpression.number) ?? .variable(name) }
    if inputs.contains(name) { return .variable(name) }
    if let function = FormulaFunction(rawValue: name) {
      throw refusal(at: place.position, "the function '\(name)' has no arguments", hint: "Write \(function.usage).")
    }
    guard takesNewInputs else {
      let known = inputs + bindings.map(\.name)
      let hint =
        nearestName(to: name, in: known).map { "Did you mean '\($0)'?" }
        ?? "The inputs are \(inputs.prefix(24).joined(separator: ", "))."
      throw refusal(at: place.position, "there is no input and no bound name '\(name)'", hint: hint)
    }
    guard inputs.count < 10_000 else { throw refusal(at: place.position, "there are more than 10 000 inputs") }
    inputs.append(name)
    return .variable(name)
  }

  private mutating func call(_ name: String, at place: FormulaToken) throws -> FormulaExpression {
    guard let function = FormulaFunction(rawValue: name) else {
      let known = FormulaFunction.allCases.map(\.rawValue)
      let isValue = bound[name] != nil || inputs.contains(name)
      let hint =
        isValue
        ? "A product is written with '*'."
        : nearestName(to: name, in: known).map { "Did you mean '\($0)'?" }
          ?? "Functions: \(known.joined(separator: ", "))."
      throw refusal(
        at: place.position, isValue ? "'\(name)' is a value, not a function" : "there is no function '\(name)'",
        hint: hint)
    }
    var points: [(FormulaExpression.Knot, Int)] = []
    var places: [Int] = []
    let arguments = try enclosed(until: ")", at: token) { parser in
      var arguments: [FormulaExpression] = []
      if parser.token.isSymbol(")") { return arguments }
      repeat {
        let start = parser.token.position
        let argument = try parser.expression(.conditional)
        if function == .interpolate, !arguments.isEmpty {
          points.append((try parser.knot(argument, at: start), start))
        } else {
          arguments.append(argument)
          places.append(start)
        }
      } while parser.accept(",")
      return arguments
    }
    guard function.takes(arguments.count) else {
      throw refusal(
        at: place.position, "\(name) takes \(function.arity), found \(arguments.count)",
        hint: "Write \(function.usage).")
    }
    return try expression(function, arguments, places, points, at: place.position).folded
  }

  private mutating func knot(_ x: FormulaExpression, at start: Int) throws -> FormulaExpression.Knot {
    guard let x = x.constant else { throw refusal(at: start, "a point has an argument that varies") }
    try expect(":", "between the argument and the value of a point")
    let place = token.position
    guard let y = try expression(.sum).constant else { throw refusal(at: place, "a point has a value that varies") }
    return FormulaExpression.Knot(x, y)
  }

  private func expression(
    _ function: FormulaFunction, _ arguments: [FormulaExpression], _ places: [Int],
    _ points: [(FormulaExpression.Knot, Int)],
    at position: Int
  ) throws -> FormulaExpression {
    switch function {
    case .min: return .min(arguments)
    case .max: return .max(arguments)
    case .median: return .median(arguments[0], arguments[1], arguments[2])
    case .abs: return .abs(arguments[0])
    case .relu: return .relu(arguments[0])
    case .xor, .parity: return .parity(arguments)
    case .majority: return .majority(arguments)
    case .clip:
      if let low = arguments[1].constant, let high = arguments[2].constant, low > high {
        throw refusal(at: places[1], "the lower bound \(low) is above the upper bound \(high)")
      }
      return .clip(arguments[0], low: arguments[1], high: arguments[2])
    case .odd, .even:
      let most = FormulaExpression.mostBits
      guard let bits = arguments[1].constant, let count = (1...most).first(where: { Rational($0) == bits }) else {
        throw refusal(at: places[1], "expected a whole number of bits from 1 to \(most)")
      }
      return function == .odd ? .odd(arguments[0], bits: count) : .even(arguments[0], bits: count)
    case .interpolate:
      guard points.count >= 2 else {
        throw refusal(at: position, "interpolate needs two points or more", hint: "Write \(function.usage).")
      }
      for (previous, next) in zip(points, points.dropFirst()) where previous.0.x >= next.0.x {
        throw refusal(at: next.1, "the argument \(next.0.x) does not lie above \(previous.0.x) before it")
      }
      return .interpolate(arguments[0], points.map(\.0))
    }
  }
}
