import Foundation
import Testing
import Vitro

/// The samples of the documentation about groups and representations.
@Suite struct SymmetryExamples {
  @Test func permutationsAreAsShown() throws {
    // docs:permutations
    let turn = try Permutation(oneLine: [2, 3, 1])  // 1 → 2 → 3 → 1
    let swap = try Permutation(cycles: "(1 2)", degree: 3)
    let product = turn * swap  // first the swap, then the turn: (1 3)
    // docs:end
    #expect(product.description == "(1 3)")
  }

  @Test func groupsAreAsShown() throws {
    // docs:groups
    let group = try Group("S4")
    let order = group.order  // 24
    let same = try Group(generators: [[2, 1, 3, 4], [2, 3, 4, 1]])
    let isMember = try same.contains(Permutation(oneLine: [4, 3, 2, 1]))  // true
    // docs:end
    #expect(order == 24 && isMember)
  }

  @Test func groupNamesAreAsShown() throws {
    // docs:group-names
    let torus = try Group("C4xC4")
    let shape = (torus.order, torus.degree)  // (16, 8)
    // docs:end
    #expect(shape.0 == 16 && shape.1 == 8)
  }

  @Test func elementsAreAsShown() throws {
    // docs:elements
    let elements = try Group("S3").elements()
    let product = elements.product(1, 2)
    let isSame = elements.permutation(product) == elements.permutation(1) * elements.permutation(2)  // true
    // docs:end
    #expect(isSame)
  }

  @Test func setsAreAsShown() throws {
    // docs:sets
    let group = try Group("S4")
    let pairs = try GSet.subsets(of: group, size: 2)
    let counts = (pairs.count, pairs.orbits.count)  // (6, 1)
    // docs:end
    #expect(counts.0 == 6 && counts.1 == 1)
  }

  @Test func orbitalsAreAsShown() throws {
    // docs:orbitals
    let set = GSet.natural(try Group("S4"))
    let orbitals = try Orbitals(from: set, to: set)
    let weights = orbitals.count  // 2: a·I + b·1·1ᵀ
    // docs:end
    #expect(weights == 2)
  }

  @Test func cyclotomicAreAsShown() throws {
    // docs:cyclotomic
    let golden = Cyclotomic(root: 1, of: 5) + Cyclotomic(root: 4, of: 5)
    let text = golden.description  // E(5)+E(5)^4
    let one = golden * golden + golden  // 1
    // docs:end
    #expect(text == "E(5)+E(5)^4" && one.integer == 1)
  }

  @Test func charactersAreAsShown() throws {
    // docs:characters
    let table = try CharacterTable(Group("S3"))
    let degrees = table.degrees  // [1, 1, 2]
    let value = table.value(of: 2, at: 0)  // 2
    // docs:end
    #expect(degrees == [1, 1, 2] && value.integer == 2)
  }

  @Test func realTableAreAsShown() throws {
    // docs:real-table
    let table = try RealTable(Group("C4"))
    let names = table.simples.map(\.name)  // L0, L1, L2
    let types = table.simples.map(\.type)  // R, C, R
    // docs:end
    #expect(names == ["L0", "L1", "L2"] && types == [.real, .complex, .real])
  }

  @Test func normalSubgroupsAreAsShown() throws {
    // docs:normal-subgroups
    let normal = NormalSubgroups(try RealTable(Group("S4")))
    let orders = normal.orders  // [1, 4, 12, 24]
    // docs:end
    #expect(orders == [1, 4, 12, 24])
  }

  @Test func decompositionAreAsShown() throws {
    // docs:decomposition
    let elements = try Group("S3").elements()
    let layer = try Decomposition(.regular(elements), RealTable(CharacterTable(elements)))
    let copies = layer.parts.map(\.multiplicity)  // [1, 2, 1]: of (3), (2,1) and (1,1,1)
    let residual = layer.certificate.residual  // below 1e-14
    // docs:end
    #expect(copies == [1, 2, 1] && residual < 1e-13)
  }

