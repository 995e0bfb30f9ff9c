internal import VitroCore
internal import VitroTensor

/// LSTM, GRU and RNN with all of their options.
extension ONNXOperator {
  static let recurrent: [String: ONNXOperator] = [
    "LSTM": sequence(gates: 4, operands: 8, outputs: 3),
    "GRU": sequence(gates: 3, operands: 6, outputs: 2),
    "RNN": sequence(gates: 1, operands: 6, outputs: 2),
  ]

  private static func sequence(gates: Int, operands: Int, outputs: Int) -> ONNXOperator {
    ONNXOperator(
      3...operands, outputs: outputs, folds: false,
      shape: { outline in
        guard let x = try outline.shape(0), let recurrence = try outline.shape(2) else { return nil }
        guard x.count == 3, recurrence.count == 3 else {
          throw outline.operation.refusal("its operands are \(x) and \(recurrence), expected three axes", code: .shape)
        }
        let isBatchFirst = try outline.operation.flag("layout")
        let (length, batch) = isBatchFirst ? (x[1], x[0]) : (x[0], x[1])
        let (directions, width) = (recurrence[0], recurrence[2])
        guard outline.operation.output == 0 else {
          return isBatchFirst ? [batch, directions, width] : [directions, batch, width]
        }
        return isBatchFirst ? [batch, length, directions, width] : [length, directions, batch, width]
      }
    ) { call in try ONNXRecurrence(call, gates: gates).result() }
  }
}

/// A recurrent operator at work.
struct ONNXRecurrence {
  private let call: ONNXCall
  private let gates: Int
  private let x: Tensor
  private let isBatchFirst: Bool
  private let lengths: [Int]?
  private let directions: [(number: Int, isReversed: Bool)]
  private let width: Int
  private let functions: [ONNXGateFunction]
  private let clip: Double?

  init(_ call: ONNXCall, gates: Int) throws {
    self.call = call
    self.gates = gates
    let operation = call.operation
    isBatchFirst = try operation.flag("layout")
    let given = try call.real(0)
    guard given.rank == 3 else { throw operation.refusal("its value is \(given.shape)", code: .shape) }
    x = isBatchFirst ? try given.permuted([1, 0, 2]) : given
    let recurrence = try call.operand(2)
    guard recurrence.rank == 3, recurrence.shape[1] == gates * recurrence.shape[2] else {
      throw operation.refusal(
        "its recurrence is \(recurrence.shape), expected [directions, \(gates)·width, width]", code: .shape)
    }
    width = recurrence.shape[2]
    lengths = try call.optional(4)?.ints
    let (length, batch) = (x.shape[0], x.shape[1])
    if let lengths {
      guard lengths.count == batch, lengths.allSatisfy({ (0...length).contains($0) }) else {
        throw operation.refusal("the lengths \(lengths.prefix(8)) do not fit \(x.shape)", code: .shape)
      }
    }
    switch try operation.text("direction", default: "forward") {
    case "forward": directions = [(0, false)]
    case "reverse": directions = [(0, true)]
    case "bidirectional": directions = [(0, false), (1, true)]
    case let direction: throw operation.refusal("its direction is '\(direction)'")
    }
    guard recurrence.shape[0] == directions.count else {
      throw operation.refusal(
        "it has weights for \(recurrence.shape[0]) directions of \(directions.count)", code: .shape)
    }
    functions = try ONNXGateFunction.read(operation, gates: gates, directions: directions.count)
    clip = operation.settings["clip"] == nil ? nil : try operation.real("clip", default: 0)
    if let clip, clip <= 0 { throw operation.refusal("it cuts at \(clip)", code: .argument) }
  }

  /// The result that is asked for: all states, the last state, or the last cell.
  func result() throws -> Tensor {
    let parts = try directions.map { try run($0.number, isReversed: $0.isReversed) }
    switch call.operation.output {
    case 0:
      // [length, directions, batch, width].
      let all = try Tensor.stack(parts.map(\.states), axis: 1)
      return isBatchFirst ? try all.permuted([2, 0, 1, 3]) : all
    case 1: return try Tensor.stack(parts.map(\.hidden), axis: isBatchFirst ? 1 : 0)
    default: return try Tensor.stack(parts.map(\.cell), axis: isBatchFirst ? 1 : 0)
    }
  }

