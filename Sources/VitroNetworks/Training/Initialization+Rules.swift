extension Initialization {
  /// What one parameter's numbers are drawn from.
  ///
  /// `fanIn` is how many inputs feed one output, `fanOut` how many outputs one input feeds.
  public struct Rule: Sendable, Hashable, Codable {
    enum Kind: String, Sendable, Hashable, Codable {
      case constant, uniform, normal, truncatedNormal, xavierUniform, xavierNormal, kaimingUniform, kaimingNormal
      case lecunUniform, lecunNormal, orthogonal, identity
    }

    let kind: Kind
    let values: [Double]

    /// All 0.
    public static let zeros = Rule(kind: .constant, values: [0])
    /// All 1.
    public static let ones = Rule(kind: .constant, values: [1])
    /// Ones on the diagonal, zeros elsewhere; for filters the diagonal of the middle tap.
    public static let identity = Rule(kind: .identity, values: [])
    /// U(±√(3/fanIn)) (LeCun et al., 1998).
    public static let lecunUniform = Rule(kind: .lecunUniform, values: [])
    /// N(0, 1/fanIn) (LeCun et al., 1998).
    public static let lecunNormal = Rule(kind: .lecunNormal, values: [])

    /// All the same number.
    public static func constant(_ value: Double) -> Rule { Rule(kind: .constant, values: [value]) }

    /// Uniform on [low, high).
    public static func uniform(_ low: Double, _ high: Double) -> Rule { Rule(kind: .uniform, values: [low, high]) }

    /// Normal with mean 0.
    public static func normal(_ deviation: Double) -> Rule { Rule(kind: .normal, values: [deviation]) }

    /// Normal with mean 0, conditioned to lie within two deviations, as in TensorFlow.
    public static func truncatedNormal(_ deviation: Double) -> Rule {
      Rule(kind: .truncatedNormal, values: [deviation])
    }

    /// U(±gain·√(6/(fanIn + fanOut))) (Glorot & Bengio, 2010).
    public static func xavierUniform(gain: Double = 1) -> Rule { Rule(kind: .xavierUniform, values: [gain]) }

    /// N(0, gain²·2/(fanIn + fanOut)) (Glorot & Bengio, 2010).
    public static func xavierNormal(gain: Double = 1) -> Rule { Rule(kind: .xavierNormal, values: [gain]) }

    /// U(±gain·√(3/fanIn)), the gain being that of the function that follows (He et al., 2015).
    public static func kaimingUniform(_ function: Activation.Function = .relu, slope: Double = 0.01) -> Rule {
      Rule(kind: .kaimingUniform, values: [gain(of: function, slope: slope)])
    }

    /// N(0, gain²/fanIn), the gain being that of the function that follows (He et al., 2015).
    public static func kaimingNormal(_ function: Activation.Function = .relu, slope: Double = 0.01) -> Rule {
      Rule(kind: .kaimingNormal, values: [gain(of: function, slope: slope)])
    }

    /// A random matrix with orthonormal rows or columns, whichever are fewer, times a gain (Saxe et al., 2014).
    public static func orthogonal(gain: Double = 1) -> Rule { Rule(kind: .orthogonal, values: [gain]) }

    /// What keeps the variance of signals through a function, as `torch.nn.init.calculate_gain` has it.
    public static func gain(of function: Activation.Function, slope: Double = 0.01) -> Double {
      switch function {
      case .relu: 2.0.squareRoot()
      case .leakyRelu: (2 / (1 + slope * slope)).squareRoot()
      case .tanh: 5.0 / 3
      case .selu: 0.75
      default: 1
      }
    }

    static let named: [String: Rule] = [
      "zeros": .zeros, "ones": .ones, "identity": .identity, "uniform": .uniform(-0.05, 0.05), "normal": .normal(0.05),
      "truncatedNormal": .truncatedNormal(0.05), "xavierUniform": .xavierUniform(), "glorotUniform": .xavierUniform(),
      "xavierNormal": .xavierNormal(), "glorotNormal": .xavierNormal(), "kaimingUniform": .kaimingUniform(),
      "heUniform": .kaimingUniform(), "kaimingNormal": .kaimingNormal(), "heNormal": .kaimingNormal(),
      "lecunUniform": .lecunUniform, "lecunNormal": .lecunNormal, "orthogonal": .orthogonal(),
    ]
  }
}
