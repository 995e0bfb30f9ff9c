internal import VitroCore
internal import VitroTensor

/// Gradient × input: what a word's vector adds to the target, to first order (Shrikumar et al., 2016): `x_i · ∂T/∂x_i`.
public struct GradientInput: AttributionMethod {
  /// `gradient-input`.
  public static let name = "gradient-input"
  /// Gradient × input.
  public static let title = "gradient × input"
  /// What is computed.
  public static let abstract = "x·∂T/∂x (Shrikumar et al., 2016)"
  /// For and against.
  public static let isSigned = true

  /// Without settings.
  public init() {}

  /// Differentiates.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try scores(question) { batch in
      try (batch.gradients(at: batch.vectors).gradients * batch.vectors).sum(axes: [2])
    }
  }
}
