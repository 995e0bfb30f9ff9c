internal import VitroPiecewise

extension ReLUProgram<Rational> {
  /// The program with its numbers made simple, where no single change moves a sum by more than a share of its size over the box.
  ///
  /// A weight w of a source that reaches up to r is rounded within `share · Z / r`, where Z is the largest summand.
  ///
  /// - Parameters:
  ///   - share: The share of the largest summand that may be changed.
  ///   - reaches: How large each source gets.
  func rounded(share: Rational, reaches: [Rational]) -> ReLUProgram {
    var result = self
    result.units = units.map { $0.rounded(share: share, reaches: reaches) }
    result.outputs = outputs.map { $0.rounded(share: share, reaches: reaches) }
    return result
  }

  /// How large each source, input or unit, gets at some points.
  func reaches(at points: [[Double]]) -> [Rational] {
    let double = converted { Double($0) }
    var largest = Array(repeating: 0.0, count: inputs.count + units.count)
    for point in points {
      for (source, value) in double.sources(at: point).enumerated() where abs(value) > largest[source] {
        largest[source] = abs(value)
      }
    }
    return largest.map { Rational(exactly: $0) ?? 0 }
  }
}

extension AffineForm<Rational> {
  /// The form with its numbers made simple within a share of its largest summand.
  func rounded(share: Rational, reaches: [Rational]) -> AffineForm {
    let sizes = terms.map { $0.weight.magnitude * reaches[$0.source] } + [constant.magnitude]
    guard let largest = sizes.max(), largest > 0 else { return self }
    let allowed = share * largest
    return AffineForm(
      terms: terms.map { term in
        let reach = reaches[term.source]
        return Term(
          source: term.source, weight: reach == 0 ? term.weight : term.weight.simple(within: allowed / reach))
      }, constant: constant.simple(within: allowed))
  }
}

extension Rational {
  /// The simplest number within a distance: zero, a fraction of small whole numbers, or else a decimal of few digits; the number itself where none
  /// is simpler.
  func simple(within distance: Rational) -> Rational {
    guard distance > 0 else { return self }
    if magnitude <= distance { return 0 }
    for denominator in 1...16 {
      let candidate = (self * Rational(denominator)).rounded(places: 0) / Rational(denominator)
      if candidate != 0, (candidate - self).magnitude <= distance { return candidate }
    }
    for places in 2...40 {
      let decimal = rounded(places: places)
      if (decimal - self).magnitude <= distance { return decimal.complexity < complexity ? decimal : self }
    }
    return self
  }
}
