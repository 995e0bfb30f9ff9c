internal import VitroCore
internal import VitroPiecewise

/// A program under construction: units are shared wherever the insides are equal up to a factor, and left out where bounds show that they are dead
/// or always on.
struct UnitTable {
  typealias Form = AffineForm<Rational>

  private(set) var program: ReLUProgram<Rational>
  private(set) var ranges: [HalfRange]
  private var known: [Form: (source: Int, factor: Rational)] = [:]
  private var termCount = 0

  /// More would take gigabytes.
  static let mostTerms = 1_000_000

  init(inputs: [String], box: InputBox?) {
    program = ReLUProgram(inputs: inputs)
    ranges = HalfRange.sources(of: program, in: box)
  }

  /// The form of `max(inside, 0)`.
  ///
  /// - Parameter meant: Bounds of the inside that its meaning gives.
  mutating func relu(_ inside: Form, within meant: HalfRange = .unknown) throws -> Form {
    if inside.isConstant { return Form(constant: max(inside.constant, 0)) }
    let range = HalfRange(inside, ranges).intersection(meant)
    if let low = range.low, low >= 0 { return inside }
    if let high = range.high, high <= 0 { return Form() }
    let factor = inside.terms[0].weight
    let direction = inside * factor.reciprocal
    // Only a ratio that floats hold exactly: a third of a unit would be rounded.
    if let unit = known[direction], case let ratio = factor / unit.factor, ratio.isDyadic {
      let output = Form(source: unit.source)
      // ReLU(−z) = ReLU(z) − z.
      return ratio > 0 ? output * ratio : (output - direction * unit.factor) * -ratio
    }
    termCount += inside.terms.count
    guard termCount <= Self.mostTerms else {
      throw VitroError(
        .unsupported, "compiling a formula", "its units have more than \(Self.mostTerms) terms",
        hint: "Write it with fewer or shorter operations.")
    }
    let output = program.addReLU(of: inside)
    known[direction] = (output.terms[0].source, factor)
    ranges.append(range.rectified)
    return output
  }

  /// Whether bounds show that a form is nowhere negative.
  func isNonnegative(_ form: Form) -> Bool { HalfRange(form, ranges).low.map { $0 >= 0 } ?? false }

  /// The sum, with like terms added up once.
  static func sum(_ forms: [Form]) -> Form {
    Form(terms: forms.flatMap(\.terms), constant: forms.reduce(0) { $0 + $1.constant })
  }

  mutating func finish(outputs: [Form]) -> ReLUProgram<Rational> {
    program.outputs = outputs
    return program.pruned
  }
}
