internal import VitroCore
internal import VitroGroups
public import VitroLab

/// The theorem on normal subgroups as a table: between which simples nonzero equivariant piecewise-linear maps exist.
///
/// ```swift
/// var study = TheoremStudy()
/// study.group = "C8"
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct TheoremStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `theorem`.
  public static let name = "theorem"
  /// What is found.
  public static let abstract = "Between which simples nonzero equivariant piecewise-linear maps exist."
  /// The theorem.
  public static let discussion = """
    A nonzero equivariant piecewise-linear map L → K of simple real representations exists exactly when ker L ⊆ ker K; a linear one only when L and K are the same. The table shows the allowed pairs, those \
    that ReLU makes on a set, and those that ReLU with a bias adds: on a regular set, all of them.

    Example: vitro symmetry theorem --group D6 --report d6
    """
  /// The group and the set.
  public static let fields: [Field<Self>] =
    groupFields + [Field("set", \.set, help: "Where ReLU is looked at: " + Symmetry.setHelp)]

  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?
  /// Where ReLU is looked at.
  public var set = "regular"

  /// The group is missing.
  public init() {}

  /// A group is needed.
  public func validate() throws { try checkGroup() }

  /// Fills the table.
  public func run(_ run: Run) throws -> Outcome {
    let elements = try makeGroup(run).elements()
    let layer = try LayerRepresentation(makeSet(set, elements, run), RealTable(CharacterTable(elements)))
    let report = TheoremReport(table: try TheoremTable(layer), layer: layer)
    return Outcome(report: report.report, facts: report.facts)
  }
}

/// The theorem's table for people and programs.
struct TheoremReport {
  let table: TheoremTable
  let layer: LayerRepresentation

  private var pairs: [(Int, Int)] {
    table.names.indices.flatMap { from in table.names.indices.map { (from, $0) } }
  }

  private func list(_ isIn: (Int, Int) -> Bool) -> JSONValue {
    .array(
      pairs.filter { isIn($0.0, $0.1) }.map { .array([.string(table.names[$0.0]), .string(table.names[$0.1])]) })
  }

  var facts: [String: JSONValue] {
    [
      "group": .string(layer.table.group.name), "set": .string(table.set),
      "simples": .array(layer.table.simples.map { SimpleFacts.of($0) }),
      "allowed": .array(table.allowed.map { .array($0.map { .string($0) }) }),
      "relu": list { table.reluUses[$0][$1] == true }, "reluWithBias": list { table.biasUses[$0][$1] == true },
    ]
  }

  var report: Report {
    let allowed = pairs.filter { table.isAllowed[$0.0][$0.1] }
    let relu = allowed.count { table.reluUses[$0.0][$0.1] == true }
    let biased = allowed.count { table.biasUses[$0.0][$0.1] == true }
    let example = allowed.first { table.reluUses[$0.0][$0.1] == false && table.biasUses[$0.0][$0.1] == true }
    return Report(
      id: "symmetry-theorem", title: "What can talk to what in \(layer.table.group.name)", kicker: "Symmetry",
      lede: RichText(
        "A nonzero equivariant piecewise-linear map L → K exists exactly when **ker L ⊆ ker K**: \(allowed.count) of \(pairs.count) pairs. ReLU on Fun(\(table.set)) makes **\(relu)** of them, a bias adds **\(biased - relu)**."
          + (example.map {
            " Such a one is \(RichText(plain: "\(table.names[$0.0]) → \(table.names[$0.1])").source)."
          } ?? "")),
      metrics: [
        Metric(
          "allowed pairs", Double(allowed.count), format: .integer,
          control: Metric.Control("all pairs", Double(pairs.count))),
        Metric(
          "linear maps", Double(table.names.count), format: .integer,
          explanation: "By Schur's lemma: each simple to itself."),
        Metric("made by ReLU", Double(relu), format: .integer),
        Metric("made by ReLU with a bias", Double(biased), format: .integer),
      ],
      sections: [
        ReportSection(
          "The table", id: "table",
          [.figure(figure), .text(RichText(Symmetry.naming))]),
        ReportSection(
          "Why", id: "why",
          [
            .text(
              RichText(
                "If N = ker L acts as the identity on v, then n·F(v) = F(n·v) = F(v): the image lies in K^N, a part that the group keeps because N is normal, so all of K or nothing. "
                  + "Conversely, G/ker L acts faithfully on L, so some v has no stabilizer there; a small cone about v and its translates do not meet, and a tent on the cone, carried around with a vector of K, is such a map."
              ))
          ]),
      ])
  }

  private var figure: Figure {
    let names = ["impossible", "allowed, unused", "a bias adds it", "ReLU makes it", "linear"]
    let values = pairs.map { from, to -> Double in
      if !table.isAllowed[from][to] { return 0 }
      if from == to { return 4 }
      if table.reluUses[from][to] == true { return 3 }
      return table.biasUses[from][to] == true ? 2 : 1
    }
    return Figure(
      "Equivariant piecewise-linear maps",
      caption: RichText("From the simple of a row to that of a column; ReLU on Fun(\(table.set))."),
      .heatMap(
        HeatMapFigure(
          rows: table.names.count, columns: table.names.count, values: values, rowLabels: table.names,
          columnLabels: table.names, rowTitle: "from", columnTitle: "to",
          color: ColorScale("map", categories: names))))
  }
}
