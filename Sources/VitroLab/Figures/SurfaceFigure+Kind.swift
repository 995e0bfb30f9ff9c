internal import VitroCore

extension SurfaceFigure: FigureKind {
  static var kind: String { "surface" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  /// The points, and the surface at some of its nodes.
  var tables: [Table] {
    var tables: [Table] = []
    if !points.isEmpty {
      let axes = [(x, points.map(\.x)), (y, points.map(\.y)), (z, points.map(\.z))]
      tables.append(
        Table(
          title: "Points",
          columns: [Table.Column("point"), Table.Column("class")]
            + axes.map { Table.Column($0.title, $0.format.fitting($1)) },
          rows: points.enumerated().map { index, point in
            [.text(point.label ?? "\(index + 1)"), point.group.map { .text($0) } ?? .missing()]
              + [point.x, point.y, point.z].map { .number($0) }
          }))
    }
    if let sample = field.sampleTable(x: x, y: y) { tables.append(sample) }
    return tables
  }

  func validate(_ operation: String) throws {
    if !field.isConsistent {
      throw VitroError(
        .shape, operation,
        "surface '\(field.label)' has \(field.values.count) values for \(field.columns) × \(field.rows) nodes",
        hint: "A surface needs at least 2 × 2 nodes, one value for each, and ends in ascending order.")
    }
    if points.count > 5000 {
      throw VitroError(
        .argument, operation, "there are \(points.count) points, more than the 5000 that a surface shows",
        hint: "Show every so many.")
    }
    try [x, y, z].forEach { try $0.validate(operation) }
  }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    let space = SurfaceSpace(self)
    return SpaceDrawing(space.scene, measure, keys: space.keys, colors: space.colors, colorTitle: field.label)
      .drawing()
  }
}
