internal import BigInt

/// A program with whole numbers for weights, over homogeneous coordinates: what exact enumeration runs on.
///
/// A point x is written (X, W) with x = X / W, W > 0, all whole; then an affine form is a whole-number vector, and its sign at a point is the sign of a
/// scalar product. ReLU commutes with positive factors, so every unit may be scaled to coprime whole weights: its value is `scale · F(X, W) / W`.
struct IntegerProgram: Sendable {
  /// A form over the sources' own vectors: `Σ weight · F_source + constant · W`.
  struct Row: Sendable {
    var terms: [(source: Int, weight: BigInt)]
    var constant: BigInt
    /// What the row's value is to be multiplied with.
    var scale: Rational
  }

  let inputCount: Int
  let units: [Row]
  let outputs: [Row]

  init(_ program: ReLUProgram<Rational>) {
    inputCount = program.inputs.count
    var scales = Array(repeating: Rational(1), count: program.inputs.count)
    func row(_ form: AffineForm<Rational>) -> Row {
      let weights = form.terms.map { $0.weight * scales[$0.source] } + [form.constant]
      let scale = Self.commonScale(weights)
      let whole = weights.map { ($0 / scale).numerator }
      return Row(
        terms: zip(form.terms, whole).map { ($0.source, $1) }, constant: whole[whole.count - 1], scale: scale)
    }
    var units: [Row] = []
    for unit in program.units {
      let next = row(unit)
      units.append(next)
      scales.append(next.scale)
    }
    self.units = units
    outputs = program.outputs.map { row($0) }
  }

  /// The largest number of which all given ones are whole multiples.
  private static func commonScale(_ values: [Rational]) -> Rational {
    var (divisor, multiple) = (BigInt(0), BigInt(1))
    for value in values where value != 0 {
      divisor = divisor.greatestCommonDivisor(with: value.numerator)
      multiple = multiple / multiple.greatestCommonDivisor(with: value.denominator) * value.denominator
    }
    return divisor.isZero ? 1 : Rational(divisor.magnitude.asInteger, over: multiple)
  }

  /// The vector of a row where its sources have given vectors, `nil` for units that are off.
  func vector(of row: Row, sources: [HomogeneousVector?]) -> HomogeneousVector {
    var result = Array(repeating: BigInt(0), count: inputCount + 1)
    for (source, weight) in row.terms {
      guard let form = sources[source] else { continue }
      for axis in result.indices where !form.exact[axis].isZero { result[axis] += weight * form.exact[axis] }
    }
    result[inputCount] += row.constant
    return HomogeneousVector(result)
  }
}

extension BigUInt {
  fileprivate var asInteger: BigInt { BigInt(self) }
}

/// A whole-number vector, and its doubles up to a common factor, by which most signs are decided.
struct HomogeneousVector: Sendable {
  let exact: [BigInt]
  /// Proportional to `exact` with a positive factor, the largest entry between 1/2 and 1 in size; entries are off by less than 2⁻⁵² of
  /// themselves, or by less than 10⁻³⁰⁰.
  let approximate: [Double]

  init(_ exact: [BigInt]) {
    self.exact = exact
    let bits = exact.map(\.magnitude.bitWidth).max() ?? 0
    approximate = exact.map { value in
      let width = value.magnitude.bitWidth
      guard width > 0 else { return 0 }
      let shift = max(0, width - 60)
      return Double(
        sign: .plus, exponent: max(shift - bits, -1070), significand: Double(Int(truncatingIfNeeded: value >> shift)))
    }
  }

  /// The scalar product with a point.
  func product(_ point: HomogeneousVector) -> BigInt {
    var sum = BigInt(0)
    for axis in exact.indices where !exact[axis].isZero { sum += exact[axis] * point.exact[axis] }
    return sum
  }

  /// The sign of the scalar product with a point: from doubles where they leave no doubt.
  func sign(at point: HomogeneousVector) -> Int {
    var (sum, size) = (0.0, 0.0)
    for axis in approximate.indices {
      let term = approximate[axis] * point.approximate[axis]
      sum += term
      size += abs(term)
    }
    let doubt = size * Double(approximate.count + 4) * 0x1p-50 + 1e-280
    if sum > doubt { return 1 }
    if sum < -doubt { return -1 }
    return Int(product(point).signum())
  }

  /// The vector divided by the greatest common divisor of its entries.
  static func primitive(_ entries: [BigInt]) -> HomogeneousVector {
    var divisor = BigInt(0)
    for entry in entries where divisor != 1 { divisor = divisor.greatestCommonDivisor(with: entry) }
    return HomogeneousVector(divisor > 1 ? entries.map { $0 / divisor } : entries)
  }
}
