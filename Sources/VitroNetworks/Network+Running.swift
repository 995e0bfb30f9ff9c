internal import VitroCore
public import VitroTensor

extension Network {
  /// Runs the network on a batch and returns its main output.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the inputs do not fit.
  public func callAsFunction(_ inputs: Tensor...) throws -> Tensor { try run(inputs).output }

  /// Runs the network on a batch, recording and editing values on the way.
  ///
  /// - Parameters:
  ///   - inputs: One `[batch, …]` for each input of the graph. In a network of several instances an input with an instance axis is
  ///     `[instances, batch, …]`; one without is shared by all.
  ///   - recording: The values to keep.
  ///   - editing: What to do to values on the way. A replaced value spares all work that only led to it.
  ///   - mode: Inference unless the network is being trained.
  ///   - needsOutputs: When false, nothing after the last recorded value is computed, and the outputs are missing.
  ///   - sequences: How sequences of different lengths lie in one row of positions; the inputs are then `[1, positions]`.
  /// - Throws: ``/VitroCore/VitroError`` when inputs or replaced values do not fit or a tap does not exist.
  public func run(
    _ inputs: [Tensor], recording: TapSelection = .none, editing: [String: TapEdit] = [:],
    mode: RunMode = .inference, needsOutputs: Bool = true, sequences: SequenceLayout? = nil
  ) throws -> Activations {
    let pass = ForwardPass(
      plan: plan, parameters: parameters.values, instances: instances, mode: mode,
      recording: try recording.resolve(plan), edits: try resolve(editing), sequences: sequences)
    let outputs = try pass.run(prepared(inputs, sequences), needsOutputs: needsOutputs)
    return Activations(plan: plan, outputs: outputs, recorded: pass.recorded, cache: cache(pass, sequences))
  }

  /// The gradients of an objective with respect to values inside the network.
  ///
  /// ```swift
  /// let (values, gradients) = try network.gradients([image], at: ["relu1"]) { run in
  ///   try run.output.select(axis: 1, at: 3).sum()
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - inputs: One for each input of the graph, as ``run(_:recording:editing:mode:needsOutputs:sequences:)`` takes them.
  ///   - taps: Where to take gradients; their values are recorded too.
  ///   - editing: What to do to values on the way; gradients are those of the edited network.
  ///   - mode: Inference unless the network is being trained.
  ///   - sequences: How sequences lie in one row of positions, as in ``run(_:recording:editing:mode:needsOutputs:sequences:)``.
  ///   - objective: A single number computed from the recorded values and the outputs.
  /// - Returns: The recorded values, and the gradient at each tap, by name.
  /// - Throws: ``/VitroCore/VitroError`` as ``run(_:recording:editing:mode:needsOutputs:sequences:)`` does, or when the objective is not a single number.
  public func gradients(
    _ inputs: [Tensor], at taps: TapSelection, editing: [String: TapEdit] = [:], mode: RunMode = .inference,
    sequences: SequenceLayout? = nil, of objective: (Activations) throws -> Tensor
  ) throws -> (activations: Activations, gradients: [String: Tensor]) {
    let wanted = try taps.resolve(plan)
    return try Tape.record { tape in
      let pass = ForwardPass(
        plan: plan, parameters: parameters.values, instances: instances, mode: mode, recording: wanted,
        edits: try resolve(editing), sequences: sequences, watched: wanted,
        watch: { $1.dtype.isComputing ? tape.watch($1) : $1 })
      let outputs = try pass.run(prepared(inputs, sequences), needsOutputs: true)
      let run = Activations(plan: plan, outputs: outputs, recorded: pass.recorded)
      let goal = try objective(run)
      let points = pass.recorded.filter { $0.value.isTracked }.sorted { $0.key < $1.key }
      let gradients = try tape.gradients(of: goal, at: points.map(\.value))
      return (
        Activations(plan: plan, outputs: outputs.map(\.detached), recorded: pass.recorded.mapValues(\.detached)),
        Dictionary(uniqueKeysWithValues: zip(points.map { plan.tapNames[$0.key] }, gradients))
      )
    }
  }

  /// What a training step computes: the loss of each instance, and the gradients of all trained parameters.
  package struct TrainingPass {
    package let losses: Tensor
    package var gradients: [Tensor]
    let stateUpdates: [(parameter: Int, value: Tensor)]
  }

