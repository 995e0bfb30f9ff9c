internal import VitroCore
internal import VitroFormats
internal import VitroGroups
public import VitroLab
internal import VitroTensor

/// A layer `Fun(X)` as a sum of simple real representations, with a basis and its certificate.
///
/// ```swift
/// var study = DecomposeStudy()
/// (study.group, study.set) = ("S4", "subsets:2")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct DecomposeStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `decompose`.
  public static let name = "decompose"
  /// What is found.
  public static let abstract =
    "Split the functions on a set into simple representations, with a basis and its certificate."
  /// How.
  public static let discussion = """
    Multiplicities come from characters, exactly. The basis comes from projectors that characters give, and is checked: orthonormal, kept by every generator, \
    traces equal to characters, copies aligned, Σ m²·dim End equal to the number of orbits on pairs. With --out the basis is written as safetensors.

    Example: vitro symmetry decompose --group S4 --set tuples:2 --report s4
    """
  /// The group and the set.
  public static let fields: [Field<Self>] =
    groupFields + [
      Field("set", \.set, help: "What the group acts on: " + Symmetry.setHelp),
      Field("out", \.out, valueName: "file", help: "Where to write the basis, a safetensors file."),
    ]

  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?
  /// The set.
  public var set = "regular"
  /// A file for the basis.
  public var out: String?

  /// The group is missing.
  public init() {}

  /// A group is needed.
  public func validate() throws { try checkGroup() }

  /// Decomposes.
  public func run(_ run: Run) throws -> Outcome {
    let elements = try makeGroup(run).elements()
    let table = RealTable(try CharacterTable(elements))
    let set = try makeSet(set, elements, run)
    let decomposition = try Decomposition(set, table)
    if let out { try DecompositionReport.write(decomposition, to: out) }
    let report = DecompositionReport(decomposition: decomposition)
    return Outcome(report: try report.report(), facts: report.facts)
  }
}

/// A decomposition for people and programs.
struct DecompositionReport {
  let decomposition: Decomposition
  private var certificate: DecompositionCertificate { decomposition.certificate }

  static func write(_ decomposition: Decomposition, to path: String) throws {
    var arrays: [(name: String, array: RawArray)] = []
    for part in decomposition.parts {
      let name = decomposition.simple(part).name
      for (number, copy) in part.copies.enumerated() { arrays.append(("\(name)#\(number + 1)", copy.raw)) }
    }
    try Safetensors.write(arrays, metadata: ["set": decomposition.set.name], to: path)
  }

  var facts: [String: JSONValue] {
    [
      "group": .string(decomposition.table.group.name), "set": .string(decomposition.set.name),
      "points": .integer(decomposition.set.count), "orbitals": .integer(certificate.orbitals),
      "simples": .array(
        decomposition.parts.map { SimpleFacts.of(decomposition.simple($0), multiplicity: $0.multiplicity) }),
      "residual": .number(certificate.residual),
      "certificate": [
        "orthogonality": .number(certificate.orthogonality), "invariance": .number(certificate.invariance),
        "traces": .number(certificate.traces), "alignment": .number(certificate.alignment),
        "commutantDimension": .integer(certificate.commutantDimension), "orbitals": .integer(certificate.orbitals),
        "comparesAllClasses": .bool(certificate.comparesAllClasses),
      ],
    ]
  }

