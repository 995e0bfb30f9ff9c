import Foundation
import Testing
import VitroCore
import VitroModels
import VitroTensor

@testable import VitroInformation
@testable import VitroNetworks

/// Relevance in linearized runs: values stay, sums are conserved, and every layer has a rule or is refused.
@Suite struct LinearizedRunTests {
  private static let kinds = ["lstm", "cnn", "encoder", "decoder", "bert", "llama", "gpt"]

  private func network(_ kind: String, zeroBiases: Bool = false) throws -> Network {
    if let design = AttributionNetworks.designs[kind] {
      return try AttributionNetworks.random(design.graph(), zeroBiases: zeroBiases)
    }
    var description = TransformerDescription(layers: 2, width: 8, heads: 2, vocabulary: 23, context: 16)
    description.feedForward = .init(width: 16, activation: .gelu)
    description.head = .unembedding(tied: false, bias: true, outputs: 5)
    switch kind {
    case "bert":
      description.isCausal = false
      description.placement = .after
      description.tokenTypes = 2
      (description.normalizesEmbedding, description.normalizesLast) = (true, false)
    case "llama":
      description.feedForward = .init(width: 16, activation: .silu, isGated: true, bias: false)
      description.normalization = .rootMeanSquare
      description.positions = .rotary(Rotary())
      description.keyValueHeads = 1
      (description.attentionBias, description.outputBias) = (false, false)
    default: break
    }
    return try AttributionNetworks.random(description.graph(named: kind), zeroBiases: zeroBiases)
  }

  private static let tokens = [[3, 14, 15, 9, 2, 6], [5, 3, 5, 8, 9, 7]]

  private var input: Tensor {
    get throws { try Tensor(Self.tokens.flatMap { $0.map { Int64($0) } }, shape: [2, 6]) }
  }

  /// One number of the answer: a class, at the last word where there are answers at each.
  private func score(_ output: Tensor) throws -> Tensor {
    let last = output.rank == 3 ? try output.select(axis: 1, at: -1) : output
    return try last.select(axis: 1, at: 1).sum()
  }

  /// What words (and positions) and biases get of a score, all together, and the score.
  private func account(_ network: Network, _ epsilon: Double) throws -> (score: Double, given: Double, words: Double) {
    let pass = try network.trainingPass([input], mode: .linearized(epsilon: epsilon)) { try score($0.output) }
    let entries = network.parameters.entries.filter(\.spec.isTrainable)
    let shares = try zip(entries, pass.gradients).map { entry, gradient -> (ParameterSpec.Role, Double) in
      (entry.spec.role, try (network.parameters.value(named: entry.name) * gradient).sum().item())
    }
    let words = shares.filter { $0.0 == .embedding }.reduce(0) { $0 + $1.1 }
    let biases = shares.filter { [.bias, .recurrentBias, .shift].contains($0.0) }.reduce(0) { $0 + $1.1 }
    return (try pass.losses.item(), words + biases, words)
  }

  @Test(arguments: kinds) func valuesAreThoseOfInference(_ kind: String) throws {
    let network = try network(kind)
    let first = try #require(network.graph.nodes.first { $0.layer is Embedding })
    let tap = first.tap ?? first.name
    let vectors = try network.run([input], recording: [tap]).value(at: tap)
    let taps = network.outputTaps.filter { $0 != "tokens" && $0 != tap }
    func values(_ mode: RunMode) throws -> [Tensor] {
      try Tape.record { tape in
        let x = tape.watch(vectors)
        let run = try network.run([input], recording: .names(taps), editing: [tap: .replace(x)], mode: mode)
        return try taps.map { try run.value(at: $0).detached }
      }
    }
    for (tap, (plain, linearized)) in try zip(taps, zip(values(.inference), values(.linearized(epsilon: 1e-3)))) {
      #expect(plain.isIdentical(to: linearized), "\(kind): \(tap)")
    }
  }

  @Test(arguments: kinds) func scoresAreConserved(_ kind: String) throws {
    let account = try account(network(kind), 0)
    #expect(abs(account.given - account.score) < 1e-9 * max(1, abs(account.score)), "\(kind): \(account)")
    let plain = try self.account(network(kind, zeroBiases: true), 0)
    #expect(abs(plain.words - plain.score) < 1e-9 * max(1, abs(plain.score)), "\(kind), no biases: \(plain)")
  }

