internal import VitroCore
public import VitroTensor

/// What a forward pass leaves: the network's outputs and the recorded values, by name.
///
/// ```swift
/// let names = run.names  // ["relu1", "pool1"]
/// let scores = run.output  // [batch, classes]
/// ```
public struct Activations: Sendable {
  let plan: Plan
  let outputs: [Tensor]
  let recorded: [Int: Tensor]
  /// The keys and values of a run whose ``SequenceLayout`` is kept.
  public let cache: KeyValueCache?

  init(plan: Plan, outputs: [Tensor], recorded: [Int: Tensor], cache: KeyValueCache? = nil) {
    (self.plan, self.outputs, self.recorded, self.cache) = (plan, outputs, recorded, cache)
  }

  /// The network's main result.
  public var output: Tensor { outputs[0] }

  /// The recorded value of a tap.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is no such tap or it was not asked for.
  public func value(at tap: String) throws -> Tensor {
    guard let value = recorded[try plan.tap(named: tap)] else {
      throw VitroError(
        .argument, "activations", "'\(tap)' was not recorded", hint: "Name it in 'recording:'.")
    }
    return value
  }

  /// The names of the recorded taps, in the order in which the network reaches them.
  public var names: [String] { recorded.keys.sorted().map { plan.tapNames[$0] } }

  /// The same pass with other values: those of several runs put together.
  package func replacing(recorded: [String: Tensor], output: Tensor?) throws -> Activations {
    var numbered: [Int: Tensor] = [:]
    for (name, value) in recorded { numbered[try plan.tap(named: name)] = value }
    return Activations(plan: plan, outputs: output.map { [$0] } ?? [], recorded: numbered, cache: nil)
  }
}
