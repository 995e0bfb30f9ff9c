import Testing
import VitroCore
import VitroFitting
import VitroNetworks
import VitroSymmetry
import VitroTensor

/// The samples of the documentation of symmetries of networks.
@Suite struct SymmetryExamples {
  @Test func aSimplePart() throws {
    // docs:SimplePart
    let mean = try SimplePart(
      "trivial", dimension: 1, type: .real, multiplicity: 1, kernel: [0, 1, 2, 3], kernelOrder: 4,
      basis: Tensor([0.5, 0.5, 0.5, 0.5], shape: [4, 1]))
    let energy = try mean.energy(of: Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]))  // 25 of 30
    // docs:end
    #expect(abs(energy - 25) < 1e-13)
  }

  @Test func anActionAndWhatItFinds() throws {
    // docs:GroupAction
    let turns = try GroupAction("C4", generators: [[1, 2, 3, 0]])
    let moved = try turns.move(Tensor([10, 20, 30, 40], shape: [1, 4]), by: turns.generators[0], axes: 1..<2)
    let values = try moved.ints  // [40, 10, 20, 30]: what stood at point 0 stands at point 1
    // docs:end
    #expect(values == [40, 10, 20, 30])

    let orbits = try OrbitLabels(
      rows: 4, columns: 4, labels: (0..<16).map { ($0 % 4 - $0 / 4 + 4) % 4 }, biasLabels: [0, 0, 0, 0])
    let network = try Network(
      .chain("turning", input: [4, 1], [("layer", EquivariantLinear(orbits, inputs: 1, outputs: 2))]))
    var stream = RandomStream(seed: 0, "signals")
    let signals = try stream.normal([20, 4, 1])
    // docs:SymmetryAnalysis
    let analysis = try SymmetryAnalysis(of: network, inputs: signals, action: turns, seed: 0)
    let error = analysis.readings[1].error?.value  // 0 up to rounding where the layer is equivariant
    // docs:end
    #expect(try #require(error) < 1e-15)

    // docs:SymmetryExaminer
    let examiner = SymmetryExaminer(action: turns)
    // docs:end
    #expect(examiner.id == "symmetry")
  }
}
