internal import Foundation
internal import VitroCore
internal import VitroTensor

/// Integrated gradients (Sundararajan et al., 2017): gradients added up on the straight way from a baseline to the text.
///
/// `(x_i − x̄_i) · ∫₀¹ ∂T/∂x_i (x̄ + α(x − x̄)) dα`. Scores add up to T(x) − T(x̄), but for the error of the steps, which ``attributions(_:)`` reports. The integral is
/// taken by Gauss and Legendre's rule, as Captum does.
public struct IntegratedGradients: AttributionMethod {
  /// `integrated-gradients`.
  public static let name = "integrated-gradients"
  /// Integrated gradients.
  public static let title = "integrated gradients"
  /// What is computed.
  public static let abstract = "(x − x̄)·∫ ∂T/∂x on the way from x̄ to x (Sundararajan et al., 2017)"
  /// For and against.
  public static let isSigned = true
  /// Where the way begins.
  public var baseline = WordBaseline.zero
  /// The number of points on the way.
  public var steps = 50

  /// From zeros, in 50 steps.
  public init() {}

  /// Scores, and for each text by how much they miss what they are to add up to.
  public struct Attributions: Sendable {
    /// For each text the score of each token.
    public var scores: [[Double]]
    /// `T(x) − T(x̄) − Σ scores` of each text.
    public var gaps: [Double]
  }

  /// Integrates.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] { try attributions(question).scores }

  /// Integrates, and says how well it adds up.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when texts do not fit, or when stopped.
  public func attributions(_ question: AttributionQuestion) throws -> Attributions {
    guard (1...10_000).contains(steps) else {
      throw VitroError(.argument, "integrating gradients", "there are \(steps) steps, expected 1 to 10000")
    }
    let rule = GaussLegendre(steps)
    var gaps = [Double](repeating: 0, count: question.texts.count)
    let scores = try scores(question) { batch in
      let start = try baseline.vectors(question, length: batch.length).expanded(to: batch.vectors.shape)
      let way = try batch.vectors - start
      let gradients = try batch.eachVariant(steps) { part, points in
        let dtype = part.vectors.dtype
        let left = try Tensor(points.map { 1 - rule.points[$0] }, shape: [points.count, 1, 1]).cast(to: dtype)
        let weights = try Tensor(points.map { rule.weights[$0] }, shape: [points.count, 1, 1]).cast(to: dtype)
        let base = try baseline.vectors(question, length: part.length)
        let along = try part.vectors - (part.vectors - base) * left
        return try part.gradients(at: along).gradients * weights
      }
      let scores = try (gradients.sum(axes: [1]) * way).sum(axes: [2])
      let ends = try batch.number(batch.output) - batch.number(batch.output(of: start))
      for (row, gap) in try (ends - scores.sum(axes: [1])).doubles.enumerated() { gaps[batch.numbers[row]] = gap }
      return scores
    }
    return Attributions(scores: scores, gaps: gaps)
  }
}

/// Points and weights on 0 … 1 that integrate polynomials of degree 2n − 1 exactly.
struct GaussLegendre {
  private(set) var points: [Double]
  private(set) var weights: [Double]

  /// Newton's method on the Legendre polynomial from Tricomi's starting points.
  init(_ count: Int) {
    points = []
    weights = []
    for number in (0..<count).reversed() {
      var x = Foundation.cos(.pi * (Double(number) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var (last, value) = (1.0, x)
        for degree in stride(from: 2, through: count, by: 1) {
          (last, value) = (value, (Double(2 * degree - 1) * x * value - Double(degree - 1) * last) / Double(degree))
        }
        slope = Double(count) * (x * value - last) / (x * x - 1)
        let step = value / slope
        x -= step
        if abs(step) < 1e-15 { break }
      }
      points.append((1 + x) / 2)
      weights.append(1 / ((1 - x * x) * slope * slope))
    }
  }
}
