internal import BigInt
public import VitroCore

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
  ///   - limit: How much work to do: cells to look at, those on the way to regions included; a cell of many corners counts as several.
  ///   - observer: Who may stop it.
  ///   - body: What to do with a region.
  /// - Returns: Whether all regions were visited: `false` when the limit was reached or the function returned `false`.
  /// - Throws: What the function throws, and ``/VitroCore/VitroError`` (`interrupted`) when the observer asks to stop.
  @discardableResult
  public func forEach(
    limit: Int = .max, observer: (any Observer)? = nil, _ body: (Region) throws -> Bool
  ) throws -> Bool {
    var walk = Walk(self)
    var (budget, seen) = (limit, 0)
    // What is left to do: a polytope, and the unit that cut it off, with its form if it is on there.
    var open: [(polytope: ExactPolytope, unit: Int, form: HomogeneousVector?)] = [(ExactPolytope(box), -1, nil)]
    while let (polytope, unit, form) = open.popLast() {
      let corners = polytope.vertices.count
      budget -= 1 + corners * corners / 4096
      guard budget >= 0 else { return false }
      seen += 1
      if seen % 64 == 0 || corners > 256 { try observer?.checkpoint("listing linear regions") }
      if unit >= 0 { walk.set(unit, form) }
      if let (next, form, parts) = walk.advance(polytope, after: unit) {
        open.append((parts.above, next, form))
        open.append((parts.below, next, nil))
      } else {
        let region = Region(
          polytope: polytope, program: program, sources: walk.sources, pattern: walk.pattern)
        guard try body(region) else { return false }
      }
    }
    return true
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

  /// The forms of the units on the way to the cell at hand.
  ///
  /// Cells are taken depth first, so what stands for the units before a cell's own is always its.
  private struct Walk {
    let program: IntegerProgram
    var sources: [HomogeneousVector?]
    var pattern: [Bool]

    init(_ regions: ExactRegions) {
      program = regions.program
      let inputs = program.inputCount
      sources = (0..<inputs).map { axis in
        HomogeneousVector((0...inputs).map { $0 == axis ? 1 : 0 })
      }
      sources += Array(repeating: nil, count: program.units.count)
      pattern = Array(repeating: false, count: program.units.count)
    }

    /// Fixes the units after one that are on, or off, in all of a polytope; stops at the first that cuts it.
    mutating func advance(
      _ polytope: ExactPolytope, after unit: Int
    ) -> (unit: Int, form: HomogeneousVector, parts: (below: ExactPolytope, above: ExactPolytope))? {
      for unit in unit + 1..<max(unit + 1, program.units.count) {
        let form = program.vector(of: program.units[unit], sources: sources)
        let signs = polytope.vertices.map { form.sign(at: $0.point) }
        let (isAbove, isBelow) = (signs.contains(1), signs.contains(-1))
        if isAbove, isBelow {
          return (unit, form, polytope.cut(by: form, signs: signs, number: Int32(2 * polytope.dimension + unit)))
        }
        set(unit, isAbove ? form : nil)
      }
      return nil
    }

    mutating func set(_ unit: Int, _ form: HomogeneousVector?) {
      sources[program.inputCount + unit] = form
      pattern[unit] = form != nil
    }
  }
}
