internal import VitroCore
internal import VitroTensor

/// The gradient, averaged over noise (SmoothGrad; Smilkov et al., 2017): `‖mean_k ∂T/∂x_i at x + noise_k‖₂`.
///
/// The noise's deviation is a share of the range of the text's vectors, max − min over all their entries.
public struct SmoothGradient: AttributionMethod {
  /// `smoothgrad`.
  public static let name = "smoothgrad"
  /// SmoothGrad.
  public static let title = "SmoothGrad"
  /// What is computed.
  public static let abstract = "‖mean of ∂T/∂x under noise‖ (Smilkov et al., 2017)"
  /// Norms have none.
  public static let isSigned = false
  /// The number of draws.
  public var samples = 25
  /// The noise's deviation as a share of the range.
  public var noise = 0.15

  /// With 25 draws at 0.15 of the range.
  public init() {}

  /// Differentiates at each draw.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      let axes = [1, 2]
      let range =
        try batch.vectors.max(axes: axes, keepingAxes: true) - batch.vectors.min(axes: axes, keepingAxes: true)
      let shape = Array(batch.vectors.shape.dropFirst())
      // Each text has noise of its own, whatever it is asked together with.
      let draws = try Tensor.stack(
        batch.numbers.map { number in
          var stream = RandomStream(seed: question.seed, "smoothgrad", number)
          return try stream.normal([samples] + shape, dtype: batch.vectors.dtype)
        })
      let noise = try (draws * (range * self.noise).expandingAxis(1)).reshaped([batch.count * samples] + shape)
      var first = 0
      let gradients = try batch.eachVariant(samples) { part, variants in
        let added = try noise.slice(first..<first + variants.count)
        first += variants.count
        return try part.gradients(at: part.vectors + added).gradients
      }
      return try gradients.mean(axes: [1]).wordNorms()
    }
  }
}
