internal import Foundation
internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// The optimizer of the published code, as it was released: for comparison, not for use.
///
/// Loss `mean_m (ΔΦ_m)²/R_m² − rate · mean_i log r_i` with `σ_i = scale · r_i`, `r_i = sigmoid(θ_i)`, θ ~ N(0, 1) at the start; Adam, one draw of noise a
/// step; and what is kept in the end is the state after the step with the smallest loss, which is a lucky draw. Between seeds its results may have nothing
/// in common where the feature is bounded, for then the loss is unbounded below.
///
/// ```swift
/// let optimizer = PublishedOptimizer(rate: 0.1, scale: 0.5, steps: 100)
/// let sigma = try optimizer.sigma(network, scales, text, "blocks.1.hook_resid_post", seed: 0)
/// ```
///
/// Source: `Interpreter.py` of the authors' repository (icml2019paper2428), and its copies in microsoft/nlp-recipes and interpret-text.
public struct PublishedOptimizer: Sendable, Hashable, Codable {
  /// The weight of the entropy.
  public var rate: Double
  /// The largest σ; the authors recommend ten times the deviation of the embedding's weights.
  public var scale: Double
  /// The steps.
  public var steps: Int
  /// Adam's rate.
  public var learningRate: Double

  /// The released defaults.
  public init(rate: Double = 0.1, scale: Double = 0.5, steps: Int = 5000, learningRate: Double = 0.01) {
    (self.rate, self.scale, self.steps, self.learningRate) = (rate, scale, steps, learningRate)
  }

  /// The σ of each word.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a feature that does not exist.
  public func sigma(
    _ network: WordNetwork, _ scales: FeatureScales, _ text: WordText, _ feature: Feature, seed: UInt64
  ) throws -> [Double] {
    let staircase = try Staircase(network, [feature])
    let run = try network.run([text], recording: [feature.tap])
    let reference = try network.value(of: feature, in: run)
    let weights = try scales.weights(of: feature, entries: reference.shape[1], dtype: reference.dtype)
    let vectors = try text.vectors.expandingAxis(0)
    var stream = RandomStream(seed: seed, "published", 0)
    var theta = try stream.normal([text.count], dtype: .float64).doubles
    var best = (loss: Double.infinity, theta: theta)
    var (first, second) = ([Double](repeating: 0, count: theta.count), [Double](repeating: 0, count: theta.count))
    for step in 1...max(1, steps) {
      let ratios = theta.map { 1 / (1 + exp(-$0)) }
      let sigma = try Tensor(ratios.map { $0 * scale }, shape: [1, text.count, 1]).cast(to: vectors.dtype)
      let noise = try stream.normal(vectors.shape, dtype: vectors.dtype) * sigma
      let (distortion, shares) = try Tape.record { tape in
        let point = tape.watch(try vectors + noise)
        let value = try staircase.values([text.tokens], point)[0]
        let goal = try ((value - reference) * weights).square().mean()
        guard goal.isTracked else { return (0.0, [Double](repeating: 0, count: text.count)) }
        let slope = try tape.gradients(of: goal, at: [point])[0]
        return (try goal.detached.item(), try (slope * noise).sum(axes: [-1]).doubles)
      }
      let count = Double(text.count)
      let loss = distortion - rate * ratios.reduce(0) { $0 + log($1) } / count
      for word in theta.indices {
        // dσ/dθ = σ(1 − r), so that ∂D/∂θ = (σ ∂D/∂σ)(1 − r).
        let gradient = (shares[word] - rate / count) * (1 - ratios[word])
        first[word] = 0.9 * first[word] + 0.1 * gradient
        second[word] = 0.999 * second[word] + 0.001 * gradient * gradient
        let (m, v) = (first[word] / (1 - pow(0.9, Double(step))), second[word] / (1 - pow(0.999, Double(step))))
        theta[word] -= learningRate * m / (v.squareRoot() + 1e-8)
      }
      if loss < best.loss { best = (loss, theta) }
    }
    return best.theta.map { scale / (1 + exp(-$0)) }
  }
}