  package func trainingPass(
    _ inputs: [Tensor], mode: RunMode, loss: (Activations) throws -> Tensor
  ) throws -> TrainingPass {
    try Tape.record { tape in
      let views = try parameters.entries.indices.map { number in
        let value = try parameters.tensor(number)
        return parameters.entries[number].spec.isTrainable ? tape.watch(value) : value
      }
      let pass = ForwardPass(
        plan: plan, parameters: .tensors(views), instances: instances, mode: mode,
        recording: TapSet(count: plan.tapNames.count))
      let outputs = try pass.run(prepared(inputs), needsOutputs: true)
      let losses = try loss(Activations(plan: plan, outputs: outputs, recorded: [:]))
      let trained = views.filter(\.isTracked)
      let gradients = try tape.gradients(of: losses.count == 1 ? losses : losses.sum(), at: trained)
      return TrainingPass(losses: losses.detached, gradients: gradients, stateUpdates: pass.stateUpdates)
    }
  }

  /// What a kept run leaves for others to go on from.
  private func cache(_ pass: ForwardPass, _ sequences: SequenceLayout?) -> KeyValueCache? {
    guard let sequences, sequences.isKept else { return nil }
    return KeyValueCache(plan, lengths: sequences.sequences.map { $0.start + $0.length }, steps: pass.kept)
  }

  private func resolve(_ edits: [String: TapEdit]) throws -> [Int: TapEdit] {
    var resolved: [Int: TapEdit] = [:]
    for (name, edit) in edits { resolved[try plan.tap(named: name)] = edit }
    return resolved
  }

  /// Checks the inputs and gives them an instance axis where the network has one.
  private func prepared(_ inputs: [Tensor], _ sequences: SequenceLayout? = nil) throws -> [Tensor] {
    if let sequences {
      try sequences.check()
      if let past = sequences.past, past.plan !== plan {
        throw VitroError(
          .argument, "network '\(graph.name)'", "the cache that sequences go on from is another network's")
      }
      guard instances == nil, inputs.allSatisfy({ $0.rank >= 2 && $0.shape[0] == 1 && $0.shape[1] == sequences.count })
      else {
        throw VitroError(
          .shape, "network '\(graph.name)'",
          "the inputs are \(inputs.map(\.shape)), expected [1, \(sequences.count)] for \(sequences.sequences.count) sequences",
          hint: instances == nil ? nil : "A network of several instances takes no packed sequences.")
      }
    }
    guard inputs.count == graph.inputs.count else {
      throw VitroError(
        .shape, "network '\(graph.name)'", "\(inputs.count) inputs are given, expected \(graph.inputs.count)",
        hint: "Inputs: \(graph.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")).")
    }
    return try zip(graph.inputs, inputs).map { declared, value in
      func fits(_ example: some Collection<Int>) -> Bool {
        example.count == declared.shape.count && zip(example, declared.shape).allSatisfy { $1 == -1 || $0 == $1 }
      }
      let hasInstances = instances != nil && value.rank == declared.shape.count + 2
      let leading = hasInstances ? 2 : 1
      guard declared.shape == Graph.unknownShape || value.rank >= leading && fits(value.shape.dropFirst(leading)),
        !hasInstances || value.shape[0] == instances || value.shape[0] == 1
      else {
        throw VitroError(
          .shape, "network '\(graph.name)'",
          "input '\(declared.name)' is \(value.shape), expected [batch]\(declared.shape.isEmpty ? "" : " + \(declared.shape)")",
          details: ["input": declared.name, "found": "\(value.shape)", "expected": "\(declared.shape)"])
      }
      if let batch = declared.batch, value.shape.first != batch {
        throw VitroError(
          .shape, "network '\(graph.name)'",
          "input '\(declared.name)' is \(value.shape), and the network is made for batches of \(batch) alone",
          hint: "Export it with a batch axis of any length.",
          details: ["input": declared.name, "found": "\(value.shape)", "expected": "\([batch] + declared.shape)"])
      }
      if value.dtype.isFloatingPoint, value.dtype != parameters.dtype {
        return try (instances != nil && !hasInstances ? value.expandingAxis(0) : value).cast(to: parameters.dtype)
      }
      return instances != nil && !hasInstances ? try value.expandingAxis(0) : value
    }
  }
}
