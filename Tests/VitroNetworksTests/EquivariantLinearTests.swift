import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

/// The layer whose weights are tied along orbits.
@Suite struct EquivariantLinearTests {
  private func network(
    _ orbits: OrbitLabels, inputs: Int = 1, outputs: Int = 1, bias: Bool = true, instances: Int? = nil,
    seed: UInt64 = 0
  ) throws -> Network {
    try Network(
      .chain(
        "equivariant", input: [orbits.columns, inputs],
        [("layer", EquivariantLinear(orbits, inputs: inputs, outputs: outputs, bias: bias))]),
      instances: instances, dtype: .float64, seed: seed)
  }

  private func normal(_ shape: [Int], seed: UInt64 = 1) throws -> Tensor {
    var stream = RandomStream(seed: seed, "equivariant")
    return try stream.normal(shape, dtype: .float64)
  }

  /// The formula of the layer, term by term.
  private func byHand(
    _ orbits: OrbitLabels, _ x: [Double], _ w: [Double], _ b: [Double], _ i: Int, _ o: Int
  )
    -> [Double]
  {
    var y: [Double] = []
    for p in 0..<orbits.rows {
      for out in 0..<o {
        var sum = b[orbits.biasLabels[p] * o + out]
        for q in 0..<orbits.columns {
          let label = orbits.labels[p * orbits.columns + q]
          for input in 0..<i { sum += w[(label * o + out) * i + input] * x[q * i + input] }
        }
        y.append(sum)
      }
    }
    return y
  }

  @Test(arguments: [(1, 1), (3, 2), (2, 9)]) func computesItsFormulaOnBothPaths(_ inputs: Int, _ outputs: Int) throws {
    for orbits in [try OrbitLabels.cyclic(5), try .torus(2, 3), try .symmetric(6), try .mixed()] {
      let network = try network(orbits, inputs: inputs, outputs: outputs)
      let x = try normal([2, orbits.columns, inputs])
      let (w, b) = (
        try network.parameters.value(named: "layer.weight").doubles,
        try network.parameters.value(named: "layer.bias").doubles
      )
      let expected = try (0..<2).flatMap { byHand(orbits, try x.select(at: $0).doubles, w, b, inputs, outputs) }
      let found = try network(x)
      #expect(found.shape == [2, orbits.rows, outputs])
      #expect(difference(try found.doubles, expected) < 1e-12)
    }
  }

  @Test func forTheCyclicGroupItIsACircularConvolution() throws {
    let network = try network(.cyclic(7), bias: false)
    let x = try normal([1, 7, 1])
    let padded = try Tensor.concatenate([x, x.slice(axis: 1, 0..<6)], axis: 1).reshaped([1, 1, 1, 13])
    let filter = try network.parameters.value(named: "layer.weight").reshaped([1, 1, 1, 7])
    let convolved = try padded.conv2d(filters: filter, window: Window([1, 7]))
    #expect(difference(try network(x).doubles, try convolved.doubles) < 1e-13)
  }

  @Test func forTheSymmetricGroupItIsAMultipleAndTheSum() throws {
    let network = try network(.symmetric(5), bias: false)
    let x = try normal([1, 5, 1])
    let w = try network.parameters.value(named: "layer.weight").doubles
    let expected = try x * (w[0] - w[1]) + x.sum() * w[1]
    #expect(difference(try network(x).doubles, try expected.doubles) < 1e-13)
  }

  @Test(arguments: [(2, 3), (2, 9)]) func gradientsEqualFiniteDifferences(_ inputs: Int, _ outputs: Int) throws {
    for orbits in [try OrbitLabels.cyclic(4), try .symmetric(5), try .mixed()] {
      for instances in [nil, 2] {
        let network = try network(orbits, inputs: inputs, outputs: outputs, instances: instances)
        let points = [
          try normal((instances.map { [$0] } ?? []) + [3, orbits.columns, inputs]),
          try network.parameters.value(named: "layer.weight"), try network.parameters.value(named: "layer.bias"),
        ]
        let seed = try normal(try network(points[0]).shape, seed: 5)
        try checkGradientOfNetwork(network, points, seed)
      }
    }
  }