  func report() throws -> Report {
    let n = decomposition.set.count
    let pieces = decomposition.parts.reduce(0) { $0 + $1.multiplicity }
    let terms = decomposition.parts.prefix(12).map { part in
      (part.multiplicity > 1 ? "\(part.multiplicity)·" : "") + decomposition.simple(part).name
    }
    let sum = terms.joined(separator: " ⊕ ") + (decomposition.parts.count > 12 ? " ⊕ …" : "")
    var sections = [
      ReportSection("The pieces", id: "pieces", [.figure(pieceFigure), .table(pieceTable)])
    ]
    if n <= 96 { sections.append(ReportSection("The basis", id: "basis", [.figure(try basisFigure())])) }
    sections.append(ReportSection("The certificate", id: "certificate", [.table(certificateTable)]))
    return Report(
      id: "symmetry-decompose", title: "Fun(\(decomposition.set.name)) of \(decomposition.table.group.name)",
      kicker: "Symmetry",
      lede: RichText(
        RichText(plain: sum).source
          + ": **\(pieces)** simple pieces of **\(decomposition.parts.count)** kinds in \(n) dimensions. An equivariant linear map of the layer to itself has **\(certificate.orbitals)** parameters; a dense one \(n * n)."
      ),
      metrics: [
        Metric("points", Double(n), format: .integer),
        Metric("kinds of simples", Double(decomposition.parts.count), format: .integer),
        Metric("pieces", Double(pieces), format: .integer),
        Metric(
          "parameters of a linear map", Double(certificate.orbitals), format: .integer,
          explanation: "The orbits on pairs of points; Σ m²·dim End agrees exactly.",
          control: Metric.Control("dense", Double(n * n))),
        Metric(
          "largest residual", certificate.residual, format: .significant(2),
          explanation: "Of all checks in the certificate; refused above 1e-9."),
      ], sections: sections)
  }

  private var pieceFigure: Figure {
    let bars = decomposition.parts.map { part in
      let simple = decomposition.simple(part)
      return BarFigure.Bar(simple.name, Double(part.multiplicity * simple.dimension))
    }
    return Figure(
      "Dimensions", caption: RichText(plain: "How many of the dimensions each simple takes, all its copies together."),
      .bars(
        BarFigure(
          label: "simple", value: Axis("dimensions", format: .integer), bars: bars,
          orientation: bars.count > 30 ? .vertical : .horizontal)))
  }

  private var pieceTable: Table {
    Table(
      columns: [
        .init("simple"), .init("dimension", .integer), .init("type"), .init("copies", .integer),
        .init("|ker|", .integer),
        .init("parameters", .integer),
      ],
      rows: decomposition.parts.map { part in
        let simple = decomposition.simple(part)
        return [
          .text(simple.name), .number(Double(simple.dimension)), .text(simple.type.symbol),
          .number(Double(part.multiplicity)), .number(Double(simple.kernelOrder)),
          .number(Double(part.multiplicity * part.multiplicity * simple.type.dimension)),
        ]
      })
  }

  private func basisFigure() throws -> Figure {
    let n = decomposition.set.count
    let basis = try decomposition.basis().transposed()
    let labels = decomposition.parts.flatMap { part in
      part.copies.indices.flatMap { copy in
        (0..<decomposition.simple(part).dimension).map { vector in
          decomposition.simple(part).name + (part.multiplicity > 1 ? "#\(copy + 1)" : "") + " \(vector + 1)"
        }
      }
    }
    return Figure(
      "The basis", caption: "Each row is a basis vector as a function on the points; a row's simple stands before it.",
      .heatMap(
        HeatMapFigure(
          rows: n, columns: n, values: try basis.doubles, rowLabels: labels,
          columnLabels: decomposition.set.labels ?? (1...n).map(String.init), rowTitle: "basis vector",
          columnTitle: "point", color: ColorScale("value", map: .diverging))))
  }

  private var certificateTable: Table {
    let classes = certificate.comparesAllClasses ? "on every class" : "on the generators' classes"
    func row(_ what: String, _ value: Double) -> [Table.Cell] { [.text(what), .number(value), "at most 1e-9"] }
    return Table(
      columns: [.init("check"), .init("found", .significant(3)), .init("required")],
      rows: [
        row("BᵀB − 1", certificate.orthogonality), row("gB − BBᵀgB, each copy and generator", certificate.invariance),
        row("traces − characters, \(classes)", certificate.traces),
        row("matrices of copies of one simple", certificate.alignment),
        [
          "Σ m²·dim End", .number(Double(certificate.commutantDimension)),
          .text("\(certificate.orbitals), the orbits on pairs"),
        ],
        ["Σ m·dim", .number(Double(certificate.dimension)), .text("\(certificate.points), the points")],
      ])
  }
}
