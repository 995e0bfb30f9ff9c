internal import VitroCore

extension TokenFigure: FigureKind {
  static var kind: String { "tokens" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  /// One row for each word, in the order of the text.
  var tables: [Table] {
    let named = rows.contains { $0.label != nil }
    let detailed = rows.contains { !$0.details.isEmpty }
    let columns =
      (named ? [Table.Column("row")] : []) + [
        Table.Column("word"), Table.Column(color.label.isEmpty ? "value" : color.label, color.format),
      ] + (detailed ? [Table.Column("detail")] : [])
    return [
      Table(
        columns: columns,
        rows: rows.flatMap { row in
          row.tokens.indices.map { index -> [Table.Cell] in
            let value: Table.Cell = index < row.values.count ? .number(row.values[index]) : .missing()
            let detail: Table.Cell = index < row.details.count ? .text(row.details[index]) : .missing()
            return (named ? [.text(row.label ?? "")] : []) + [.text(row.tokens[index]), value]
              + (detailed ? [detail] : [])
          }
        })
    ]
  }

  func validate(_ operation: String) throws {
    guard rows.contains(where: { !$0.tokens.isEmpty }) else {
      throw VitroError(.argument, operation, "there are no words")
    }
    for (number, row) in rows.enumerated() {
      let name = row.label.map { "row '\($0)'" } ?? "row \(number)"
      if row.values.count != row.tokens.count {
        throw VitroError(.shape, operation, "\(name) has \(row.values.count) numbers for \(row.tokens.count) words")
      }
      if !row.details.isEmpty, row.details.count != row.tokens.count {
        throw VitroError(.shape, operation, "\(name) has \(row.details.count) details for \(row.tokens.count) words")
      }
    }
    let count = rows.reduce(0) { $0 + $1.tokens.count }
    if count > TokenDrawing.limit {
      throw VitroError(
        .argument, operation, "there are \(count) words, more than the \(TokenDrawing.limit) that a strip shows",
        hint: "Show the part that matters, or several figures.")
    }
    try color.validate(operation)
  }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    TokenDrawing(self, measure).drawing()
  }
}
