import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

@Suite struct OptimizerTests {
  static let optimizers: [(String, Optimizer)] = [
    ("sgd", .sgd(rate: 0.05)), ("sgdDecay", .sgd(rate: 0.05, decay: 0.1)),
    ("sgdMomentum", .sgd(rate: 0.05, momentum: 0.9, dampening: 0.1, decay: 0.01)),
    ("sgdNesterov", .sgd(rate: 0.05, momentum: 0.9, nesterov: true, decay: 0.01)),
    ("adam", .adam(rate: 0.1)),
    ("adamDecay", .adam(rate: 0.1, betas: (0.8, 0.99), epsilon: 1e-6, decay: 0.1)),
    ("adamW", .adamW(rate: 0.1, decay: 0.1)),
  ]

  @Test(arguments: optimizers) func tenStepsEqualPyTorchs(_ name: String, _ optimizer: Optimizer) throws {
    let reference = try Reference()
    let (a, b) = (try reference.tensor("optimizer/a"), try reference.tensor("optimizer/b"))
    let graph = Graph.chain("line", input: [4], [("p", Linear(4, 1, bias: false))])
    var network = try Network(graph, dtype: .float64)
    try network.parameters.set("p.weight", to: reference.tensor("optimizer/start").reshaped([1, 4]))
    var state = try OptimizerState(optimizer, for: network.parameters)
    let path = try reference.tensor("optimizer/\(name)")
    for step in 0..<10 {
      let pass = try network.trainingPass([a], mode: .inference) {
        try ($0.output.reshaped([6]) - b).square().sum() * 0.5
      }
      try state.step(&network.parameters, gradients: pass.gradients, rate: optimizer.rate)
      #expect(try difference(network.parameters.value(named: "p.weight"), path.select(at: step)) < 1e-12)
    }
  }

  /// A parameter that does not decay moves as if there were no decay, beside one that does.
  @Test(arguments: [
    (Optimizer.sgd(rate: 0.1, momentum: 0.9, decay: 0.2), Optimizer.sgd(rate: 0.1, momentum: 0.9)),
    (.adam(rate: 0.1, decay: 0.2), .adam(rate: 0.1)), (.adamW(rate: 0.1, decay: 0.2), .adamW(rate: 0.1, decay: 0)),
  ])
  func decayAppliesWhereItIsNamed(_ decaying: Optimizer, _ plain: Optimizer) throws {
    let graph = Graph.chain("two", input: [3], [("fc1", Linear(3, 4)), ("fc2", Linear(4, 2))])
    func trained(_ optimizer: Optimizer, _ decayed: [String]?) throws -> Network {
      var network = try Network(graph, dtype: .float64, seed: 3)
      var state = try OptimizerState(optimizer, for: network.parameters, decayed: decayed)
      let gradients = try network.parameters.entries.map { try Tensor.full($0.shape, 0.1, dtype: .float64) }
      for _ in 0..<3 { try state.step(&network.parameters, gradients: gradients, rate: 0.1) }
      return network
    }
    let (all, some, none) = (try trained(decaying, nil), try trained(decaying, ["fc2*"]), try trained(plain, nil))
    for name in ["fc1.weight", "fc1.bias"] {
      #expect(try some.parameters.value(named: name).doubles == none.parameters.value(named: name).doubles)
    }
    for name in ["fc2.weight", "fc2.bias"] {
      #expect(try some.parameters.value(named: name).doubles == all.parameters.value(named: name).doubles)
      #expect(try some.parameters.value(named: name).doubles != none.parameters.value(named: name).doubles)
    }
    #expect(throws: VitroError.self) { try trained(decaying, ["fc9.*"]) }
  }

