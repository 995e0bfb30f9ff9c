internal import CVitroKernels
internal import VitroCore

/// Functions applied to every element. Shapes stay; the types are float32 and float64; all are differentiable.
/// Derivatives at kinks are PyTorch's: 0 for `relu` at 0, 0 for `abs` at 0.
extension Tensor {
  /// −x.
  public func negated() throws -> Tensor { try unary(vitro_negate, "negated") }
  /// |x|.
  public func abs() throws -> Tensor { try unary(vitro_absolute, "abs") }
  /// −1, 0 or 1; its gradient is 0.
  public func sign() throws -> Tensor { try unary(vitro_sign, "sign") }
  /// 1/x.
  public func reciprocal() throws -> Tensor { try unary(vitro_reciprocal, "reciprocal") }
  /// x².
  public func square() throws -> Tensor { try unary(vitro_square, "square") }
  /// √x.
  public func sqrt() throws -> Tensor { try unary(vitro_square_root, "sqrt") }
  /// 1/√x.
  public func rsqrt() throws -> Tensor { try unary(vitro_reciprocal_square_root, "rsqrt") }
  /// eˣ.
  public func exp() throws -> Tensor { try unary(vitro_exp, "exp") }
  /// eˣ − 1, accurate near 0.
  public func expm1() throws -> Tensor { try unary(vitro_expm1, "expm1") }
  /// The natural logarithm.
  public func log() throws -> Tensor { try unary(vitro_log, "log") }
  /// log(1 + x), accurate near 0.
  public func log1p() throws -> Tensor { try unary(vitro_log1p, "log1p") }
  /// The sine of radians.
  public func sin() throws -> Tensor { try unary(vitro_sin, "sin") }
  /// The cosine of radians.
  public func cos() throws -> Tensor { try unary(vitro_cos, "cos") }
  /// The tangent of radians.
  public func tan() throws -> Tensor { try unary(vitro_tan, "tan") }
  /// The angle in radians whose sine is x.
  public func asin() throws -> Tensor { try unary(vitro_asin, "asin") }
  /// The angle in radians whose cosine is x.
  public func acos() throws -> Tensor { try unary(vitro_acos, "acos") }
  /// The angle in radians whose tangent is x.
  public func atan() throws -> Tensor { try unary(vitro_atan, "atan") }
  /// (eˣ − e⁻ˣ)/2.
  public func sinh() throws -> Tensor { try unary(vitro_sinh, "sinh") }
  /// (eˣ + e⁻ˣ)/2.
  public func cosh() throws -> Tensor { try unary(vitro_cosh, "cosh") }
  /// The hyperbolic tangent.
  public func tanh() throws -> Tensor { try unary(vitro_tanh, "tanh") }
  /// 1/(1 + e⁻ˣ).
  public func sigmoid() throws -> Tensor { try unary(vitro_sigmoid, "sigmoid") }
  /// log(1/(1 + e⁻ˣ)), without overflow.
  public func logSigmoid() throws -> Tensor { try unary(vitro_log_sigmoid, "logSigmoid") }
  /// log(1 + eˣ), without overflow.
  public func softplus() throws -> Tensor { try unary(vitro_softplus, "softplus") }
  /// The error function.
  public func erf() throws -> Tensor { try unary(vitro_erf, "erf") }
  /// The inverse of the error function, on (−1, 1).
  public func erfinv() throws -> Tensor { try unary(vitro_erfinv, "erfinv") }
  /// max(x, 0).
  public func relu() throws -> Tensor { try unary(vitro_relu, "relu") }
  /// x if x > 0, else slope·x.
  public func leakyRelu(slope: Double = 0.01) throws -> Tensor { try unary(vitro_leaky_relu, "leakyRelu", slope) }
  /// x if x > 0, else α(eˣ − 1).
  public func elu(alpha: Double = 1) throws -> Tensor { try unary(vitro_elu, "elu", alpha) }
  /// λx if x > 0, else λα(eˣ − 1), with the constants of Klambauer et al., 2017.
  public func selu() throws -> Tensor { try unary(vitro_selu, "selu") }
  /// x·Φ(x), Φ the normal distribution function, computed exactly by erf (Hendrycks & Gimpel, 2016).
  public func gelu() throws -> Tensor { try unary(vitro_gelu, "gelu") }
  /// GELU's tanh approximation: x/2·(1 + tanh(√(2/π)(x + 0.044715x³))), as in GPT-2.
  public func geluTanh() throws -> Tensor { try unary(vitro_gelu_tanh, "geluTanh") }
  /// x·sigmoid(x), also called swish.
  public func silu() throws -> Tensor { try unary(vitro_silu, "silu") }
  /// x/(1 + |x|).
  public func softsign() throws -> Tensor { try unary(vitro_softsign, "softsign") }
  /// clip(x/6 + 1/2, 0, 1).
  public func hardSigmoid() throws -> Tensor { try unary(vitro_hard_sigmoid, "hardSigmoid") }
  /// x·clip(x/6 + 1/2, 0, 1).
  public func hardSwish() throws -> Tensor { try unary(vitro_hard_swish, "hardSwish") }
  /// The largest whole number not above x; its gradient is 0.
  public func floor() throws -> Tensor { try unary(vitro_floor, "floor") }
  /// The smallest whole number not below x; its gradient is 0.
  public func ceil() throws -> Tensor { try unary(vitro_ceil, "ceil") }
  /// The nearest whole number, ties to even; its gradient is 0.
  public func rounded() throws -> Tensor { try unary(vitro_round, "rounded") }
  /// xᵖ for a fixed exponent.
  public func power(_ exponent: Double) throws -> Tensor { try unary(vitro_power, "power", exponent) }
  /// a·x + b for two numbers.
  public func affine(_ scale: Double, _ shift: Double) throws -> Tensor {
    try unary(vitro_affine, "affine", scale, shift)
  }

