public import VitroTensor

/// What a recurrent layer hands on.
public enum RecurrentResult: String, Sendable, Hashable, Codable {
  /// The hidden state at every position, `[length, width]`.
  case sequence
  /// The hidden state after the last position, `[width]`.
  case last
}

/// A long short-term memory layer (Hochreiter & Schmidhuber, 1997), gates i, f, g, o as in PyTorch: `[length, inputs]` → `[length, width]`.
///
/// Parameters: `weight_ih_l0 [4·width, inputs]`, `weight_hh_l0 [4·width, width]`, `bias_ih_l0`, `bias_hh_l0 [4·width]`. Inner tap: `hook_cell`
/// `[length, width]`, recorded only. Two layers, one of them reversed, and a ``Concatenate`` make a bidirectional one.
///
/// ```swift
/// let reader = Graph.chain(
///   "reader", input: [-1],
///   [("embed", Embedding(50, 8)), ("lstm", LSTM(8, 16, returns: .last)), ("output", Linear(16, 2))])
/// ```
public struct LSTM: Layer {
  /// `lstm`.
  public static let kind = "lstm"
  /// The length of each input vector.
  public var inputs: Int
  /// The length of the hidden state.
  public var width: Int
  /// What is handed on.
  public var returns: RecurrentResult
  /// Whether the sequence is read from its end; results stay at their positions.
  public var reversed: Bool
  /// Whether biases are added.
  public var bias: Bool

  /// Yes: to signals, gates held fixed.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(
    _ inputs: Int, _ width: Int, returns: RecurrentResult = .sequence, reversed: Bool = false, bias: Bool = true
  ) {
    self.inputs = inputs
    self.width = width
    self.returns = returns
    self.reversed = reversed
    self.bias = bias
  }

  /// The two matrices and, if there are any, the two biases.
  public var parameters: [ParameterSpec] { recurrentParameters(gates: 4, inputs: inputs, width: width, bias: bias) }

  /// `hook_cell`.
  public var innerTaps: [String] { ["hook_cell"] }

  /// `[length, inputs]` → `[length, width]`, or `[width]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] {
    try recurrentShape(shapes, inputs: inputs, width: width, returns: returns)
  }

  /// Runs through the positions.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let parameters = context.parameters
    let sequence = RecurrentSequence(context: context, reversed: reversed, returns: returns)
    let gates = try sequence.projected(inputs[0], parameters[0], bias ? try parameters[2] + parameters[3] : nil)
    var hidden = try sequence.initialState(of: gates, width: width)
    var cell = hidden
    var (hiddens, cells): ([Tensor], [Tensor]) = ([], [])
    for step in try sequence.steps(gates) {
      let sums = try step + hidden.matmul(parameters[1], transposeB: true)
      (hidden, cell) = try context.relevance?.lstmCell(sums, cell: cell) ?? sums.lstmCell(cell: cell)
      hiddens.append(hidden)
      cells.append(cell)
    }
    try context.record(0, sequence.joined(cells))
    return try sequence.result(hiddens, initial: hidden)
  }
}

/// A gated recurrent unit layer (Cho et al., 2014), gates r, z, n as in PyTorch: `[length, inputs]` → `[length, width]`.
///
/// Parameters: `weight_ih_l0 [3·width, inputs]`, `weight_hh_l0 [3·width, width]`, `bias_ih_l0`, `bias_hh_l0 [3·width]`.
public struct GRU: Layer {
  /// `gru`.
  public static let kind = "gru"
  /// The length of each input vector.
  public var inputs: Int
  /// The length of the hidden state.
  public var width: Int
  /// What is handed on.
  public var returns: RecurrentResult
  /// Whether the sequence is read from its end; results stay at their positions.
  public var reversed: Bool
  /// Whether biases are added.
  public var bias: Bool

  /// Yes: to signals, gates held fixed.
  public var isLinearizable: Bool { true }

