internal import VitroCore
public import VitroTensor

/// An operation of a network, with its settings: what a node of a ``Graph`` computes.
///
/// A layer is a plain value: its settings are its stored properties, and its numbers live in the network's ``Parameters``. To add one, conform a
/// struct and register it with ``LayerRegistry/register(_:)``; it then reads, writes, trains, and is tapped as the built-in ones are.
///
/// Shapes are given without the batch axis. At run time values are `[batch, …]`, and in a network of several instances
/// `[instances, batch, …]`, where a value that all instances share has 1 in place of `instances`.
///
/// ```swift
/// /// Passes only what is larger than a threshold: y = x where x > threshold, else 0.
/// struct Gate: Layer {
///   static let kind = "gate"
///   var threshold: Double
///
///   func outputShape(of inputs: [[Int]]) throws -> [Int] { inputs[0] }
///
///   func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
///     try inputs[0] * inputs[0].isGreater(than: threshold).cast(to: inputs[0].dtype)
///   }
/// }
/// ```
public protocol Layer: Sendable, Hashable, Codable {
  /// The name of this operation in `network.json`.
  static var kind: String { get }

  /// The parameters the layer owns, in the order in which ``LayerContext/parameters`` lends them.
  var parameters: [ParameterSpec] { get }

  /// The names of values inside the layer that can be tapped, besides its output.
  var innerTaps: [String] { get }

  /// Whether the layer computes with its parameters as a whole; one that only looks up rows is spared their widening.
  var usesWholeParameters: Bool { get }

  /// Whether the layer keeps packed sequences apart (``SequenceLayout``): it looks at each position alone, or at where sequences begin.
  static var takesSequences: Bool { get }

  /// Whether the layer reads values of any number of axes, with or without a batch: ``Graph/unknownShape``.
  static var takesAnyShape: Bool { get }

  /// Whether relevance can go back through the layer (``RunMode/linearized(epsilon:)``): it is linear up to a constant, or keeps a rule of relevance.
  var isLinearizable: Bool { get }

  /// The inner taps that a linearized run holds fixed: no relevance comes back from them.
  var fixedTaps: [String] { get }

  /// Whether relevance goes back from the output to one of so many inputs: not where a linearized run holds fixed all that the layer makes of it.
  func handsRelevance(to input: Int, of count: Int) -> Bool

  /// The shape of the output for inputs of given shapes, −1 for lengths known only at run time.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the layer does not take such inputs.
  func outputShape(of inputs: [[Int]]) throws -> [Int]

  /// Computes the output.
  func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor
}

extension Layer {
  /// No parameters.
  public var parameters: [ParameterSpec] { [] }

  /// No values inside.
  public var innerTaps: [String] { [] }

  /// All of them.
  public var usesWholeParameters: Bool { true }

  /// No: a layer that may look across positions is not run on packed sequences.
  public static var takesSequences: Bool { false }

  /// Values of known axes only.
  public static var takesAnyShape: Bool { false }

  /// No: a layer is not taken for linear unless it says so.
  public var isLinearizable: Bool { false }

  /// None.
  public var fixedTaps: [String] { [] }

  /// To every input.
  public func handsRelevance(to input: Int, of count: Int) -> Bool { true }

  func requireInputs(_ count: Int, _ inputs: [[Int]]) throws {
    guard inputs.count == count else {
      throw VitroError(.shape, Self.kind, "\(inputs.count) inputs are given, expected \(count)")
    }
  }

  func shapeError(_ found: [[Int]], expected: String) -> VitroError {
    VitroError(
      .shape, Self.kind, "the input is \(found.map { "\($0)" }.joined(separator: " and ")), expected \(expected)",
      details: ["found": "\(found)", "expected": expected])
  }
}

/// A parameter that a layer owns: its name and shape, and what initializers need to know of it.
public struct ParameterSpec: Sendable, Hashable {
  /// What a parameter is for; initializers and optimizers go by it.
  public enum Role: String, Sendable, Hashable, Codable {
    /// A matrix or a filter bank that multiplies inputs.
    case weight
    /// A matrix that projects to queries, keys or values.
    case attentionWeight
    /// A matrix that multiplies the input of a recurrent layer; its `fanIn` is the layer's width.
    case recurrentInput
    /// A matrix that multiplies a recurrent state.
    case recurrentWeight
    /// A vector added to a product.
    case bias
    /// The bias of a recurrent layer; its `fanIn` is the layer's width.
    case recurrentBias
    /// A table of vectors.
    case embedding
    /// A factor after a normalization, 1 at first.
    case gain
    /// A shift after a normalization, 0 at first.
    case shift
    /// A running mean: state, not trained, 0 at first.
    case runningMean
    /// A running variance: state, not trained, 1 at first.
    case runningVariance
    /// A table that belongs to the structure, as masks and positions do: state, not trained.
    case constant
  }

  /// The name within the layer, as in PyTorch: `weight`, `bias`, `weight_ih_l0`.
  public let name: String
  /// The shape, without an instance axis.
  public let shape: [Int]
  /// What it is for.
  public let role: Role
  /// How many inputs feed one output.
  public let fanIn: Int
  /// How many outputs one input feeds.
  public let fanOut: Int

  /// Creates a specification.
  ///
  /// Fans are those of a matrix `[out, in]` or filters `[out, in, …]` unless given.
  public init(_ name: String, _ shape: [Int], _ role: Role, fanIn: Int? = nil, fanOut: Int? = nil) {
    self.name = name
    self.shape = shape
    self.role = role
    self.fanIn = fanIn ?? shape.dropFirst().elementCount
    self.fanOut = fanOut ?? (shape.prefix(1) + shape.dropFirst(2)).elementCount
  }

  /// Whether an optimizer changes it; running statistics and constants are state.
  public var isTrainable: Bool { role != .runningMean && role != .runningVariance && role != .constant }
}

extension Collection<Int> {
  /// The product of all lengths, or the largest number when it overflows; shapes are only bounded once they are checked.
  var elementCount: Int {
    var result = 1
    for length in self {
      let (product, overflow) = result.multipliedReportingOverflow(by: length)
      if overflow { return .max }
      result = product
    }
    return result
  }
}