  @Test(arguments: kinds) func whatEpsilonTakesVanishesWithIt(_ kind: String) throws {
    let network = try network(kind)
    var taken: [Double] = []
    for epsilon in [1e-5, 1e-7] {
      let account = try account(network, epsilon)
      taken.append(abs(account.score - account.given))
    }
    #expect(taken[0] > 0 && taken[1] < 0.02 * taken[0], "\(kind): \(taken)")
  }

  @Test(arguments: ["cnn", "encoder", "decoder"]) func whatEpsilonTakesIsAccountedFor(_ kind: String) throws {
    let (network, epsilon) = (try network(kind), 1e-3)
    let account = try account(network, epsilon)
    var taps = network.graph.nodes.filter { $0.layer is Linear || $0.layer is Conv2d || $0.layer is MultiHeadAttention }
      .map { $0.tap ?? $0.name }
    taps += network.tapNames.filter { $0.hasSuffix("hook_v") }
    let embedded = try #require(network.graph.nodes.first { $0.layer is Embedding }).name
    let found = try network.gradients(
      [input], at: .names(taps + [embedded]), mode: .linearized(epsilon: epsilon)
    ) { try score($0.output) }
    var taken = 0.0
    for tap in taps {
      let value = try found.activations.value(at: tap)
      let gradient = try #require(found.gradients[tap])
      taken += try (value * gradient * (epsilon / (value.abs() + epsilon))).sum().item()
    }
    #expect(abs(taken) > 0)
    #expect(
      abs(account.given + taken - account.score) < 1e-9 * max(1, abs(account.score)), "\(kind): \(account) \(taken)")
  }

  @Test(.enabled(if: PretrainedNetworks.has("minilm"), "models/minilm is absent")) func miniLMConserves() throws {
    let network = try LanguageModel(PretrainedNetworks.folder + "/minilm").network
    let account = try account(network, 0)
    print("MiniLM: \(account)")
    #expect(abs(account.given - account.score) < 1e-3 * max(1, abs(account.score)), "\(account)")
  }

  // MARK: - All layers

  /// One example of each kind of layer, with the shape of its input; none where it reads whole numbers.
  private static var examples: [(layer: any Layer, inputs: [[Int]])] {
    get throws {
      let orbits = try OrbitLabels(rows: 2, columns: 2, labels: [0, 1, 1, 0], biasLabels: [0, 0])
      return [
        (Add(), [[3], [3]]), (AveragePool2d(Window(2, stride: 2)), [[2, 4, 4]]), (BatchNorm(3), [[3, 4]]),
        (Concatenate(axis: 0), [[3], [2]]), (Conv2d(2, 3, window: Window(3, padding: 1)), [[2, 4, 4]]),
        (Dropout(0.5), [[3]]), (EquivariantLinear(orbits, inputs: 2, outputs: 3), [[2, 2]]), (Flatten(), [[2, 3]]),
        (GRU(3, 4), [[5, 3]]), (LSTM(3, 4), [[5, 3]]), (LSTM(3, 4, returns: .last, reversed: true), [[5, 3]]),
        (LayerNorm(6), [[5, 6]]), (Linear(3, 4), [[3]]), (MaxPool2d(2), [[2, 4, 4]]), (Maximum(axes: [0]), [[5, 3]]),
        (Mean(axes: [0]), [[5, 3]]), (Multiply(), [[3], [3]]), (MultiHeadAttention(6, heads: 2), [[5, 6]]),
        (Permute([1, 0]), [[5, 3]]), (Pick(-1), [[5, 3]]), (PositionalEmbedding(9, 3), [[5, 3]]),
        (RMSNorm(6), [[5, 6]]), (Reshape([3, 5]), [[5, 3]]), (Scale(factor: 2), [[3]]), (Softmax(), [[3]]),
        (ONNXOperation("Neg", opset: 17, operands: [.value]), [[3]]),
        (ONNXOperation("MatMul", opset: 17, operands: [.value, .value]), [[3, 3], [3, 3]]),
      ] + Activation.Function.allCases.map { (Activation($0), [[3]]) }
    }
  }

  /// Layers that read whole numbers, which no relevance reaches.
  private static let tables: Set<String> = ["embedding", "positionTable", "tokenTypeTable"]

  @Test func everyLayerHasARuleOrIsRefused() throws {
    let known = Set(LayerRegistry.builtIn.map { $0.kind })
    #expect(try Set(Self.examples.map { type(of: $0.layer).kind }).union(Self.tables) == known)
    for (layer, inputs) in try Self.examples {
      let name = "\(layer)"
      var graph = Graph("layer", inputs: inputs.enumerated().map { Graph.Input("x\($0)", shape: $1) })
      graph.nodes = [Graph.Node("y", layer, inputs: graph.inputs.map(\.name))]
      graph.outputs = ["y"]
      let network = try AttributionNetworks.random(graph, zeroBiases: true)
      var stream = RandomStream(seed: 1, "layer")
      let values = try inputs.map { try stream.normal([2] + $0, dtype: .float64) }
      guard layer.isLinearizable else {
        #expect(throws: VitroError.self, "\(name)") { try relevance(network, values, &stream) }
        continue
      }
      let (score, given) = try relevance(network, values, &stream)
      #expect(abs(score - given) < 1e-10 * max(1, abs(score)), "\(name): \(given) of \(score)")
    }
  }

  @Test func whatIsHeldFixedGetsNoRelevance() throws {
    var turned = MultiHeadAttention(6, heads: 3)
    turned.rotary = Rotary()
    turned.headNorm = 1e-6
    let layers = try Self.examples + [(turned, [[5, 6]]), (MultiHeadAttention(6, heads: 2), [[5, 6], [4, 6]])]
    var (fixed, free) = (0, 0)
    for (layer, inputs) in layers where layer.isLinearizable {
      var graph = Graph("layer", inputs: inputs.enumerated().map { Graph.Input("x\($0)", shape: $1) })
      graph.nodes = [Graph.Node("y", layer, inputs: graph.inputs.map(\.name))]
      graph.outputs = ["y"]
      let network = try AttributionNetworks.random(graph)
      var stream = RandomStream(seed: 1, "layer")
      let values = try inputs.map { try stream.normal([2] + $0, dtype: .float64) }
      for number in inputs.indices {
        try Tape.record { tape in
          let given = values.enumerated().map { $0 == number ? tape.watch($1) : $1 }
          let run = try network.run(given, recording: ["y"], mode: .linearized(epsilon: 0))
          let isHanded = layer.handsRelevance(to: number, of: inputs.count)
          #expect(try run.value(at: "y").isTracked == isHanded, "\(layer), input \(number)")
          for tap in layer.innerTaps where isHanded {
            let inner = try network.run(given, recording: .names(["y.\(tap)"]), mode: .linearized(epsilon: 0))
            let isFixed = layer.fixedTaps.contains(tap)
            #expect(try inner.value(at: "y.\(tap)").isTracked == !isFixed, "\(layer), \(tap)")
            fixed += isFixed ? 1 : 0
            free += isFixed ? 0 : 1
          }
        }
      }
    }
    #expect(fixed > 10 && free > 5)
  }

  /// A random score of the output but for what constants add, and what the inputs get of it.
  private func relevance(
    _ network: Network, _ values: [Tensor], _ stream: inout RandomStream
  ) throws -> (score: Double, given: Double) {
    let nothing = try network.run(values.map { try $0.zerosLike() }).output
    let seed = try stream.normal(nothing.shape, dtype: .float64)
    let isConstant = network.graph.nodes[0].layer is PositionalEmbedding || network.graph.nodes[0].layer is Activation
    return try Tape.record { tape in
      let inputs = values.map { tape.watch($0) }
      let output = try network.run(inputs, mode: .linearized(epsilon: 0)).output
      let constant = isConstant ? try (nothing * seed).sum().item() : 0
      let score = try (output.detached * seed).sum().item() - constant
      let gradients = try tape.gradients(of: output, at: inputs, seed: seed)
      return (score, try zip(values, gradients).reduce(0) { try $0 + ($1.0 * $1.1).sum().item() })
    }
  }
}

/// Models that were fetched: `VITRO_MODELS`, or `models` in the project.
enum PretrainedNetworks {
  static let folder: String = {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["VITRO_MODELS"] ?? project.appending(path: "models").path
  }()

  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)/config.json") }
}
