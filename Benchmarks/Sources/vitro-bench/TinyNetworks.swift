import Vitro

private let instances = 4000
private let steps = 100

/// Four thousand networks of nine numbers, trained on XOR in one pass.
let tinyCases: [Case] = [
  Case("tiny MLP × 4000, step", "tiny networks", Double(steps), "step") {
    let graph = Graph.chain(
      "xor", input: [2],
      [("hidden", Linear(2, 2)), ("relu", Activation(.relu)), ("output", Linear(2, 1))])
    var network = try Network(graph, instances: instances, seed: 0)
    let inputs = try Tensor(rows: [[Float(0), 0], [0, 1], [1, 0], [1, 1]])
    let source = try TensorSource(inputs, target: Tensor(rows: [[Float(0)], [1], [1], [0]]))
    let trainer = Trainer(
      TrainingSettings(.steps(steps), optimizer: .adam(rate: 1e-3), loss: .meanSquaredError, shuffle: false))
    return { try trainer.train(&network, on: source) }
  }
]
