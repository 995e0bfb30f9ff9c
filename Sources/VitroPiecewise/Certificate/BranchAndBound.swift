internal import VitroCore

/// Bounds the largest |output| of a difference over a box by dividing the box, the worst part first along its most telling side.
struct BranchAndBound {
  let difference: ReLUProgram<Rational>
  let box: InputBox
  let tolerance: Rational
  let limit: Int
  private let units: [AffineForm<Double>]
  private let outputs: [AffineForm<Double>]

  init(_ difference: ReLUProgram<Rational>, box: InputBox, tolerance: Rational, limit: Int) {
    (self.difference, self.box, self.tolerance, self.limit) = (difference, box, tolerance, limit)
    units = difference.units.map { $0.converted { Double($0) } }
    outputs = difference.outputs.map { $0.converted { Double($0) } }
  }

  private struct Part {
    var lower: [Double]
    var upper: [Double]
  }

  func run(_ start: WorstCase, observer: (any Observer)?) throws -> Certificate {
    var worst = start
    var parts = [Part(lower: box.lower.map(\.roundedDown), upper: box.upper.map(\.roundedUp))]
    var (seen, largest) = (0, 0.0)
    let allowed = tolerance.roundedDown
    while let part = parts.popLast() {
      seen += 1
      if seen % 256 == 0 { try observer?.checkpoint("certifying") }
      let (bound, axis) = enclosure(of: part)
      if bound <= allowed {
        largest = max(largest, bound)
        continue
      }
      worst.include(middle(of: part))
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

  /// The middle of a part, moved into the box where rounding outward left it.
  private func middle(of part: Part) -> [Rational] {
    zip(part.lower, part.upper).enumerated().map { axis, bounds in
      let point = Rational(weight: bounds.0 + (bounds.1 - bounds.0) / 2)
      return min(max(point, box.lower[axis]), box.upper[axis])
    }
  }

  /// A bound of |output| over a part, and the side whose division promises most.
  private func enclosure(of part: Part) -> (bound: Double, axis: Int) {
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
    for output in outputs {
      let value = form(output, forms)
      bound = max(bound, (abs(value.center) + value.radius) * (1 + 0x1p-40))
      for axis in 0..<dimension { doubt[axis] += abs(value.gradient[axis]) }
    }
    let axis = doubt.indices.max { doubt[$0] < doubt[$1] } ?? 0
    return (bound.isNaN ? .infinity : bound, axis)
  }

  private func form(_ row: AffineForm<Double>, _ forms: [RelaxedForm]) -> RelaxedForm {
    RelaxedForm.sum(
      row.terms.map { (forms[$0.source], $0.weight) }, constant: row.constant, dimension: box.dimension)
  }
}

extension Rational {
  /// A double that is not above this number.
  var roundedDown: Double { -(-self).roundedUp }
}
