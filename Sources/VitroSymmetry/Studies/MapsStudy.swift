internal import VitroCore
internal import VitroFormats
internal import VitroGroups
public import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// The equivariant linear maps between two sets, and how near a matrix is to one.
///
/// ```swift
/// var study = MapsStudy()
/// (study.group, study.set, study.to) = ("S4", "natural", "subsets:2")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct MapsStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `maps`.
  public static let name = "maps"
  /// What is found.
  public static let abstract = "The equivariant linear maps between two sets: a weight for each orbit on pairs."
  /// Examples.
  public static let discussion = """
    A matrix commutes with the group exactly when it is constant on the orbits of pairs (y, x). For S_n on points that is a·I + b·1·1ᵀ (Deep Sets), for C_n a circular \
    convolution. With --matrix the nearest equivariant map to a matrix [Y, X] is found, and the distance to it: how equivariant a trained layer is.

    Example: vitro symmetry maps --group S5 --set subsets:2 --report pairs
    """
  /// The group, the sets and a matrix.
  public static let fields: [Field<Self>] =
    groupFields + [
      Field("set", \.set, help: "What the group acts on: " + Symmetry.setHelp),
      Field("to", \.to, valueName: "set", help: "What it acts on after the map; by itself the same set."),
      Field("matrix", path: \.matrix, help: "A matrix [Y, X] to compare with, an .npy file."),
    ]

  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?
  /// The source.
  public var set = "regular"
  /// The target.
  public var to: String?
  /// A file with a matrix.
  public var matrix: String?

  /// The group is missing.
  public init() {}

  /// A group is needed.
  public func validate() throws { try checkGroup() }

  /// Finds the orbits.
  public func run(_ run: Run) throws -> Outcome {
    let elements = try makeGroup(run).elements()
    let source = try makeSet(set, elements, run)
    let target = try to.map { try makeSet($0, elements, run) } ?? source
    let orbitals = try Orbitals(from: source, to: target)
    var comparison: MapsReport.Comparison?
    if let matrix {
      try run.read(files: [matrix], as: matrix, role: "matrix")
      let nearest = try OrbitLabels(orbitals).project(Tensor(NPY.read(matrix)))
      comparison = MapsReport.Comparison(
        weights: try nearest.weight.doubles, distance: nearest.distance, relative: nearest.relativeDistance,
        expected: nearest.relativeDistanceByChance)
    }
    let report = MapsReport(source: source, target: target, orbitals: orbitals, comparison: comparison)
    return Outcome(report: report.report, facts: report.facts)
  }
}

/// Equivariant maps for people and programs.
struct MapsReport {
  let source: GSet
  let target: GSet
  let orbitals: Orbitals
  let comparison: Comparison?

  /// A matrix beside the nearest equivariant one.
  struct Comparison {
    let weights: [Double]
    let distance: Double
    let relative: Double
    /// The relative distance that a matrix of independent Gaussians has on average, nearly.
    let expected: Double
  }

  private var pairs: Int { orbitals.rows * orbitals.columns }

  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "group": .string(source.group.name), "set": .string(source.name), "to": .string(target.name),
      "rows": .integer(orbitals.rows), "columns": .integer(orbitals.columns), "orbitals": .integer(orbitals.count),
      "sizes": .array(orbitals.sizes.map { .integer($0) }),
      "biases": .integer((orbitals.rowOrbits.max() ?? -1) + 1),
    ]
    if let comparison {
      facts["distance"] = .number(comparison.distance)
      facts["relativeDistance"] = .number(comparison.relative)
      facts["randomRelativeDistance"] = .number(comparison.expected)
      facts["weights"] = .numbers(comparison.weights)
    }
    return facts
  }

  var report: Report {
    var metrics = [
      Metric(
        "parameters", Double(orbitals.count), format: .integer, explanation: "One weight for each orbit on pairs.",
        control: Metric.Control("dense", Double(pairs))),
      Metric(
        "biases", Double((orbitals.rowOrbits.max() ?? -1) + 1), format: .integer,
        explanation: "One for each orbit of the target."),
    ]
    if let comparison {
      metrics.append(
        Metric(
          "distance to equivariance", comparison.relative, format: .percent(2),
          explanation: "‖M − M̄‖/‖M‖, M̄ the mean over orbits: the nearest equivariant map.",
          control: Metric.Control("a random matrix", comparison.expected)))
    }
    var sections: [ReportSection] = []
    if pairs <= 250_000 {
      sections.append(ReportSection("The orbits", id: "orbits", [.figure(figure), .table(table)]))
    } else {
      sections.append(ReportSection("The orbits", id: "orbits", [.table(table)]))
    }
    return Report(
      id: "symmetry-maps", title: "Equivariant maps Fun(\(source.name)) → Fun(\(target.name)) of \(source.group.name)",
      kicker: "Symmetry",
      lede: RichText(
        "A linear map that commutes with \(source.group.name) has **\(orbitals.count)** free weights instead of \(pairs): one for each orbit of the group on the \(orbitals.rows) × \(orbitals.columns) pairs of points."
          + (comparison.map {
            " The given matrix is **\(NumberFormat.percent(2).text($0.relative))** of its norm away from the nearest such map; a random one would be \(NumberFormat.percent(1).text($0.expected)) away."
          } ?? "")), metrics: metrics, sections: sections)
  }

  private var figure: Figure {
    let isFew = orbitals.count <= ColorScale.categoryLimit
    let color =
      isFew
      ? ColorScale("orbit", categories: orbitals.sizes.indices.map { "w\($0 + 1)" })
      : ColorScale("orbit", format: .integer)
    return Figure(
      "The pattern of weights",
      caption: "Rows are points of the target, columns of the source; cells of one colour share a weight.",
      .heatMap(
        HeatMapFigure(
          rows: orbitals.rows, columns: orbitals.columns, values: orbitals.labels.map(Double.init),
          rowLabels: target.labels ?? [], columnLabels: source.labels ?? [], rowTitle: "to", columnTitle: "from",
          color: color)))
  }

  private var table: Table {
    let shown = Swift.min(orbitals.count, 200)
    return Table(
      title: shown < orbitals.count ? "The first \(shown) of \(orbitals.count) orbits" : nil,
      columns: [.init("weight"), .init("pairs", .integer), .init("share", .percent(1))]
        + (comparison == nil ? [] : [.init("mean of the matrix", .significant(4))]),
      rows: (0..<shown).map { orbit in
        [
          .text("w\(orbit + 1)"), .number(Double(orbitals.sizes[orbit])),
          .number(Double(orbitals.sizes[orbit]) / Double(pairs)),
        ] + (comparison.map { [.number($0.weights[orbit])] } ?? [])
      })
  }
}
