import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

/// A network of several instances computes what each of them computes alone.
@Suite struct InstanceTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let input: [Int]
    let layer: any Layer
    var testDescription: String { name }

    init(_ input: [Int], _ layer: any Layer) { (name, self.input, self.layer) = (type(of: layer).kind, input, layer) }
  }

  static let cases = [
    Case([5], Linear(5, 3)), Case([2, 6, 5], Conv2d(2, 4, window: Window(3, padding: 1))),
    Case([4, 3], LSTM(3, 5)), Case([4, 3], GRU(3, 5, returns: .last)), Case([4, 3], LSTM(3, 5, reversed: true)),
    Case([4, 6], MultiHeadAttention(6, heads: 3, causal: true)), Case([4, 6], LayerNorm(6)), Case([4, 6], RMSNorm(6)),
    Case([3, 4, 4], BatchNorm(3)), Case([2, 6, 6], MaxPool2d(2)), Case([2, 6, 6], AveragePool2d(Window(2, stride: 2))),
    Case([6], Activation(.gelu)), Case([6], Softmax()), Case([2, 3], Flatten()), Case([4, 2], Reshape([8])),
    Case([4, 2], Mean(axes: [0])), Case([4, 2], Pick(-1)), Case([3], Scale(factor: 2, offset: 1)),
    Case([4, 6], PositionalEmbedding(5, 6)),
  ]

  @Test(arguments: cases) func eachInstanceGivesWhatItGivesAlone(_ sample: Case) throws {
    let graph = Graph.chain(sample.name, input: sample.input, [("layer", sample.layer)])
    let network = try Network(graph, instances: 3, initialization: .weights(.normal(0.5)), seed: 4)
    var stream = RandomStream(seed: 9, "instances")
    let shared = try stream.normal([2] + sample.input)
    let own = try stream.normal([3, 2] + sample.input)
    for mode in [RunMode.inference, .training(seed: 1, step: 0)] {
      for x in [shared, own] {
        let seed = try stream.normal(network.run([x], mode: mode).output.shape)
        let together = try network.run([x], mode: mode).output
        let gradients = try network.parameterGradients([x], seed: seed, mode: mode)
        for index in 0..<3 {
          let alone = try network.instance(index)
          let input = x.rank == own.rank ? try x.select(at: index) : x
          let instance = together.shape[0] == 1 ? 0 : index
          #expect(try difference(together.select(at: instance), alone.run([input], mode: mode).output) < 2e-6)
          guard together.shape[0] == 3 else { continue }
          let expected = try alone.parameterGradients([input], seed: seed.select(at: index), mode: mode)
          for (name, gradient) in expected {
            #expect(try difference(#require(gradients[name]).select(at: index), gradient) < 2e-5, "\(name)")
          }
        }
      }
    }
  }

  @Test func instancesTrainAsTheyWouldAlone() throws {
    let graph = Graph.chain(
      "mlp", input: [6], [("a", Linear(6, 8)), ("relu", Activation(.relu)), ("b", Linear(8, 3))])
    let source = try spiral(40)
    let settings = TrainingSettings(
      .epochs(3), batchSize: 16, optimizer: .adam(rate: 0.01), loss: .crossEntropy, clip: 0.5, seed: 2)
    var all = try Network(graph, instances: 3, seed: 7)
    let starts = try (0..<3).map { try all.instance($0) }
    let result = try Trainer(settings).train(&all, on: source, validation: source)
    for (index, start) in starts.enumerated() {
      var alone = start
      let single = try Trainer(settings).train(&alone, on: source, validation: source)
      for name in alone.parameters.names {
        let found = try all.parameters.value(named: name).select(at: index)
        #expect(try difference(found, alone.parameters.value(named: name)) < 1e-5)
      }
      let (batched, plain) = (try #require(result.history.epochs.last), try #require(single.history.epochs.last))
      #expect(abs(batched.training.loss[index] - plain.training.loss[0]) < 1e-5)
      #expect(abs(try #require(batched.validation?.loss)[index] - (try #require(plain.validation?.loss))[0]) < 1e-5)
    }
  }

  @Test func anInstanceIsTheSameHoweverManyThereAre() throws {
    let graph = Graph.chain("mlp", input: [6], [("a", Linear(6, 8)), ("b", Linear(8, 3))])
    let (few, many) = (try Network(graph, instances: 2, seed: 7), try Network(graph, instances: 5, seed: 7))
    #expect(try few.instance(1).bits == many.instance(1).bits)
    #expect(try Network(graph, seed: 7).bits == many.instance(0).bits)
    #expect(try many.instance(0).bits != many.instance(1).bits)
  }
}
