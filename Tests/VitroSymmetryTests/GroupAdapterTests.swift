import Testing
import VitroCore
import VitroGroups
import VitroNetworks
import VitroTensor

@testable import VitroSymmetry

/// What groups give to layers, analyses and composition networks.
struct GroupAdapterTests {
  private func decomposition(_ group: String, _ set: String) throws -> Decomposition {
    let elements = try Group(group).elements()
    return try Decomposition(GSet(set, of: elements), RealTable(CharacterTable(elements)))
  }

  @Test(arguments: ["C7", "C31", "D5", "S4", "Q8", "A5", "F21", "C2xC4"])
  func `Every listed group is something to learn`(_ name: String) throws {
    let task = try CompositionTask(RealTable(Group(name)))
    try task.validate()
    #expect(task.name == name || name == "F21")
  }

  @Test func `A group too large to learn is refused before its table is made`() throws {
    #expect(throws: VitroError.self) { try CompositionTask(RealTable(Group("S6"))) }
  }

  @Test(arguments: [("C8", "regular"), ("C3xC4", "regular"), ("S5", "natural"), ("C12xC12", "regular")])
  func `Parts that formulas give are those of the decomposition`(_ group: String, _ set: String) throws {
    let action = try GroupAction(Group(group), set: set)
    let known =
      switch group {
      case "C8": try SimplePart.cyclic(8)
      case "C3xC4": try SimplePart.torus(3, 4)
      case "C12xC12": try SimplePart.torus(12, 12)
      default: try SimplePart.symmetric(5)
      }
    #expect(action.parts.count == known.count)
    for part in known {
      let other = try #require(
        try action.parts.first { try ($0.projection - part.projection).abs().max().item() < 1e-9 })
      #expect(other.dimension == part.dimension && other.type == part.type && other.kernelOrder == part.kernelOrder)
      if group.hasPrefix("C") { #expect(other.name == part.name) }
    }
  }

  @Test(arguments: [("C8", "regular"), ("C3xC4", "regular"), ("S5", "natural")])
  func `Orbits that formulas give are those of the group`(_ group: String, _ set: String) throws {
    let elements = try Group(group).elements()
    let points = try GSet(set, of: elements)
    let labels = try OrbitLabels(Orbitals(from: points, to: points))
    let known =
      switch group {
      case "C8": try OrbitLabels.cyclic(8)
      case "C3xC4": try OrbitLabels.torus(3, 4)
      default: try OrbitLabels.symmetric(5)
      }
    // The same partition, by other numbers.
    let pairs = Set(zip(labels.labels, known.labels).map { [$0, $1] })
    #expect(labels.count == known.count && pairs.count == known.count)
  }

  @Test func `Silent parts are those that the filtration names`() throws {
    let layer = try decomposition("C12", "regular")
    let parts = try layer.parts.map { try SimplePart($0, of: layer) }
    let live = try #require(parts.firstIndex { $0.name == "L2" })
    #expect(zip(parts, parts.silent(given: [live])).filter(\.1).map(\.0.name) == ["L1", "L3", "L5"])
  }

  @Test func `The natural set of a group too large to list has an action without parts`() throws {
    let action = try GroupAction(Group("S16"), set: "natural")
    #expect(action.points == 16 && action.parts.isEmpty)
  }

  @Test func `Networks on any sets of a group commute with it`() throws {
    let elements = try Group("S4").elements()
    let sets = [
      GSet.natural(elements.group), try GSet.tuples(of: elements.group, size: 2), try GSet("subsets:2", of: elements),
    ]
    let graph = try Graph.equivariant(sets, channels: [2, 3, 1], activation: .gelu)
    let network = try Network(graph, dtype: .float64, seed: 4)
    var stream = RandomStream(seed: 1, "inputs")
    let inputs = try stream.normal([5, 4, 2], dtype: .float64)
    let outputs = try network(inputs)
    for generator in elements.group.generators.indices {
      func moved(_ values: Tensor, _ set: GSet) throws -> Tensor {
        var inverse = set.actions[generator]
        for (point, image) in set.actions[generator].enumerated() { inverse[image] = point }
        return try values.gather(Tensor(inverse), axis: 1)
      }
      let difference = try network(moved(inputs, sets[0])) - moved(outputs, sets[2])
      #expect(try difference.abs().max().item() < 1e-12)
    }
    #expect(try outputs.abs().max().item() > 1e-3)
    #expect(throws: VitroError.self) { try Graph.equivariant(sets, channels: [1, 1]) }
  }

  @Test func `Elements of products of cyclic groups go row by row`() throws {
    let elements = try Group("C3xC4").elements()
    for row in 0..<3 {
      for column in 0..<4 {
        let images = elements.permutation(4 * row + column).images
        #expect(images[0] == row && images[3] == 3 + column)
      }
    }
  }

  @Test func `No equivariant map is nearer to a matrix than its mean over orbits`() throws {
    let elements = try Group("S4").elements()
    let orbitals = try Orbitals(from: .natural(elements.group), to: .subsets(of: elements.group, size: 2))
    let labels = try OrbitLabels(orbitals)
    let map = try orbitals.matrix([2, -1])
    let exact = try labels.project(map)
    #expect(try exact.weight.doubles == [2, -1] && exact.distance == 0)
    var stream = RandomStream(seed: 0, "noise")
    let noisy = try map + stream.normal([6, 4], deviation: 0.1, dtype: .float64)
    let nearest = try labels.project(noisy)
    let weights = try nearest.weight.doubles
    for (first, second) in [(0.01, 0.0), (-0.01, 0), (0, 0.01), (0, -0.01)] {
      let other = try orbitals.matrix([weights[0] + first, weights[1] + second])
      #expect(try (other - noisy).square().sum().item().squareRoot() > nearest.distance)
    }
  }
}
