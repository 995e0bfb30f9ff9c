internal import VitroCore
internal import VitroPiecewise

/// A function by its linear regions: the corners of each, and the affine form that holds there.
struct ExactPieces {
  struct Region {
    var corners: [[Double]]
    /// One exact form for each output.
    var forms: [AffineForm<Rational>]
    /// A measure of size: the product of the extents.
    var extent: Double
  }

  let regions: [Region]
  /// All corners: where a piecewise-linear difference may be largest.
  let points: [[Rational]]
  private let program: ReLUProgram<Rational>

  /// Lists the regions of a program, `nil` when there are more than the limit or too many inputs.
  init?(
    _ program: ReLUProgram<Rational>, over box: InputBox, limit: Int, observer: (any Observer)? = nil
  ) throws {
    guard box.dimension <= ExactRegions.largestDimension, box.dimension == program.inputs.count else { return nil }
    var (regions, points): ([Region], Set<[Rational]>) = ([], [])
    var kept = 0
    let isComplete = try ExactRegions(program, box: box).forEach(limit: limit, observer: observer) { region in
      let corners = region.vertices
      kept += corners.count * (box.dimension + 1)
      guard kept <= Self.mostNumbers else { return false }
      points.formUnion(corners)
      let doubles = corners.map { $0.map { Double($0) } }
      let extent = box.names.indices.reduce(1.0) { product, axis in
        let values = doubles.map { $0[axis] }
        return product * ((values.max() ?? 0) - (values.min() ?? 0))
      }
      regions.append(Region(corners: doubles, forms: region.outputs, extent: extent))
      return true
    }
    guard isComplete else { return nil }
    self.regions = regions
    self.program = program
    self.points = points.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// More coordinates are not kept: some hundred megabytes.
  private static let mostNumbers = 1_000_000

  /// A function of one input as the line through its corners, rounded; `nil` for more inputs or too many corners.
  func interpolation(share: Rational, over box: InputBox) -> FormulaExpression? {
    guard box.dimension == 1, points.count <= 64 else { return nil }
    let values = points.map { program($0)[0] }
    let reach = Swift.max(box.lower[0].magnitude, box.upper[0].magnitude)
    let size = values.map(\.magnitude).max() ?? 0
    var knots: [FormulaExpression.Knot] = []
    for (point, value) in zip(points, values) {
      let knot = FormulaExpression.Knot(point[0].simple(within: share * reach), value.simple(within: share * size))
      if let last = knots.last, last.x >= knot.x { return nil }
      if knots.count >= 2 {
        let (a, b) = (knots[knots.count - 2], knots[knots.count - 1])
        if (b.y - a.y) * (knot.x - b.x) == (knot.y - b.y) * (b.x - a.x) { knots.removeLast() }
      }
      knots.append(knot)
    }
    return knots.count > 2 ? .interpolate(.variable(box.names[0]), knots) : nil
  }

  /// The first output as a maximum of minima of few affine forms, rounded: `max_r min { ℓ_j : ℓ_j ≥ ℓ_r on region r }`.
  ///
  /// Slivers whose form is near a larger region's count as it; what that costs is for the certificate to say.
  ///
  /// - Source: Ovchinnikov, Max-min representation of piecewise linear functions, 2002.
  func lattice(share: Rational, over box: InputBox, most: Int) -> FormulaExpression? {
    let reaches = zip(box.lower, box.upper).map { Swift.max($0.magnitude, $1.magnitude) }
    let reach = reaches.map { Double($0) }
    var forms: [AffineForm<Rational>] = []
    var members: [(region: Region, form: Int)] = []
    let size = regions.flatMap { region in region.corners.map { abs(region.forms[0].double(at: $0)) } }.max() ?? 0
    let near = Double(share) * size
    for region in regions.sorted(by: { $0.extent > $1.extent }) {
      let form = region.forms[0]
      let known = forms.firstIndex { other in
        let difference = form - other
        let spread = difference.terms.reduce(abs(Double(difference.constant))) {
          $0 + abs(Double($1.weight)) * reach[$1.source]
        }
        return spread <= 4 * near
      }
      // A sliver is judged where it lies: any known form that agrees on its corners will do.
      let agreeing =
        known
        ?? forms.firstIndex { other in
          region.corners.allSatisfy { abs(other.double(at: $0) - form.double(at: $0)) <= near }
        }
      if let agreeing {
        members.append((region, agreeing))
      } else {
        guard forms.count < most else { return nil }
        members.append((region, forms.count))
        forms.append(form)
      }
    }
    let simple = forms.map { $0.rounded(share: share, reaches: reaches) }
    guard Set(simple).count == simple.count else { return nil }
    var sets: Set<Set<Int>> = []
    for (region, own) in members {
      sets.insert(
        Set(
          simple.indices.filter { other in
            other == own
              || region.corners.allSatisfy { simple[other].double(at: $0) >= simple[own].double(at: $0) - 2 * near }
          }))
    }
    let least = sets.filter { set in !sets.contains { $0.isStrictSubset(of: set) } }
    var naming = FormNaming(ReLUProgram(inputs: box.names))
    let minima = least.map { $0.sorted() }.sorted { $0.lexicographicallyPrecedes($1) }.map { set in
      FormulaExpression.min(set.map { naming.expression(of: simple[$0]) }).folded
    }
    return FormulaExpression.max(minima).folded.polished
  }
}

extension AffineForm<Rational> {
  func double(at point: [Double]) -> Double {
    terms.reduce(Double(constant)) { $0 + Double($1.weight) * point[$1.source] }
  }
}
