internal import Foundation
public import VitroCore
public import VitroFitting
public import VitroNetworks
public import VitroTensor

/// What a group that acts on a network's inputs finds in its layers: how equivariant each is, and how its energy divides among simples.
///
/// ```swift
/// let analysis = try SymmetryAnalysis(of: network, inputs: signals, action: turns, seed: 0)
/// let error = analysis.readings[1].error?.value  // 0 up to rounding where the layer is equivariant
/// ```
///
/// The network runs in float64, so that what is exactly equivariant shows as rounding.
public struct SymmetryAnalysis: Sendable {
  /// How the group acts on the values of a tap.
  public enum Place: Sendable {
    /// It permutes the points that stand on consecutive axes of an example.
    case points(axes: Range<Int>, GroupAction)
    /// It does nothing: the values are to be the same however the input is moved.
    case invariant
  }

  /// What is found at a tap.
  public struct Reading: Sendable {
    /// The tap.
    public let tap: String
    /// How the group acts there.
    public let place: Place
    /// How far values of moved inputs are from moved values: √(E‖f(gx) − g·f(x)‖² / 2 E‖f − mean f‖²), the mean over data and generators.
    ///
    /// 0 where the layer is equivariant, 1 where moving the input makes the values as different as those of another example. `nil` where the
    /// values are the same for all examples.
    public let error: Estimate?
    /// The same for random permutations of the generators' cycle types, which for all permutations of the points says nothing more.
    public let control: Estimate?
    /// The share of each simple in the centred energy, in the order of the action's parts; empty where there are none.
    public let shares: [Estimate]
    /// The simples whose share is rounding, by number; none where all energy is.
    public let dead: [Int]
    /// Those of the dead that the kernel filtration proves to be zero for such inputs in every equivariant network.
    public let silent: [Int]
  }

  /// What acts on the inputs.
  public let action: GroupAction
  /// What is found, in the order in which the network reaches the taps.
  public let readings: [Reading]
  /// Taps behind a dense layer: that their units are the points is assumed from their number alone.
  public let assumed: Set<String>
  /// The number of examples.
  public let exampleCount: Int

  /// A share of the energy below this is rounding: (100 ε)², ε of float64.
  public static let roundingShare = (100 * Double.ulpOfOne) * (100 * Double.ulpOfOne)
  /// Random permutations for each generator.
  static let controlDraws = 3

  /// Runs the network on inputs and on moved inputs, and compares.
  ///
  /// - Parameters:
  ///   - network: One network, without an instance axis.
  ///   - inputs: Examples `[examples, …]`, two at least.
  ///   - action: What acts on the points of the input.
  ///   - places: How the group acts at taps; where nothing is said, on the first axes that hold as many points as the input has, else not at all.
  ///     A dense layer of as many units as points may mean something else: say so here.
  ///   - taps: Where to look; `nil` for the inputs and all nodes' outputs.
  ///   - seed: What the control is drawn from.
  ///   - observer: Who watches, and may stop it.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a network with an instance axis, `shape` when inputs hold no such points; what running it throws.
  /// - Complexity: 1 + 4 · generators runs of the network.
  public init(
    of network: Network, inputs: Tensor, action: GroupAction, places: [String: Place] = [:],
    taps: TapSelection? = nil, seed: UInt64, observer: any Observer = SilentObserver()
  ) throws {
    guard network.instances == nil, network.graph.inputs.count == 1 else {
      throw VitroError(
        .argument, "symmetry of '\(network.graph.name)'",
        "it holds \(network.instances ?? 1) networks and has \(network.graph.inputs.count) inputs",
        hint: "Take one network with one input: instance(0).")
    }
    guard inputs.rank >= 2, inputs.shape[0] >= 2, let axes = action.axes(in: Array(inputs.shape.dropFirst())) else {
      throw VitroError(
        .shape, "symmetry of '\(network.graph.name)'",
        "the inputs are \(inputs.shape), where \(action.name) moves \(action.points) points",
        hint: "Two examples at least, with consecutive axes that hold the points.")
    }
    let names = try network.taps(taps ?? .names(network.outputTaps))
    // The values of the inputs, those of moved ones, and what they are to be.
    let numbers = try names.reduce(0.0) { sum, name in
      sum + (try network.shape(at: name) ?? []).reduce(1.0) { $0 * Double(Swift.max($1, 1)) }
    }
    try StudyMemory.check(
      24 * numbers * Double(inputs.shape[0]), "the values of \(inputs.shape[0]) examples at \(names.count) taps",
      field: "examples", operation: "symmetry of '\(network.graph.name)'")
    let precise = try network.inFloat64()
    let inputs = try inputs.cast(to: .float64)
    var comparison = try SymmetryComparison(
      names: names, base: precise.run([inputs], recording: .names(names)), inputName: network.graph.inputs[0].name,
      action: action, places: places)
    var stream = RandomStream(seed: seed, "random permutations")
    for (number, generator) in action.generators.enumerated() {
      try observer.checkpoint("symmetry of '\(network.graph.name)'")
      let moved = try action.move(inputs, by: generator, axes: axes.shifted(by: 1))
      try comparison.add(precise.run([moved], recording: .names(names)), generator: number)
      for _ in 0..<Self.controlDraws {
        let scrambled = action.scrambled(generator, &stream)
        let moved = try action.move(inputs, by: scrambled, axes: axes.shifted(by: 1))
        try comparison.addControl(
          precise.run([moved], recording: .names(names)), generator: number, scrambled: scrambled, &stream)
      }
    }
    self.action = action
    assumed = Self.mixed(network.graph).subtracting(places.keys)
    exampleCount = inputs.shape[0]
    readings = try comparison.readings()
  }
}

extension SymmetryAnalysis {
  /// The nodes in which a dense layer has mixed whatever stood on the last axis, and those that read only such: what stands there now are units.
  private static func mixed(_ graph: Graph) -> Set<String> {
    var mixed: Set<String> = []
    for node in graph.nodes {
      let isDense = node.layer is Linear
      if isDense || !node.inputs.isEmpty && node.inputs.allSatisfy(mixed.contains) { mixed.insert(node.name) }
    }
    return mixed
  }
}

extension Range<Int> {
  func shifted(by offset: Int) -> Range<Int> { lowerBound + offset..<upperBound + offset }
}

extension Network {
  /// The same network with its numbers in float64.
  func inFloat64() throws -> Network {
    if parameters.dtype == .float64 { return self }
    var result = try Network(graph, instances: instances, dtype: .float64)
    for name in parameters.names {
      try result.parameters.set(name, to: parameters.value(named: name).cast(to: .float64))
    }
    return result
  }
}
