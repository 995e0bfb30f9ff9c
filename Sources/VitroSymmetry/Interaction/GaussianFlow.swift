internal import Foundation
internal import VitroCore
internal import VitroGroups

/// How much energy an activation sends from a Gaussian in one part to another.
///
/// With v ~ N(0, s²·P_L), s² = |X|/dim L, every coordinate has a mean square of 1 on average, and E‖P_K f(v)‖²/|X| = Σ_orbits (|X_i|/|X|)·Σ_Δ |Δ|·P_K(Δ)·κ(Δ), κ the covariance of
/// f(u), f(w) for Gaussians u, w of the covariance of two coordinates. For a·x + b·|x| it is closed (the arc-cosine kernel of Cho and Saul):
/// κ = σ²·(a²ρ + b²·(2/π)(√(1 − ρ²) + ρ·arcsin ρ)); for others κ = Σ_k c_k²·ρᵏ, c_k the Hermite coefficients of f(σx).
final class GaussianFlow {
  let activation: PointwiseActivation
  /// Series by deviation; coordinates of one orbit have one deviation, up to rounding.
  private var series: [Double: HermiteSeries] = [:]

  init(_ activation: PointwiseActivation) { self.activation = activation }

  private func series(_ deviation: Double) -> HermiteSeries {
    let rounded = (deviation * 1e10).rounded() / 1e10
    if let known = series[rounded] { return known }
    let new = HermiteSeries(deviation: rounded) { activation($0) }
    series[rounded] = new
    return new
  }

  /// The weights to all parts, 0 where there is no edge, and what the series leaves out.
  func weights(
    _ layer: LayerRepresentation, _ places: [Int], _ targets: [Bool]
  ) -> (values: [Double], truncation: Double) {
    let dimension = places.reduce(0) { $0 + layer.dimension($1) }
    let scale = Double(layer.set.count) / Double(dimension)
    var values = [Double](repeating: 0, count: layer.simples.count)
    var truncation = 0.0
    for orbit in layer.sums.indices {
      let projector = layer.projector(places, orbit: orbit)
      let variance = Swift.max(scale * projector[0], 0)
      let kernel = kernel(variance: variance, correlations: projector.map { projector[0] > 0 ? $0 / projector[0] : 0 })
      truncation = Swift.max(truncation, kernel.truncation)
      let share = Double(layer.sums[orbit].points.count) / Double(layer.set.count)
      let sizes = layer.sums[orbit].sizes
      for target in layer.simples.indices where targets[target] {
        let other = layer.projectors[target][orbit]
        var sum = 0.0
        for suborbit in sizes.indices { sum += Double(sizes[suborbit]) * other[suborbit] * kernel.values[suborbit] }
        values[target] += share * sum
      }
    }
    return (values, truncation)
  }

  /// The covariances of f(u) and f(w) for given correlations.
  func kernel(variance: Double, correlations: [Double]) -> (values: [Double], truncation: Double) {
    if let (a, b) = activation.slopes {
      return (
        correlations.map { correlation in
          let rho = Swift.min(1, Swift.max(-1, correlation))
          let absolute = 2 / Double.pi * ((1 - rho * rho).squareRoot() + rho * asin(rho))
          return variance * (a * a * rho + b * b * absolute)
        }, 0
      )
    }
    let series = series(variance.squareRoot())
    return (correlations.map { series.covariance(with: series, $0) }, series.rest)
  }

  /// The covariance of f(u) and f(w) for Gaussians of two deviations and a correlation.
  func kernel(deviations: (Double, Double), correlation: Double) -> (value: Double, truncation: Double) {
    if activation.slopes != nil {
      let scale = deviations.0 * deviations.1
      return (kernel(variance: scale, correlations: [correlation]).values[0], 0)
    }
    let (first, second) = (series(deviations.0), series(deviations.1))
    return (first.covariance(with: second, correlation), (first.rest * second.rest).squareRoot())
  }
}

/// A function of a Gaussian in normalized Hermite polynomials: c_k = E[f(σz)·h_k(z)].
struct HermiteSeries {
  private let coefficients: [Double]
  /// E f² − Σ c_k²: the most that further terms can add.
  let rest: Double

  private static let count = 200
  private static let roots = (0...count).map { Double($0).squareRoot() }

  init(deviation: Double, _ function: (Double) -> Double) {
    let nodes = 8001
    let reach = 14.0
    var values = [Double](repeating: 0, count: Self.count)
    var energy = 0.0
    let roots = Self.roots
    for node in 0..<nodes {
      let z = reach * (2 * Double(node) / Double(nodes - 1) - 1)
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot() * 2 * reach / Double(nodes - 1)
      let value = function(deviation * z)
      energy += density * value * value
      var (last, current) = (0.0, 1.0)
      for k in values.indices {
        values[k] += density * value * current
        (last, current) = (current, (z * current - roots[k] * last) / roots[k + 1])
      }
    }
    coefficients = values
    rest = Swift.max(energy - values.reduce(0) { $0 + $1 * $1 }, 0)
  }

  /// Σ_k c_k·d_k·ρᵏ.
  func covariance(with other: HermiteSeries, _ correlation: Double) -> Double {
    let rho = Swift.min(1, Swift.max(-1, correlation))
    return zip(coefficients, other.coefficients).reversed().reduce(0) { $0 * rho + $1.0 * $1.1 }
  }
}
