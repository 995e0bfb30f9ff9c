internal import VitroCore
internal import VitroLab
internal import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// Something to train many seeds for: examples, an architecture, how it is trained, and what counts as learned.
struct CircuitTask: Sendable {
  /// What reports call it.
  var title: String
  /// The architecture.
  var graph: Graph
  /// The inputs, `[examples][inputs]`.
  var inputs: [[Double]]
  /// What the network should answer, `[examples]`.
  var targets: [Double]
  /// The formula that made the targets.
  var formula: String
  /// The inputs' names and where solutions are read.
  var box: InputBox
  /// What is made small.
  var loss: Loss
  /// How.
  var optimizer: Optimizer
  /// How the rate falls.
  var schedule: Schedule
  /// For how many steps on all examples.
  var steps: Int
  /// The loss below which a network has learned the task.
  var solved: Double
  /// What a reading may be off, by itself.
  var tolerance: Rational

  /// XOR with two ReLUs and no biases.
  static func xor(steps: Int?) -> CircuitTask {
    CircuitTask(
      title: "XOR",
      graph: .chain(
        "xor", input: [2],
        [
          ("hidden", Linear(2, 2, bias: false)), ("relu", Activation(.relu)), ("output", Linear(2, 1, bias: false)),
        ]),
      inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [0, 1, 1, 0], formula: "xor(a, b)",
      box: InputBox(["a", "b"], 0, 1), loss: .meanSquaredError, optimizer: .adam(rate: 0.01), schedule: .constant,
      steps: steps ?? 5000, solved: 1e-3, tolerance: Rational(1, over: 10))
  }

  /// The lesser of two numbers, from two ReLUs beside a skip: `(x, ReLU(w₁x + b₁), ReLU(w₂x + b₂)) → linear`.
  static func minimum(steps: Int?, seed: UInt64) throws -> CircuitTask {
    var graph = Graph("min", inputs: [.init("input", shape: [2])])
    graph.add("hidden", Linear(2, 2), reading: "input")
    graph.add("relu", Activation(.relu), reading: "hidden")
    graph.add("skip", Concatenate(axis: 0), reading: "input", "relu")
    graph.add("output", Linear(4, 1), reading: "skip")
    graph.outputs = ["output"]
    var stream = RandomStream(seed: seed, "pairs")
    let numbers = try stream.uniform([2000], low: -50, high: 50, dtype: .float64).doubles.map { $0.rounded(.down) }
    let pairs = (0..<1000).map { [numbers[2 * $0], numbers[2 * $0 + 1]] }
    let steps = steps ?? 12_000
    return CircuitTask(
      title: "the lesser of two numbers", graph: graph, inputs: pairs, targets: pairs.map { Swift.min($0[0], $0[1]) },
      formula: "min(a, b)", box: InputBox(["a", "b"], -50, 50), loss: .meanSquaredError,
      optimizer: .adam(rate: 0.03), schedule: .cosine(steps: steps, minimum: 0), steps: steps, solved: 1e-4,
      tolerance: Rational(1, over: 10))
  }

  /// Whether a whole number is below a threshold, from one sigmoid neuron: x from 30 below to 29 above.
  static func lessThan(_ threshold: Int, steps: Int?) -> CircuitTask {
    let numbers = (threshold - 30..<threshold + 30).map(Double.init)
    return CircuitTask(
      title: "x < \(threshold)",
      graph: .chain("less-than", input: [1], [("neuron", Linear(1, 1)), ("sigmoid", Activation(.sigmoid))]),
      inputs: numbers.map { [$0] }, targets: numbers.map { $0 < Double(threshold) ? 1 : 0 },
      formula: "x < \(threshold)",
      box: InputBox(["x"], Rational(threshold - 30), Rational(threshold + 29)), loss: .meanSquaredError,
      optimizer: .adam(rate: 0.05), schedule: .constant, steps: steps ?? 20_000, solved: 1e-2,
      tolerance: Rational(1, over: 10))
  }
}
