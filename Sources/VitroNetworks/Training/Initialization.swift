internal import VitroCore

/// How a network's parameters are drawn before training: a scheme, a rule for its weights, and exceptions by name.
///
/// ```swift
/// let scheme = Initialization.pytorch.overriding(["conv*.weight": .truncatedNormal(0.1), "*.bias": .constant(0.1)])
/// let network = try Network(graph, initialization: scheme, seed: 1)
/// ```
///
/// Every parameter of every instance has its own random stream, so instance i is the same however many instances there are, and a layer's
/// numbers do not change when another layer is added.
public struct Initialization: Sendable, Hashable, Codable {
  /// What each parameter gets when nothing else is said.
  public enum Scheme: String, Sendable, Hashable, Codable, CaseIterable {
    /// As PyTorch 2: weights and biases U(±1/√fanIn), recurrent ones U(±1/√width), embeddings N(0, 1), attention's projections Xavier.
    case pytorch
    /// As Keras 3: Glorot weights, zero biases, orthogonal recurrent weights, forget gates open (bias 1), embeddings U(±0.05).
    case keras
  }

  /// An exception: which parameters, and what they get.
  public struct Override: Sendable, Hashable, Codable {
    /// A parameter's full name, in which `*` stands for any characters.
    public var pattern: String
    /// What those parameters get.
    public var rule: Rule

    /// Creates an exception.
    public init(_ pattern: String, _ rule: Rule) {
      self.pattern = pattern
      self.rule = rule
    }
  }

  /// What each parameter gets when nothing else is said.
  public var scheme: Scheme
  /// What matrices and filters get in place of the scheme's choice; biases are then 0.
  ///
  /// `nil` leaves all to the scheme.
  public var weights: Rule?
  /// Exceptions by parameter name; the last that fits counts.
  public var overrides: [Override]

  /// Creates an initialization from its parts.
  public init(_ scheme: Scheme, weights: Rule? = nil, overrides: [Override] = []) {
    self.scheme = scheme
    self.weights = weights
    self.overrides = overrides
  }

  /// PyTorch's defaults.
  public static let pytorch = Initialization(.pytorch)
  /// Keras's defaults.
  public static let keras = Initialization(.keras)

  /// Weights by a rule, biases 0, the rest as PyTorch does.
  public static func weights(_ rule: Rule) -> Initialization { Initialization(.pytorch, weights: rule) }

  /// The initialization of a name: a scheme (`pytorch`, `keras`) or a rule for weights (`xavierUniform`, `heNormal`, …).
  ///
  /// Rules take their usual numbers: `uniform` ±0.05, `normal` and `truncatedNormal` a deviation of 0.05, Kaiming the gain of ReLU.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with the nearest known name when there is none.
  public init(named name: String) throws {
    if let scheme = Scheme(rawValue: name) {
      self.init(scheme)
    } else if let rule = Rule.named[name] {
      self = .weights(rule)
    } else {
      throw VitroError.unknownName(
        name, kind: "initialization", known: Initialization.names, operation: "initializing parameters")
    }
  }

  /// The names that ``init(named:)`` knows.
  public static var names: [String] { Scheme.allCases.map(\.rawValue) + Rule.named.keys.sorted() }

  /// The same with exceptions for parameters by name; later ones count more.
  public func overriding(_ rules: KeyValuePairs<String, Rule>) -> Initialization {
    var result = self
    result.overrides += rules.map { Override($0.key, $0.value) }
    return result
  }
}
