import Foundation
import Testing
import VitroCore
import VitroGroups
import VitroTensor

@testable import VitroSymmetry

/// A layer from a group's and a set's name.
func layer(_ group: String, _ set: String = "regular") throws -> LayerRepresentation {
  let elements = try Group(group).elements()
  return try LayerRepresentation(GSet(set, of: elements), RealTable(CharacterTable(elements)))
}

/// A graph of `interaction_graphs.json`, found there in three ways: by sampling, by the arc-cosine kernel, by fixed spaces.
struct CheckedGraph: Decodable, CustomTestStringConvertible {
  var gset: String
  var order: Int
  var points: Int
  var commutant_dim: Int
  var simples: [Simple]
  var relu_edges: [[String]]
  var abs_edges: [[String]]
  var relu_energy: [String: [String: Double]]
  var abs_energy: [String: [String: Double]]

  struct Simple: Decodable {
    var name: String
    var dim: Int
    var type: String
    var mult: Int
    var ker: Int
    var kerpm: Int
    var Siso: [Int?]
  }

  var testDescription: String { gset }

  /// The group's and the set's name here.
  var names: (group: String, set: String) {
    let group = gset.prefix { $0 != " " }.filter { $0 != "_" }
    let set =
      gset.contains("regular")
      ? "regular"
      : gset.contains("2-subsets")
        ? "subsets:2"
        : gset.contains("ordered pairs") ? "tuples:2" : gset.contains("^2") ? "natural*natural" : "natural"
    return (String(group), set)
  }

  static let all: [CheckedGraph] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/interaction_graphs", withExtension: "json") else {
      return []
    }
    return (try? JSONDecoder().decode([CheckedGraph].self, from: Data(contentsOf: url))) ?? []
  }()
}

struct InteractionGraphTests {
  @Test func `All 36 checked graphs are here`() { #expect(CheckedGraph.all.count == 36) }

  @Test(arguments: CheckedGraph.all) func `Simples, edges, weights and row classes are the checked ones`(
    _ expected: CheckedGraph
  ) throws {
    let (group, set) = expected.names
    let layer = try layer(group, set)
    #expect(layer.set.count == expected.points && layer.table.table.elements.count == expected.order)
    #expect(layer.commutantDimension == expected.commutant_dim)
    let relu = try layer.interactionGraph(PointwiseActivation("relu"))
    let absolute = try layer.interactionGraph(PointwiseActivation("abs"))
    // Names of simples that no theory names are arbitrary; so simples are compared by everything that is said of them.
    struct Said: Hashable {
      var invariants: [String]
      var relu: [String]
      var absolute: [String]
    }
    func signature(_ simple: CheckedGraph.Simple) -> [String] {
      [
        "\(simple.dim)\(simple.type)×\(simple.mult)", "\(simple.ker)", "\(simple.kerpm)",
        "\(simple.Siso.map { $0 ?? 0 })",
      ]
    }
    let theirs = expected.simples.map { simple in
      Said(
        invariants: signature(simple),
        relu: expected.simples.filter { expected.relu_edges.contains([simple.name, $0.name]) }
          .map { "\(signature($0))" }.sorted(),
        absolute: expected.simples.filter { expected.abs_edges.contains([simple.name, $0.name]) }
          .map { "\(signature($0))" }.sorted())
    }
    func ownSignature(_ place: Int) -> [String] {
      let simple = layer.table.simples[layer.simples[place]]
      let signOrder = simple.signKernel.reduce(0) { $0 + layer.table.classes.sizes[$1] }
      let rows = layer.sums.indices.map { RowClass(layer, [place], orbit: $0)?.order ?? 0 }
      return [
        "\(simple.dimension)\(simple.type)×\(layer.multiplicities[place])", "\(simple.kernelOrder)", "\(signOrder)",
        "\(rows)",
      ]
    }
    func edges(_ graph: InteractionGraph, _ place: Int) -> [String] {
      layer.simples.indices.compactMap { target in
        graph.has(layer.names[place], layer.names[target]) ? "\(ownSignature(target))" : nil
      }.sorted()
    }
    let ours = layer.simples.indices.map {
      Said(invariants: ownSignature($0), relu: edges(relu, $0), absolute: edges(absolute, $0))
    }
    #expect(ours.count == theirs.count)
    #expect(
      Dictionary(grouping: ours) { $0 }.mapValues(\.count) == Dictionary(grouping: theirs) { $0 }.mapValues(\.count))
    func agree(_ graph: InteractionGraph, _ energies: [String: [String: Double]]) -> Bool {
      let (mine, known) = (graph.edges.map(\.weight).sorted(), energies.values.flatMap(\.values).sorted())
      return mine.count == known.count && zip(mine, known).allSatisfy { abs($0 - $1) < 1.1e-6 }
    }
    #expect(agree(relu, expected.relu_energy) && agree(absolute, expected.abs_energy))
    // Where theory names them, names agree too.
    if !expected.simples[0].name.contains("_") {
      #expect(Set(relu.edges.map { [$0.from, $0.to] }) == Set(expected.relu_edges))
      #expect(Set(absolute.edges.map { [$0.from, $0.to] }) == Set(expected.abs_edges))
    }
  }

