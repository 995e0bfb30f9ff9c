internal import VitroPiecewise

/// Turns the forms of a program into expressions: sums of ReLUs into minima, maxima, absolute values and clips, whatever is shortest.
///
/// Each `c·ReLU(z)` of a sum may be written in several ways that leave different remainders:
/// - `c·relu(z)`, and nothing else changes;
/// - `c/2·|z|`, and `c/2·z` joins the rest;
/// - with `|c|·z = p − q`: `max(p, q)` and `−q` joins the rest, or `−min(p, q)` and `p` joins it (signs turned for c < 0);
/// - the rest R goes in: `max(R, R + c·z)` for c > 0, `min(R, R + c·z)` for c < 0;
/// - two units with insides that differ by a constant: a clip.
///
/// The last unit is written first, since earlier ones do not read it; a beam of the shortest partial results is kept.
struct FormNaming {
  let program: ReLUProgram<Rational>
  /// How many partial results are kept.
  var width = 24
  private var memory: [AffineForm<Rational>: FormulaExpression] = [:]

  init(_ program: ReLUProgram<Rational>) { self.program = program }

  /// An expression equal to a form everywhere.
  mutating func expression(of form: AffineForm<Rational>) -> FormulaExpression {
    if let known = memory[form] { return known }
    var finished: [(expression: FormulaExpression, size: Int)] = []
    var beam = [Partial(rest: form, terms: [], size: 0)]
    while !beam.isEmpty {
      var next: [Partial] = []
      for partial in beam {
        guard let unit = partial.rest.terms.last, unit.source >= program.inputs.count else {
          let parts = [FormulaExpression](partial.terms.reversed())
          let expression = FormulaExpression.sum(parts.isEmpty ? [affine(partial.rest)] : ordered(parts, partial.rest))
            .simplified.polished
          finished.append((expression, expression.complexity))
          continue
        }
        next += options(for: unit, in: partial)
      }
      next.sort { ($0.size + plainSize($0.rest)) < ($1.size + plainSize($1.rest)) }
      beam = Array(next.prefix(width))
    }
    let best = finished.min { ($0.size, "\($0.expression)") < ($1.size, "\($1.expression)") }
    let result = best?.expression ?? affine(form)
    memory[form] = result
    return result
  }

  private struct Partial {
    var rest: AffineForm<Rational>
    var terms: [FormulaExpression]
    var size: Int

    func adding(_ expression: FormulaExpression, rest: AffineForm<Rational>) -> Partial {
      Partial(rest: rest, terms: terms + [expression], size: size + 1 + expression.complexity)
    }
  }

  /// Affine parts come first where they are positive: `a + b − |a − b|`, and last where negative: `max(a, b) − 3`.
  private func ordered(_ parts: [FormulaExpression], _ rest: AffineForm<Rational>) -> [FormulaExpression] {
    if rest.isZero { return parts }
    let leads = rest.terms.first.map { $0.weight > 0 } ?? false
    return leads ? [affine(rest)] + parts : parts + [affine(rest)]
  }

  /// A way to write one unit's term: what is left, and how long it will be, before anything is named.
  private struct Option {
    var rest: AffineForm<Rational>
    var estimate: Int
    var factor: Rational
    var arguments: [AffineForm<Rational>]
    var make: ([FormulaExpression]) -> FormulaExpression
  }

