import Testing
import VitroCore
import VitroData
import VitroFitting
import VitroLab
import VitroNetworks
import VitroTensor

@testable import VitroSymmetry

/// What a group finds in the layers of a network.
@Suite struct SymmetryAnalysisTests {
  private func turns(_ n: Int) throws -> GroupAction {
    try GroupAction("C\(n)", generators: [(0..<n).map { ($0 + 1) % n }], parts: SimplePart.cyclic(n))
  }

  private func signals(_ shape: [Int], seed: UInt64 = 2) throws -> Tensor {
    var stream = RandomStream(seed: seed, "analysis")
    return try stream.normal(shape)
  }

  private func equivariant() throws -> Network {
    let orbits = try OrbitLabels.cyclic(8)
    return try Network(
      .chain(
        "equivariant", input: [8, 1],
        [
          ("layer1", EquivariantLinear(orbits, inputs: 1, outputs: 5)), ("relu1", Activation(.relu)),
          ("layer2", EquivariantLinear(orbits, inputs: 5, outputs: 3)), ("pool", Mean(axes: [0])),
          ("output", Linear(3, 2)),
        ]), seed: 3)
  }

  @Test func aDivergedNetworkIsNotCalledEquivariant() throws {
    var network = try equivariant()
    var weights = try network.parameters.value(named: "layer1.weight").doubles
    weights[0] = .nan
    let shape = try network.parameters.value(named: "layer1.weight").shape
    try network.parameters.set("layer1.weight", to: Tensor(weights, shape: shape).cast(to: .float32))
    let error = #expect(throws: VitroError.self) {
      try SymmetryAnalysis(of: network, inputs: signals([10, 8, 1]), action: turns(8), seed: 0)
    }
    #expect(error?.code == .numerical && error?.message.contains("layer1") == true)
  }

  @Test func unitsOnWhichNoGroupActsAreNotBlamed() throws {
    // 5 dense units after equivariant layers: only the output tells whether the network is invariant.
    let orbits = try OrbitLabels.cyclic(8)
    let network = try Network(
      .chain(
        "invariant", input: [8, 1],
        [
          ("layer1", EquivariantLinear(orbits, inputs: 1, outputs: 4)), ("relu1", Activation(.relu)),
          ("pool", Mean(axes: [0])), ("hidden", Linear(4, 5)), ("output", Linear(5, 2)),
        ]), seed: 1)
    let analysis = try SymmetryAnalysis(of: network, inputs: signals([30, 8, 1]), action: turns(8), seed: 0)
    #expect(["layer1", "relu1", "output"].contains(try #require(analysis.worst).tap))
  }

  @Test func anEquivariantNetworkFollowsItsGroupAndNoOtherPermutation() throws {
    let analysis = try SymmetryAnalysis(of: equivariant(), inputs: signals([50, 8, 1]), action: turns(8), seed: 0)
    #expect(analysis.readings.map(\.tap) == ["input", "layer1", "relu1", "layer2", "pool", "output"])
    for reading in analysis.readings {
      #expect(try #require(reading.error).value < 1e-14)
      let control = try #require(reading.control)
      #expect(reading.tap == "input" ? control.value == 0 : control.value > 0.05)
      #expect(control.low <= control.value && control.value <= control.high)
    }
    let isInvariant = analysis.readings.map { if case .invariant = $0.place { true } else { false } }
    #expect(isInvariant == [false, false, false, false, true, true])
  }

  @Test func aDenseNetworkDoesNotAndItsErrorIsThatOfTheDefinition() throws {
    let network = try Network(
      .chain("dense", input: [8], [("layer1", Linear(8, 6)), ("output", Activation(.tanh))]), dtype: .float64, seed: 1)
    let inputs = try signals([30, 8]).cast(to: .float64)
    let action = try turns(8)
    let analysis = try SymmetryAnalysis(of: network, inputs: inputs, action: action, seed: 0)
    let output = try #require(analysis.readings.last)
    // By the definition: moving the input by one point, the output is compared with itself.
    let moved = try inputs.gather(Tensor((0..<8).map { ($0 + 7) % 8 }), axis: 1)
    let (before, after) = (try network(inputs), try network(moved))
    let variance = try (before - before.mean(axes: [0], keepingAxes: true)).square().sum().item()
    let expected = try ((after - before).square().sum().item() / (2 * variance)).squareRoot()
    #expect(abs(try #require(output.error).value - expected) < 1e-13)
    #expect(expected > 0.3 && expected < 2)
  }

  @Test func sharesAreThoseOfThePartsAndAddUpToOne() throws {
    let analysis = try SymmetryAnalysis(of: equivariant(), inputs: signals([400, 8, 1]), action: turns(8), seed: 0)
    for reading in analysis.readings.prefix(4) {
      #expect(abs(reading.shares.reduce(0) { $0 + $1.value } - 1) < 1e-12)
      #expect(reading.dead.isEmpty && reading.silent.isEmpty)
    }
    // White noise has each simple in proportion to its dimension.
    for (share, dimension) in zip(analysis.readings[0].shares, [1.0, 2, 2, 2, 1]) {
      #expect(share.low < dimension / 8 && dimension / 8 < share.high)
    }
    #expect(analysis.readings[4].shares.isEmpty)
  }

  @Test func deadSimplesAreFoundAndTheFiltrationSaysWhichMustBe() throws {
    let period = try signals([60, 4, 1]).tiled([1, 2, 1])
    let analysis = try SymmetryAnalysis(of: equivariant(), inputs: period, action: turns(8), seed: 0)
    for reading in analysis.readings.prefix(4) {
      #expect(reading.dead == [1, 3])
      #expect(reading.silent == [1, 3])
    }
    // One wave alone: all others are dead in the input, but only what its kernel moves has to stay dead.
    let wave = try SimplePart.cyclic(8)[1].part(of: signals([60, 8, 1]).cast(to: .float64))
    let alone = try SymmetryAnalysis(of: equivariant(), inputs: wave, action: turns(8), seed: 0)
    #expect(alone.readings[0].dead == [0, 2, 3, 4])
    #expect(alone.readings[0].silent.isEmpty)
    #expect(alone.readings[2].dead.isEmpty)
  }

  @Test func imagesAreFollowedOnTwoAxes() throws {
    let side = 4
    let down = (0..<16).map { ($0 + side) % 16 }
    let right = (0..<16).map { $0 / side * side + ($0 + 1) % side }
    let torus = try GroupAction("C4²", generators: [down, right], parts: SimplePart.torus(side, side))
    #expect(torus.axes(in: [1, 4, 4]) == 1..<3)
    #expect(torus.axes(in: [16, 4, 4]) == 0..<1)
    #expect(torus.axes(in: [3, 5]) == nil)
    // A convolution with zeros at the border is not equivariant on the torus; one of a single pixel is.
    func network(_ kernel: Int) throws -> Network {
      try Network(
        .chain(
          "conv", input: [1, 4, 4],
          [("conv", Conv2d(1, 3, window: Window(kernel, padding: kernel / 2))), ("relu", Activation(.relu))]), seed: 1)
    }
    let images = try signals([20, 1, 4, 4])
    let single = try SymmetryAnalysis(of: network(1), inputs: images, action: torus, seed: 0)
    let padded = try SymmetryAnalysis(of: network(3), inputs: images, action: torus, seed: 0)
    #expect(try #require(single.readings[2].error).value < 1e-14)
    #expect(try #require(padded.readings[2].error).value > 0.05)
    #expect(try #require(padded.readings[2].error).value < #require(padded.readings[2].control).value)
    #expect(abs(single.readings[1].shares.reduce(0) { $0 + $1.value } - 1) < 1e-12)
  }

  @Test func anActionOnUnitsCanBeGiven() throws {
    // A layer that only reorders its inputs backwards: the group turns its units the other way.
    var network = try Network(.chain("reverse", input: [4], [("layer", Linear(4, 4, bias: false))]))
    try network.parameters.set("layer.weight", to: Tensor.eye(4).flipped(axes: [0]))
    let inputs = try signals([25, 4])
    let inferred = try SymmetryAnalysis(of: network, inputs: inputs, action: turns(4), seed: 0)
    #expect(try #require(inferred.readings[1].error).value > 0.3)
    let backwards = try GroupAction("C4 backwards", generators: [[3, 0, 1, 2]])
    let given = try SymmetryAnalysis(
      of: network, inputs: inputs, action: turns(4), places: ["layer": .points(axes: 0..<1, backwards)], seed: 0)
    #expect(try #require(given.readings[1].error).value < 1e-15)
  }

  @Test func constantValuesHaveNoError() throws {
    var network = try Network(.chain("constant", input: [4], [("layer", Linear(4, 3))]))
    try network.parameters.set("layer.weight", to: .zeros([3, 4]))
    let analysis = try SymmetryAnalysis(of: network, inputs: signals([10, 4]), action: turns(4), seed: 0)
    #expect(analysis.readings[1].error == nil)
    #expect(analysis.section().blocks.count >= 3)
  }

  @Test func examinesASubject() throws {
    let data = try LabeledData(
      "signals", inputs: signals([60, 8, 1]), labels: (0..<60).map { $0 % 2 }, classNames: ["even", "odd"])
    let subject = try Subject(network: equivariant(), data: data, seed: 1)
    let examiner = SymmetryExaminer(action: try turns(8))
    #expect(examiner.applies(to: subject))
    #expect(!SymmetryExaminer(action: try turns(5)).applies(to: subject))
    let finding = try examiner.examine(subject, observer: SilentObserver())
    try Report(id: "examination", title: "Examination", sections: [finding.section]).validate()
    #expect(try #require(finding.metrics.first).value < 1e-14)
    guard case .object(let facts)? = finding.facts["symmetry"] else {
      Issue.record("There are no facts.")
      return
    }
    #expect(facts["group"] == .string("C8"))
  }

  @Test func whatCannotBeIsRefused() throws {
    #expect(throws: VitroError.self) { try GroupAction("none", generators: []) }
    #expect(throws: VitroError.self) { try GroupAction("no permutation", generators: [[0, 0]]) }
    #expect(throws: VitroError.self) { try GroupAction("two sizes", generators: [[0, 1], [0, 1, 2]]) }
    #expect(throws: VitroError.self) {
      try GroupAction("other parts", generators: [[1, 0]], parts: SimplePart.cyclic(3))
    }
    let network = try equivariant()
    #expect(throws: VitroError.self) {
      try SymmetryAnalysis(of: network, inputs: signals([5, 8, 1]), action: turns(7), seed: 0)
    }
    #expect(throws: VitroError.self) {
      try SymmetryAnalysis(of: network, inputs: signals([1, 8, 1]), action: turns(8), seed: 0)
    }
    let many = try Network(network.graph, instances: 2)
    #expect(throws: VitroError.self) {
      try SymmetryAnalysis(of: many, inputs: signals([5, 8, 1]), action: turns(8), seed: 0)
    }
  }
}
