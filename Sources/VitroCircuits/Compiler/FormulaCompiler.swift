internal import VitroCore
public import VitroPiecewise

/// Turns expressions into ReLU units: few of them, and shallow.
struct FormulaCompiler {
  typealias Form = AffineForm<Rational>

  /// A value under construction: its form, and bounds that its meaning gives.
  struct Value {
    var form: Form
    var range = HalfRange.unknown
  }

  var table: UnitTable
  private var names: [String: Value] = [:]
  private let nameRanges: [String: ExactRange]

  init(_ formula: Formula, box: InputBox?) throws {
    try formula.checkNames()
    let box = try box?.named(formula.inputs)
    table = UnitTable(inputs: formula.inputs, box: box)
    nameRanges = formula.hasConditional ? try formula.ranges(in: box) : [:]
    for (source, name) in formula.inputs.enumerated() {
      names[name] = Value(form: Form(source: source), range: table.ranges[source])
    }
  }

  static func program(_ formula: Formula, box: InputBox?) throws -> ReLUProgram<Rational> {
    var compiler = try FormulaCompiler(formula, box: box)
    for binding in formula.bindings { compiler.names[binding.name] = try compiler.value(binding.expression) }
    return compiler.table.finish(outputs: try formula.outputs.map { try compiler.value($0).form })
  }

  private mutating func value(_ expression: FormulaExpression) throws -> Value {
    if case .variable(let name) = expression { return names[name] ?? Value(form: Form()) }
    var parts: [Value] = []
    for child in expression.children { parts.append(try value(child)) }
    var result = try value(of: expression, parts)
    result.range = result.range.intersection(HalfRange(result.form, table.ranges))
    guard result.form.terms.allSatisfy({ $0.weight.bitWidth <= FormulaParser.mostBits }),
      result.form.constant.bitWidth <= FormulaParser.mostBits
    else {
      throw VitroError(.numerical, "compiling a formula", "a constant becomes too long to compute with exactly")
    }
    return result
  }

  private mutating func value(of expression: FormulaExpression, _ parts: [Value]) throws -> Value {
    let forms = parts.map(\.form)
    let one = Form(constant: 1)
    switch expression {
    case .number(let number): return Value(form: Form(constant: number))
    case .variable: return parts[0]
    case .sum:
      return Value(form: UnitTable.sum(forms), range: parts.reduce(HalfRange(low: 0, high: 0)) { $0 + $1.range })
    case .scaled(let factor, _): return Value(form: forms[0] * factor, range: parts[0].range.scaled(by: factor))
    case .relu: return Value(form: try table.relu(forms[0], within: parts[0].range), range: parts[0].range.rectified)
    case .abs: return Value(form: try distance(forms[0], within: parts[0].range), range: HalfRange(low: 0))
    case .min: return Value(form: try extreme(forms[...], isMinimum: true))
    case .max: return Value(form: try extreme(forms[...], isMinimum: false))
    case .median: return Value(form: try median(forms))
    case .clip: return Value(form: try clip(forms[0], low: forms[1], high: forms[2]))
    case .comparison(let relation, _, _, let width):
      let rise = (forms[1] - forms[0]) * width.reciprocal
      return Value(form: try comparison(relation, rise), range: .bit)
    case .conditional(_, let yes, let no): return try conditional(parts, yes, no)
    case .not:
      return Value(form: one - forms[0], range: HalfRange(low: 1, high: 1) + parts[0].range.scaled(by: -1))
    case .and:
      return Value(
        form: try table.relu(UnitTable.sum(forms) - Form(constant: Rational(forms.count - 1))), range: HalfRange(low: 0)
      )
    case .or: return Value(form: one - (try table.relu(one - UnitTable.sum(forms))), range: HalfRange(high: 1))
    case .parity:
      let knots = (0...forms.count).map { FormulaExpression.Knot(Rational($0), Rational($0 % 2)) }
      return Value(form: try line(through: knots, at: UnitTable.sum(forms)))
    case .majority:
      let excess = UnitTable.sum(forms) - Form(constant: Rational((forms.count - 1) / 2))
      return Value(form: try table.relu(excess) - table.relu(excess - one), range: .bit)
    case .odd(_, let bits): return Value(form: one - (try folded(forms[0], bits: bits)), range: HalfRange(high: 1))
    case .even(_, let bits): return Value(form: try folded(forms[0], bits: bits), range: HalfRange(low: 0))
    case .interpolate(_, let knots): return Value(form: try line(through: knots, at: forms[0]))
    }
  }

  /// `|x| = 2 ReLU(x) − x`.
  private mutating func distance(_ form: Form, within range: HalfRange = .unknown) throws -> Form {
    try table.relu(form, within: range) * 2 - form
  }