  @Test func layerAreAsShown() throws {
    // docs:layer
    let elements = try Group("C8").elements()
    let layer = try LayerRepresentation(.regular(elements), RealTable(CharacterTable(elements)))
    let graph = try layer.interactionGraph(PointwiseActivation("relu"))
    let targets = graph.targets(of: "L1")  // L0, L1, L2, L4
    // docs:end
    #expect(targets == ["L0", "L1", "L2", "L4"])
  }

  @Test func activationAreAsShown() throws {
    // docs:activation
    let relu = try PointwiseActivation("relu")
    let parts = relu.parts.description  // x + an even function that is no polynomial
    // docs:end
    #expect(parts == "x + an even function that is no polynomial")
  }

  @Test func compatibilityAreAsShown() throws {
    // docs:compatibility
    let flip = [[[-1.0]]]
    let relu = Compatibility(try PointwiseActivation("relu"), matrices: flip).isCompatible  // false
    let tanh = Compatibility(try PointwiseActivation("tanh"), matrices: flip).isCompatible  // true
    // docs:end
    #expect(!relu && tanh)
  }

  @Test func equivariantNetworksAreAsShown() throws {
    // docs:equivariant-graph
    let elements = try Group("D4").elements()
    let corners = GSet.natural(elements.group)
    let graph = try Graph.equivariant([corners, .regular(elements), corners], channels: [1, 8, 1])
    let network = try Network(graph, seed: 0)  // commutes with the turns and reflections of a square
    // docs:end
    #expect(try network(Tensor([1, 0, 0, 0] as [Float], shape: [1, 4, 1])).shape == [1, 4, 1])
  }

  @Test func groupStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:group-study
      var study = GroupStudy()
      study.group = "S4"
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["order"] == 24)
    }
  }

  @Test func decomposeStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:decompose-study
      var study = DecomposeStudy()
      (study.group, study.set) = ("S4", "subsets:2")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["points"] == 6)
    }
  }

  @Test func mapsStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:maps-study
      var study = MapsStudy()
      (study.group, study.set, study.to) = ("S4", "natural", "subsets:2")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["orbitals"] == 2)
    }
  }

  @Test func graphStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:graph-study
      var study = GraphStudy()
      (study.group, study.activation) = ("C8", "relu")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["activation"] == "relu")
    }
  }

  @Test func theoremStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:theorem-study
      var study = TheoremStudy()
      study.group = "C8"
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["set"] == "regular")
    }
  }

  @Test func compatibleStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      try Data("[[[0, -1], [1, 0]]]".utf8).write(to: URL(filePath: "\(folder)/signed.json"))
      // docs:compatible-study
      var study = CompatibleStudy()
      (study.activation, study.matrices) = ("relu", "\(folder)/signed.json")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["compatible"] == false)
    }
  }

  @Test func analyseStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      let turns = GSet.natural(try Group("C8"))
      try Network(Graph.equivariant([turns, turns], channels: [1, 3]), seed: 0).save(to: "\(folder)/my-network")
      var stream = RandomStream(seed: 0, "signals")
      let signals = try stream.normal([60, 8, 1])
      let labels = try Tensor((0..<60).map { $0 % 2 })
      try NPZ.write([("x", signals.raw), ("y", labels.raw)], to: "\(folder)/signals.npz")
      // docs:analyse-study
      var study = AnalyseStudy()
      (study.network, study.data) = ("\(folder)/my-network", "\(folder)/signals.npz")
      (study.group, study.set) = ("C8", "regular")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["taps"] != nil)
    }
  }

  @Test func trainingStudyRunsAsShown() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:symmetry-training
      var study = SymmetryTraining()
      (study.task, study.group, study.steps) = (.composition, "C7", 300)
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["shares"] != nil)
    }
  }
}
