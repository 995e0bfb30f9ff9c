/// How far scores are from saying what really happens when words are taken out.
public enum Infidelity {
  /// E_S[(β Σ_{i∈S} φ_i − (f(x) − f(x without S)))²] (Yeh et al., 2019), the perturbation being that words are taken out.
  ///
  /// Scores of different methods have different units, so that β is the best factor Σab/Σaa, as Captum's `infidelity(…, normalize=True)`; β = 1 without.
  ///
  /// - Parameters:
  ///   - predicted: For each perturbation a = Σ_{i∈S} φ_i.
  ///   - measured: For each perturbation b = f(x) − f(x without S).
  ///   - normalizing: Whether scores are scaled first.
  public static func value(predicted: [Double], measured: [Double], normalizing: Bool = true) -> Double {
    guard !predicted.isEmpty, predicted.count == measured.count else { return .nan }
    var factor = 1.0
    if normalizing {
      let squares = predicted.reduce(0) { $0 + $1 * $1 }
      factor = squares > 0 ? zip(predicted, measured).reduce(0) { $0 + $1.0 * $1.1 } / squares : 0
    }
    let errors = zip(predicted, measured).map { (factor * $0 - $1) * (factor * $0 - $1) }
    return errors.reduce(0, +) / Double(errors.count)
  }
}

/// How much scores change when vectors change a little.
public enum MaxSensitivity {
  /// max_d ‖φ(x + d) − φ(x)‖ / ‖φ(x)‖ (Yeh et al., 2019), as Captum's `sensitivity_max`.
  ///
  /// - Parameters:
  ///   - scores: φ(x).
  ///   - others: φ(x + d) for each perturbation d.
  public static func value(_ scores: [Double], others: [[Double]]) -> Double {
    let size = scores.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard size > 0 else { return .nan }
    let distances = others.map { other in
      zip(scores, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot() / size
    }
    return distances.max() ?? .nan
  }
}

/// How steady scores are from layer to layer.
public enum Coherency {
  /// The distance of two layers' scores after the best positive scaling, 0 (proportional) to 1 (nothing in common).
  ///
  /// Scores are taken from their mean over words, for only differences between words say something. The distance of s to t is
  /// min_{a ≥ 0} Σ_i |s_i − a t_i| / Σ_i |s_i|, and the mean of both directions counts. NaN when both say nothing, 1 when one does.
  public static func distance(_ s: [Double], _ t: [Double]) -> Double {
    let (s, t) = (centered(s), centered(t))
    let (left, right) = (size(s), size(t))
    guard left > 0 || right > 0 else { return .nan }
    guard left > 0, right > 0 else { return 1 }
    return (leastDistance(s, t) / left + leastDistance(t, s) / right) / 2
  }

  /// The mean step of a word's score from layer to layer: the total variation over the layers, divided by the number of steps.
  ///
  /// - Parameter layers: For each layer the scores of all words of one text.
  public static func totalVariation(_ layers: [[Double]]) -> Double {
    let steps = zip(layers, layers.dropFirst()).map(distance).filter { !$0.isNaN }
    return steps.isEmpty ? .nan : steps.reduce(0, +) / Double(steps.count)
  }

  private static func centered(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    let largest = values.reduce(0) { max($0, abs($1)) }
    return values.map { abs($0 - mean) > 1e-12 * largest ? $0 - mean : 0 }
  }

  private static func size(_ values: [Double]) -> Double { values.reduce(0) { $0 + abs($1) } }

  /// Σ|s − a t| is convex in a, and least at 0 or at one of the ratios s_i/t_i: their median, weighted by |t_i|.
  private static func leastDistance(_ s: [Double], _ t: [Double]) -> Double {
    let ratios = zip(s, t).filter { $0.1 != 0 }.map { (ratio: $0.0 / $0.1, weight: abs($0.1)) }
      .sorted { $0.ratio < $1.ratio }
    let half = ratios.reduce(0) { $0 + $1.weight } / 2
    var (sum, best) = (0.0, 0.0)
    for (ratio, weight) in ratios {
      sum += weight
      best = ratio
      if sum >= half { break }
    }
    best = max(best, 0)
    return zip(s, t).reduce(0) { $0 + abs($1.0 - best * $1.1) }
  }
}
