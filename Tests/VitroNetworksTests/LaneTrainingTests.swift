import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

/// Training in lanes is the network engine's training, up to rounding.
@Suite struct LaneTrainingTests {
  struct Topology: Sendable, CustomTestStringConvertible {
    let name: String
    let graph: Graph
    var testDescription: String { name }

    static func chain(_ name: String, _ layers: [any Layer]) -> Topology {
      Topology(name: name, graph: .chain(name, input: [3], layers.enumerated().map { ("l\($0)", $1) }))
    }

    /// Nodes as (name, layer, inputs).
    static func graph(_ name: String, _ nodes: [(String, any Layer, [String])]) -> Topology {
      Topology(
        name: name,
        graph: Graph(
          name, inputs: [.init("x", shape: [3])], nodes: nodes.map { Graph.Node($0, $1, inputs: $2) },
          outputs: [nodes[nodes.count - 1].0]))
    }
  }

  static let smooth: [Topology] = [
    .chain("one neuron", [Linear(3, 1)]),
    .chain("tanh", [Linear(3, 7), Activation(.tanh), Linear(7, 2)]),
    .chain(
      "sigmoid", [Linear(3, 5, bias: false), Activation(.sigmoid), Linear(5, 4), Activation(.silu), Linear(4, 3)]),
    .chain("scaled", [Scale(factor: 0.5, offset: 0.1), Linear(3, 6), Activation(.gelu), Linear(6, 2)]),
    .graph(
      "skip",
      [
        ("h", Linear(3, 2), ["x"]), ("f", Activation(.tanh), ["h"]), ("all", Concatenate(axis: 0), ["x", "f"]),
        ("y", Linear(5, 2), ["all"]),
      ]),
    .graph(
      "twice joined",
      [
        ("h", Linear(3, 2), ["x"]), ("f", Activation(.tanh), ["h"]),
        ("a", Concatenate(axis: 0), ["f", "h", "f"]), ("g", Linear(6, 2), ["a"]),
        ("b", Concatenate(axis: 0), ["a", "g", "x"]), ("y", Linear(11, 2), ["b"]),
      ]),
    .graph(
      "residual",
      [
        ("i", Linear(3, 4), ["x"]), ("f", Activation(.tanh), ["i"]), ("g", Linear(4, 4), ["f"]),
        ("s", Add(), ["i", "g", "i"]), ("t", Activation(.tanh), ["s"]), ("u", Linear(4, 4), ["t"]),
        ("v", Add(), ["s", "u"]), ("y", Linear(4, 2), ["v"]),
      ]),
    .graph(
      "joined at the end",
      [
        ("h", Linear(3, 2), ["x"]), ("g", Linear(2, 2), ["h"]),
        ("same", Activation(.identity), ["g"]), ("y", Concatenate(axis: 0), ["h", "same"]),
      ]),
    .graph(
      "an unused branch", [("h", Linear(3, 2), ["x"]), ("dead", Linear(3, 9), ["x"]), ("y", Linear(2, 2), ["h"])]),
  ]

  static let kinked: [Topology] = [
    .chain("relu", [Linear(3, 8), Activation(.relu), Linear(8, 8), Activation(.relu), Linear(8, 1)]),
    .chain("leaky", [Linear(3, 9), Activation(.leakyRelu, parameter: 0.2), Linear(9, 2)]),
    .chain("abs", [Linear(3, 3), Activation(.abs), Linear(3, 1)]),
  ]

  static let optimizers: [Optimizer] = [
    .sgd(rate: 0.05), .sgd(rate: 0.05, momentum: 0.9, decay: 0.01),
    .sgd(rate: 0.03, momentum: 0.8, nesterov: true), .sgd(rate: 0.03, momentum: 0.8, dampening: 0.2),
    .adam(rate: 0.01), .adam(rate: 0.01, decay: 0.1), .adamW(rate: 0.01, decay: 0.1),
  ]

  static let losses: [Loss] = [
    .meanSquaredError, .meanAbsoluteError, .huber(delta: 0.4), .binaryCrossEntropyWithLogits, .crossEntropy,
    .crossEntropy(labelSmoothing: 0.1),
  ]

  static func source(_ outputs: Int, loss: Loss, count: Int = 43) throws -> TensorSource {
    var stream = RandomStream(seed: 3, "lanes")
    let inputs = try stream.normal([count, 3], dtype: .float64)
    if loss.isClassification {
      return try TensorSource(inputs, target: inputs.slice(axis: 1, 0..<Swift.min(outputs, 3)).argmax())
    }
    let hidden = try stream.normal([3, outputs], dtype: .float64)
    let target = try inputs.matmul(hidden).sin()
    return try TensorSource(inputs, target: loss == .binaryCrossEntropyWithLogits ? target.square() : target)
  }

