import Testing
import VitroCore
import VitroNetworks
import VitroTensor

/// The samples of the documentation of equivariant layers.
@Suite struct EquivariantExamples {
  @Test func orbitsOfPairs() throws {
    // docs:OrbitLabels
    // The two orbits of S₃ on pairs of its three points: the same point, or two different ones.
    let labels = try OrbitLabels(
      rows: 3, columns: 3, labels: [0, 1, 1, 1, 0, 1, 1, 1, 0], biasLabels: [0, 0, 0])
    let layer = EquivariantLinear(labels, inputs: 1, outputs: 8)  // a·x + b·Σx in each of 8 channels
    // docs:end
    #expect(layer.parameters.map(\.shape) == [[2, 8, 1], [1, 8]])
  }

  @Test func aNetworkThatTurnsWithItsInput() throws {
    // docs:EquivariantLinear
    let turns = try OrbitLabels(
      rows: 4, columns: 4, labels: (0..<16).map { ($0 % 4 - $0 / 4 + 4) % 4 }, biasLabels: [0, 0, 0, 0])
    let network = try Network(
      .chain(
        "rotations", input: [4, 1],
        [
          ("layer1", EquivariantLinear(turns, inputs: 1, outputs: 8)), ("relu1", Activation(.relu)),
          ("pool", Mean(axes: [0])),
        ]),
      seed: 0)
    // docs:end
    let signal = try Tensor([1, 2, 3, 5] as [Float], shape: [1, 4, 1])
    let turned = try Tensor([5, 1, 2, 3] as [Float], shape: [1, 4, 1])
    #expect(try (network(signal) - network(turned)).abs().max().item() < 1e-6)
  }

  @Test func theNearestEquivariantMatrix() throws {
    // docs:OrbitLabels.project
    let cyclic = try OrbitLabels(
      rows: 3, columns: 3, labels: [0, 1, 2, 2, 0, 1, 1, 2, 0], biasLabels: [0, 0, 0])
    let found = try cyclic.project(Tensor(rows: [[3.0, 1, 2], [2, 0, 1], [1, 2, 0]]))
    let (diagonal, distance) = (try found.weight.doubles[0], found.distance)  // 1 and √6
    // docs:end
    #expect(abs(diagonal - 1) < 1e-15 && abs(distance * distance - 6) < 1e-12)
  }
}
