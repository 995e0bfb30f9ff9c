import Testing
import VitroCore
import VitroGroups
import VitroTensor

@testable import VitroSymmetry

struct TheoremTests {
  @Test func `ReLU with a bias makes every map on a regular set that the theorem allows`() throws {
    for name in ["C8", "C12", "D4", "D6", "S3", "S4", "Q8", "A4", "C4xC4", "F20"] {
      let table = try TheoremTable(layer(name))
      for from in table.names.indices {
        for to in table.names.indices {
          #expect(table.biasUses[from][to] == table.isAllowed[from][to])
          if table.reluUses[from][to] == true { #expect(table.isAllowed[from][to]) }
        }
      }
    }
    let cyclic = try TheoremTable(layer("C8"))
    #expect(cyclic.allowed.contains(["L1", "L3"]) && cyclic.reluUses[1][3] == false && cyclic.biasUses[1][3] == true)
  }

  @Test func `Joint sources reach more than paths, and never beyond the filtration`() throws {
    let layer = try layer("C8")
    let relu = try PointwiseActivation("relu")
    let joint = JointSources(layer, relu)
    #expect(joint.findings.contains { $0.sources == ["L1", "L2"] && $0.targets.contains("L3") })
    #expect(joint.respectsFiltration)
    let graph = try layer.interactionGraph(relu, joint: [["L1", "L2"]])
    #expect(graph.has("L1+L2", "L3"))
    for name in ["S4", "D6", "C12", "Q8", "A4"] {
      #expect(JointSources(try self.layer(name), relu).respectsFiltration)
    }
  }

  private func layer(_ name: String) throws -> LayerRepresentation { try VitroSymmetryTests.layer(name) }

  @Test func `The filtration is ordered by inclusion and its fixed spaces grow smaller`() throws {
    let filtration = KernelFiltration(try layer("C12"))
    #expect(filtration.levels.map(\.order) == [1, 2, 3, 4, 6, 12])
    #expect(filtration.levels[0].dimension == 12 && filtration.levels[5].fixed == ["L0"])
    #expect(Set(filtration.covers) == [[0, 1], [0, 2], [1, 3], [1, 4], [2, 4], [3, 5], [4, 5]])
    #expect(filtration.heights == [3, 2, 2, 1, 1, 0])
    // |X/N| points are left of a regular set.
    for name in ["S4", "D6", "Q8", "C4xC4"] {
      for level in KernelFiltration(try layer(name)).levels {
        let order = try layer(name).set.count
        #expect(level.dimension * level.order == order)
      }
    }
  }

  @Test func `Copies differ where multiplicities are above one`() throws {
    let elements = try Group("S3").elements()
    let table = RealTable(try CharacterTable(elements))
    let parts = try Decomposition(.regular(elements), table)
    let absolute = try PointwiseActivation("abs")
    let generic = try parts.interactionGraph(absolute, level: .generic)
    #expect(Set(generic.targets(of: "(2,1)")) == ["(3)", "(2,1)", "(1,1,1)"])
    // The copy whose embedding vector a transposition fixes: functions on cosets of it.
    let special = try Self.specialCopy(parts)
    let image = try #require(try CopyImage(special, absolute, points: 6).vectors)
    let sign = try #require(parts.parts.first { parts.simple($0).name == "(1,1,1)" })
    #expect(try sign.copies[0].transposed().matmul(image).abs().max().item() < 1e-9)
    let copies = try parts.interactionGraph(absolute, level: .copy)
    #expect(copies.nodes.map(\.name).contains("(2,1)#2"))
    for edge in copies.edges { #expect(edge.weight >= -1e-12) }
  }

  /// The copy v ↦ (g ↦ ⟨v, gξ⟩) with ξ fixed by a transposition: right multiplication by it changes nothing.
  static func specialCopy(_ parts: Decomposition) throws -> Tensor {
    let elements = parts.table.table.elements
    let swap = try #require((1..<6).first { elements.permutation($0).order == 2 })
    let right = (0..<6).map { elements.product($0, swap) }
    let part = try #require(parts.parts.first { parts.simple($0).name == "(2,1)" })
    let basis = try part.basis()
    // The part of the isotypic block that right multiplication fixes.
    let moved = try (basis + basis.gather(Tensor(right))) * 0.5
    return try moved.svd().u.slice(axis: 1, 0..<2)
  }

  @Test func `Graphs of simples with one copy are the same at all levels`() throws {
    for (group, set) in [("C12", "regular"), ("S4", "subsets:2"), ("Q8", "regular"), ("D6", "natural")] {
      let layer = try VitroSymmetryTests.layer(group, set)
      let parts = try Decomposition(layer.set, layer.table)
      for name in ["relu", "abs", "tanh", "square"] {
        let activation = try PointwiseActivation(name)
        let isotypic = try layer.interactionGraph(activation)
        let copies = try parts.interactionGraph(activation, level: .copy)
        let generic = try parts.interactionGraph(activation, level: .generic)
        #expect(Set(copies.edges.map { [$0.from, $0.to] }) == Set(isotypic.edges.map { [$0.from, $0.to] }))
        #expect(Set(generic.edges.map { [$0.from, $0.to] }) == Set(isotypic.edges.map { [$0.from, $0.to] }))
        for edge in copies.edges {
          #expect(abs(edge.weight - (isotypic.weight(edge.from, edge.to) ?? .nan)) < 1e-9)
        }
      }
    }
  }
}
