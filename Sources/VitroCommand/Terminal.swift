import VitroLab

/// Standard output, for people.
enum Terminal {
  static func print(_ report: Report) { Swift.print(report.title) }
  static func print(_ table: Table) { for row in table.rows { Swift.print(row) } }
  static func print(_ blocks: [ReportBlock]) { Swift.print(blocks) }
}
