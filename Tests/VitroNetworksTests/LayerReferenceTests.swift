import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

/// Outputs and gradients of layers against PyTorch's.
@Suite struct LayerReferenceTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let input: [Int]
    let layer: any Layer
    var mode = RunMode.training(seed: 0, step: 0)
    var testDescription: String { name }

    init(_ name: String, _ input: [Int], _ layer: any Layer, mode: RunMode = .training(seed: 0, step: 0)) {
      (self.name, self.input, self.layer, self.mode) = (name, input, layer, mode)
    }
  }

  static let cases = [
    Case("linear", [5], Linear(5, 3)),
    Case("conv", [3, 7, 6], Conv2d(3, 4, window: Window([3, 2], stride: [2, 1], padding: [1, 1]))),
    Case("groupedConv", [4, 6, 6], Conv2d(4, 6, window: Window(3, padding: 2, dilation: 2), groups: 2, bias: false)),
    Case("lstm", [5, 3], LSTM(3, 4)), Case("lstmLast", [5, 3], LSTM(3, 4, returns: .last)),
    Case("gru", [5, 3], GRU(3, 4)), Case("attention", [5, 8], MultiHeadAttention(8, heads: 2)),
    Case("causalAttention", [5, 8], MultiHeadAttention(8, heads: 4, causal: true)),
    Case("layerNorm", [4, 6], LayerNorm(6)), Case("rmsNorm", [4, 6], RMSNorm(6)),
    Case("batchNorm", [3, 2, 3], BatchNorm(3)), Case("batchNormEval", [3, 2, 3], BatchNorm(3), mode: .inference),
    Case("maxPool", [3, 7, 6], MaxPool2d(Window(3, stride: 2, padding: 1))),
    Case("averagePool", [3, 6, 6], AveragePool2d(Window(2, stride: 2))),
    Case("activation_gelu", [7], Activation(.gelu)), Case("activation_gelu_tanh", [7], Activation(.geluTanh)),
    Case("activation_silu", [7], Activation(.silu)), Case("activation_elu", [7], Activation(.elu)),
    Case("activation_selu", [7], Activation(.selu)), Case("activation_softplus", [7], Activation(.softplus)),
    Case("activation_hardswish", [7], Activation(.hardSwish)), Case("activation_softsign", [7], Activation(.softsign)),
    Case("activation_leaky_relu", [7], Activation(.leakyRelu)),
  ]

  @Test(arguments: cases) func outputsAndGradientsEqualPyTorchs(_ sample: Case) throws {
    let graph = Graph.chain(sample.name, input: sample.input, [("layer", sample.layer)])
    try check(sample.name, graph, node: "layer.", mode: sample.mode)
  }

  @Test func aConvolutionalNetworkEqualsPyTorchs() throws {
    let graph = Graph.chain(
      "convNet", input: [1, 8, 8],
      [
        ("0", Conv2d(1, 4, window: Window(3, padding: 1))), ("1", Activation(.relu)), ("2", MaxPool2d(2)),
        ("3", Conv2d(4, 6, window: Window(3))), ("4", Activation(.tanh)), ("5", Flatten()), ("6", Linear(24, 5)),
      ])
    try check("convNet", graph, node: "", mode: .inference)
  }

  @Test func batchNormalizationMovesItsStatisticsAsPyTorchDoes() throws {
    let reference = try Reference()
    var network = try Network(.chain("norm", input: [3, 2, 3], [("layer", BatchNorm(3))]))
    let pass = try network.trainingPass([reference.tensor("batchNorm/x")], mode: .training(seed: 0, step: 0)) {
      try $0.output.sum()
    }
    for update in pass.stateUpdates { try network.parameters.set(update.parameter, to: update.value) }
    for name in ["running_mean", "running_var"] {
      let found = try network.parameters.value(named: "layer.\(name)")
      #expect(try difference(found, reference.tensor("batchNorm/after/\(name)")) < 1e-6)
    }
  }

  @Test func embeddingsAndTheirGradientsEqualPyTorchs() throws {
    let reference = try Reference()
    var network = try Network(.chain("embedding", input: [3], [("layer", Embedding(7, 3))]))
    try network.parameters.set("layer.weight", to: reference.tensor("embedding/p/weight"))
    let tokens = try Tensor([1, 4, 1, 6, 0, 2], shape: [2, 3])
    #expect(try network(tokens).isIdentical(to: reference.tensor("embedding/y")))
    let gradients = try network.parameterGradients(
      [tokens], seed: reference.tensor("embedding/seed"), mode: .inference)
    #expect(try difference(#require(gradients["layer.weight"]), reference.tensor("embedding/g/weight")) < 1e-6)
  }

  private func check(_ name: String, _ graph: Graph, node: String, mode: RunMode) throws {
    let reference = try Reference()
    var network = try Network(graph)
    let parameters = reference.names(after: "\(name)/p/")
    #expect(Set(parameters.map { node + $0 }).isSubset(of: network.parameters.names))
    for parameter in parameters {
      try network.parameters.set(node + parameter, to: reference.tensor("\(name)/p/\(parameter)"))
    }
    let (x, seed) = (try reference.tensor("\(name)/x"), try reference.tensor("\(name)/seed"))
    let (run, slopes) = try network.gradients([x], at: ["input"], mode: mode) { try ($0.output * seed).sum() }
    #expect(try difference(run.output, reference.tensor("\(name)/y")) < 2e-6)
    #expect(try difference(#require(slopes["input"]), reference.tensor("\(name)/dx")) < 1e-5)
    guard !parameters.isEmpty else { return }
    let gradients = try network.parameterGradients([x], seed: seed, mode: mode)
    let expected = reference.names(after: "\(name)/g/")
    #expect(!expected.isEmpty && expected.count == gradients.count)
    for parameter in expected {
      let found = try #require(gradients[node + parameter])
      #expect(try difference(found, reference.tensor("\(name)/g/\(parameter)")) < 2e-5, "\(parameter)")
    }
  }
}
