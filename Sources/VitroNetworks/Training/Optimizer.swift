internal import VitroCore

/// How parameters follow their gradients.
///
/// All formulas are PyTorch's; decay applies to every trained parameter unless ``TrainingSettings/decayed`` names some.
public enum Optimizer: Sendable, Hashable, Codable {
  /// Gradient descent: g += decay·p; v = momentum·v + (1 − dampening)·g; p −= rate·v, or with Nesterov p −= rate·(g + momentum·v).
  case sgd(rate: Double, momentum: Double, dampening: Double, nesterov: Bool, weightDecay: Double)
  /// Adam (Kingma & Ba, 2015), with decay added to the gradient.
  case adam(rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
  /// Adam with decoupled decay: p −= rate·decay·p first (Loshchilov & Hutter, 2019).
  case adamW(rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
  /// Limited-memory BFGS with a strong Wolfe line search, on full batches only; see ``LBFGS``.
  case lbfgs(LBFGS.Settings)

  /// Gradient descent, with PyTorch's defaults.
  public static func sgd(
    rate: Double, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false, decay: Double = 0
  ) -> Optimizer {
    .sgd(rate: rate, momentum: momentum, dampening: dampening, nesterov: nesterov, weightDecay: decay)
  }

  /// Adam, with PyTorch's defaults.
  public static func adam(
    rate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, decay: Double = 0
  ) -> Optimizer {
    .adam(rate: rate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: decay)
  }

  /// AdamW, with PyTorch's defaults.
  public static func adamW(
    rate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, decay: Double = 0.01
  ) -> Optimizer {
    .adamW(rate: rate, beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: decay)
  }

  /// The base learning rate, which a ``Schedule`` varies; L-BFGS's is the first trial step of its line search.
  public var rate: Double {
    switch self {
    case .sgd(let rate, _, _, _, _), .adam(let rate, _, _, _, _), .adamW(let rate, _, _, _, _): rate
    case .lbfgs(let settings): settings.rate
    }
  }

  func validate() throws {
    func check(_ holds: Bool, _ message: String) throws {
      if !holds { throw VitroError(.argument, "optimizer", message) }
    }
    try check(rate >= 0 && rate.isFinite, "the rate is \(rate), expected 0 or more")
    switch self {
    case .sgd(_, let momentum, let dampening, let nesterov, let decay):
      try check(momentum >= 0 && decay >= 0, "momentum is \(momentum), decay \(decay), expected 0 or more")
      try check(
        !nesterov || (momentum > 0 && dampening == 0), "Nesterov's rule needs a momentum above 0 and no dampening")
    case .adam(_, let beta1, let beta2, let epsilon, let decay),
      .adamW(_, let beta1, let beta2, let epsilon, let decay):
      try check(
        (0..<1).contains(beta1) && (0..<1).contains(beta2), "the betas are \(beta1) and \(beta2), expected 0 ..< 1")
      try check(epsilon >= 0 && decay >= 0, "epsilon is \(epsilon), decay \(decay), expected 0 or more")
    case .lbfgs(let settings):
      try check(settings.history >= 1, "L-BFGS's history is \(settings.history), expected 1 or more")
      try check(
        settings.maximumEvaluations >= 1, "\(settings.maximumEvaluations) evaluations are allowed, expected 1 or more")
    }
  }
}