  @Test func clippingScalesEachInstanceByItsOwnNorm() throws {
    var clipped = [try Tensor(rows: [[3.0, 0], [0.3, 0]]), try Tensor(rows: [[4.0], [0.4]])]
    var plain = clipped
    let norms = try GradientClipping.clip(&clipped, limit: 1, instances: 2)
    #expect(difference(norms, [5, 0.5]) < 1e-12)
    #expect(difference(try clipped[0].doubles, [0.6, 0, 0.3, 0]) < 1e-5)
    #expect(difference(try clipped[1].doubles, [0.8, 0.4]) < 1e-5)
    let norm = try GradientClipping.clip(&plain, limit: 0.5, instances: nil)
    #expect(difference(norm, [5.024937810560445]) < 1e-12)
    let first = try plain[0].doubles[0]
    #expect(abs(first - 3 * 0.5 / 5.024937810560445) < 1e-5)
  }

  @Test func lbfgsFindsTheBottomOfAQuadraticAndOfRosenbrocksValley() throws {
    let scales = [1.0, 10, 100, 0.1]
    let results = try LBFGS.minimize(from: [[1, 1, 1, 1], [-1.2, 1, 0, 0]]) { points in
      let (p, q) = (points[0], points[1])
      let quadratic = zip(scales, p).reduce(0) { $0 + $1.0 * ($1.1 - 3) * ($1.1 - 3) }
      let (u, v) = (1 - q[0], q[1] - q[0] * q[0])
      return (
        [quadratic, u * u + 100 * v * v + q[2] * q[2]],
        [zip(scales, p).map { 2 * $0 * ($1 - 3) }, [-2 * u - 400 * v * q[0], 200 * v, 2 * q[2], 0]]
      )
    }
    #expect(results[0].isConverged && results[1].isConverged)
    #expect(difference(results[0].point, [3, 3, 3, 3]) < 1e-6)
    #expect(difference(results[1].point, [1, 1, 0, 0]) < 1e-6)
    #expect(results[0].iterations < 40)
    #expect(results[1].iterations < 60)
  }

  @Test func lbfgsStepsMeetTheStrongWolfeConditions() {
    var search = WolfeSearch(
      from: .init(t: 0, value: 10, slope: -40, gradient: []), first: 4, limit: 25, smallest: 1e-12)
    // f(t) = 10·(1 − 2t)², whose minimum is at ½.
    while !search.observe(
      .init(
        t: search.trial, value: 10 * pow(1 - 2 * search.trial, 2), slope: -40 * (1 - 2 * search.trial), gradient: []))
    {}
    #expect(search.best.value <= 10 - 1e-4 * 40 * search.best.t)
    #expect(abs(search.best.slope) <= 0.9 * 40)
  }

  @Test(arguments: [nil, 3]) func lbfgsTrainsEveryInstance(_ instances: Int?) throws {
    let graph = Graph.chain(
      "xor", input: [2], [("a", Linear(2, 4)), ("tanh", Activation(.tanh)), ("b", Linear(4, 1))])
    var network = try Network(graph, instances: instances, dtype: .float64, seed: 1)
    let source = try TensorSource(
      Tensor(rows: [[0.0, 0], [0, 1], [1, 0], [1, 1]]), target: Tensor(rows: [[0.0], [1], [1], [0]]))
    let settings = TrainingSettings(.epochs(200), optimizer: .lbfgs(.init()), loss: .meanSquaredError, shuffle: false)
    let result = try Trainer(settings).train(&network, on: source)
    let losses = try #require(result.history.epochs.last).training.loss
    #expect(losses.count == instances ?? 1)
    #expect(losses.contains { $0 < 1e-8 })
    #expect(losses.allSatisfy { $0 < 0.3 })
  }

  @Test func settingsThatCannotWorkAreRefused() {
    let broken: [Optimizer] = [
      .sgd(rate: -1), .sgd(rate: .nan), .sgd(rate: 1, nesterov: true), .adam(betas: (1, 0.9)), .adamW(epsilon: -1),
      .lbfgs(.init(history: 0)),
    ]
    for optimizer in broken { #expect(throws: VitroError.self) { try optimizer.validate() } }
  }
}