  /// Creates the layer.
  public init(
    _ inputs: Int, _ width: Int, returns: RecurrentResult = .sequence, reversed: Bool = false, bias: Bool = true
  ) {
    self.inputs = inputs
    self.width = width
    self.returns = returns
    self.reversed = reversed
    self.bias = bias
  }

  /// The two matrices and, if there are any, the two biases.
  public var parameters: [ParameterSpec] { recurrentParameters(gates: 3, inputs: inputs, width: width, bias: bias) }

  /// `[length, inputs]` → `[length, width]`, or `[width]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] {
    try recurrentShape(shapes, inputs: inputs, width: width, returns: returns)
  }

  /// Runs through the positions.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let parameters = context.parameters
    let sequence = RecurrentSequence(context: context, reversed: reversed, returns: returns)
    let gates = try sequence.projected(inputs[0], parameters[0], bias ? parameters[2] : nil)
    var hidden = try sequence.initialState(of: gates, width: width)
    var hiddens: [Tensor] = []
    for step in try sequence.steps(gates) {
      let recurrent = try hidden.linear(weight: parameters[1], bias: bias ? parameters[3] : nil)
      hidden =
        try context.relevance?.gruCell(step, recurrent: recurrent, hidden: hidden)
        ?? step.gruCell(recurrent: recurrent, hidden: hidden)
      hiddens.append(hidden)
    }
    return try sequence.result(hiddens, initial: hidden)
  }
}

extension Layer {
  fileprivate func recurrentParameters(gates: Int, inputs: Int, width: Int, bias: Bool) -> [ParameterSpec] {
    let rows = gates * width
    let matrices = [
      ParameterSpec("weight_ih_l0", [rows, inputs], .recurrentInput, fanIn: width, fanOut: rows),
      ParameterSpec("weight_hh_l0", [rows, width], .recurrentWeight, fanIn: width, fanOut: rows),
    ]
    guard bias else { return matrices }
    return matrices + ["bias_ih_l0", "bias_hh_l0"].map { ParameterSpec($0, [rows], .recurrentBias, fanIn: width) }
  }

  fileprivate func recurrentShape(
    _ shapes: [[Int]], inputs: Int, width: Int, returns: RecurrentResult
  ) throws -> [Int] {
    try requireInputs(1, shapes)
    guard shapes[0].count == 2, shapes[0][1] == inputs || shapes[0][1] == -1, shapes[0][0] != 0 else {
      throw shapeError(shapes, expected: "[length, \(inputs)]")
    }
    return returns == .sequence ? [shapes[0][0], width] : [width]
  }
}

/// The way of a recurrent layer through its sequence: steps first, so that each is a view.
private struct RecurrentSequence {
  let context: LayerContext
  let reversed: Bool
  let returns: RecurrentResult

  /// The input's part of all gates in one product: `[instances?, batch, length, inputs]` → `[length, instances?, batch, gates]`.
  func projected(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
    if context.instances == nil { return try x.permuted([1, 0, 2]).linear(weight: weight, bias: bias) }
    return try x.linear(weight: weight, bias: bias).permuted([2, 0, 1, 3])
  }

  func initialState(of gates: Tensor, width: Int) throws -> Tensor {
    try .zeros(gates.shape[1..<gates.rank - 1] + [width], dtype: gates.dtype)
  }

  func steps(_ gates: Tensor) throws -> [Tensor] {
    let steps = try gates.unstacked(axis: 0)
    return reversed ? steps.reversed() : steps
  }

  /// States in order of position: `[instances?, batch, length, width]`.
  func joined(_ states: [Tensor]) throws -> Tensor {
    let stacked = try Tensor.stack(reversed ? states.reversed() : states)
    return try stacked.permuted(context.instances == nil ? [1, 0, 2] : [1, 2, 0, 3])
  }

  func result(_ states: [Tensor], initial: Tensor) throws -> Tensor {
    returns == .last || states.isEmpty ? states.last ?? initial : try joined(states)
  }
}
