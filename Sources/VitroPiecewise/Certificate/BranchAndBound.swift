internal import VitroCore

/// Bounds the largest |output| of a difference over a box by dividing the box along the side that promises most, depth first.
struct BranchAndBound {
  let difference: ReLUProgram<Rational>
  let box: InputBox
  let tolerance: Rational
  let limit: Int
  private let units: [AffineForm<Double>]
  private let outputs: [AffineForm<Double>]
  /// Whether all numbers are within the range of doubles, so that roundings are relative.
  private let isInRange: Bool

  init(_ difference: ReLUProgram<Rational>, box: InputBox, tolerance: Rational, limit: Int) {
    (self.difference, self.box, self.tolerance) = (difference, box, tolerance)
    units = difference.units.map { $0.converted { Double($0) } }
    outputs = difference.outputs.map { $0.converted { Double($0) } }
    let numbers = (difference.units + difference.outputs).flatMap { $0.terms.map(\.weight) + [$0.constant] }
    isInRange = (numbers + box.lower + box.upper).allSatisfy(\.isOrdinary)
    let terms = (difference.units + difference.outputs).reduce(1) { $0 + $1.terms.count }
    // A box costs terms × inputs: about two minutes at most.
    self.limit = min(limit, max(1, 20_000_000_000 / (terms * max(box.dimension, 1))))
  }

  private struct Part {
    var lower: [Double]
    var upper: [Double]
  }

  func run(_ start: WorstCase, observer: (any Observer)?) throws -> Certificate {
    var worst = start
    guard isInRange else { return certificate(worst, seen: 0, bound: nil) }
    var parts = [Part(lower: box.lower.map(\.roundedDown), upper: box.upper.map(\.roundedUp))]
    var (seen, largest) = (0, 0.0)
    let allowed = tolerance.roundedDown
    while let part = parts.popLast() {
      seen += 1
      if seen % 64 == 0 || box.dimension > 64 { try observer?.checkpoint("certifying") }
      let (bound, axis, corner) = enclosure(of: part)
      if bound <= allowed {
        largest = max(largest, bound)
        continue
      }
      worst.include(inBox(zip(part.lower, part.upper).map { $0 + ($1 - $0) / 2 }))
      worst.include(inBox(corner))
      if worst.value > tolerance || seen >= limit { return certificate(worst, seen: seen, bound: nil) }
      let middle = part.lower[axis] + (part.upper[axis] - part.lower[axis]) / 2
      guard part.lower[axis] < middle, middle < part.upper[axis] else {
        return certificate(worst, seen: seen, bound: nil)
      }
      var (low, high) = (part, part)
      low.upper[axis] = middle
      high.lower[axis] = middle
      parts += [high, low]
    }
    return certificate(worst, seen: seen, bound: Rational(exactly: largest))
  }

  private func certificate(_ worst: WorstCase, seen: Int, bound: Rational?) -> Certificate {
    Certificate(
      verdict: worst.value > tolerance ? .refuted : bound == nil ? .undecided : .certified, upperBound: bound,
      largestSeen: worst.value, worstPoint: worst.point, method: .branchAndBound, box: box, tolerance: tolerance,
      cells: seen)
  }

  /// A point moved into the box where rounding outward left it.
  private func inBox(_ point: [Double]) -> [Rational] {
    point.enumerated().map { axis, value in
      min(max(Rational(exactly: value) ?? box.lower[axis], box.lower[axis]), box.upper[axis])
    }
  }

  /// A bound of |output| over a part, the side whose division promises most, and the corner to which the output grows.
  private func enclosure(of part: Part) -> (bound: Double, axis: Int, corner: [Double]) {
    let dimension = box.dimension
    var forms: [RelaxedForm] = (0..<dimension).map { axis in
      let center = part.lower[axis] + (part.upper[axis] - part.lower[axis]) / 2
      let radius = max(part.upper[axis] - center, center - part.lower[axis])
      var gradient = Array(repeating: 0.0, count: dimension)
      gradient[axis] = radius
      return RelaxedForm(gradient: gradient, center: center, error: (abs(center) + radius) * 0x1p-50)
    }
    var doubt = Array(repeating: 0.0, count: dimension)
    for unit in units {
      let inside = form(unit, forms)
      let (low, high) = (inside.center - inside.radius, inside.center + inside.radius)
      if low < 0, high > 0 { for axis in 0..<dimension { doubt[axis] += abs(inside.gradient[axis]) } }
      forms.append(inside.rectified)
    }
    var bound = 0.0
    var corner = part.lower
    for output in outputs {
      let value = form(output, forms)
      let reach = (abs(value.center) + value.radius) * (1 + 0x1p-40)
      guard reach.isFinite else { return (.infinity, doubt.indices.max { doubt[$0] < doubt[$1] } ?? 0, corner) }
      if reach > bound {
        bound = reach
        corner = (0..<dimension).map { axis in
          (value.gradient[axis] > 0) == (value.center > 0) ? part.upper[axis] : part.lower[axis]
        }
      }
      for axis in 0..<dimension { doubt[axis] += abs(value.gradient[axis]) }
    }
    let axis = doubt.indices.max { doubt[$0] < doubt[$1] } ?? 0
    return (bound, axis, corner)
  }

  private func form(_ row: AffineForm<Double>, _ forms: [RelaxedForm]) -> RelaxedForm {
    RelaxedForm.sum(
      row.terms.map { (forms[$0.source], $0.weight) }, constant: row.constant, dimension: box.dimension)
  }
}

extension Rational {
  /// Whether this is zero, or a number that doubles hold to their full relative precision with room to spare.
  fileprivate var isOrdinary: Bool {
    let value = abs(Double(self))
    return sign == 0 || (value > 1e-140 && value < 1e140)
  }

  /// A double that is not above this number.
  var roundedDown: Double { -(-self).roundedUp }
}
