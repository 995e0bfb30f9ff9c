internal import VitroCore

/// The backward half of an operation: what it saved, and how gradients of its outputs become gradients of its inputs.
///
/// An operation is a value with the operands it saved (detached). It stands on the tape until the backward pass has
/// used it. Its forward half is the `Tensor` method that made it, in the same file.
protocol Operation: Sendable {
  /// The gradients of the inputs, `nil` where `wants` is false or the gradient is zero.
  ///
  /// - Parameter gradients: One for each output; `nil` means zero, and at least one is not `nil`.
  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?]
}

/// An operation with one output.
protocol SingleOutputOperation: Operation {
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?]
}

extension SingleOutputOperation {
  func pullback(_ gradients: [Tensor?], wants: [Bool]) throws -> [Tensor?] {
    guard let gradient = gradients[0] else { return wants.map { _ in nil } }
    return try pullback(gradient, wants: wants)
  }
}

extension Tensor {
  /// This result, on the tape if an input is.
  func recorded(
    from input: Tensor, _ operation: @autoclosure () -> some Operation
  ) throws -> Tensor {
    guard input.node != nil else { return self }
    return try Tape.record([self], from: [input], operation())[0]
  }

  /// This result, on the tape if an input is.
  func recorded(
    from a: Tensor, _ b: Tensor, _ operation: @autoclosure () -> some Operation
  ) throws -> Tensor {
    guard a.node != nil || b.node != nil else { return self }
    return try Tape.record([self], from: [a, b], operation())[0]
  }

  /// This result, on the tape if an input is.
  func recorded(
    from inputs: [Tensor], _ operation: @autoclosure () -> some Operation
  ) throws -> Tensor {
    guard inputs.contains(where: { $0.node != nil }) else { return self }
    return try Tape.record([self], from: inputs, operation())[0]
  }

  /// The results of an operation with several outputs, on the tape if an input is.
  static func recorded(
    _ outputs: [Tensor], from inputs: [Tensor], _ operation: @autoclosure () -> some Operation
  ) throws -> [Tensor] {
    guard inputs.contains(where: { $0.node != nil }) else { return outputs }
    return try Tape.record(outputs, from: inputs, operation())
  }
}