  private func run(_ direction: Int, isReversed: Bool) throws -> (states: Tensor, hidden: Tensor, cell: Tensor) {
    let input = isReversed ? try turned(x) : x
    let weights = try part(1, direction)
    let recurrence = try part(2, direction)
    let bias = try optionalPart(3, direction)
    let count = gates * width
    let inputBias = try bias?.slice(axis: 0, 0..<count)
    let stateBias = try bias?.slice(axis: 0, count..<2 * count)
    let projected = try input.linear(weight: weights, bias: inputBias)
    var hidden = try initial(5, direction)
    var cell = try gates == 4 ? initial(6, direction) : hidden
    let peepholes = gates == 4 ? try optionalPart(7, direction) : nil
    let own = Array(functions[direction * functionCount..<(direction + 1) * functionCount])
    var states: [Tensor] = []
    for (step, inner) in try projected.unstacked(axis: 0).enumerated() {
      var (next, nextCell): (Tensor, Tensor)
      switch gates {
      case 4: (next, nextCell) = try long(inner, hidden, cell, recurrence, stateBias, peepholes, own)
      case 3:
        next = try gated(inner, hidden, recurrence, stateBias, own)
        nextCell = next
      default:
        let sum = try inner + hidden.linear(weight: recurrence, bias: stateBias)
        next = try own[0](clipped(sum))
        nextCell = next
      }
      if let lengths {
        // Beyond its end an example's state stays, and what is seen of it is 0.
        let isInside = try Tensor(lengths.map { step < $0 }, shape: [lengths.count, 1])
        states.append(try isInside.select(next, next.zerosLike()))
        hidden = try isInside.select(next, hidden)
        cell = try isInside.select(nextCell, cell)
      } else {
        states.append(next)
        (hidden, cell) = (next, nextCell)
      }
    }
    let stacked = states.isEmpty ? try Tensor.zeros([0] + hidden.shape, dtype: x.dtype) : try Tensor.stack(states)
    return (isReversed ? try turned(stacked) : stacked, hidden, cell)
  }

  private var functionCount: Int { gates == 4 ? 3 : gates == 3 ? 2 : 1 }

  /// A step of the LSTM: gates in ONNX's order i, o, f, c.
  private func long(
    _ inner: Tensor, _ hidden: Tensor, _ cell: Tensor, _ recurrence: Tensor, _ bias: Tensor?, _ peepholes: Tensor?,
    _ own: [ONNXGateFunction]
  ) throws -> (Tensor, Tensor) {
    let sum = try inner + hidden.linear(weight: recurrence, bias: bias)
    let parts = try sum.split(axis: -1, lengths: [width, width, width, width])
    let couples = try call.operation.flag("input_forget")
    if peepholes == nil, clip == nil, !couples, own.map(\.name) == ["sigmoid", "tanh", "tanh"] {
      return try Tensor.concatenate([parts[0], parts[2], parts[3], parts[1]], axis: -1).lstmCell(cell: cell)
    }
    func peeped(_ gate: Tensor, _ cell: Tensor, _ number: Int) throws -> Tensor {
      guard let peepholes else { return gate }
      return try gate + cell * peepholes.slice(axis: 0, number * width..<(number + 1) * width)
    }
    let input = try own[0](clipped(peeped(parts[0], cell, 0)))
    let forget = try couples ? 1 - input : own[0](clipped(peeped(parts[2], cell, 2)))
    let next = try forget * cell + input * own[1](clipped(parts[3]))
    let output = try own[0](clipped(peeped(parts[1], next, 1)))
    return (try output * own[2](next), next)
  }

  /// A step of the GRU: gates in ONNX's order z, r, h.
  private func gated(
    _ inner: Tensor, _ hidden: Tensor, _ recurrence: Tensor, _ bias: Tensor?, _ own: [ONNXGateFunction]
  ) throws -> Tensor {
    let lengths = [width, width, width]
    let x = try inner.split(axis: -1, lengths: lengths)
    if try call.operation.flag("linear_before_reset") {
      let h = try hidden.linear(weight: recurrence, bias: bias).split(axis: -1, lengths: lengths)
      let update = try own[0](clipped(x[0] + h[0]))
      let reset = try own[0](clipped(x[1] + h[1]))
      let fresh = try own[1](clipped(x[2] + reset * h[2]))
      return try (1 - update) * fresh + update * hidden
    }
    let matrices = try recurrence.split(axis: 0, lengths: lengths)
    let biases = try bias?.split(axis: 0, lengths: lengths)
    let update = try own[0](clipped(x[0] + hidden.linear(weight: matrices[0], bias: biases?[0])))
    let reset = try own[0](clipped(x[1] + hidden.linear(weight: matrices[1], bias: biases?[1])))
    let fresh = try own[1](clipped(x[2] + (reset * hidden).linear(weight: matrices[2], bias: biases?[2])))
    return try (1 - update) * fresh + update * hidden
  }

  private func clipped(_ gate: Tensor) throws -> Tensor { try clip.map { try gate.clip(-$0, $0) } ?? gate }

  /// Steps in reverse order, those of each example within its own length.
  private func turned(_ sequence: Tensor) throws -> Tensor {
    guard let lengths else { return try sequence.flipped(axes: [0]) }
    return try sequence.reversed(lengths, batch: 1, time: 0, call.operation)
  }

  private func part(_ index: Int, _ direction: Int) throws -> Tensor {
    try call.operand(index).cast(to: x.dtype).select(axis: 0, at: direction)
  }

  private func optionalPart(_ index: Int, _ direction: Int) throws -> Tensor? {
    try call.optional(index).map { try $0.cast(to: x.dtype).select(axis: 0, at: direction) }
  }

  private func initial(_ index: Int, _ direction: Int) throws -> Tensor {
    guard let given = call.optional(index) else { return try .zeros([x.shape[1], width], dtype: x.dtype) }
    return try given.cast(to: x.dtype).select(axis: isBatchFirst ? 1 : 0, at: direction)
  }
}