  /// Values below `low` become `low`, above `high` become `high`; the gradient passes inside and on the ends.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when `low > high`.
  public func clip(_ low: Double, _ high: Double) throws -> Tensor {
    guard low <= high else {
      throw VitroError(.argument, "clip", "the bounds are \(low) and \(high), expected the lower one first")
    }
    return try unary(vitro_clip, "clip", low, high)
  }

  private func unary(_ operation: vitro_unary, _ name: String, _ a: Double = 0, _ b: Double = 0) throws -> Tensor {
    try requireComputing(name)
    let result = try Tensor(uninitialized: shape, dtype)
    withMemory(self, result) { vitro_apply_unary(operation, dtype.kernel, $0, $1, Int64(count), a, b) }
    return try result.recorded(
      from: self,
      UnaryOperation(operation: operation, a: a, b: b, saved: operation.gradientReads.choose(detached, result)))
  }

  func requireComputing(_ operation: String) throws {
    guard dtype.isComputing else {
      throw VitroError(
        .dtype, operation, "the tensor is \(dtype), expected float32 or float64",
        hint: "Convert it with cast(to: .float32).", details: ["found": "\(dtype)"])
    }
  }
}

struct UnaryOperation: SingleOutputOperation {
  let operation: vitro_unary
  let a, b: Double
  /// The input or the output, whichever the derivative is computed from; nothing when it is constant.
  let saved: Tensor?

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: gradient.shape, gradient.dtype)
    withMemory(saved ?? gradient, gradient, result) {
      // The kernel takes both values of the function and reads one of them.
      vitro_apply_unary_gradient(operation, gradient.dtype.kernel, $0, $0, $1, $2, Int64(gradient.count), a, b)
    }
    return [result]
  }
}

extension vitro_unary {
  /// Which of a function's two values its derivative is computed from.
  enum GradientSource {
    case input, output, neither

    func choose(_ input: Tensor, _ output: Tensor) -> Tensor? {
      switch self {
      case .input: input
      case .output: output
      case .neither: nil
      }
    }
  }

  /// What the gradient's kernel reads.
  ///
  /// ReLU's asks whether x ≤ 0, which is whether max(x, 0) ≤ 0.
  var gradientReads: GradientSource {
    switch self {
    case vitro_negate, vitro_affine, vitro_sign, vitro_floor, vitro_ceil, vitro_round: .neither
    case vitro_reciprocal, vitro_square_root, vitro_reciprocal_square_root, vitro_exp, vitro_tan, vitro_tanh,
      vitro_sigmoid, vitro_erfinv, vitro_relu:
      .output
    default: .input
    }
  }
}

extension vitro_unary: @retroactive @unchecked Sendable {}
