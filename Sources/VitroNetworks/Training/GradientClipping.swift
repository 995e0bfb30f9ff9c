internal import VitroCore
internal import VitroTensor

/// Gradient clipping by global norm: all gradients of a network times min(1, limit/(norm + 10⁻⁶)), for each instance by itself.
enum GradientClipping {
  /// The clipped gradients, and the norm before of each instance.
  ///
  /// - Complexity: O(parameters); gradients within the limit are handed on as they are.
  static func clipped(
    _ gradients: [Tensor], limit: Double, instances: Int?
  ) throws -> (gradients: [Tensor], norms: [Double]) {
    guard !gradients.isEmpty else { return ([], []) }
    var squares: Tensor?
    for gradient in gradients {
      let axes = instances == nil ? Array(0..<gradient.rank) : Array(1..<gradient.rank)
      let square = try gradient.square().sum(axes: axes)
      squares = try squares.map { try $0 + square } ?? square
    }
    guard let norm = try squares?.sqrt() else { return (gradients, []) }
    let norms = try norm.doubles
    if norms.allSatisfy({ $0 <= limit }) { return (gradients, norms) }
    let factor = try ((norm + 1e-6).reciprocal() * limit).clip(0, 1)
    let scaled = try gradients.map { gradient in
      guard let instances else { return try gradient * factor }
      return try gradient * factor.reshaped([instances] + [Int](repeating: 1, count: gradient.rank - 1))
    }
    return (scaled, norms)
  }
}
