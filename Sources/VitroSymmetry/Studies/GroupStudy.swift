internal import VitroCore
internal import VitroGroups
public import VitroLab

/// A finite group: its order, classes, characters and normal subgroups, exactly.
///
/// ```swift
/// var study = GroupStudy()
/// study.group = "S4"
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct GroupStudy: Experiment, GroupQuestion {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `group`.
  public static let name = "group"
  /// What is found.
  public static let abstract = "The classes, characters and normal subgroups of a finite group, exactly."
  /// Where it comes from.
  public static let discussion = """
    The order comes from a stabilizer chain, the characters from class sums split modulo a prime (Burnside, Dixon) and lifted to sums of roots of unity: \
    nothing is rounded. Irrational values are written as GAP writes them, E(5)+E(5)^4 with E(n) = e^(2πi/n).

    Example: vitro symmetry group --group A5 --report a5
    """
  /// The group.
  public static let fields: [Field<Self>] = groupFields

  /// A group by name.
  public var group: String?
  /// A file of generators.
  public var generators: String?

  /// The group is missing.
  public init() {}

  /// A group is needed.
  public func validate() throws { try checkGroup() }

  /// Finds the table.
  public func run(_ run: Run) throws -> Outcome {
    let group = try makeGroup(run)
    let table = RealTable(try CharacterTable(group))
    let report = GroupReport(table: table)
    return Outcome(report: report.report, facts: report.facts)
  }
}

/// A group's table for people and programs.
struct GroupReport {
  let table: RealTable
  private var complex: CharacterTable { table.table }
  private var classes: ConjugacyClasses { table.classes }

  /// Values as exact text, or a number where they are whole.
  private func value(_ character: Int, _ number: Int) -> JSONValue {
    let value = complex.value(of: character, at: number)
    return value.integer.map { .integer($0) } ?? .string("\(value)")
  }

  private var kernelOrders: [Int] {
    (0..<complex.count).map { complex.kernel(of: $0).reduce(0) { $0 + classes.sizes[$1] } }
  }

  var facts: [String: JSONValue] {
    [
      "group": .string(table.group.name), "order": .integer(complex.elements.count),
      "degree": .integer(table.group.degree),
      "classes": .array(
        (0..<classes.count).map { number in
          [
            "size": .integer(classes.sizes[number]), "order": .integer(classes.orders[number]),
            "representative": .array(
              complex.elements.permutation(classes.representatives[number]).images.map { .integer($0 + 1) }),
            "inverse": .integer(classes.inverse(number)), "square": .integer(classes.power(number, 2)),
          ]
        }),
      "characters": .array((0..<complex.count).map { row in .array((0..<classes.count).map { value(row, $0) }) }),
      "indicators": .array(complex.indicators.map { .integer($0) }),
      "kernels": .array(kernelOrders.map { .integer($0) }),
      "normalSubgroups": .array(lattice.orders.map { .integer($0) }),
      "centre": .integer(classes.centreOrder),
      "simples": .array(table.simples.map { SimpleFacts.of($0) }),
    ]
  }

  private var lattice: NormalSubgroups { NormalSubgroups(table) }

  var report: Report {
    let group = table.group
    let order = complex.elements.count
    let normal = lattice
    var sections = [
      ReportSection(
        "Normal subgroups", id: "normal-subgroups",
        [
          .text(
            RichText(
              "Every normal subgroup is an intersection of kernels of characters. Kernels decide which simples a layer can send to which: a nonzero equivariant piecewise-linear map L → K exists exactly when ker L ⊆ ker K."
            )), .figure(normal.figure(table)),
        ]),
      ReportSection("Simple real representations", id: "simples", [.table(simplesTable)]),
    ]
    let tableBlocks: [ReportBlock] =
      classes.count <= 40 ? [.figure(heatMap), .table(characterTable)] : [.figure(heatMap)]
    sections.insert(ReportSection("Characters", id: "characters", tableBlocks), at: 0)
    return Report(
      id: "symmetry-group", title: "The group \(group.name)", kicker: "Symmetry",
      lede: RichText(
        "**\(order)** permutations of \(group.degree) points, in **\(classes.count)** classes. Over the real numbers it has **\(table.count)** simple representations; "
          + "Σd² = \(complex.degrees.reduce(0) { $0 + $1 * $1 }) over the complex ones."),
      metrics: [
        Metric("order", Double(order), format: .integer),
        Metric("classes", Double(classes.count), format: .integer),
        Metric("real simples", Double(table.count), format: .integer),
        Metric("normal subgroups", Double(normal.orders.count), format: .integer),
        Metric("exponent", Double(classes.exponent), format: .integer),
        Metric("centre", Double(classes.centreOrder), format: .integer),
      ], sections: sections)
  }

  private func className(_ number: Int) -> String {
    let same = (0..<number).count { classes.orders[$0] == classes.orders[number] }
    return "\(classes.orders[number])\(letters(same))"
  }

  /// The letters a, b, …, z, aa, ….
  private func letters(_ index: Int) -> String {
    let letter = String(UnicodeScalar(UInt8(97 + index % 26)))
    return index < 26 ? letter : letters(index / 26 - 1) + letter
  }

  private var heatMap: Figure {
    let values = (0..<complex.count).flatMap { row in
      (0..<classes.count).map { complex.value(of: row, at: $0).real }
    }
    return Figure(
      "Real parts of the characters",
      caption: "Rows are irreducible characters by degree, columns classes of conjugate elements.",
      .heatMap(
        HeatMapFigure(
          rows: complex.count, columns: classes.count, values: values,
          rowLabels: (0..<complex.count).map { "χ\($0 + 1)" }, columnLabels: (0..<classes.count).map(className),
          rowTitle: "character", columnTitle: "class", color: ColorScale("Re χ", map: .diverging),
          showsNumbers: classes.count <= 16)))
  }

  private var characterTable: Table {
    Table(
      title: "The character table, exactly",
      columns: [.init("χ"), .init("ν", .integer), .init("|ker|", .integer)]
        + (0..<classes.count).map {
          Table.Column("\(className($0)) ×\(classes.sizes[$0])", alignment: .trailing)
        },
      rows: (0..<complex.count).map { row in
        [.text("χ\(row + 1)"), .number(Double(complex.indicators[row])), .number(Double(kernelOrders[row]))]
          + (0..<classes.count).map { .text("\(complex.value(of: row, at: $0))") }
      })
  }

  private var simplesTable: Table {
    Table(
      columns: [
        .init("simple"), .init("dimension", .integer), .init("type"), .init("characters"), .init("|ker|", .integer),
      ],
      rows: table.simples.map { simple in
        [
          .text(simple.name), .number(Double(simple.dimension)), .text(simple.type.symbol),
          .text(
            simple.characters.map { "χ\($0 + 1)" }.joined(separator: " + ")
              + (simple.type == .quaternionic ? " twice" : "")),
          .number(Double(simple.kernelOrder)),
        ]
      })
  }
}

/// A simple for programs.
enum SimpleFacts {
  static func of(_ simple: RealTable.Simple, multiplicity: Int? = nil) -> JSONValue {
    var facts: [String: JSONValue] = [
      "name": .string(simple.name), "dimension": .integer(simple.dimension), "type": .string(simple.type.rawValue),
      "kernelOrder": .integer(simple.kernelOrder),
    ]
    if let multiplicity { facts["multiplicity"] = .integer(multiplicity) }
    return .object(facts)
  }
}
