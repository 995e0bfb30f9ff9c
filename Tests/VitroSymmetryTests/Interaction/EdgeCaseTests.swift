import Testing
import VitroCore
import VitroGroups
import VitroTensor

@testable import VitroSymmetry

/// Cases in which rounding, several orbits or small numbers could decide wrongly.
struct EdgeCaseTests {
  private func layer(_ group: String, _ set: String) throws -> LayerRepresentation {
    let elements = try Group(group).elements()
    return try LayerRepresentation(GSet(set, of: elements), RealTable(CharacterTable(elements)))
  }

  @Test func `A fixed point beside an orbit adds no edge of powers`() throws {
    let graph = try layer("C7xC1", "natural").interactionGraph(PointwiseActivation("cube"))
    // x³ of a wave has it and its third harmonic.
    #expect(graph.targets(of: "L(1,0)") == ["L(1,0)", "L(3,0)"])
  }

  @Test func `Weights are finite where a simple does not occur in an orbit`() throws {
    for name in ["gelu", "softplus", "relu", "tanh", "elu"] {
      for group in ["C5xC1", "C6xC1", "S3xC2", "D5xC1"] {
        let layer = try layer(group, "natural")
        let activation = try PointwiseActivation(name)
        let isotypic = try layer.interactionGraph(activation)
        #expect(isotypic.edges.allSatisfy { $0.weight.isFinite && $0.weight >= -1e-15 })
        let parts = try Decomposition(layer.set, layer.table)
        for level in [InteractionGraph.Level.copy, .generic] {
          let graph = try parts.interactionGraph(activation, level: level)
          #expect(graph.edges.allSatisfy { $0.weight.isFinite && $0.weight >= -1e-12 })
        }
      }
    }
  }

  @Test func `A silent orbit has the constant that the activation makes of nothing`() throws {
    // L1 of C5 leaves the fixed point at 0, where softplus is log 2; the mean elsewhere is E softplus(v).
    let layer = try layer("C5xC1", "natural")
    let parts = try Decomposition(layer.set, layer.table)
    let activation = try PointwiseActivation("softplus")
    let graph = try parts.interactionGraph(activation, level: .copy)
    var stream = RandomStream(seed: 3, "gaussians")
    let place = try #require(parts.parts.firstIndex { parts.simple($0).name == "L(1,0)" })
    let scale = (Double(layer.set.count) / 2).squareRoot()
    let samples = 40_000
    let noise = try stream.normal([samples, layer.set.count], dtype: .float64)
    let values = try parts.projection(noise, to: parts.parts[place]).doubles.map { activation(scale * $0) }
    let image = try Tensor(values, shape: [samples, layer.set.count])
    for part in parts.parts where parts.simple(part).kernelOrder == 5 {
      for (number, copy) in part.copies.enumerated() {
        let energy = try image.matmul(copy).square().sum().item() / Double(samples * layer.set.count)
        let name = parts.simple(part).name + (part.multiplicity > 1 ? "#\(number + 1)" : "")
        #expect(abs((graph.weight("L(1,0)", name) ?? 0) - energy) < 0.02 * energy + 1e-4)
      }
    }
  }

  @Test func `High powers keep their edges on copies`() throws {
    for name in ["power:12", "power:7", "square"] {
      let layer = try layer("C8", "regular")
      let activation = try PointwiseActivation(name)
      let copies = try Decomposition(layer.set, layer.table).interactionGraph(activation, level: .copy)
      let isotypic = try layer.interactionGraph(activation)
      #expect(Set(copies.edges.map { [$0.from, $0.to] }) == Set(isotypic.edges.map { [$0.from, $0.to] }))
    }
  }

  @Test func `Sums of no simples, or of one twice, are refused`() throws {
    let layer = try layer("C8", "regular")
    let relu = try PointwiseActivation("relu")
    for joint in [[], ["L1", "L1"], ["L1", "L9"]] {
      #expect(throws: VitroError.self) { try layer.interactionGraph(relu, joint: [joint]) }
    }
  }

  @Test func `Kernels have one order, however sets are hashed`() throws {
    let filtration = KernelFiltration(try layer("D6", "regular"))
    #expect(filtration.levels.map(\.order) == [1, 2, 3, 6, 6, 6, 12])
    #expect(filtration.levels.map(\.classes.count) == [1, 2, 2, 3, 3, 4, 6])
  }

  @Test func `Sets and tables of different groups are refused`() throws {
    let elements = try Group("S3").elements()
    let other = RealTable(try CharacterTable(Group("C6")))
    #expect(throws: VitroError.self) { try LayerRepresentation(.regular(elements), other) }
    #expect(throws: VitroError.self) { try Decomposition(.regular(elements), other) }
  }

  @Test func `Powers on sets that are not regular are decided like sampling says`() throws {
    for (group, set) in [
      ("A5", "natural"), ("S5", "subsets:2"), ("PSL(2,7)", "natural"), ("F21", "natural"), ("D7", "natural"),
    ] {
      let layer = try layer(group, set)
      let parts = try Decomposition(layer.set, layer.table)
      for power in [2, 3, 4] {
        let activation = PointwiseActivation(.power(power))
        let graph = try layer.interactionGraph(activation)
        var stream = RandomStream(seed: 1, "samples")
        for (place, part) in parts.parts.enumerated() {
          let noise = try stream.normal([200, layer.set.count], dtype: .float64)
          let values = try parts.projection(noise, to: part).doubles.map { activation($0) }
          let energies = try parts.energies(Tensor(values, shape: [200, layer.set.count]))
          let total = energies.reduce(0, +)
          for (target, energy) in energies.enumerated() {
            #expect(graph.has(layer.names[place], layer.names[target]) == (energy > 1e-20 * total))
          }
        }
      }
    }
  }
}
