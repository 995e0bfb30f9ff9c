internal import VitroCore
public import VitroTensor

/// What a layer sees while it runs: its parameters, how the network is used, and its taps.
public struct LayerContext {
  let pass: ForwardPass
  let step: Plan.Step
  let number: Int

  /// The layer's parameters, in the order of ``Layer/parameters``; empty where ``Layer/usesWholeParameters`` is false.
  public let parameters: [Tensor]

  init(pass: ForwardPass, step: Plan.Step, number: Int) throws {
    (self.pass, self.step, self.number) = (pass, step, number)
    parameters = step.layer.usesWholeParameters ? try step.parameters.map(pass.parameters.value) : []
  }

  /// Rows of a parameter, for layers that need no more of it: `[rows, …]` by whole numbers `[…]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an index is none of its rows.
  public func rows(ofParameter parameter: Int, at indices: Tensor) throws -> Tensor {
    try pass.parameters.rows(step.parameters[parameter], at: indices)
  }

  /// How sequences lie in the positions, `nil` for `[batch, length]`.
  public var sequences: SequenceLayout? { pass.sequences }

  /// Keeps what attention has to keep for later runs, and returns the keys and values that its sequences go on from.
  func continued(keys: Tensor, values: Tensor) throws -> (keys: Tensor, values: Tensor)? {
    guard let sequences = pass.sequences else { return nil }
    let past = sequences.past?.steps[number]
    if sequences.past != nil, past == nil {
      throw VitroError(
        .argument, "going on from a cache", "it holds no keys and values of this layer",
        hint: "The run that made it stopped earlier, or replaced the layer's output.")
    }
    if sequences.isKept {
      pass.keep(
        number, try sequences.joined(past?.keys, keys.detached), try sequences.joined(past?.values, values.detached))
    }
    return past
  }

  /// A value that several layers of one pass share, computed once.
  func memo<Key: Hashable & Sendable, Value: Sendable>(_ key: Key, _ make: () throws -> Value) rethrows -> Value {
    if let known = pass.memo[AnyHashable(key)] as? Value { return known }
    let value = try make()
    pass.memo[AnyHashable(key)] = value
    return value
  }

  /// The number of instances, `nil` for a plain network.
  ///
  /// Values then have a leading instance axis.
  public var instances: Int? { pass.instances }

  /// The number of axes before those of one example: the batch axis, and the instance axis if there is one.
  public var leadingAxes: Int { pass.instances == nil ? 1 : 2 }

  /// Whether the network is used or trained.
  public var mode: RunMode { pass.mode }

  /// Hands an inner value past its tap: returns it as it goes on, edited if someone asked for that.
  public func tap(_ inner: Int, _ value: Tensor) throws -> Tensor {
    try pass.tap(step.firstInnerTap + inner, value)
  }

  /// Shows an inner value that is only a copy of what the layer computes with: it can be recorded, but neither edited nor differentiated.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an edit or a gradient was asked for here.
  public func record(_ inner: Int, _ value: @autoclosure () throws -> Tensor) throws {
    let tap = step.firstInnerTap + inner
    guard !pass.edited.contains(tap), !pass.watched.contains(tap) else {
      throw VitroError(
        .unsupported, "tapping '\(pass.plan.tapNames[tap])'", "it can be recorded, but not edited or differentiated")
    }
    if pass.recording.contains(tap) { try pass.record(tap, value()) }
  }

  /// Whether an inner value is wanted, so that a fused computation must show its inside.
  public func isTapped(_ inner: Int) -> Bool {
    let tap = step.firstInnerTap + inner
    return pass.recording.contains(tap) || pass.edited.contains(tap) || pass.watched.contains(tap)
  }

  /// Counts elements of a value that is about to be made of less, for layers whose results a file's numbers could make as large as they like.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`memory`) when one run would make more of them than its inputs and parameters warrant.
  func spend(_ elements: Int) throws { try pass.spend(elements) }

  /// Asks for a running statistic to be replaced when the training step is done.
  public func updateState(_ parameter: Int, to value: Tensor) {
    pass.update(parameter: step.parameters[parameter], to: value)
  }

  /// The layer's own random numbers for this training step, `nil` in inference.
  public var randomStream: RandomStream? {
    guard case .training(let seed, let trainingStep) = mode else { return nil }
    return RandomStream(seed: seed, "layer", number, trainingStep)
  }

  /// Computes each instance by itself and joins the results: for layers that have no batched form.
  public func eachInstance(
    _ inputs: [Tensor], _ body: (_ inputs: [Tensor], _ parameters: [Tensor]) throws -> Tensor
  ) throws -> Tensor {
    let parameters = parameters
    guard let instances else { return try body(inputs, parameters) }
    return try .stack(
      (0..<instances).map { instance in
        try body(
          inputs.map { try $0.select(at: $0.shape[0] == 1 ? 0 : instance) },
          parameters.map { try $0.select(at: instance) })
      })
  }
}
