internal import VitroCore
public import VitroPiecewise

/// Turns comparisons and logic into sigmoid neurons; what is no step is refused.
struct SigmoidCompiler {
  typealias Form = AffineForm<Rational>

  private var program: ReLUProgram<Rational>
  private var names: [String: Form] = [:]
  private var known: [Form: Form] = [:]
  private let steepness: Rational

  static func program(_ formula: Formula, steepness: Rational) throws -> ReLUProgram<Rational> {
    try formula.checkNames()
    var compiler = SigmoidCompiler(formula, steepness)
    for binding in formula.bindings { compiler.names[binding.name] = try compiler.form(binding.expression) }
    compiler.program.outputs = try formula.outputs.map { try compiler.form($0) }
    return compiler.program.pruned
  }

  private init(_ formula: Formula, _ steepness: Rational) {
    program = ReLUProgram(inputs: formula.inputs)
    self.steepness = steepness
    for (source, name) in formula.inputs.enumerated() { names[name] = Form(source: source) }
  }

  /// `σ(M · rise)`: 1 where it is positive, 0 where it is negative, one half at zero.
  private mutating func step(_ rise: Form) -> Form {
    if rise.isConstant { return Form(constant: rise.constant > 0 ? 1 : rise.constant < 0 ? 0 : Rational(1, over: 2)) }
    if let unit = known[rise] { return unit }
    // σ(−z) = 1 − σ(z).
    if let unit = known[rise * -1] { return Form(constant: 1) - unit }
    let unit = program.addReLU(of: rise * steepness)
    known[rise] = unit
    return unit
  }

  private mutating func form(_ expression: FormulaExpression) throws -> Form {
    if case .variable(let name) = expression { return names[name] ?? Form() }
    var parts: [Form] = []
    for child in expression.children { parts.append(try form(child)) }
    let half = Form(constant: Rational(1, over: 2))
    let total = UnitTable.sum(parts)
    switch expression {
    case .number(let value): return Form(constant: value)
    case .sum: return total
    case .scaled(let factor, _): return parts[0] * factor
    case .not: return Form(constant: 1) - parts[0]
    case .comparison(let relation, _, _, let width):
      let rise = (parts[1] - parts[0]) * width.reciprocal
      switch relation {
      case .less, .lessOrEqual: return step(rise)
      case .greater, .greaterOrEqual: return step(rise * -1)
      case .equal: return step(rise + half) + step(half - rise) - Form(constant: 1)
      case .notEqual: return Form(constant: 2) - step(rise + half) - step(half - rise)
      }
    case .and: return step(total - Form(constant: Rational(2 * parts.count - 1, over: 2)))
    case .or: return step(total - half)
    case .majority: return step(total - Form(constant: Rational(parts.count, over: 2)))
    case .parity:
      var result: [Form] = []
      for count in 1...parts.count {
        let isAbove = step(total - Form(constant: Rational(2 * count - 1, over: 2)))
        result.append(isAbove * (count % 2 == 1 ? 1 : -1))
      }
      return UnitTable.sum(result)
    case .conditional(_, let yes, let no):
      guard let yes = yes.constant, let no = no.constant else {
        throw Self.refusal(of: expression, because: "its branches vary, and a sigmoid passes no value on exactly")
      }
      return parts[0] * (yes - no) + Form(constant: no)
    default:
      throw Self.refusal(of: expression, because: "it is piecewise linear without steps, and a sigmoid is a step")
    }
  }

  private static func refusal(of expression: FormulaExpression, because reason: String) -> VitroError {
    VitroError(
      .argument, "writing sigmoid neurons", "'\("\(expression)".prefix(80))' has no sigmoid network: \(reason)",
      hint: "Comparisons, and, or, not, majority, xor, parity and 'if' between numbers have; with ReLU all have.")
  }
}

extension Formula {
  /// Lays the formula out in sigmoid neurons: comparisons `a < b` as `σ(M(b − a))`, logic as thresholds of sums.
  ///
  /// A neuron is continuous: where the sides are equal it gives one half, and the error elsewhere falls as `e^(−M·distance)`, never to zero. For whole
  /// numbers compare with halves, such as `x < 9.5`.
  ///
  /// - Parameter steepness: M, above zero; for one unit of the difference, or of the width of the comparison.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for what has no such network: min, max, |x|, clip and all that is not a step.
  public func sigmoidLayout(steepness: Rational) throws -> NetworkLayout {
    guard steepness > 0 else {
      throw VitroError(.argument, "writing sigmoid neurons", "the steepness \(steepness) is not above 0")
    }
    let layout = try SigmoidCompiler.program(self, steepness: steepness).skippingLayout(.sigmoid)
    try layout.check()
    return layout
  }
}
