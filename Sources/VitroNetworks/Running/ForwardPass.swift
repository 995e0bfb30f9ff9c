internal import VitroCore
internal import VitroTensor

/// Whether a network is used or trained; dropout and batch normalization differ.
public enum RunMode: Sendable, Hashable {
  /// Dropout is off; running statistics are used.
  case inference
  /// Dropout is on, drawn from a seed and the step's number; batch statistics are used and running ones updated.
  case training(seed: UInt64, step: Int)
  /// Values are those of inference, but gradients are those of layer-wise relevance propagation under the ε-rule: at every tap the relevance for a
  /// differentiated score is vector ⊙ gradient.
  ///
  /// Sums of relevance are conserved from tap to tap but for what biases and ε take. The rules for functions, normalizations, attention, gates and products are in
  /// docs/information-methods.md. Layers that no rule covers (``Layer/isLinearizable``) are refused by name.
  case linearized(epsilon: Double)
}

/// One run through a network's steps: lends each layer its parameters, hands values on, and watches the taps.
final class ForwardPass {
  let plan: Plan
  let parameters: ParameterValues
  let sequences: SequenceLayout?
  let instances: Int?
  let mode: RunMode
  let recording: TapSet
  let edits: [Int: TapEdit]
  let edited: TapSet
  /// Sees (and may put on a tape) each value of `watched`, after its edit.
  let watched: TapSet
  let watch: (Int, Tensor) -> Tensor
  private(set) var recorded: [Int: Tensor] = [:]
  private(set) var stateUpdates: [(parameter: Int, value: Tensor)] = []
  private(set) var kept: [Int: (keys: Tensor, values: Tensor)] = [:]
  var memo: [AnyHashable: any Sendable] = [:]
  /// How many elements may still be made of less.
  private var elementsLeft = 0

  init(
    plan: Plan, parameters: ParameterValues, instances: Int?, mode: RunMode, recording: TapSet,
    edits: [Int: TapEdit] = [:], sequences: SequenceLayout? = nil, watched: TapSet? = nil,
    watch: @escaping (Int, Tensor) -> Tensor = { $1 }
  ) {
    self.plan = plan
    self.parameters = parameters
    self.sequences = sequences
    self.instances = instances
    self.mode = mode
    self.recording = recording
    self.edits = edits
    var edited = TapSet(count: plan.tapNames.count)
    for tap in edits.keys { edited.insert(tap) }
    self.edited = edited
    self.watched = watched ?? TapSet(count: plan.tapNames.count)
    self.watch = watch
  }

  /// Runs the steps that the wanted values need and returns the values of the plan's outputs.
  ///
  /// A replaced value cuts the graph: nothing before it runs unless something else needs it. When `needsOutputs` is false, nothing
  /// after the last recorded value runs.
  func run(_ inputs: [Tensor], needsOutputs: Bool) throws -> [Tensor] {
    let needed = neededSteps(needsOutputs: needsOutputs)
    let given = inputs.reduce(plan.parameterElements) { $0 + $1.count }
    elementsLeft = max(1 << 20, 1024 * min(given, 1 << 40))
    var values = [Tensor?](repeating: nil, count: plan.inputCount + plan.steps.count)
    var remainingReaders = [Int](repeating: 0, count: values.count)
    for (number, step) in plan.steps.enumerated() where needed[number] {
      for input in step.inputs { remainingReaders[input] += 1 }
    }
    for output in plan.outputs where needsOutputs { remainingReaders[output] += 1 }
    for (number, input) in inputs.enumerated() { values[number] = try tap(number, input) }

    for (number, step) in plan.steps.enumerated() {
      let value = plan.inputCount + number
      if case .replace? = edits[step.outputTap], edited.contains(step.outputTap) {
        if remainingReaders[value] > 0 || recording.contains(step.outputTap) {
          values[value] = try tap(step.outputTap, nil)
        }
        if !needed[number] { continue }
      }
      guard needed[number] else { continue }
      let operands = step.inputs.map { values[$0]! }
      for input in step.inputs {
        remainingReaders[input] -= 1
        if remainingReaders[input] == 0 { values[input] = nil }
      }
      let result = try describingErrors(step) {
        if case .linearized = mode, !step.layer.isLinearizable, operands.contains(where: \.isTracked) {
          throw VitroError(
            .unsupported, type(of: step.layer).kind, "no rule says how relevance goes back through it",
            hint: "Ask for a value before it.")
        }
        guard sequences == nil || type(of: step.layer).takesSequences else {
          throw VitroError(
            .unsupported, type(of: step.layer).kind,
            "it may look across positions, so it is not run on packed sequences",
            hint: "Run texts of one length as [batch, length].")
        }
        return try step.layer.forward(operands, in: LayerContext(pass: self, step: step, number: number))
      }
      if values[value] == nil { values[value] = try tap(step.outputTap, result) }
    }
    return needsOutputs ? plan.outputs.map { values[$0]! } : []
  }

  /// A value reaches its tap: it is edited, watched, recorded, and goes on.
  func tap(_ number: Int, _ value: Tensor?) throws -> Tensor {
    var result = value
    if edited.contains(number), let edit = edits[number] {
      if case .replace(let other) = edit {
        if let value, value.shape != other.shape {
          throw VitroError(
            .shape, "replacing '\(plan.tapNames[number])'", "the value is \(other.shape), expected \(value.shape)")
        }
        result = other
      } else if let value {
        result = try edit.apply(to: value)
      }
    }
    guard var final = result else { preconditionFailure("ForwardPass: a tap without a value") }
    if watched.contains(number) { final = watch(number, final) }
    if recording.contains(number) { recorded[number] = final }
    return final
  }

  /// Takes elements from those that one run may make of less.
  func spend(_ elements: Int) throws {
    elementsLeft -= max(0, elements)
    guard elementsLeft >= 0 else {
      throw VitroError(
        .memory, "running the network", "its values would become much larger than its inputs and parameters are",
        details: ["found": "\(elements) elements more"])
    }
  }

  func record(_ tap: Int, _ value: Tensor) { recorded[tap] = value }

  func keep(_ step: Int, _ keys: Tensor, _ values: Tensor) { kept[step] = (keys, values) }

  func update(parameter: Int, to value: Tensor) { stateUpdates.append((parameter, value.detached)) }

  private func describingErrors<Result>(_ step: Plan.Step, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as VitroError {
      error.operation = "node '\(plan.tapNames[step.outputTap])' (\(error.operation))"
      throw error
    }
  }

  private func neededSteps(needsOutputs: Bool) -> [Bool] {
    var neededValues = [Bool](repeating: false, count: plan.inputCount + plan.steps.count)
    var needed = [Bool](repeating: false, count: plan.steps.count)
    if needsOutputs { for output in plan.outputs { neededValues[output] = true } }
    for (number, step) in plan.steps.enumerated().reversed() {
      var replaced = false
      if edited.contains(step.outputTap), case .replace? = edits[step.outputTap] { replaced = true }
      let innerWanted = (step.firstInnerTap..<step.outputTap).contains {
        recording.contains($0) || watched.contains($0)
      }
      let outputWanted =
        neededValues[plan.inputCount + number] || recording.contains(step.outputTap) || watched.contains(step.outputTap)
      needed[number] = innerWanted || (outputWanted && !replaced)
      if needed[number] { for input in step.inputs { neededValues[input] = true } }
    }
    return needed
  }
}
