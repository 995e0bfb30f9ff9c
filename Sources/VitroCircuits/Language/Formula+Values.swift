internal import VitroCore
public import VitroPiecewise

extension Formula {
  /// Reads a formula.
  ///
  /// `formula := { "let" name "=" expression (";" | newline) } expression { "," expression }`; docs/circuits.md has the grammar and the meaning of every word.
  ///
  /// - Parameters:
  ///   - text: The formula.
  ///   - inputs: The inputs' names in order; by default those that the text names, in order of appearance.
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) that says what was expected; `numbers["position"]` is the place in Unicode scalars from 0, `details["excerpt"]`
  ///   the line with a caret.
  public init(_ text: String, inputs: [String]? = nil) throws {
    self = try FormulaParser.formula(text, inputs: inputs)
  }

  /// The interval that stands for an input whose interval is not given: −100 to 100.
  public static let standardRange = ExactRange(-100, 100)

  /// Bounds of all names over a box, by interval arithmetic; without a box over −100 … 100.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the box does not fit the inputs.
  public func ranges(in box: InputBox? = nil) throws -> [String: ExactRange] {
    var ranges: [String: ExactRange] = [:]
    let box = try box?.named(inputs)
    for (index, input) in inputs.enumerated() {
      ranges[input] = box.map { ExactRange($0.lower[index], $0.upper[index]) } ?? Self.standardRange
    }
    for binding in bindings {
      let range = binding.expression.range(ranges)
      guard range.magnitude.bitWidth <= FormulaParser.mostBits else {
        throw VitroError(
          .numerical, "bounding a formula", "'\(binding.name)' becomes too large to compute with exactly")
      }
      ranges[binding.name] = range
    }
    return ranges
  }

  /// The outputs at a point, exactly, straight from the meaning of the words.
  ///
  /// - Parameters:
  ///   - point: A value for each input.
  ///   - box: The box that conditionals are compiled for, −100 … 100 by default; it matters only where a condition is neither 0 nor 1.
  /// - Throws: ``/VitroCore/VitroError``: `shape` for a point of another dimension, `argument` for a name that is not bound, `numerical` where numbers
  ///   become too long.
  public func values(at point: [Rational], box: InputBox? = nil) throws -> [Rational] {
    try values(at: point, box: box, number: { $0 }) { $0.bitWidth <= FormulaParser.mostBits * 4 }
  }

  /// The outputs at a point in double precision, straight from the meaning of the words.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `shape` for a point of another dimension, `argument` for a name that is not bound.
  public func values(at point: [Double], box: InputBox? = nil) throws -> [Double] {
    try values(at: point, box: box, number: { Double($0) }) { _ in true }
  }

  private func values<Scalar: PiecewiseScalar>(
    at point: [Scalar], box: InputBox?, number: (Rational) -> Scalar, isShort: (Scalar) -> Bool
  ) throws -> [Scalar] {
    guard point.count == inputs.count else {
      throw VitroError(
        .shape, "evaluating a formula", "\(point.count) values are given for \(inputs.count) inputs",
        hint: "The inputs are \(inputs.prefix(24).joined(separator: ", ")).")
    }
    try checkNames()
    let ranges = try hasConditional ? ranges(in: box) : [:]
    var known = Dictionary(zip(inputs, point), uniquingKeysWith: { first, _ in first })
    func value(_ expression: FormulaExpression) throws -> Scalar {
      if case .variable(let name) = expression { return known[name] ?? 0 }
      let parts = try expression.children.map(value)
      var bound: Scalar = 0
      if case .conditional(_, let yes, let no) = expression { bound = number(FormulaExpression.bound(yes, no, ranges)) }
      let result = expression.value(of: parts, bound: bound, number)
      guard isShort(result) else {
        throw VitroError(.numerical, "evaluating a formula", "a number becomes too long to compute with exactly")
      }
      return result
    }
    for binding in bindings { known[binding.name] = try value(binding.expression) }
    return try outputs.map(value)
  }

  var hasConditional: Bool {
    func has(_ expression: FormulaExpression) -> Bool {
      if case .conditional = expression { return true }
      return expression.children.contains(where: has)
    }
    return bindings.contains { has($0.expression) } || outputs.contains(where: has)
  }

  /// Every name is an input or bound before it is used, and every operation has the parts it needs.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for the first that is not.
  public func checkNames() throws {
    var known = Set(inputs)
    func check(_ expression: FormulaExpression) throws {
      if case .variable(let name) = expression, !known.contains(name) {
        throw VitroError.unknownName(
          name, kind: "input or bound name", known: inputs + bindings.map(\.name), operation: "a formula")
      }
      guard expression.isWellFormed else {
        throw VitroError(.argument, "a formula", "'\("\(expression)".prefix(80))' has no value")
      }
      try expression.children.forEach(check)
    }
    for binding in bindings {
      try check(binding.expression)
      known.insert(binding.name)
    }
    try outputs.forEach(check)
  }
}

extension Formula: Codable {
  private enum Key: CodingKey { case inputs, formula }

  /// Reads the text of a formula.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    try self.init(
      container.decode(String.self, forKey: .formula), inputs: container.decode([String].self, forKey: .inputs))
  }

  /// Writes the formula as text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(inputs, forKey: .inputs)
    try container.encode(description, forKey: .formula)
  }
}
