internal import VitroCore

/// The methods, by name.
///
/// ```swift
/// let method = try AttributionMethods.named("integrated-gradients").init()
/// ```
public enum AttributionMethods {
  /// All methods, the control last.
  public static let all: [any AttributionMethod.Type] = [
    InformationMethod.self, GradientMethod.self, GradientInput.self, IntegratedGradients.self, SmoothGradient.self,
    RelevancePropagation.self,
    Occlusion.self, Inversion.self, InformationBottleneck.self, AttentionWeights.self, AttentionRollout.self,
    ValueZeroing.self, RandomScores.self,
  ]

  /// The method of a name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest name when there is none.
  public static func named(_ name: String) throws -> any AttributionMethod.Type {
    for method in all where method.name == name { return method }
    throw VitroError.unknownName(
      name, kind: "method", known: all.map { $0.name }, operation: "attributing")
  }
}
