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
