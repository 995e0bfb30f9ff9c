internal import BigInt
internal import VitroCore

/// All linear regions of a program over a box, one after the other, in exact arithmetic.
///
/// The box is cut by the units in their order: on a cell where the signs of all earlier units are fixed a unit is one affine form, so its zero set is a
/// hyperplane. Every vertex is an exact point; no tolerance enters.
///
/// - Complexity: Proportional to the number of regions times units times vertices of a region; nothing is kept but the path to the region at hand.
public struct ExactRegions: Sendable {
  let program: IntegerProgram
  let box: InputBox

  /// Prepares the regions of a program over a box.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when the box has not one interval for each input, `unsupported` for more inputs than
  ///   ``largestDimension``.
  public init(_ program: ReLUProgram<Rational>, box: InputBox) throws {
    guard box.dimension == program.inputs.count else {
      throw VitroError(
        .shape, "linear regions", "the box has \(box.dimension) intervals for \(program.inputs.count) inputs")
    }
    guard box.dimension <= Self.largestDimension else {
      throw VitroError(
        .unsupported, "linear regions",
        "a box of \(box.dimension) dimensions has 2^\(box.dimension) corners, too many to hold",
        hint: "Take a slice, a line or a plane through the input space.")
    }
    self.program = IntegerProgram(program)
    self.box = box
  }

  /// The most inputs of which all regions can be listed: the corners of the box alone are 2 to this power.
  public static let largestDimension = 12

  /// Calls a function with every region until it returns `false`.
  ///
  /// - Parameters:
  ///   - limit: The most cells to look at, those on the way to regions included.
  ///   - body: What to do with a region.
  /// - Returns: Whether all regions were visited: `false` when the limit was reached or the function returned `false`.
  @discardableResult
  public func forEach(limit: Int = .max, _ body: (Region) throws -> Bool) rethrows -> Bool {
    var walk = Walk(regions: self, budget: limit)
    return try walk.visit(ExactPolytope(box), unit: 0, body)
  }

  /// A region: a polytope on which every unit is on or off, and the outputs are affine.
  public struct Region: Sendable {
    let polytope: ExactPolytope
    let program: IntegerProgram
    let sources: [HomogeneousVector?]
    /// Whether each unit is on.
    public let pattern: [Bool]

    /// The corners.
    public var vertices: [[Rational]] {
      polytope.vertices.map { vertex in
        let weight = vertex.point.exact[polytope.dimension]
        return vertex.point.exact.dropLast().map { Rational($0, over: weight) }
      }
    }

    /// The outputs as affine forms of the inputs.
    public var outputs: [AffineForm<Rational>] {
      program.outputs.map { row in
        let vector = program.vector(of: row, sources: sources)
        let terms = vector.exact.dropLast().enumerated().map { axis, weight in
          AffineForm<Rational>.Term(source: axis, weight: Rational(weight, over: 1) * row.scale)
        }
        return AffineForm(
          terms: terms.filter { $0.weight != 0 },
          constant: Rational(vector.exact[vector.exact.count - 1], over: 1) * row.scale)
      }
    }
  }

  private struct Walk {
    let regions: ExactRegions
    var budget: Int
    var sources: [HomogeneousVector?]
    var pattern: [Bool]

    init(regions: ExactRegions, budget: Int) {
      self.regions = regions
      self.budget = budget
      let inputs = regions.program.inputCount
      sources = (0..<inputs).map { axis in
        HomogeneousVector((0...inputs).map { $0 == axis ? 1 : 0 })
      }
      sources += Array(repeating: nil, count: regions.program.units.count)
      pattern = Array(repeating: false, count: regions.program.units.count)
    }

    mutating func visit(
      _ polytope: ExactPolytope, unit start: Int, _ body: (Region) throws -> Bool
    ) rethrows -> Bool {
      budget -= 1
      guard budget >= 0 else { return false }
      let program = regions.program
      for unit in start..<program.units.count {
        let form = program.vector(of: program.units[unit], sources: sources)
        let signs = polytope.vertices.map { form.sign(at: $0.point) }
        let (isAbove, isBelow) = (signs.contains(1), signs.contains(-1))
        if isAbove, isBelow {
          let number = Int32(2 * polytope.dimension + unit)
          let parts = polytope.cut(by: form, signs: signs, number: number)
          set(unit, nil)
          guard try visit(parts.below, unit: unit + 1, body) else { return false }
          set(unit, form)
          return try visit(parts.above, unit: unit + 1, body)
        }
        set(unit, isAbove ? form : nil)
      }
      return try body(Region(polytope: polytope, program: program, sources: sources, pattern: pattern))
    }

    private mutating func set(_ unit: Int, _ form: HomogeneousVector?) {
      sources[regions.program.inputCount + unit] = form
      pattern[unit] = form != nil
    }
  }
}