  /// Gradients of Σ output·seed at the input and at both parameters, against central differences.
  private func checkGradientOfNetwork(_ network: Network, _ points: [Tensor], _ seed: Tensor) throws {
    func value(_ points: [Tensor]) throws -> Double {
      var moved = network
      try moved.parameters.set("layer.weight", to: points[1])
      try moved.parameters.set("layer.bias", to: points[2])
      return try (moved(points[0]) * seed).sum().item()
    }
    let slopes = try network.gradients([points[0]], at: ["input"]) { try ($0.output * seed).sum() }.gradients
    let others = try network.parameterGradients([points[0]], seed: seed, mode: .inference)
    let gradients = [
      try #require(slopes["input"]), try #require(others["layer.weight"]), try #require(others["layer.bias"]),
    ]
    for (number, point) in points.enumerated() {
      for element in 0..<point.count {
        func shifted(_ step: Double) throws -> Double {
          var values = try point.doubles
          values[element] += step
          var all = points
          all[number] = try Tensor(values, shape: point.shape)
          return try value(all)
        }
        let slope = try (shifted(1e-4) - shifted(-1e-4)) / 2e-4
        #expect(abs(slope - (try gradients[number].doubles[element])) < 1e-7 * Swift.max(1, abs(slope)))
      }
    }
  }

  @Test func instancesComputeWhatEachWouldAlone() throws {
    for outputs in [2, 9] {
      let network = try network(.symmetric(4), inputs: 2, outputs: outputs, instances: 3)
      let (shared, own) = (try normal([5, 4, 2]), try normal([3, 5, 4, 2]))
      for instance in 0..<3 {
        let single = try network.instance(instance)
        #expect(try difference(network(shared).select(at: instance), single(shared)) < 1e-13)
        #expect(try difference(network(own).select(at: instance), single(own.select(at: instance))) < 1e-13)
      }
    }
  }

  @Test func itsMatrixIsThatOfTheDenseLayerAndProjectsOnItself() throws {
    let orbits = try OrbitLabels.torus(2, 3)
    let network = try network(orbits, inputs: 2, outputs: 3, bias: false)
    let weight = try network.parameters.value(named: "layer.weight")
    let matrix = try EquivariantLinear(orbits, inputs: 2, outputs: 3).matrix(of: weight)
    #expect(matrix.shape == [6, 3, 6, 2])
    let x = try normal([4, 6, 2])
    let dense = try x.reshaped([4, 12]).linear(weight: matrix.reshaped([18, 12])).reshaped([4, 6, 3])
    #expect(try difference(network(x), dense) < 1e-13)
    let projection = try orbits.project(matrix)
    #expect(projection.relativeDistance < 1e-15)
    #expect(try difference(projection.weight, weight) < 1e-15)
  }

  @Test func projectionIsTheMeanOverTheGroup() throws {
    let orbits = try OrbitLabels.cyclic(6)
    let matrix = try normal([6, 6])
    // (1/|G|) Σ_g g W g⁻¹, by the definition.
    var mean = try matrix.zerosLike()
    for shift in 0..<6 {
      let moved = try Tensor((0..<6).map { ($0 + shift) % 6 })
      mean = try mean + matrix.gather(moved, axis: 0).gather(moved, axis: 1) * (1.0 / 6)
    }
    let projection = try orbits.project(matrix)
    #expect(try difference(projection.nearest, mean) < 1e-14)
    let distance = try (matrix - mean).norm().item()
    #expect(abs(projection.distance - distance) < 1e-13)
    #expect(abs(try projection.relativeDistance - distance / matrix.norm().item()) < 1e-14)
    #expect(abs(projection.relativeDistanceByChance - (5.0 / 6).squareRoot()) < 1e-15)
  }

  @Test func randomMatricesAreAsFarAsChanceSays() throws {
    let orbits = try OrbitLabels.symmetric(12)
    let squares = try (0..<200).map { pow2(try orbits.project(normal([12, 12], seed: $0)).relativeDistance) }
    let mean = squares.reduce(0, +) / 200
    // The spread of 200 draws: the share has the deviation √(2·2·142)/144² / √200.
    #expect(abs(mean - (1 - 2.0 / 144)) < 5 * 0.0115 / 200.0.squareRoot())
  }

