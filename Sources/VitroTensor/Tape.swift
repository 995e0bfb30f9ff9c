internal import CVitroKernels
internal import Synchronization
internal import VitroCore

/// The place of a value on a tape: the tape's number and the value's.
struct TapeSlot: Sendable, Hashable {
  let tape: UInt64
  let index: Int
}

/// A record of computations, for going back from a value to its gradients.
///
/// While ``record(_:)`` runs, every operation on a watched tensor, and on what was computed from one, is written down. One mechanism
/// serves training (watch the parameters) and attribution (watch any value inside a network).
///
/// ```swift
/// let slope = try Tape.record { tape in
///   let x = tape.watch(try Tensor([3.0]))
///   let y = try (x * x).sum()
///   return try tape.gradients(of: y, at: [x])[0].item()  // 6
/// }
/// ```
///
/// A tape belongs to the thread that records it; derivatives are of first order. Gradients are taken of real functions.
///
/// - Complexity: A recorded operation costs one array element; the backward pass costs about twice the forward pass, and lets go of
///   each saved operand as soon as it is used.
public final class Tape {
  private struct Node {
    /// Let go when a backward pass has used it.
    var operation: (any Operation)?
    var inputs: [Int]
    var outputs: Range<Int>
  }

  let number: UInt64
  private var nodes: [Node] = []
  private var shapes: [(shape: [Int], dtype: DType)] = []

  private init(number: UInt64) { self.number = number }

  /// Runs `body` with a new tape, which records on this thread until `body` returns.
  ///
  /// Tapes nest: an inner one records its own values and refuses those of the outer ones.
  public static func record<Result>(_ body: (Tape) throws -> Result) throws -> Result {
    let state = vitro_current_thread_state()!
    let tape = Tape(number: nextTapeNumber())
    let outer = state.pointee
    state.pointee = vitro_thread_state(tape: tape.number, owner: Unmanaged.passUnretained(tape).toOpaque())
    defer { state.pointee = outer }
    return try withExtendedLifetime(tape) { try body(tape) }
  }

  /// Returns the value, now watched: a gradient may be asked with respect to it.
  ///
  /// A value that is on this tape already keeps its history; a gradient may be asked at it as it is.
  public func watch(_ value: Tensor) -> Tensor {
    precondition(value.dtype.isComputing, "Tape.watch: a \(value.dtype) tensor has no gradient")
    if value.node?.tape == number { return value }
    shapes.append((value.shape, value.dtype))
    return value.tracked(as: TapeSlot(tape: number, index: shapes.count - 1))
  }

  /// Writes an operation down on the tape that records on this thread.
  static func record(_ outputs: [Tensor], from inputs: [Tensor], _ operation: some Operation) throws -> [Tensor] {
    let state = vitro_current_thread_state()!.pointee
    for case let slot? in inputs.lazy.map(\.node) where slot.tape != state.tape {
      throw VitroError(
        .argument, "differentiation", "a watched value is used where its tape does not record",
        hint: "Use it inside its Tape.record { } on the same thread, or use its 'detached' copy.")
    }
    let tape = Unmanaged<Tape>.fromOpaque(state.owner).takeUnretainedValue()
    let first = tape.shapes.count
    for output in outputs { tape.shapes.append((output.shape, output.dtype)) }
    tape.nodes.append(
      Node(
        operation: operation, inputs: inputs.map { $0.node?.index ?? -1 }, outputs: first..<first + outputs.count))
    return outputs.enumerated().map { $1.tracked(as: TapeSlot(tape: tape.number, index: first + $0)) }
  }