  @Test func `The authors' graphs of C1 to C20 are reproduced`() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/cyclic_graphs_published", withExtension: "json"))
    let published = try JSONDecoder().decode([[[Int]]].self, from: Data(contentsOf: url))
    #expect(published.count == 20)
    for (index, matrix) in published.enumerated() {
      let layer = try layer("C\(index + 1)")
      let relu = try layer.interactionGraph(PointwiseActivation("relu"))
      let absolute = try layer.interactionGraph(PointwiseActivation("abs"))
      for i in matrix.indices {
        for j in matrix.indices {
          #expect(relu.has("L\(i)", "L\(j)") == (matrix[i][j] == 1))
          // Their formula for |x|: the same, without i = j as of itself.
          let n = index + 1
          func order(_ k: Int) -> Int { k == 0 ? 1 : n / gcd(n, k) }
          let half = order(i).isMultiple(of: 2) ? order(i) / 2 : order(i)
          #expect(absolute.has("L\(i)", "L\(j)") == half.isMultiple(of: order(j)))
        }
      }
    }
  }

  @Test func `Cases that a rule of kernels gets wrong come out right`() throws {
    let pairs = try layer("S4", "subsets:2").interactionGraph(PointwiseActivation("abs"))
    #expect(!pairs.has("(3,1)", "(3,1)") && pairs.targets(of: "(3,1)") == ["(4)", "(2,2)"])
    let quaternion = try layer("Q8").interactionGraph(PointwiseActivation("abs"))
    #expect(quaternion.targets(of: "4H_0") == ["1R_0", "1R_1", "1R_2", "1R_3"])
    #expect(
      try layer("C8").interactionGraph(PointwiseActivation("relu")).targets(of: "L1") == ["L0", "L1", "L2", "L4"])
  }

  @Test func `Weights of ReLU are the known numbers`() throws {
    func weight(_ group: String, _ from: String, _ to: String) throws -> Double {
      try #require(try layer(group).interactionGraph(PointwiseActivation("relu")).weight(from, to))
    }
    #expect(abs(try weight("C3", "L1", "L0") - 0.202999) < 1e-6)
    #expect(abs(try weight("C4", "L1", "L2") - 0.045423) < 1e-6)
    let series = CircleSeries()
    #expect(abs(try weight("C512", "L1", "L0") - 2 / (.pi * .pi)) < 1e-4)
    for k in [2, 4, 6] {
      let expected = 4 / (.pi * .pi) / Double((k * k - 1) * (k * k - 1))
      #expect(abs(series.energyShare(k) - expected) < 1e-15)
      #expect(abs(try weight("C512", "L1", "L\(k)") - expected) < 1e-4)
    }
    // Sources lose nothing but half of their energy: ReLU keeps 1/2 of any centred Gaussian.
    for name in ["C12", "D5", "S4", "Q8"] {
      let graph = try layer(name).interactionGraph(PointwiseActivation("relu"))
      for node in graph.nodes {
        #expect(abs(graph.edges.filter { $0.from == node.name }.reduce(0) { $0 + $1.weight } - 0.5) < 1e-12)
      }
    }
  }

  static let activations = [
    "relu", "leaky-relu:0.1", "leaky-relu:-1", "abs", "gelu", "silu", "softplus", "tanh", "sin", "sigmoid", "elu",
    "relu-bias:0.3", "square", "cube", "power:4", "hardtanh", "identity",
  ]
  static let sets = [
    ("C8", "regular"), ("C9", "regular"), ("C12", "regular"), ("D4", "regular"), ("D6", "natural"), ("S3", "regular"),
    ("S4", "subsets:2"), ("S4", "tuples:2"), ("S4", "regular"), ("Q8", "regular"), ("S3", "natural"),
    ("C3xC3", "regular"), ("A4", "regular"),
  ]

  @Test(arguments: sets, activations)
  func `Every activation has the edges that sampling finds, and no other`(
    _ set: (String, String), _ name: String
  ) throws {
    let activation = try PointwiseActivation(name)
    let layer = try layer(set.0, set.1)
    let graph = try layer.interactionGraph(activation)
    let parts = try Decomposition(layer.set, layer.table)
    var stream = RandomStream(seed: 5, "samples")
    let samples = 100
    for (place, part) in parts.parts.enumerated() {
      let noise = try stream.normal([samples, layer.set.count], dtype: .float64) * 1.5
      let values = try parts.projection(noise, to: part).doubles.map { activation($0) }
      let energies = try parts.energies(Tensor(values, shape: [samples, layer.set.count]))
      let total = energies.reduce(0, +)
      let dimension = Double(layer.dimension(place))
      for (target, energy) in energies.enumerated() {
        let found = graph.weight(layer.names[place], layer.names[target])
        // Sines send tiny, but not vanishing, shares to high harmonics; rounding leaves 1e-30.
        #expect((found != nil) == (energy > 1e-24 * total))
        if let found, activation.parts.isPositivelyHomogeneous {
          let measured = energy / (2.25 * dimension)
          #expect(abs(found - measured) < 0.35 * found + 0.01)
        }
      }
    }
  }

  @Test(arguments: activations) func `The class of an activation is found from its values`(_ name: String) throws {
    let activation = try PointwiseActivation(name)
    #expect(PointwiseActivation.Parts(of: { activation($0) }) == activation.parts)
  }

  @Test func `A polynomial's powers are found`() {
    let parts = PointwiseActivation.Parts { 2 - $0 + 0.5 * $0 * $0 * $0 }
    #expect(parts.powers == [0, 1, 3] && !parts.hasEvenPart && !parts.hasOddPart)
  }

  @Test func `Smooth activations share the graph of ReLU`() throws {
    for (group, set) in Self.sets {
      let layer = try layer(group, set)
      func edges(_ name: String) throws -> Set<[String]> {
        Set(try layer.interactionGraph(PointwiseActivation(name)).edges.map { [$0.from, $0.to] })
      }
      let relu = try edges("relu")
      for name in ["gelu", "silu", "softplus", "leaky-relu"] { #expect(try edges(name) == relu) }
      #expect(try edges("abs").isSubset(of: relu) && relu.isSubset(of: edges("relu-bias")))
    }
  }

  @Test func `Weights of smooth activations agree with sampling`() throws {
    let layer = try layer("D5")
    let parts = try Decomposition(layer.set, layer.table)
    for name in ["gelu", "tanh", "elu", "square"] {
      let activation = try PointwiseActivation(name)
      let graph = try layer.interactionGraph(activation)
      #expect(graph.truncation < 1e-6)
      var stream = RandomStream(seed: 2, "gaussians")
      let samples = 20_000
      for (place, part) in parts.parts.enumerated() {
        let scale = (Double(layer.set.count) / Double(layer.dimension(place))).squareRoot()
        let noise = try stream.normal([samples, layer.set.count], dtype: .float64)
        let values = try parts.projection(noise, to: part).doubles.map { activation(scale * $0) }
        let energies = try parts.energies(Tensor(values, shape: [samples, layer.set.count]))
        for (target, energy) in energies.enumerated() {
          let weight = graph.weight(layer.names[place], layer.names[target]) ?? 0
          #expect(abs(weight - energy / Double(layer.set.count)) < 0.06 * weight + 0.002)
        }
      }
    }
  }

  private func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }
}

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
    #expect(filtration.height(of: 0) == 3 && filtration.height(of: 5) == 0)
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