  static func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
    var settings = TrainingSettings(
      .steps(100), batchSize: 20, optimizer: .adam(rate: 0.01), loss: .meanSquaredError, seed: 4)
    change(&settings)
    return settings
  }

  /// Trains by both engines and compares the parameters and the history.
  func compare(
    _ graph: Graph, _ settings: TrainingSettings, dtype: DType = .float64, instances: Int = 19,
    tolerance: Double = 1e-12, on given: TensorSource? = nil
  ) throws {
    let start = try Network(graph, instances: instances, dtype: dtype, seed: 5)
    let outputs = try #require(try start.shape(at: graph.outputs[0])?.first)
    let source = try given ?? Self.source(outputs, loss: settings.loss)
    #expect(LaneNetwork(preferredFor: start, settings) != nil)
    var (found, expected) = (start, start)
    var general = settings
    general.engine = .general
    let result = try Trainer(settings).train(&found, on: source)
    let reference = try Trainer(general).train(&expected, on: source)
    #expect(try found.bits != start.bits)
    for name in start.parameters.names {
      let (a, b) = (try found.parameters.value(named: name), try expected.parameters.value(named: name))
      let size = try b.abs().doubles.max() ?? 0
      #expect(try difference(a, b) <= tolerance * Swift.max(size, 1), "\(name)")
    }
    #expect(result.steps == reference.steps && result.history.epochs.count == reference.history.epochs.count)
    for (a, b) in zip(result.history.epochs, reference.history.epochs) {
      #expect(difference(a.training.loss, b.training.loss) <= tolerance * 10)
      #expect(a.rate == b.rate && a.steps == b.steps)
    }
  }

  @Test(arguments: smooth + kinked) func everyTopologyTrainsAsByTheNetworkEngine(_ topology: Topology) throws {
    try compare(topology.graph, Self.settings())
    try compare(topology.graph, Self.settings { $0.batchSize = nil })
    try compare(topology.graph, Self.settings(), dtype: .float32, tolerance: 1e-5)
  }

  @Test(arguments: losses, optimizers) func everyLossAndOptimizerDo(_ loss: Loss, _ optimizer: Optimizer) throws {
    let graph = Self.smooth[2].graph
    let settings = Self.settings { ($0.loss, $0.optimizer) = (loss, optimizer) }
    // Slopes of |error| that cancel leave a rounding, which Adam divides by its own size.
    try compare(graph, settings, tolerance: loss == .meanAbsoluteError ? 1e-10 : 1e-12)
    // And where such a slope jumps, a rounding of float32 becomes a step.
    if loss != .meanAbsoluteError { try compare(graph, settings, dtype: .float32, tolerance: 2e-5) }
  }

  @Test(arguments: Activation.Function.allCases) func everyActivationDoes(_ function: Activation.Function) throws {
    let graph = Topology.chain("activation", [Linear(3, 4), Activation(function), Linear(4, 2)]).graph
    try compare(graph, Self.settings())
  }

  @Test func decayOfSomeParametersSchedulesAndDroppedBatchesAreKept() throws {
    let graph = Self.smooth[1].graph
    for schedule in [
      Schedule.warmUp(steps: 5, then: .cosine(steps: 50, minimum: 0)), .step(epochs: 3, factor: 0.5),
      .reduceOnPlateau(factor: 0.5, patience: 1, threshold: 0.1),
    ] {
      try compare(
        graph,
        Self.settings {
          ($0.schedule, $0.dropLast, $0.decayed) = (schedule, true, ["*.weight"])
          $0.optimizer = .adamW(rate: 0.02, decay: 0.5)
        })
    }
  }

  @Test func tiedParametersAddTheirGradients() throws {
    var graph = Topology.chain("tied", [Linear(3, 3), Activation(.tanh), Linear(3, 3), Linear(3, 2)]).graph
    graph.nodes[2].ties = ["weight": "l0.weight"]
    try compare(graph, Self.settings())
  }

  @Test func eachInstanceMayHaveItsOwnExamples() throws {
    var stream = RandomStream(seed: 8, "own")
    let inputs = try stream.normal([19, 30, 3], dtype: .float64)
    let own = try TensorSource(inputs: [inputs], target: inputs.sum(axes: [2]).reshaped([19, 30, 1]), axis: 1)
    try compare(Self.kinked[0].graph, Self.settings(), on: own)
  }

  @Test func wideNetworksAndManyInstancesDo() throws {
    let graph = Topology.chain(
      "wide", [Linear(3, 21), Activation(.tanh), Linear(21, 18), Activation(.tanh), Linear(18, 6)])
    for instances in [6, 8, 9, 33] {
      try compare(graph.graph, Self.settings { $0.duration = .steps(10) }, instances: instances)
    }
  }
}
