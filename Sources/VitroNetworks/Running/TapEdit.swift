public import VitroTensor

/// What is done to a value on its way through a network: ablation, patching, noise, steering.
///
/// ```swift
/// let ablated = try network.run([images], editing: ["relu1": .multiply(Tensor([0 as Float]))])
/// let steered = try network.run([images], editing: ["relu1": .add(steering)])
/// let patched = try network.run([images], editing: ["relu1": .replace(other)])
/// let clipped = try network.run([images], editing: ["relu1": .transform { try $0.clip(0, 1) }])
/// ```
public enum TapEdit: Sendable {
  /// Another value takes its place. What only served to compute the old one is not run.
  case replace(Tensor)
  /// Something is added, broadcasting: a steering vector, noise.
  case add(Tensor)
  /// It is multiplied, broadcasting; 0 ablates.
  case multiply(Tensor)
  /// Any function of it.
  case transform(@Sendable (Tensor) throws -> Tensor)

  func apply(to value: Tensor) throws -> Tensor {
    switch self {
    case .replace(let other): other
    case .add(let other): try value + other
    case .multiply(let other): try value * other
    case .transform(let function): try function(value)
    }
  }
}
