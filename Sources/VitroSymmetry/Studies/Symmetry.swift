internal import VitroCore
internal import VitroGroups
public import VitroLab

/// `vitro symmetry …`: equivariant layers in simple pieces.
public enum Symmetry: ExperimentGroup {
  /// `symmetry`.
  public static let name = "symmetry"
  /// What the group is about.
  public static let abstract =
    "How symmetry splits layers into simple representations, and which of them talk through the nonlinearity."
}

/// A study of a group that is named or given by a file.
protocol GroupQuestion: Experiment {
  var group: String? { get set }
  var generators: String? { get set }
}

extension GroupQuestion {
  static var group: (any ExperimentGroup.Type)? { Symmetry.self }

  static var groupFields: [Field<Self>] {
    [
      Field(
        "group", \.group, valueName: "name",
        help: "A group by name: C8, D5, S4, A5, Q8, F20, PSL(2,7), M11, or a product such as C4xC4."),
      Field(
        "generators", path: \.generators,
        help: "A group by generators: a JSON file [[images of 1, 2, …], …], a permutation each."),
    ]
  }

  /// One of the two must be there.
  func checkGroup() throws {
    switch (group, generators) {
    case (nil, nil):
      throw VitroError(
        .argument, Self.fullName, "no group is given",
        hint: "Name one (--group S4) or give its generators (--generators FILE).",
        details: ["field": "group"])
    case (.some, .some):
      throw VitroError(
        .argument, Self.fullName, "--group and --generators both say what the group is", hint: "Give one of them.",
        details: ["field": "generators"])
    case (.some(let name), nil): _ = try Group.Family(name)
    case (nil, .some): break
    }
  }

  /// The group, its file noted in the provenance.
  func makeGroup(_ run: Run) throws -> Group {
    if let generators {
      try run.read(files: [generators], as: generators, role: "generators")
      return try Group(file: generators)
    }
    return try Group(group ?? "")
  }

  /// The set of a name, its file noted in the provenance.
  func makeSet(_ name: String, _ elements: GroupElements, _ run: Run) throws -> GSet {
    if name.hasPrefix("cosets:") {
      let path = String(name.dropFirst("cosets:".count))
      try run.read(files: [path], as: path, role: "subgroup")
    }
    return try GSet(name, of: elements)
  }
}

extension Symmetry {
  /// What sets there are, for help.
  static let setHelp =
    "natural, regular, subsets:k, tuples:k, cosets:FILE (generators of the subgroup), sums with + and products with *."

  /// Both ways to say high and low, wherever simples are ordered.
  static let naming =
    "Simples are ordered by their kernels: on top those on which the whole group acts faithfully, below those on which less of it acts, last the trivial one. Most readers call the "
    + "trivial representation the **lowest** frequency, as in Fourier series; Gibson, Tubbenhauer and Williamson call it the **highest**, because arrows run towards it. Here only kernels are compared."
}
