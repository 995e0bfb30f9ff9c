internal import VitroPiecewise

/// Bounds of a value of which either may be missing.
struct HalfRange: Hashable {
  var low: Rational?
  var high: Rational?

  static let unknown = HalfRange()
  static let bit = HalfRange(low: 0, high: 1)

  /// Both bounds hold.
  func intersection(_ other: HalfRange) -> HalfRange {
    HalfRange(
      low: [low, other.low].compactMap(\.self).max(), high: [high, other.high].compactMap(\.self).min())
  }

  /// The bounds of an affine form from those of its sources.
  init(_ form: AffineForm<Rational>, _ sources: [HalfRange]) {
    (low, high) = (form.constant, form.constant)
    for term in form.terms {
      let source = sources[term.source]
      let (below, above) = term.weight < 0 ? (source.high, source.low) : (source.low, source.high)
      low = low.flatMap { low in below.map { low + term.weight * $0 } }
      high = high.flatMap { high in above.map { high + term.weight * $0 } }
    }
  }

  init(low: Rational? = nil, high: Rational? = nil) { (self.low, self.high) = (low, high) }

  static func + (left: HalfRange, right: HalfRange) -> HalfRange {
    HalfRange(
      low: left.low.flatMap { low in right.low.map { low + $0 } },
      high: left.high.flatMap { high in right.high.map { high + $0 } })
  }

  /// The bounds of a multiple.
  func scaled(by factor: Rational) -> HalfRange {
    let (low, high) = (low.map { factor * $0 }, high.map { factor * $0 })
    return factor < 0 ? HalfRange(low: high, high: low) : HalfRange(low: low, high: high)
  }

  /// The bounds of what a ReLU gives.
  var rectified: HalfRange { HalfRange(low: max(low ?? 0, 0), high: high.map { max($0, 0) }) }

  /// The bounds of a program's inputs and units.
  static func sources(of program: ReLUProgram<Rational>, in box: InputBox?) -> [HalfRange] {
    var ranges = program.inputs.indices.map { index in
      box.map { HalfRange(low: $0.lower[index], high: $0.upper[index]) } ?? .unknown
    }
    for unit in program.units { ranges.append(HalfRange(unit, ranges).rectified) }
    return ranges
  }
}
