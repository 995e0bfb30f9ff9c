internal import VitroCore
internal import VitroTensor

/// The function of a gate of a recurrent operator.
struct ONNXGateFunction {
  /// The name in lower case, as files write it in either.
  let name: String
  private let alpha, beta: Double

  /// Reads the functions of all directions, one after the other.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) for a function that is not computed.
  static func read(_ operation: ONNXOperation, gates: Int, directions: Int) throws -> [ONNXGateFunction] {
    let standard = gates == 4 ? ["Sigmoid", "Tanh", "Tanh"] : gates == 3 ? ["Sigmoid", "Tanh"] : ["Tanh"]
    let names = try operation.texts("activations") ?? (0..<directions).flatMap { _ in standard }
    guard names.count == standard.count * directions else {
      throw operation.refusal("it names \(names.count) functions for \(directions) directions", code: .argument)
    }
    // Only functions with a number take one off the lists.
    var alphas = (try operation.reals("activation_alpha") ?? []).makeIterator()
    var betas = (try operation.reals("activation_beta") ?? []).makeIterator()
    return try names.map { name in
      switch name.lowercased() {
      case "relu", "tanh", "sigmoid", "softsign", "softplus":
        ONNXGateFunction(name: name.lowercased(), alpha: 0, beta: 0)
      case "affine": ONNXGateFunction(name: "affine", alpha: alphas.next() ?? 1, beta: betas.next() ?? 0)
      case "leakyrelu": ONNXGateFunction(name: "leakyrelu", alpha: alphas.next() ?? 0.01, beta: 0)
      case "thresholdedrelu": ONNXGateFunction(name: "thresholdedrelu", alpha: alphas.next() ?? 1, beta: 0)
      case "scaledtanh": ONNXGateFunction(name: "scaledtanh", alpha: alphas.next() ?? 1, beta: betas.next() ?? 1)
      case "hardsigmoid": ONNXGateFunction(name: "hardsigmoid", alpha: alphas.next() ?? 0.2, beta: betas.next() ?? 0.5)
      case "elu": ONNXGateFunction(name: "elu", alpha: alphas.next() ?? 1, beta: 0)
      default: throw operation.refusal("the function '\(name.prefix(40))' is not computed")
      }
    }
  }

  /// The function's values.
  func callAsFunction(_ x: Tensor) throws -> Tensor {
    switch name {
    case "relu": try x.relu()
    case "tanh": try x.tanh()
    case "sigmoid": try x.sigmoid()
    case "softsign": try x.softsign()
    case "softplus": try x.softplus()
    case "affine": try x.affine(alpha, beta)
    case "leakyrelu": try x.leakyRelu(slope: alpha)
    case "thresholdedrelu": try x * x.isGreater(than: alpha).cast(to: x.dtype)
    case "scaledtanh": try (x * beta).tanh() * alpha
    case "hardsigmoid": try x.affine(alpha, beta).clip(0, 1)
    default: try x.elu(alpha: alpha)
    }
  }
}
