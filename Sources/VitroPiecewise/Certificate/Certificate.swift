internal import BigInt
public import VitroCore

/// What was proved of the distance between two functions over a box, and how.
///
/// The functions are taken in real arithmetic with their weights as the exact numbers they are: nothing is said of the rounding of a float32 evaluation.
public struct Certificate: Sendable, Hashable, Codable {
  /// What a proof can end with.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The functions differ by no more than the tolerance anywhere in the box.
    case certified
    /// They differ by more at the counterexample.
    case refuted
    /// Neither was shown within the budget.
    case undecided
  }

  /// How a bound was found.
  public enum Method: String, Sendable, Hashable, Codable {
    /// The difference is affine on each of its linear regions, so it is largest at a vertex; all regions were listed in rational arithmetic.
    case exactEnumeration = "exact enumeration of linear regions"
    /// The box was divided until linear relaxations with outward rounding bound the difference.
    case branchAndBound = "branch and bound over linear relaxations"
  }

  /// What was shown.
  public var verdict: Verdict
  /// No |difference| in the box is larger than this; `nil` where no bound was found.
  public var upperBound: Rational?
  /// The largest |difference| found at a point: the largest of all where regions were listed.
  public var largestSeen: Rational
  /// The point with the largest difference found.
  public var worstPoint: [Rational]
  /// How.
  public var method: Method
  /// The box of the claim.
  public var box: InputBox
  /// The tolerance of the claim.
  public var tolerance: Rational
  /// How many linear regions or boxes were looked at.
  public var cells: Int

  /// Whether the claim is proved.
  public var isCertified: Bool { verdict == .certified }
  /// A point where the claim is false, if one is known.
  public var counterexample: [Rational]? { verdict == .refuted ? worstPoint : nil }
  /// The bound for reports, rounded up: what is proved where the claim is proved, else the largest difference seen.
  public var bound: Double { (verdict == .refuted ? largestSeen : upperBound ?? largestSeen).roundedUp }
}

/// How much work a proof may take.
public struct ProofBudget: Sendable, Hashable {
  /// Cells of the exact enumeration.
  public var regions: Int
  /// Boxes of branch and bound.
  public var boxes: Int

  /// Creates a budget.
  public init(regions: Int = 200_000, boxes: Int = 400_000) { (self.regions, self.boxes) = (regions, boxes) }
}

extension ReLUProgram<Rational> {
  /// Proves or refutes `|self − other| ≤ tolerance` over a box.
  ///
  /// First all linear regions of the difference are listed exactly; where they are too many, branch and bound over linear relaxations takes over.
  ///
  /// - Parameters:
  ///   - other: The function to compare with: as many inputs and outputs.
  ///   - box: Where.
  ///   - tolerance: The largest difference allowed, in any output.
  ///   - budget: How much work may be spent.
  ///   - observer: Who watches, and may stop it.
  /// - Returns: The certificate; its verdict is `undecided` when the budget ran out.
  /// - Throws: ``/VitroCore/VitroError``: `shape` when the functions or the box do not fit, `interrupted` when the observer asks to stop.
  public func certify(
    equals other: ReLUProgram, over box: InputBox, tolerance: Rational, budget: ProofBudget = ProofBudget(),
    observer: (any Observer)? = nil
  ) throws -> Certificate {
    let difference = try minus(other).pruned
    guard box.dimension == inputs.count else {
      throw VitroError(
        .shape, "certifying", "the box has \(box.dimension) intervals for \(inputs.count) inputs")
    }
    var worst = WorstCase(at: box.center, of: difference)
    if box.dimension <= ExactRegions.largestDimension {
      var cells = 0
      let isComplete = try ExactRegions(difference, box: box).forEach(limit: budget.regions, observer: observer) {
        region in
        cells += 1
        worst.include(region)
        return true
      }
      if isComplete || worst.value > tolerance {
        return Certificate(
          verdict: worst.value > tolerance ? .refuted : .certified, upperBound: isComplete ? worst.value : nil,
          largestSeen: worst.value, worstPoint: worst.point, method: .exactEnumeration, box: box,
          tolerance: tolerance, cells: cells)
      }
    }
    return try BranchAndBound(difference, box: box, tolerance: tolerance, limit: budget.boxes)
      .run(worst, observer: observer)
  }
}

/// The largest |output| of a difference found so far, exactly, and where.
struct WorstCase {
  let difference: ReLUProgram<Rational>
  var value: Rational
  var point: [Rational]
  /// The value as a double, a little lower: a filter for points that cannot be worse.
  private var nearly: Double

  init(at point: [Rational], of difference: ReLUProgram<Rational>) {
    self.difference = difference
    self.point = point
    value = difference(point).map(\.magnitude).max() ?? 0
    nearly = Double(value) * (1 - 1e-9)
  }

  mutating func include(_ point: [Rational]) {
    let here = difference(point).map(\.magnitude).max() ?? 0
    if here > value { set(here, point) }
  }

  mutating func include(_ region: ExactRegions.Region) {
    for row in region.program.outputs {
      let vector = region.program.vector(of: row, sources: region.sources)
      for vertex in region.polytope.vertices {
        let weight = vertex.point.exact[region.polytope.dimension]
        let product = vector.product(vertex.point)
        guard !product.isZero else { continue }
        let factors = [Double(Rational(product, over: 1)), Double(Rational(weight, over: 1)), Double(row.scale)]
        // Doubles may pass over a vertex only where none of them is near the ends of their range.
        let isOrdinary = factors.allSatisfy { (1e-90..<1e90).contains(abs($0)) }
        if isOrdinary, abs(factors[0] / factors[1] * factors[2]) < nearly { continue }
        let exact = (Rational(product, over: weight) * row.scale).magnitude
        if exact > value { set(exact, vertex.point.exact.dropLast().map { Rational($0, over: weight) }) }
      }
    }
  }

  private mutating func set(_ value: Rational, _ point: [Rational]) {
    (self.value, self.point) = (value, point)
    nearly = Double(value) * (1 - 1e-9)
  }
}
