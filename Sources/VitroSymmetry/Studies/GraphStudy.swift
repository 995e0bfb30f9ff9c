internal import Foundation
internal import VitroCore
internal import VitroGroups
public import VitroLab

/// The interaction graph of a layer: which simples talk to which through an activation.
///
/// ```swift
/// var study = GraphStudy()
/// (study.group, study.activation) = ("C8", "relu")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct GraphStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `graph`.
  public static let name = "graph"
  /// What is found.
  public static let abstract = "Which simple representations of a layer talk to which through an activation."
  /// How it is decided.
  public static let discussion = """
    An edge L → K: the K-component of f(v), v in L, is not identically zero. Existence is decided exactly, by the rule of proportional rows, never by sampling; the weight is the share of \
    energy that flows from a Gaussian in L, in closed form for a·x + b·|x|. Activations: \(PointwiseActivation.names.joined(separator: ", ")); leaky-relu:s and relu-bias:b take a number.

    --level says what nodes are: all copies of a simple (isotypic), the copies of a decomposition (copy), or a generic copy. --joint L1+L2 adds sums as sources. --matrices FILE gives the layer \
    by matrices of the generators instead of a set, JSON [[[…]]], and is refused where the activation would break equivariance.

    Example: vitro symmetry graph --group C8 --activation relu --joint L1+L2 --report c8
    """
  /// The group, the set, the activation.
  public static let fields: [Field<Self>] =
    groupFields + [
      Field("set", \.set, help: "What the group acts on: " + Symmetry.setHelp),
      Field("activation", \.activation, help: "The function that is applied to every coordinate."),
      Field("level", \.level, help: "What the nodes are."),
      Field("joint", \.joint, valueName: "L1+L2,…", help: "Sums of simples as sources."),
      Field("matrices", path: \.matrices, help: "The layer by a matrix for each generator, a JSON file."),
      Field(
        "out", \.out, valueName: "dir",
        help: "Where to write graph.dot and graph.json; both are kept with the run besides."),
    ]

  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?
  /// The set.
  public var set = "regular"
  /// The activation.
  public var activation = "relu"
  /// What nodes are.
  public var level = InteractionGraph.Level.isotypic
  /// Sums of simples.
  public var joint: String?
  /// A file of matrices.
  public var matrices: String?
  /// A directory for the graph.
  public var out: String?

  /// The group is missing.
  public init() {}

  /// A group and an activation are needed.
  public func validate() throws {
    try checkGroup()
    _ = try PointwiseActivation(activation)
    if level != .isotypic, joint != nil {
      throw VitroError(
        .argument, Self.fullName, "sums of simples are sources of the isotypic graph, not of level \(level.rawValue)",
        hint: "Leave --level or --joint out.")
    }
  }

  /// Finds the graph.
  public func run(_ run: Run) throws -> Outcome {
    let function = try PointwiseActivation(activation)
    let group = try makeGroup(run)
    let elements = try group.elements()
    let layerSet: GSet
    if let matrices {
      try run.read(files: [matrices], as: matrices, role: "matrices")
      layerSet = try GSet(
        group, actions: MatrixRepresentation(file: matrices).permutations(for: function), name: "given by matrices")
    } else {
      layerSet = try makeSet(set, elements, run)
    }
    let layer = try LayerRepresentation(layerSet, RealTable(CharacterTable(elements)))
    let sources = joint.map(Self.sums) ?? []
    let graph =
      level == .isotypic
      ? try layer.interactionGraph(function, joint: sources)
      : try Decomposition(layer.set, layer.table).interactionGraph(function, level: level)
    let pairs = JointSources(layer, function)
    _ = try run.stage("writing") { stage in try GraphFiles(graph).write(to: stage.directory) }
    if let out { try GraphFiles(graph).write(to: URL(filePath: out)) }
    let report = GraphReport(layer: layer, graph: graph, activation: function, joint: pairs)
    return Outcome(report: report.report, facts: report.facts)
  }
}

extension GraphStudy {
  /// The sums in a list: commas stand between them, but not those inside of names such as (3,1).
  static func sums(_ text: String) -> [[String]] {
    var (sums, name, depth): ([[String]], String, Int) = ([[]], "", 0)
    // What follows the last comma ends with the text.
    for character in text + "," {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard depth <= 0, "+,;".contains(character) else {
        if character != " " { name.append(character) }
        continue
      }
      sums[sums.count - 1].append(name)
      name = ""
      if character != "+" { sums.append([]) }
    }
    return sums.dropLast()
  }
}

extension InteractionGraph.Level: FieldValue {}

/// A graph as DOT and JSON.
struct GraphFiles {
  let graph: InteractionGraph

  init(_ graph: InteractionGraph) { self.graph = graph }

  /// The graph in the language of Graphviz.
  var dot: String {
    func quoted(_ text: String) -> String {
      "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    var lines = ["digraph \(quoted("\(graph.activation) on Fun(\(graph.set)) of \(graph.group)")) {", "  rankdir=TB;"]
    for node in graph.nodes {
      lines.append(
        "  \(quoted(node.name)) [tooltip=\(quoted("dimension \(node.dimension), type \(node.type), |ker| \(node.kernelOrder)"))];"
      )
    }
    for (_, level) in Dictionary(grouping: graph.nodes, by: \.kernelOrder).sorted(by: { $0.key < $1.key }) {
      lines.append("  { rank=same; \(level.map { quoted($0.name) }.joined(separator: "; ")); }")
    }
    for edge in graph.edges {
      lines.append(
        "  \(quoted(edge.from)) -> \(quoted(edge.to)) [weight=\(edge.weight), penwidth=\(0.5 + 6 * edge.weight)];")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  @discardableResult
  func write(to directory: URL) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      try Data(dot.utf8).write(to: directory.appending(path: "graph.dot"), options: .atomic)
      try encoder.encode(graph).write(to: directory.appending(path: "graph.json"), options: .atomic)
    } catch {
      throw VitroError(.file, "writing to \(directory.path)", error.localizedDescription)
    }
    return ["graph.dot", "graph.json"]
  }
}
