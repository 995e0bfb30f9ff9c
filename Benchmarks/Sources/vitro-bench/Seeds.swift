import Vitro

private let seeds = 1000

/// A thousand seeds of a tiny network trained together, on the whole data: beside PyTorch with all seeds in one batched product, and
/// (`loop`) beside PyTorch with one network after the other.
let seedCases: [Case] = [("xor", xor), ("min", minimum)].flatMap { name, make in
  [false, true].map { isLoop in
    let steps = isLoop ? 10 : 100
    return Case("seeds \(name)\(isLoop ? ", loop" : "")", "seeds", Double(steps), "step") {
      let (graph, source) = try make()
      let trainer = Trainer(TrainingSettings(.steps(steps), optimizer: .adam(rate: 1e-2), loss: .meanSquaredError))
      let start = try Network(graph, instances: seeds, seed: 0)
      return {
        // A loop over seeds makes its networks too.
        var network = isLoop ? try Network(graph, instances: seeds, seed: 0) : start
        try trainer.train(&network, on: source)
      }
    }
  }
}

/// Networks 2-2-1 without biases on four points.
private func xor() throws -> (Graph, TensorSource) {
  let graph = Graph.chain(
    "xor", input: [2],
    [
      ("hidden", Linear(2, 2, bias: false)), ("relu", Activation(.relu)), ("output", Linear(2, 1, bias: false)),
    ])
  let inputs = try Tensor(rows: [[Float(0), 0], [0, 1], [1, 0], [1, 1]])
  return (graph, try TensorSource(inputs, target: Tensor(rows: [[Float(0)], [1], [1], [0]])))
}

/// A linear readout of two numbers and of two ReLU units, on 1000 pairs of whole numbers and the lesser of each.
private func minimum() throws -> (Graph, TensorSource) {
  var graph = Graph("min", inputs: [Graph.Input("x", shape: [2])])
  graph.add("hidden", Linear(2, 2), reading: "x")
  graph.add("relu", Activation(.relu), reading: "hidden")
  graph.add("all", Concatenate(axis: 0), reading: "x", "relu")
  graph.outputs = [graph.add("output", Linear(4, 1), reading: "all")]
  let pairs = (0..<1000).map { [Float($0 % 32), Float($0 / 32)] }
  return (graph, try TensorSource(Tensor(rows: pairs), target: Tensor(rows: pairs.map { [Swift.min($0[0], $0[1])] })))
}