  /// A balanced tree of `min(a, b) = a − ReLU(a − b)` or `max(a, b) = b + ReLU(a − b)`.
  private mutating func extreme(_ forms: ArraySlice<Form>, isMinimum: Bool) throws -> Form {
    guard forms.count > 1 else { return forms.first ?? Form() }
    let middle = forms.startIndex + (forms.count + 1) / 2
    let first = try extreme(forms[..<middle], isMinimum: isMinimum)
    let second = try extreme(forms[middle...], isMinimum: isMinimum)
    let excess = try table.relu(first - second)
    return isMinimum ? first - excess : second + excess
  }

  /// The third clipped between the smaller and the larger of the others: three units.
  private mutating func median(_ forms: [Form]) throws -> Form {
    let excess = try table.relu(forms[0] - forms[1])
    let (low, high) = (forms[0] - excess, forms[1] + excess)
    return try forms[2] + table.relu(low - forms[2]) - table.relu(forms[2] - high)
  }

  /// `min(max(x, low), high)`; in one layer where the bounds are known to be in order.
  private mutating func clip(_ form: Form, low: Form, high: Form) throws -> Form {
    if table.isNonnegative(high - low) {
      return try low + table.relu(form - low) - table.relu(form - high)
    }
    let raised = try form + table.relu(low - form)
    return try raised - table.relu(raised - high)
  }

  private mutating func comparison(_ relation: FormulaExpression.Relation, _ rise: Form) throws -> Form {
    let one = Form(constant: 1)
    switch relation {
    case .less: return try table.relu(rise) - table.relu(rise - one)
    case .lessOrEqual: return try table.relu(rise + one) - table.relu(rise)
    case .greater: return try table.relu(-1 * rise) - table.relu(-1 * rise - one)
    case .greaterOrEqual: return try table.relu(one - rise) - table.relu(-1 * rise)
    case .equal: return try table.relu(one - distance(rise))
    case .notEqual: return try one - table.relu(one - distance(rise))
    }
  }

  private mutating func conditional(_ parts: [Value], _ yes: FormulaExpression, _ no: FormulaExpression) throws -> Value
  {
    let (condition, difference) = (parts[0], parts[1].form - parts[2].form)
    if let yes = yes.constant, let no = no.constant {
      return Value(form: parts[2].form + condition.form * (yes - no))
    }
    let reach = condition.form * FormulaExpression.bound(yes, no, nameRanges)
    if let low = condition.range.low, low >= 0 {
      return Value(form: try parts[2].form - reach + table.relu(difference + reach) - table.relu(difference - reach))
    }
    return Value(form: try parts[2].form + clip(difference, low: -1 * reach, high: reach))
  }

  /// `|…|x − 2ⁿ⁻¹| … − 1|`: a unit for each fold.
  private mutating func folded(_ form: Form, bits: Int) throws -> Form {
    var value = form
    for bit in (0..<bits).reversed() { value = try distance(value - Form(constant: Rational(1 << bit))) }
    return value
  }

  /// The first segment, and a unit for each bend.
  private mutating func line(through knots: [FormulaExpression.Knot], at form: Form) throws -> Form {
    let slopes = zip(knots, knots.dropFirst()).map { ($1.y - $0.y) / ($1.x - $0.x) }
    var result = form * slopes[0] + Form(constant: knots[0].y - slopes[0] * knots[0].x)
    var bends: [Form] = [result]
    for index in slopes.indices.dropFirst() where slopes[index] != slopes[index - 1] {
      bends.append(try table.relu(form - Form(constant: knots[index].x)) * (slopes[index] - slopes[index - 1]))
    }
    result = UnitTable.sum(bends)
    return result
  }
}

extension AffineForm {
  static func * (factor: Scalar, form: AffineForm) -> AffineForm { form * factor }
}

extension Formula {
  /// Compiles the formula to ReLU units: few, shared where insides are equal up to a factor.
  ///
  /// Within the box the program computes exactly the formula, as its values are; without a box everywhere. A box leaves out units that are dead or
  /// always on in it. It also bounds the branches of conditionals, for which −100 … 100 is taken otherwise.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a box or names that do not fit, `unsupported` and `numerical` when the formula is beyond measure.
  /// - Complexity: Units: min and max of n need n − 1, |x| 1, clip 2, median 3, a comparison 2, `and` and `or` 1, majority 2, parity of n n − 1, odd and even of
  ///   n bits n, a conditional 2, interpolation 1 for each bend.
  public func program(box: InputBox? = nil) throws -> ReLUProgram<Rational> {
    try FormulaCompiler.program(self, box: box)
  }
}
