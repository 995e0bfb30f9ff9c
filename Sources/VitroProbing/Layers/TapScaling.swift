internal import VitroTensor

/// Where the features at a tap lie and how far they spread, measured on some rows.
struct TapScaling: Sendable {
  /// The mean of each feature.
  let mean: Tensor
  /// The standard deviation of each feature, at least ``floor`` of the largest at the tap.
  let deviation: Tensor

  /// A feature that hardly varies, such as a pixel at the border, would otherwise count a thousand times what it is when it does.
  private static let floor = 1e-2

  /// Measures features `[rows, width]`.
  init(_ features: Tensor) throws {
    mean = try features.mean(axes: [0])
    let measured = try features.standardDeviation(axes: [0])
    let largest = try measured.max().item()
    deviation = try measured.clip(largest > 0 ? largest * Self.floor : 1, .infinity)
  }

  /// `(x − mean) · factor / deviation`.
  func apply(_ features: Tensor, factor: Double) throws -> Tensor {
    try (features - mean) * (Tensor.full([1], factor) / deviation)
  }
}
