internal import VitroCore

extension ScatterFigure: FigureKind {
  static var kind: String { "scatter" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    if let space = spaceDrawing(measure, id: id) { return space }
    return ScatterDrawing(self, measure, id: id).drawing()
  }

  func validate(_ operation: String) throws {
    guard !series.isEmpty else { throw VitroError(.argument, operation, "there are no series") }
    for one in series {
      let count = one.x.count
      let parts = [
        ("y", one.y.count, true), ("z", one.z.count, z != nil), ("values", one.values.count, color != nil),
        ("labels", one.labels.count, false),
      ]
      for (name, found, isNeeded) in parts where found != count && (isNeeded || found != 0) {
        throw VitroError(
          .shape, operation, "series '\(one.name)' has \(found) \(name) for \(count) points",
          details: ["field": name, "found": "\(found)", "expected": "\(count)"])
      }
    }
    for link in links {
      for end in [link.from, link.to] where point(end) == nil {
        throw VitroError(
          .argument, operation, "a link ends at point \(end.point) of series \(end.series), which there is not",
          details: ["field": "links", "found": "[\(end.series), \(end.point)]"])
      }
    }
    try [x, y].forEach { try $0.validate(operation) }
    try z?.validate(operation)
    try color?.validate(operation)
  }

  /// Where a point stands in the plane, if there is one of this number.
  func point(_ reference: PointReference) -> (x: Double, y: Double)? {
    guard series.indices.contains(reference.series) else { return nil }
    let one = series[reference.series]
    guard reference.point >= 0, reference.point < min(one.x.count, one.y.count) else { return nil }
    return (one.x[reference.point], one.y[reference.point])
  }
}

extension ScatterFigure {
  /// One row for each point; of many points a sample at even distances.
  var tables: [Table] {
    let total = series.reduce(0) { $0 + $1.x.count }
    var columns = [Table.Column("series")]
    if series.contains(where: { !$0.labels.isEmpty }) { columns.append(Table.Column("point")) }
    let hasLabels = columns.count == 2
    columns += [x, y].map { Table.Column($0.title, $0.format) }
    if let z { columns.append(Table.Column(z.title, z.format)) }
    if let color { columns.append(Table.Column(color.label, color.format)) }
    var rows: [[Table.Cell]] = []
    var (number, offset) = (0, 0)
    for pick in Table.picks(total) {
      while pick - offset >= series[number].x.count {
        offset += series[number].x.count
        number += 1
      }
      let (one, index) = (series[number], pick - offset)
      func cell(_ values: [Double]) -> Table.Cell { index < values.count ? .number(values[index]) : .missing() }
      var row: [Table.Cell] = [.text(one.name)]
      if hasLabels { row.append(index < one.labels.count ? .text(one.labels[index]) : .missing()) }
      row += [cell(one.x), cell(one.y)]
      if z != nil { row.append(cell(one.z)) }
      if color != nil { row.append(cell(one.values)) }
      rows.append(row)
    }
    let title =
      rows.count == total
      ? nil : "\(rows.count) of \(total) points. " + Table.wherePartIsWhole(inPage: hasPayload)
    return [Table(title: title, columns: columns, rows: rows)]
  }

  /// Whether the page holds the numbers: in the plane, as many as a page can carry.
  private var hasPayload: Bool {
    let count = series.reduce(0) { $0 + $1.x.count + $1.y.count + $1.values.count }
    let isConsistent = series.allSatisfy { $0.x.count == $0.y.count && [0, $0.x.count].contains($0.values.count) }
    return z == nil && isConsistent && count <= FigurePayload.limit
  }

  var payload: FigurePayload? {
    guard hasPayload else { return nil }
    struct Side: Encodable {
      var label: String
      var title: String
      var format: NumberFormat
      init(_ axis: Axis) { (label, title, format) = (axis.label, axis.title, axis.format) }
    }
    struct Colors: Encodable {
      var label: String
      var format: NumberFormat
      var map: String
      var range: Interval
    }
    struct Series: Encodable {
      var name: String
      var x: FigurePayload.Reference
      var y: FigurePayload.Reference
      var values: FigurePayload.Reference?
      var labels: [String]
    }
    struct Description: Encodable {
      var kind = ScatterFigure.kind
      var x: Side
      var y: Side
      var color: Colors?
      var series: [Series]
      var links: [[Int]]
      var rays: Bool
    }
    var payload = FigurePayload()
    let described = series.map { one in
      Series(
        name: one.name, x: payload.add(one.x), y: payload.add(one.y),
        values: one.values.isEmpty ? nil : payload.add(one.values), labels: one.labels)
    }
    let colors = color.map { color in
      Colors(
        label: color.label, format: color.format, map: color.map == .diverging ? "d" : "q",
        range: color.ends(of: series.lazy.flatMap(\.values)))
    }
    payload.describe(
      Description(
        x: Side(x), y: Side(y), color: colors, series: described,
        links: links.filter { point($0.from) != nil && point($0.to) != nil }
          .map { [$0.from.series, $0.from.point, $0.to.series, $0.to.point] }, rays: fromOrigin))
    return payload
  }
}
