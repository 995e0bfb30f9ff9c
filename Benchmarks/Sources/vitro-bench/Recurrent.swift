import Vitro

private let (batch, length, width, classes) = (32, 50, 128, 10)
private let steps = 5

/// A training step of an LSTM that classifies sequences.
let recurrentCases: [Case] = [
  Case("LSTM step", "recurrent", Double(steps), "step") {
    let graph = Graph.chain(
      "lstm", input: [length, width],
      [("lstm", LSTM(width, width, returns: .last)), ("logits", Linear(width, classes))])
    var network = try Network(graph, seed: 0)
    var stream = RandomStream(seed: 0, "recurrent")
    let inputs = try stream.normal([batch, length, width])
    let source = try TensorSource(inputs, target: Tensor((0..<batch).map { $0 % classes }))
    let trainer = Trainer(
      TrainingSettings(.steps(steps), optimizer: .sgd(rate: 1e-3), loss: .crossEntropy, shuffle: false))
    return { try trainer.train(&network, on: source) }
  }
]