struct CompatibilityTests {
  @Test func `Activations go with the matrices they commute with`() throws {
    let permutation = [[[0.0, 1], [1, 0]]]
    let signed = [[[0.0, -1], [1, 0]]]
    let scaled = [[[0, 2], [0.5, 0]]]
    let negative = [[[0, -2], [-0.5, 0]]]
    let rotation = [[[0.6, -0.8], [0.8, 0.6]]]
    func works(_ name: String) throws -> [Bool] {
      let activation = try PointwiseActivation(name)
      return [permutation, signed, scaled, negative, rotation].map {
        Compatibility(activation, matrices: $0).isCompatible
      }
    }
    #expect(try works("relu") == [true, false, true, false, false])
    #expect(try works("gelu") == [true, false, false, false, false])
    #expect(try works("tanh") == [true, true, false, false, false])
    #expect(try works("cube") == [true, true, false, false, false])
    #expect(try works("identity") == [true, true, true, true, true])
    #expect(try works("sigmoid") == [true, false, false, false, false])
    // The verdict is what the functions themselves say.
    for name in InteractionGraphTests.activations {
      let activation = try PointwiseActivation(name)
      for matrices in [permutation, signed, scaled, negative, rotation] {
        var worst = 0.0
        for v in [[0.7, -1.3], [-0.2, 0.9], [1.7, 0.4]] {
          let image = matrices[0].map { row in zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } }.map { activation($0) }
          let other = matrices[0].map { row in zip(row, v.map { activation($0) }).reduce(0) { $0 + $1.0 * $1.1 } }
          worst = max(worst, zip(image, other).map { abs($0 - $1) }.max() ?? 0)
        }
        #expect(Compatibility(activation, matrices: matrices).isCompatible == (worst < 1e-9), "\(name)")
      }
    }
  }

  @Test func `What breaks equivariance is said with what would work`() throws {
    let answer = Compatibility(try PointwiseActivation("relu"), matrices: [[[1, 0], [0, -1]]])
    #expect(answer.reason.contains("row 2") && answer.reason.contains("not odd"))
    #expect(answer.hint?.contains("tanh") == true)
    #expect(throws: VitroError.self) { try answer.requireCompatible("training") }
  }

  @Test func `The circle's series sums to ReLU of the wave`() {
    let series = CircleSeries()
    for x in stride(from: -3.0, through: 3, by: 0.37) {
      #expect(abs(series.partialSum(4000, at: x) - max(sin(x), 0)) < 1e-3)
    }
    #expect(series.amplitude(3) == 0 && abs(series.amplitude(2) - 2 / (3 * .pi)) < 1e-15)
  }
}
