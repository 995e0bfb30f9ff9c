internal import VitroCore

extension Tensor {
  /// This value with the history of another: a gradient that reaches it goes on to `source`, multiplied by a factor.
  ///
  /// The value is this tensor's, bit by bit, and `∂/∂source = factor` element by element, whatever the computation behind it. This is how a rule of
  /// relevance takes the place of a derivative.
  ///
  /// - Parameters:
  ///   - source: A tensor of this shape; where it is on no tape, neither is the result.
  ///   - factor: What gradients are multiplied by, broadcasting; 1 unless given. It carries no gradient itself.
  /// - Throws: ``/VitroCore/VitroError`` when shapes or types differ.
  package func routingGradient(to source: Tensor, times factor: Tensor? = nil) throws -> Tensor {
    try Self.requireSameType(self, source, "routingGradient")
    guard shape == source.shape,
      try factor.map({ try Shapes.broadcast(shape, $0.shape, "routingGradient") == shape }) ?? true
    else {
      throw VitroError(
        .shape, "routingGradient",
        "the value is \(shape), the source \(source.shape), the factor \(factor?.shape ?? [])"
      )
    }
    return try detached.recorded(from: source, GradientRoutingOperation(factor: factor?.detached))
  }
}

struct GradientRoutingOperation: SingleOutputOperation {
  let factor: Tensor?

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    [try factor.map { try gradient * $0 } ?? gradient]
  }
}
