/// A function over a box, enclosed between two parallel planes: `gradient · t + center ± error` with every coordinate t in [−1, 1].
///
/// All roundings are counted into `error`, so the enclosure is a proof (affine arithmetic, de Figueiredo & Stolfi, 2004; the relaxation of a ReLU is
/// that of zonotopes, Singh et al., 2018).
struct RelaxedForm {
  var gradient: [Double]
  var center: Double
  var error: Double

  /// The largest distance from `center`.
  var radius: Double { (gradient.reduce(0) { $0 + abs($1) } + error) * (1 + 0x1p-40) }

  /// `Σ weight · form + constant`, with what rounding may have cost.
  static func sum(
    _ terms: [(form: RelaxedForm, weight: Double)], constant: Double, dimension: Int
  ) -> RelaxedForm {
    var result = RelaxedForm(gradient: Array(repeating: 0, count: dimension), center: constant, error: 0)
    var size = abs(constant)
    for (form, weight) in terms {
      for axis in result.gradient.indices { result.gradient[axis] += weight * form.gradient[axis] }
      result.center += weight * form.center
      result.error += abs(weight) * form.error
      size += abs(weight) * (form.gradient.reduce(0) { $0 + abs($1) } + abs(form.center) + form.error)
    }
    result.error += size * Double(terms.count + dimension + 8) * 0x1p-50 + 1e-290
    return result
  }

  /// An enclosure of ReLU of this function: itself or zero where the sign is known, else the band between λt and λt + μ.
  var rectified: RelaxedForm {
    let (low, high) = (center - radius, center + radius)
    if low >= 0 { return self }
    if high <= 0 { return RelaxedForm(gradient: gradient.map { _ in 0 }, center: 0, error: 0) }
    let slope = high / (high - low)
    let half = -slope * low / 2
    var result = RelaxedForm.sum([(self, slope)], constant: half, dimension: gradient.count)
    result.error += half * (1 + 0x1p-40)
    return result
  }
}