  private func pow2(_ x: Double) -> Double { x * x }

  @Test func savesAndLoadsToTheSameBits() throws {
    let directory = try TemporaryDirectory()
    let network = try network(.mixed(), inputs: 2, outputs: 3)
    try network.save(to: directory.path)
    let loaded = try Network(contentsOf: directory.path)
    #expect(try loaded.bits == network.bits)
    let x = try normal([2, 2, 2])
    #expect(try loaded(x).isIdentical(to: network(x)))
  }

  @Test func aFileWithImpossibleLabelsIsRefused() throws {
    let directory = try TemporaryDirectory()
    try network(.cyclic(3)).save(to: directory.path)
    let path = directory.path + "/network.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let spaceless = text.filter { !$0.isWhitespace }
    let labels = "\"labels\":[0,1,2,2,0,1,1,2,0]"
    #expect(spaceless.contains(labels))
    for broken in [
      "\"labels\":[0,1,2,2,0,1,1,2]", "\"labels\":[0,1,2,2,0,1,1,2,9000000000000000000]",
      "\"labels\":[0,1,3,3,0,1,1,3,0]", "\"labels\":[0,1,2,-2,0,1,1,2,0]",
    ] {
      try spaceless.replacing(labels, with: broken).write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: VitroError.self) { try Network(contentsOf: directory.path) }
    }
  }

  @Test func labelsThatDoNotFitAreRefused() {
    #expect(throws: VitroError.self) { try OrbitLabels(rows: 2, columns: 2, labels: [0, 1, 1], biasLabels: [0, 0]) }
    #expect(throws: VitroError.self) { try OrbitLabels(rows: 2, columns: 1, labels: [0, 2], biasLabels: [0, 0]) }
    #expect(throws: VitroError.self) { try OrbitLabels(rows: .max, columns: 2, labels: [], biasLabels: []) }
    #expect(throws: VitroError.self) { try OrbitLabels(rows: 0, columns: 2, labels: [], biasLabels: []) }
    #expect(throws: VitroError.self) {
      try Network(.chain("wrong", input: [4, 2], [("layer", EquivariantLinear(.cyclic(4), inputs: 1, outputs: 1))]))
    }
    #expect(throws: VitroError.self) { try OrbitLabels.cyclic(3).project(Tensor.zeros([3, 4])) }
  }

  @Test func exportToONNXSaysThatItIsNotPossible() throws {
    let network = try network(.cyclic(3))
    let error = #expect(throws: VitroError.self) { try network.onnxModel() }
    #expect(error?.code == .unsupported)
    #expect(error?.description.contains("equivariantLinear") == true)
  }

  @Test func initialWeightsAreThoseOfTheDenseLayer() throws {
    let weight = try network(.torus(4, 4), inputs: 3, outputs: 40).parameters.value(named: "layer.weight")
    let bound = 1 / 48.0.squareRoot()
    #expect(try weight.abs().max().item() <= bound)
    #expect(try weight.abs().max().item() > 0.98 * bound)
  }

  @Test func maximumAndPermuteTakeAxesOfAnExample() throws {
    let graph = Graph.chain(
      "shapes", input: [2, 3, 4], [("points", Permute([1, 2, 0])), ("top", Maximum(axes: [0, 1]))])
    let x = try normal([2, 5, 2, 3, 4])
    let plain = try Network(graph, dtype: .float64)
    #expect(try plain(x.select(at: 0)).isIdentical(to: x.select(at: 0).max(axes: [2, 3])))
    let many = try Network(graph, instances: 2, dtype: .float64)
    #expect(try many(x).isIdentical(to: x.max(axes: [3, 4])))
    #expect(throws: VitroError.self) { try Network(.chain("bad", input: [2, 3], [("p", Permute([0, 0]))])) }
    #expect(throws: VitroError.self) { try Network(.chain("bad", input: [2, 3], [("m", Maximum(axes: [2]))])) }
  }

  @Test func labelsAtTheEndOfTheIntegersAreRefused() {
    #expect(throws: VitroError.self) {
      try OrbitLabels(rows: 1, columns: 2, labels: [0, .max], biasLabels: [0])
    }
  }
}
