internal import VitroCore
internal import VitroTensor

/// The control: scores drawn from a seed, uniform on 0 … 1, whatever the text.
public struct RandomScores: AttributionMethod {
  /// `random`.
  public static let name = "random"
  /// The control.
  public static let title = "random"
  /// What is drawn.
  public static let abstract = "uniform random numbers: the control"
  /// They have none.
  public static let isSigned = false

  /// Without settings.
  public init() {}

  /// Draws.
  public func scores(_ question: AttributionQuestion) throws -> [[Double]] {
    try question.texts.enumerated().map { number, text in
      var stream = RandomStream(seed: question.seed, "random scores", number)
      return try stream.uniform([text.count], dtype: .float64).doubles
    }
  }
}