  private mutating func options(for unit: AffineForm<Rational>.Term, in partial: Partial) -> [Partial] {
    let inside = program.units[unit.source - program.inputs.count]
    let rest = partial.rest - AffineForm(source: unit.source) * unit.weight
    let z = inside * unit.weight.magnitude
    let isPositive = unit.weight > 0
    let sign: Rational = isPositive ? 1 : -1
    var options: [Option] = []
    func add(
      _ factor: Rational, _ arguments: [AffineForm<Rational>], rest: AffineForm<Rational>,
      _ make: @escaping ([FormulaExpression]) -> FormulaExpression
    ) {
      let estimate = arguments.reduce(max(1, factor.complexity) + plainSize(rest)) { $0 + plainSize($1) }
      options.append(Option(rest: rest, estimate: estimate, factor: factor, arguments: arguments, make: make))
    }
    let (scale, plain) = inside.wholeNumbers
    add(unit.weight * scale, [plain], rest: rest) { .relu($0[0]) }
    add(unit.weight * scale / 2, [plain], rest: rest + inside * (unit.weight / 2)) { .abs($0[0].withPositiveLead) }
    for (p, q) in z.splittings {
      add(sign, [p, q], rest: rest - q * sign) { .max($0) }
      add(-sign, [p, q], rest: rest + p * sign) { .min($0) }
    }
    if !rest.isZero {
      add(1, [rest, rest + z * sign], rest: AffineForm()) { isPositive ? .max($0) : .min($0) }
    }
    for other in rest.terms where other.source >= program.inputs.count && other.weight == -unit.weight {
      // c·relu(z) − c·relu(z − h) = c·clip(z, 0, h) for h > 0.
      let otherInside = program.units[other.source - program.inputs.count]
      let difference = inside - otherInside
      guard difference.isConstant, difference.constant != 0 else { continue }
      let (low, factor) = difference.constant > 0 ? (inside, unit.weight) : (otherInside, other.weight)
      let high = difference.constant.magnitude
      let remaining = rest - AffineForm(source: other.source) * other.weight
      let (ownScale, own) = low.wholeNumbers
      add(factor * ownScale, [own], rest: remaining) { .clip($0[0], low: .number(0), high: .number(high / ownScale)) }
      add(factor * high, [own], rest: remaining) { .clip((ownScale / high) * $0[0], low: .number(0), high: .number(1)) }
      var core = low
      core.constant = 0
      let (coreScale, plainCore) = core.wholeNumbers
      let (from, to) = (-low.constant / coreScale, (high - low.constant) / coreScale)
      add(factor * coreScale, [plainCore], rest: remaining + AffineForm(constant: factor * low.constant)) {
        .clip($0[0], low: .number(from), high: .number(to))
      }
    }
    // Where many forms were named already, units are left as they are: the work stays bounded.
    if memory.count > Self.mostForms { options.removeLast(options.count - 1) }
    options.sort { $0.estimate < $1.estimate }
    return options.prefix(Self.optionsNamed).map { option in
      let arguments = option.arguments.map { expression(of: $0) }
      return partial.adding(option.factor * option.make(arguments).polishedRoot, rest: option.rest)
    }
  }

  /// How many ways to write a unit are spelled out, the shortest by estimate.
  private static let optionsNamed = 5

  /// How many forms are named with all options.
  private static let mostForms = 600

  /// The form of inputs alone, as a sum.
  private func affine(_ form: AffineForm<Rational>) -> FormulaExpression {
    let terms = form.terms.map { $0.weight * FormulaExpression.variable(program.inputs[$0.source]) }
    let positive = zip(form.terms, terms).filter { $0.0.weight > 0 }.map(\.1)
    let negative = zip(form.terms, terms).filter { $0.0.weight < 0 }.map(\.1)
    let constant = form.constant == 0 ? [] : [FormulaExpression.number(form.constant)]
    let leading = positive.isEmpty && form.constant > 0 ? constant + negative : positive + negative + constant
    return FormulaExpression.sum(leading.isEmpty ? [.number(0)] : leading).simplified
  }

  /// About how long the form is when every unit is written as a ReLU.
  private func plainSize(_ form: AffineForm<Rational>) -> Int {
    form.terms.reduce(form.constant == 0 ? 0 : form.constant.complexity) { sum, term in
      sum + max(1, term.weight.complexity)
        + (term.source < program.inputs.count
          ? 1 : 2 + program.units[term.source - program.inputs.count].terms.count)
    }
  }
}

extension AffineForm<Rational> {
  /// The form as a multiple of one with small whole weights where there is one, else of itself; the factor is positive.
  var wholeNumbers: (scale: Rational, form: AffineForm) {
    let numbers = terms.map(\.weight) + (constant == 0 ? [] : [constant])
    guard let smallest = numbers.map(\.magnitude).min() else { return (1, self) }
    for unit in [smallest, smallest / 2, smallest / 3, smallest / 4, smallest / 5, smallest / 6] {
      let scaled = numbers.map { $0 / unit }
      if scaled.allSatisfy({ $0.isInteger && $0.magnitude <= 1000 }) { return (unit, self * unit.reciprocal) }
    }
    let largest = terms.map(\.weight.magnitude).max() ?? 1
    return (largest, self * largest.reciprocal)
  }

  /// Ways to write the form as p − q: by the signs of the terms, with the constant on either side.
  var splittings: [(p: AffineForm, q: AffineForm)] {
    let positive = AffineForm(terms: terms.filter { $0.weight > 0 })
    let negative = AffineForm(terms: terms.filter { $0.weight < 0 }) * -1
    let number = AffineForm(constant: constant)
    if constant == 0 { return [(positive, negative)] }
    return [(positive + number, negative), (positive, negative - number)]
  }
}
