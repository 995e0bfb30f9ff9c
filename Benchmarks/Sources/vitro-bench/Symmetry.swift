import Vitro

/// Groups and representations on one thread: from generators to exact tables, orbits on pairs, bases of simples, interaction graphs.
let symmetryCases: [Case] =
  ["S5", "S6", "S7", "S8", "M11", "PSL(2,31)"].map { name in
    Case("characters \(name)", "symmetry", 1, "table") {
      let generators = try Group(name).generators
      // The group is new in every call, so nothing is remembered.
      return { _ = try CharacterTable(Group(generators)) }
    }
  } + [
    Case("order M24", "symmetry", 1, "group") {
      let generators = try Group("M24").generators
      return { _ = try Group(generators).order }
    }
  ]
  + [("C32", "regular"), ("C1024", "regular"), ("S12", "natural")].map { name, set in
    Case("orbitals \(name)", "symmetry", 1, "basis") {
      let group = try Group(name)
      let points = set == "natural" ? GSet.natural(group) : try GSet.regular(group.elements())
      return { _ = try Orbitals(from: points, to: points).count }
    }
  }
  + ["C32", "D12", "S5", "S6", "C1024"].map { name in
    Case("decompose \(name)", "symmetry", 1, "basis") {
      let elements = try Group(name).elements()
      let table = RealTable(try CharacterTable(elements))
      return { _ = try Decomposition(.regular(elements), table) }
    }
  } + [
    Case("graph C113", "symmetry", 1, "graph") {
      let elements = try Group("C113").elements()
      let table = RealTable(try CharacterTable(elements))
      let relu = PointwiseActivation(.relu)
      return { _ = try LayerRepresentation(.regular(elements), table).interactionGraph(relu).edges.count }
    }
  ]
