internal import VitroCore
internal import VitroLab
internal import VitroPiecewise

extension RegionPicture {
  /// The regions as a report: pictures, the largest cells with their maps, and what was counted.
  func report() throws -> Report {
    var blocks: [ReportBlock] = []
    if let statement = view.statement { blocks.append(.note(.remark, RichText(plain: "\(statement)."))) }
    blocks += try figures().map(ReportBlock.figure)
    var sections = [ReportSection("The picture", id: "regions", blocks)]
    let sizes = bySize()
    if !sizes.isEmpty {
      sections.append(ReportSection("The largest cells", id: "cells", [.table(cellTable(sizes))]))
    }
    sections.append(ReportSection("What was counted", id: "counts", [.text(method), .table(countTable)]))
    return Report(
      id: "circuits-regions", title: "\(name), region by region", kicker: "Circuits", lede: lede, metrics: metrics,
      sections: sections)
  }

  private var lede: RichText {
    let cells = complex.cellCount
    let what = complex.dimension == 1 ? "interval" : complex.dimension == 2 ? "polygon" : "polytope"
    let size = view.statement == nil ? "box" : "slice"
    return RichText(
      "On this \(size) the network is **\(pieces.count)** affine function\(pieces.count == 1 ? "" : "s"), on "
        + "**\(cells)** \(what)\(cells == 1 ? "" : "s"). Nothing is sampled: every corner is where it is.")
  }

  private var metrics: [Metric] {
    let names = ["vertices", "edges", "faces"].prefix(complex.dimension)
    return [
      Metric(
        "cells", Double(complex.cellCount), format: .integer,
        explanation: "On each, every unit is on or off throughout and the network is one affine function."),
      Metric(
        "pieces", Double(pieces.count), format: .integer,
        explanation: "Cells joined where the outputs do not bend between them."),
    ]
      + zip(names, complex.counts).map {
        Metric($0, Double($1), format: .integer)
      }
  }

  private var method: RichText {
    let arithmetic =
      Scalar.isExact
      ? "Every vertex is computed in exact fractions."
      : "Vertices are computed in doubles; a value counts as zero below 2⁻⁴⁰ of the size of its summands."
    let outputs = complex.hasZeroSet ? " and by the zero set of every output" : ""
    return RichText(
      "The box `\(view.box.description)` is cut by the \(complex.program.units.count) units, one after the other\(outputs), and all "
        + "vertices, edges and faces are kept. \(arithmetic) Two cells on which the outputs are the same affine function count as one piece "
        + "where they touch. The alternating sum of the counts, Euler's, is \(complex.eulerCharacteristic), as for every box."
    )
  }

  private var countTable: Table {
    Table(
      columns: [.init("dimension", .integer), .init("count", .integer)],
      rows: complex.counts.enumerated().map { [.number(Double($0)), .number(Double($1))] })
  }

  private func cellTable(_ sizes: [(cell: Int, size: Double)]) -> Table {
    let cells = sizes.prefix(12)
    let total = sizes.reduce(0) { $0 + $1.size }
    let measure = ["length", "area", "volume"][complex.dimension - 1]
    let outputs = min(complex.program.outputs.count, 2)
    let units = complex.program.units.count
    return Table(
      title: "The \(cells.count) largest of \(complex.cellCount) cells",
      columns: [.init(measure, .significant(4)), .init("share", .percent(1)), .init("units on")]
        + (0..<outputs).map { .init(complex.program.outputs.count == 1 ? "output" : "output \($0 + 1)") },
      rows: cells.map { cell, size in
        let pattern = complex.activationPattern(of: cell)
        let on = pattern.indices.filter { pattern[$0] }.map { "\($0 + 1)" }
        let text = on.isEmpty ? "none" : units <= 12 ? on.joined(separator: ", ") : "\(on.count) of \(units)"
        return [.number(size), .number(size / total), .text(text)]
          + (0..<outputs).map { .text(pieces.maps[cell].text(output: $0, inputs: inputs)) }
      })
  }
}
