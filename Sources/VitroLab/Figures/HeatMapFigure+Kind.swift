internal import VitroCore

extension HeatMapFigure: FigureKind {
  static var kind: String { "heatMap" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    HeatMapDrawing(self, measure, id: id).drawing()
  }

  func validate(_ operation: String) throws {
    guard isConsistent else {
      throw VitroError(
        .shape, operation, "\(values.count) values are no \(rows) × \(columns) cells",
        hint: "A heat map has at least one cell and one value for each.",
        details: ["field": "values", "found": "\(values.count)", "expected": "\(rows) × \(columns)"])
    }
    for (noun, labels, count) in [("row", rowLabels, rows), ("column", columnLabels, columns)]
    where !labels.isEmpty && labels.count != count {
      throw VitroError(
        .shape, operation, "there are \(labels.count) \(noun) labels for \(count) \(noun)s",
        details: ["field": "\(noun)Labels", "found": "\(labels.count)", "expected": "\(count)"])
    }
    try color.validate(operation)
  }

  /// Whether there is at least one cell and as many values as cells.
  var isConsistent: Bool {
    guard rows >= 1, columns >= 1 else { return false }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    return !overflow && count == values.count
  }

  /// The name of a row; without names its number from 0.
  func rowName(_ row: Int) -> String { row < rowLabels.count ? rowLabels[row] : "\(row)" }

  /// The name of a column; without names its number from 0.
  func columnName(_ column: Int) -> String { column < columnLabels.count ? columnLabels[column] : "\(column)" }
}

extension HeatMapFigure {
  private static let shownRows = 40

  /// The matrix; of more than 40 rows or columns the first ones.
  var tables: [Table] {
    guard isConsistent else { return [] }
    let (shownRows, shownColumns) = (min(rows, Self.shownRows), min(columns, Self.shownRows))
    let isWhole = shownRows == rows && shownColumns == columns
    let corner = [rowTitle, columnTitle].filter { !$0.isEmpty }.joined(separator: " \\ ")
    return [
      Table(
        title: isWhole
          ? color.label
          : "\(color.label): the first \(shownRows) × \(shownColumns) of \(rows) × \(columns) cells. "
            + Table.wherePartIsWhole(inPage: payloadFits),
        columns: [Table.Column(corner)] + (0..<shownColumns).map { Table.Column(columnName($0), color.format) },
        rows: (0..<shownRows).map { row in
          [.text(rowName(row))] + (0..<shownColumns).map { .number(values[row * columns + $0]) }
        })
    ]
  }

  private var payloadFits: Bool { values.count <= FigurePayload.limit }

  var payload: FigurePayload? {
    guard isConsistent, payloadFits else { return nil }
    struct Description: Encodable {
      var kind = HeatMapFigure.kind
      var rows: Int
      var columns: Int
      var rowLabels: [String]
      var columnLabels: [String]
      var rowTitle: String
      var columnTitle: String
      var label: String
      var format: NumberFormat
      var map: String
      var range: Interval
      var values: FigurePayload.Reference
    }
    var payload = FigurePayload()
    let reference = payload.add(values)
    payload.describe(
      Description(
        rows: rows, columns: columns, rowLabels: rowLabels, columnLabels: columnLabels, rowTitle: rowTitle,
        columnTitle: columnTitle, label: color.label, format: color.format,
        map: color.map == .diverging ? "d" : "q", range: FieldColors(color, values: values).range, values: reference))
    return payload
  }
}

extension Table {
  /// The sentence under the title of a table that shows a part of the data.
  static func wherePartIsWhole(inPage: Bool) -> String {
    inPage ? "The CSV has all of them." : "The report’s JSON has all of them."
  }
}