  /// The gradients of a value with respect to others on this tape.
  ///
  /// - Parameters:
  ///   - value: What is differentiated; a single number unless `seed` is given.
  ///   - points: Watched tensors, or anything computed from them.
  ///   - seed: The gradient of the final objective with respect to `value`, of its shape; 1 by default.
  ///   - keepingTape: Whether the tape may be asked again; otherwise saved operands are let go on the way.
  /// - Returns: For each point a tensor of its shape; zeros where `value` does not depend on it.
  /// - Throws: ``/VitroCore/VitroError`` when `value` is not a single number and no seed is given, when something is on another tape, or when
  ///   an earlier call without `keepingTape` has used up what this one needs.
  public func gradients(
    of value: Tensor, at points: [Tensor], seed: Tensor? = nil, keepingTape: Bool = false
  ) throws -> [Tensor] {
    let targets = try points.map { point in
      guard let slot = point.node, slot.tape == number else {
        throw VitroError(
          .argument, "gradients", "a point of shape \(point.shape) is not on this tape", hint: "Watch it first.")
      }
      return slot.index
    }
    guard seed != nil || value.count == 1 else {
      throw VitroError(
        .shape, "gradients", "the value has shape \(value.shape), not a single number",
        hint: "Reduce it, as by sum(), or give the gradient at the output as seed.")
    }
    if let seed, seed.shape != value.shape || seed.dtype != value.dtype {
      throw VitroError(
        .shape, "gradients", "the seed is \(seed.dtype) \(seed.shape), the value \(value.dtype) \(value.shape)")
    }
    guard let root = value.node else { return try points.map { try $0.detached.zerosLike() } }
    guard root.tape == number else {
      throw VitroError(
        .argument, "gradients", "the value of shape \(value.shape) belongs to another tape",
        hint: "Differentiate it on the tape that recorded it.")
    }

    var needed = [Bool](repeating: false, count: shapes.count)
    for target in targets { needed[target] = true }
    let isTarget = needed
    for node in nodes where node.inputs.contains(where: { $0 >= 0 && needed[$0] }) {
      for output in node.outputs { needed[output] = true }
    }

    var gradients = [Tensor?](repeating: nil, count: shapes.count)
    gradients[root.index] = try seed?.detached ?? .ones(value.shape, dtype: value.dtype)
    for index in nodes.indices.reversed() {
      let node = nodes[index]
      if !keepingTape { nodes[index].operation = nil }
      let outputs = node.outputs
      guard outputs.contains(where: { gradients[$0] != nil }) else { continue }
      let wants = node.inputs.map { $0 >= 0 && needed[$0] }
      guard wants.contains(true) else { continue }
      guard let operation = node.operation else {
        throw VitroError(
          .argument, "gradients", "this part of the tape was used up by an earlier call",
          hint: "Pass keepingTape: true to all calls but the last.")
      }
      let received = outputs.map { gradients[$0] }
      for output in outputs where !isTarget[output] { gradients[output] = nil }
      let sent = try operation.pullback(received, wants: wants)
      for (input, gradient) in zip(node.inputs, sent) {
        guard input >= 0, needed[input], let gradient else { continue }
        assert(gradient.shape == shapes[input].shape, "\(type(of: operation)) sent \(gradient.shape)")
        // Taken out of the array, so that a sum of this pass's own has one holder.
        var sum = gradients[input].take()
        try Self.accumulate(gradient, onto: &sum)
        gradients[input] = sum
      }
    }
    return try zip(targets, points).map { try gradients[$0] ?? $1.detached.zerosLike() }
  }

  /// Adds in place when nobody else can see the sum's memory: not a caller, an operation, or another value's gradient.
  private static func accumulate(_ gradient: Tensor, onto sum: inout Tensor?) throws {
    guard sum != nil else {
      sum = gradient
      return
    }
    guard isKnownUniquelyReferenced(&sum!.buffer), sum!.buffer.isWritable else {
      sum = try sum! + gradient
      return
    }
    withMemory(gradient, sum!) { vitro_accumulate(gradient.dtype.kernel, 1, $0, $1, Int64(gradient.count)) }
  }
}

/// The value of a function and its gradients at given points.
///
/// ```swift
/// let (loss, gradients) = try valueWithGradients(at: [w, b]) { p in
///   try (x.matmul(p[0]) + p[1] - y).square().mean()
/// }
/// ```
public func valueWithGradients(
  at points: [Tensor], of function: ([Tensor]) throws -> Tensor
) throws -> (value: Tensor, gradients: [Tensor]) {
  try Tape.record { tape in
    let watched = points.map { tape.watch($0.detached) }
    let value = try function(watched)
    return (value.detached, try tape.gradients(of: value, at: watched))
  }
}

private func nextTapeNumber() -> UInt64 {
  tapeNumbers.withLock {
    $0 += 1; return $0
  }
}

private let tapeNumbers = Mutex<UInt64>(0)
