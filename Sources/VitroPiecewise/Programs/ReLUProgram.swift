internal import VitroCore

/// A piecewise-linear network in normal form: ReLU units in an order in which they can run, each of an affine form of inputs and earlier units, and
/// outputs that are affine forms of both.
///
/// `u_j = ReLU(A_j(x, u_1 … u_{j−1}))`, `y_o = B_o(x, u)`. Leaky ReLU, absolute values and clipping are sums of ReLUs, skips and concatenations are
/// terms, so every feed-forward network of such layers has this form, and so has every formula of Vitro's language. Counting, proving and reading
/// work on it alone.
public struct ReLUProgram<Scalar: PiecewiseScalar>: Sendable, Hashable, Codable {
  /// The inputs' names, in order.
  public var inputs: [String]
  /// What is inside each unit's ReLU, in running order.
  public var units: [AffineForm<Scalar>]
  /// The outputs.
  public var outputs: [AffineForm<Scalar>]

  /// Creates a program.
  public init(inputs: [String], units: [AffineForm<Scalar>] = [], outputs: [AffineForm<Scalar>] = []) {
    (self.inputs, self.units, self.outputs) = (inputs, units, outputs)
  }

  /// Adds a unit and returns the form of its output; a constant inside needs no unit, and an inside seen before gets the unit it has.
  public mutating func addReLU(of inside: AffineForm<Scalar>) -> AffineForm<Scalar> {
    if inside.isConstant { return AffineForm(constant: max(inside.constant, 0)) }
    units.append(inside)
    return AffineForm(source: inputs.count + units.count - 1)
  }

  /// The values of all sources, inputs and units, at a point.
  public func sources(at point: [Scalar]) -> [Scalar] {
    var values = point
    values.reserveCapacity(inputs.count + units.count)
    for unit in units { values.append(max(unit.value(at: values), 0)) }
    return values
  }

  /// The outputs at a point.
  public func callAsFunction(_ point: [Scalar]) -> [Scalar] {
    let values = sources(at: point)
    return outputs.map { $0.value(at: values) }
  }

  /// How many ReLUs lie one after the other on the longest way to each unit, itself included.
  public var depths: [Int] {
    var depths: [Int] = []
    for unit in units {
      let before = unit.terms.map { $0.source < inputs.count ? 0 : depths[$0.source - inputs.count] }
      depths.append((before.max() ?? 0) + 1)
    }
    return depths
  }

  /// The longest chain of ReLUs.
  public var depth: Int { depths.max() ?? 0 }

  /// The program with its numbers converted.
  public func converted<Other>(_ conversion: (Scalar) -> Other) -> ReLUProgram<Other> {
    ReLUProgram<Other>(
      inputs: inputs, units: units.map { $0.converted(conversion) }, outputs: outputs.map { $0.converted(conversion) })
  }

  /// The program that computes the difference of two programs' outputs, with the units of both.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when inputs or outputs differ in number.
  public func minus(_ other: ReLUProgram) throws -> ReLUProgram {
    guard inputs.count == other.inputs.count, outputs.count == other.outputs.count else {
      throw VitroError(
        .shape, "comparing two functions",
        "one has \(inputs.count) inputs and \(outputs.count) outputs, the other \(other.inputs.count) and \(other.outputs.count)"
      )
    }
    var result = self
    var forms = inputs.indices.map { AffineForm<Scalar>(source: $0) }
    var known = Dictionary(
      units.enumerated().map { ($1, AffineForm<Scalar>(source: inputs.count + $0)) },
      uniquingKeysWith: { first, _ in first })
    for unit in other.units {
      let inside = unit.substituting { forms[$0] }
      let form = known[inside] ?? result.addReLU(of: inside)
      known[inside] = form
      forms.append(form)
    }
    result.outputs = zip(outputs, other.outputs).map { own, others in own - others.substituting { forms[$0] } }
    return result
  }

  /// Which units an output needs, directly or through others.
  public var readUnits: [Bool] {
    var isNeeded = Array(repeating: false, count: inputs.count + units.count)
    for output in outputs { for term in output.terms { isNeeded[term.source] = true } }
    for (index, unit) in units.enumerated().reversed() where isNeeded[inputs.count + index] {
      for term in unit.terms { isNeeded[term.source] = true }
    }
    return Array(isNeeded.dropFirst(inputs.count))
  }

  /// The program without units that no output needs.
  public var pruned: ReLUProgram {
    let isRead = readUnits
    var numbers = Array(inputs.indices)
    var result = ReLUProgram(inputs: inputs)
    for (index, unit) in units.enumerated() {
      numbers.append(inputs.count + result.units.count)
      if isRead[index] { result.units.append(unit.renumbered { numbers[$0] }) }
    }
    result.outputs = outputs.map { $0.renumbered { numbers[$0] } }
    return result
  }
}
