internal import CVitroKernels
internal import VitroCore
public import VitroTensor

/// What an optimizer remembers between steps: flat buffers that lie like the trained parameters.
///
/// ```swift
/// var state = try OptimizerState(.adam(), for: network.parameters)
/// try state.step(&network.parameters, gradients: gradients, rate: 1e-3)
/// ```
///
/// A step works in place and takes no memory, as long as nobody else holds the parameters' old values.
public struct OptimizerState: Sendable {
  /// The optimizer's settings.
  public let optimizer: Optimizer
  /// The number of steps taken.
  public internal(set) var stepCount = 0
  /// Momentum, or Adam's mean of gradients.
  var first: Tensor?
  /// Adam's mean of squared gradients.
  var second: Tensor?
  /// For each trained parameter, whether the optimizer's decay applies.
  let decays: [Bool]

  /// Prepares an optimizer for parameters of a size and type.
  ///
  /// - Parameters:
  ///   - optimizer: How parameters follow their gradients.
  ///   - parameters: What is moved.
  ///   - decayed: Patterns of the names of parameters that decay, `*` standing for any characters; `nil` for all.
  /// - Throws: ``/VitroCore/VitroError`` when a setting is out of range, a pattern fits no trained parameter, or memory is short.
  public init(_ optimizer: Optimizer, for parameters: Parameters, decayed: [String]? = nil) throws {
    try optimizer.validate()
    self.optimizer = optimizer
    let names = parameters.entries.filter(\.spec.isTrainable).map(\.name)
    for pattern in decayed ?? [] where !names.contains(where: { $0.matches(pattern: pattern) }) {
      throw VitroError.unknownName(pattern, kind: "trained parameter", known: names, operation: "weight decay")
    }
    decays = names.map { name in decayed.map { $0.contains { name.matches(pattern: $0) } } ?? true }
    func zeros() throws -> Tensor { try .zeros([parameters.trainableCount], dtype: parameters.dtype) }
    switch optimizer {
    case .sgd(_, let momentum, _, _, _): first = momentum == 0 ? nil : try zeros()
    case .adam, .adamW: (first, second) = (try zeros(), try zeros())
    case .lbfgs: break
    }
  }

  /// Moves the parameters along their gradients.
  ///
  /// - Parameters:
  ///   - parameters: What is moved.
  ///   - gradients: One for each trained parameter, in the order of ``Parameters/entries``.
  ///   - rate: The learning rate of this step.
  /// - Throws: ``/VitroCore/VitroError`` when the gradients do not fit, or for L-BFGS, which needs to evaluate: use ``LBFGS``.
  public mutating func step(_ parameters: inout Parameters, gradients: [Tensor], rate: Double) throws {
    let entries = parameters.entries.filter(\.spec.isTrainable)
    guard gradients.count == entries.count,
      zip(gradients, entries).allSatisfy({ $0.shape == $1.shape && $0.dtype == parameters.dtype })
    else {
      throw VitroError(
        .shape, "optimizer",
        "\(gradients.count) gradients are given, expected one for each of \(entries.count) parameters")
    }
    let type = parameters.dtype.kernelType
    let width = parameters.dtype.byteWidth
    switch optimizer {
    case .sgd(_, _, _, _, let decay):
      var settings = sgdSettings(rate: rate)
      try parameters.trainable.withUniqueElements { target in
        try first.withUniqueElementsIfAny { velocity in
          for (number, (entry, gradient)) in zip(entries, gradients).enumerated() {
            let offset = entry.start * width
            settings.decay = decays[number] ? decay : 0
            gradient.withElements {
              vitro_sgd_step(type, &settings, target + offset, $0, velocity.map { $0 + offset }, Int64(entry.count))
            }
          }
        }
      }
    case .adam(_, _, _, _, let decay), .adamW(_, _, _, _, let decay):
      var settings = adamSettings(rate: rate)
      try parameters.trainable.withUniqueElements { target in
        try first.withUniqueElementsIfAny { means in
          try second.withUniqueElementsIfAny { squares in
            for (number, (entry, gradient)) in zip(entries, gradients).enumerated() {
              let offset = entry.start * width
              settings.decay = decays[number] ? decay : 0
              gradient.withElements {
                vitro_adam_step(
                  type, &settings, target + offset, $0, means.map { $0 + offset }, squares.map { $0 + offset },
                  Int64(entry.count))
              }
            }
          }
        }
      }
    case .lbfgs:
      throw VitroError(
        .argument, "optimizer", "L-BFGS evaluates the loss several times in a step", hint: "Use LBFGS.minimize.")
    }
    stepCount += 1
  }

  /// Gradient descent as the kernels see it, for the next step.
  func sgdSettings(rate: Double) -> vitro_sgd {
    guard case .sgd(_, let momentum, let dampening, let nesterov, let decay) = optimizer else { return vitro_sgd() }
    return vitro_sgd(
      rate: rate, momentum: momentum, dampening: dampening, decay: decay, nesterov: nesterov, first: stepCount == 0)
  }

  /// Adam as the kernels see it, for the next step.
  func adamSettings(rate: Double) -> vitro_adam {
    switch optimizer {
    case .adam(_, let beta1, let beta2, let epsilon, let decay),
      .adamW(_, let beta1, let beta2, let epsilon, let decay):
      vitro_adam(
        rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, decoupled: isDecoupled,
        step: Int64(stepCount + 1))
    case .sgd, .lbfgs: vitro_adam()
    }
  }

  private var isDecoupled: Bool {
    if case .adamW = optimizer { true } else { false }
  }
}

extension DType {
  /// The kernels' name of a computing type.
  var kernelType: vitro_dtype { self == .float64 ? vitro_float64 : vitro_float32 }
}

extension Tensor? {
  fileprivate mutating func withUniqueElementsIfAny(_ body: (UnsafeMutableRawPointer?) throws -> Void) throws {
    guard var tensor = self else { return try body(nil) }
    self = nil
    defer { self = tensor }
    try tensor.withUniqueElements { try body($0) }
  }
}
