internal import VitroCore
public import VitroGroups
public import VitroNetworks
internal import VitroTensor

extension GroupAction {
  /// What a group does on a set, with the isotypic parts of the functions on it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the set cannot be decomposed.
  public init(_ decomposition: Decomposition) throws {
    try self.init(
      "\(decomposition.table.group.name) on \(decomposition.set.name)", generators: decomposition.set.actions,
      parts: decomposition.parts.map { try SimplePart($0, of: decomposition) })
  }

  /// The action of a group on a set by their names, as commands take them.
  ///
  /// The natural set of a group too large to list has an action, but no parts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for a name that says no group or set, or a set that cannot be decomposed.
  public init(_ group: Group, set: String) throws {
    if set == "natural", group.order > 1_000_000 {
      try self.init("\(group.name) on natural", generators: group.generators.map(\.images))
      return
    }
    let elements = try group.elements()
    try self.init(try Decomposition(GSet(set, of: elements), RealTable(CharacterTable(elements))))
  }
}

extension SimplePart {
  /// A part of a decomposition, all its copies.
  public init(_ part: Decomposition.Part, of decomposition: Decomposition) throws {
    let simple = decomposition.simple(part)
    let type: Kind = simple.type == .real ? .real : simple.type == .complex ? .complex : .quaternionic
    try self.init(
      simple.name, dimension: simple.dimension, type: type, multiplicity: part.multiplicity,
      kernel: Set(simple.kernel), kernelOrder: simple.kernelOrder, basis: part.basis())
  }
}

extension OrbitLabels {
  /// The orbits of a group on the pairs of points of two sets: what ``/VitroNetworks/EquivariantLinear`` is tied by.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for more pairs than a layer keeps labels for.
  public init(_ orbitals: Orbitals) throws {
    try self.init(
      rows: orbitals.rows, columns: orbitals.columns, labels: orbitals.labels.map { Int($0) },
      biasLabels: orbitals.rowOrbits)
  }
}
