import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

@Suite struct TapTests {
  let network: Network
  let x: Tensor

  init() throws {
    let graph = Graph.chain(
      "mlp", input: [4],
      [
        ("a", Linear(4, 6)), ("relu", Activation(.tanh)), ("b", Linear(6, 5)), ("relu2", Activation(.tanh)),
        ("c", Linear(5, 3)),
      ])
    network = try Network(graph, dtype: .float64, seed: 3)
    var stream = RandomStream(seed: 1, "taps")
    x = try stream.normal([2, 4], dtype: .float64)
  }

  @Test func recordedValuesAreThoseTheNetworkComputes() throws {
    let run = try network.run([x], recording: .all)
    #expect(run.names == ["input", "a", "relu", "b", "relu2", "c"])
    #expect(try run.value(at: "relu").isIdentical(to: run.value(at: "a").tanh()))
    #expect(try run.value(at: "c").isIdentical(to: run.output))
    #expect(try network.run([x], recording: ["rel*"]).names == ["relu", "relu2"])
    #expect(throws: VitroError.self) { try network.run([x], recording: ["relu3"]) }
  }

  @Test func editsReachWhatFollows() throws {
    let plain = try network.run([x], recording: .all)
    let shift = try Tensor.full([6], 0.5, dtype: .float64)
    let added = try network.run([x], editing: ["relu": .add(shift)]).output
    let expected = try network.run([x], editing: ["relu": .replace(plain.value(at: "relu") + shift)]).output
    #expect(try difference(added, expected) == 0)
    #expect(try difference(added, plain.output) > 1e-3)
    let zeroed = try network.run([x], recording: ["b"], editing: ["relu": .multiply(.zeros([], dtype: .float64))])
    let bias = try network.parameters.value(named: "b.bias")
    #expect(try difference(zeroed.value(at: "b").select(at: 1), bias) == 0)
    let doubled = try network.run([x], recording: ["a"], editing: ["a": .transform { try $0 * 2 }])
    #expect(try difference(doubled.value(at: "a"), plain.value(at: "a") * 2) == 0)
  }

  @Test func gradientsAtTapsEqualDifferences() throws {
    let (run, gradients) = try network.gradients([x], at: ["relu", "b"]) { try $0.output.square().sum() }
    for tap in ["relu", "b"] {
      let (value, slope) = (try run.value(at: tap), try #require(gradients[tap]))
      var values = try value.doubles
      for index in [0, 3, values.count - 1] {
        let center = values[index]
        func objective(_ number: Double) throws -> Double {
          values[index] = number
          defer { values[index] = center }
          let edited = try Tensor(values, shape: value.shape)
          return try network.run([x], editing: [tap: .replace(edited)]).output.square().sum().item()
        }
        let estimate = (try objective(center + 1e-5) - objective(center - 1e-5)) / 2e-5
        #expect(abs(estimate - (try slope.doubles[index])) < 1e-7)
      }
    }
  }

  @Test func aReplacedValueSparesTheWorkBeforeIt() throws {
    let counter = CallCounter()
    let value = try network.run([x], recording: ["relu"]).value(at: "relu")
    _ = try network.run(
      [x],
      editing: [
        "a": .transform {
          counter.count += 1; return $0
        }, "relu": .replace(value),
      ])
    #expect(counter.count == 0)
    _ = try network.run(
      [x], recording: ["relu"],
      editing: [
        "b": .transform {
          counter.count += 1; return $0
        }
      ], needsOutputs: false)
    #expect(counter.count == 0)
  }
}

/// Counts on the test's own thread.
private final class CallCounter: @unchecked Sendable { var count = 0 }
