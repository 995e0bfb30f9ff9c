public import VitroCore
internal import VitroTensor

/// A neural network: a graph of typed operations with named parameters, and its two views.
///
/// The view of its values is its *taps*: every intermediate value has a name and can be recorded, replaced, or asked for its gradient. The
/// view of its weights is ``graph`` and ``parameters``. Instruments know these two views and nothing else.
///
/// ```swift
/// let network = try Network(graph, seed: 0)
/// let run = try network.run([images], recording: ["relu1", "pool*"])
/// let features = try run.value(at: "relu1")
/// ```
///
/// With `instances: k` the network is k networks of one structure, trained and run in one pass: parameters and values get a leading instance axis.
public struct Network: Sendable {
  /// The structure.
  public let graph: Graph
  /// The numbers.
  public var parameters: Parameters
  let plan: Plan

  /// Compiles a graph with parameters drawn by an initialization scheme.
  ///
  /// - Parameters:
  ///   - graph: The structure.
  ///   - instances: How many networks of this structure to hold; `nil` for one, without an instance axis.
  ///   - dtype: float32 or float64.
  ///   - initialization: How parameters are drawn.
  ///   - seed: Instance i of a seed has the same parameters however many instances there are.
  /// - Throws: ``/VitroCore/VitroError`` when names, connections or shapes do not fit.
  public init(
    _ graph: Graph, instances: Int? = nil, dtype: DType = .float32, initialization: Initialization = .pytorch,
    seed: UInt64 = 0
  ) throws {
    try self.init(uninitialized: graph, instances: instances, dtype: dtype)
    try initialization.fill(&parameters, seed: seed)
  }

  init(uninitialized graph: Graph, instances: Int? = nil, dtype: DType = .float32) throws {
    guard dtype.isComputing else {
      throw VitroError(.dtype, "network '\(graph.name)'", "\(dtype) is asked for, expected float32 or float64")
    }
    guard instances.map({ $0 >= 1 }) ?? true else {
      throw VitroError(
        .argument, "network '\(graph.name)'", "\(instances ?? 0) instances are asked for, expected 1 or more")
    }
    plan = try Plan(graph)
    self.graph = graph
    parameters = try Parameters(
      plan.parameters.map { ($0.name, $0.spec) }, dtype: dtype, instances: instances)
  }

  /// Compiles a graph over parameters that stay where they are, as a pretrained model's file holds them.
  ///
  /// - Parameters:
  ///   - graph: The structure.
  ///   - dtype: What it computes in, float32 or float64.
  ///   - source: The numbers of each parameter, by its full name and shape.
  /// - Throws: ``/VitroCore/VitroError`` when names, connections or shapes do not fit.
  public init(
    _ graph: Graph, dtype: DType = .float32, lending source: (_ name: String, _ shape: [Int]) throws -> any WeightSource
  ) throws {
    guard dtype.isComputing else {
      throw VitroError(.dtype, "network '\(graph.name)'", "\(dtype) is asked for, expected float32 or float64")
    }
    plan = try Plan(graph)
    self.graph = graph
    let sources = try plan.parameters.map { entry in
      let found = try source(entry.name, entry.spec.shape)
      guard found.shape == entry.spec.shape else {
        throw VitroError(
          .shape, "network '\(graph.name)'",
          "the parameter '\(entry.name)' is \(found.shape), expected \(entry.spec.shape)",
          details: ["parameter": entry.name, "found": "\(found.shape)", "expected": "\(entry.spec.shape)"])
      }
      return found
    }
    parameters = try Parameters(plan.parameters.map { ($0.name, $0.spec) }, dtype: dtype, lending: sources)
  }

  /// The number of networks held, `nil` for one without an instance axis.
  public var instances: Int? { parameters.instances }

  /// Whether packed sequences stay apart in it (``SequenceLayout``): whether every layer keeps them apart.
  public var takesSequences: Bool { graph.nodes.allSatisfy { type(of: $0.layer).takesSequences } }

  /// The names of all values that can be tapped, in the order in which they are reached.
  public var tapNames: [String] { plan.tapNames }

  /// The taps of the inputs and of each node's output, without the values inside layers.
  public var outputTaps: [String] { graph.inputs.map(\.name) + graph.nodes.map { $0.tap ?? $0.name } }

  /// The names of selected taps, in the order in which they are reached.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that no tap has, with the nearest one, or a pattern that none matches.
  public func taps(_ selection: TapSelection) throws -> [String] {
    let selected = try selection.resolve(plan)
    return tapNames.indices.filter(selected.contains).map { tapNames[$0] }
  }

  /// The shape of a value for one example, −1 for lengths known only at run time; `nil` for values inside a layer.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is no such tap.
  public func shape(at tap: String) throws -> [Int]? {
    let number = try plan.tap(named: tap)
    if number < plan.inputCount { return plan.shapes[number] }
    let step = plan.stepOfTap[number]
    return plan.steps[step].outputTap == number ? plan.shapes[plan.inputCount + step] : nil
  }

  /// One of the networks held, without an instance axis.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is no such instance.
  public func instance(_ index: Int) throws -> Network {
    guard let instances else { return self }
    guard index >= 0, index < instances else {
      throw VitroError(.argument, "network '\(graph.name)'", "instance \(index) is asked of \(instances)")
    }
    var single = try Network(uninitialized: graph, dtype: parameters.dtype)
    for number in parameters.entries.indices {
      try single.parameters.set(number, to: parameters.tensor(number).select(at: index))
    }
    return single
  }
}
