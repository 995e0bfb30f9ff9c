internal import VitroCore
internal import VitroTensor

/// Where the features at a tap lie and how far they spread, measured on some rows.
struct TapScaling: Sendable {
  /// The mean of each feature.
  let mean: Tensor
  /// The standard deviation of each feature, at least ``floor`` of the largest at the tap.
  let deviation: Tensor

  /// A feature that hardly varies, such as a pixel at the border, would otherwise count a thousand times what it is when it does.
  private static let floor = 1e-2

  /// `(x − mean) · factor / deviation`.
  func apply(_ features: Tensor, factor: Double) throws -> Tensor {
    try (features - mean) * (Tensor.full([1], factor) / deviation)
  }

  /// Sums over rows as they come, so that none need be kept.
  struct Sums {
    private var shift: Tensor?
    private var sum: Tensor?
    private var squares: Tensor?
    private var count = 0

    /// Adds features `[rows, width]`; sums are of their distances from the first row, in float64.
    mutating func add(_ features: Tensor) throws {
      let origin = try shift ?? features.slice(0..<1)
      shift = origin
      let distances = try features - origin
      let (added, squared) = (
        try distances.sum(axes: [0]).cast(to: .float64), try distances.square().sum(axes: [0]).cast(to: .float64)
      )
      sum = try sum.map { try $0 + added } ?? added
      squares = try squares.map { try $0 + squared } ?? squared
      count += features.shape[0]
    }

    /// The means and deviations; `nil` without rows.
    func scaling() throws -> TapScaling? {
      guard let shift, let sum, let squares else { return nil }
      let distance = try sum / Double(count)
      let variance = try (squares / Double(count) - distance.square()).clip(0, .infinity)
      let measured = try variance.sqrt().cast(to: .float32)
      let largest = try measured.max().item()
      return TapScaling(
        mean: try (distance.cast(to: .float32) + shift).flattened(),
        deviation: try measured.clip(largest > 0 ? largest * TapScaling.floor : 1, .infinity))
    }
  }
}
