internal import VitroCore
internal import VitroTensor

/// Gradient clipping by global norm: all gradients of a network times min(1, limit/(norm + 10⁻⁶)), for each instance by itself.
enum GradientClipping {
  /// Clips, and returns the norm before of each instance.
  ///
  /// - Complexity: O(parameters); gradients within the limit stay as they are.
  static func clip(_ gradients: inout [Tensor], limit: Double, instances: Int?) throws -> [Double] {
    var squares: Tensor?
    for gradient in gradients {
      let axes = instances == nil ? Array(0..<gradient.rank) : Array(1..<gradient.rank)
      let square = try gradient.square().sum(axes: axes)
      squares = try squares.map { try $0 + square } ?? square
    }
    guard let norm = try squares?.sqrt() else { return [] }
    let norms = try norm.doubles
    if norms.allSatisfy({ $0 <= limit }) { return norms }
    let factor = try ((norm + 1e-6).reciprocal() * limit).clip(0, 1)
    // One after the other, each in the memory that its square has just left: clipping now and then takes no more memory than never.
    for index in gradients.indices {
      let leading = instances.map { [$0] + [Int](repeating: 1, count: gradients[index].rank - 1) } ?? []
      gradients[index] = try gradients[index] * factor.reshaped(leading)
    }
    return norms
  }
}
