/// A surface with its points, set into the box of its axes.
struct SurfaceSpace {
  let figure: SurfaceFigure
  let colors: FieldColors
  private(set) var scene: SpaceScene
  private var scales: [AxisScale]
  private let groups: [String]

  /// The most faces along each side of the mesh.
  static let resolution = 48

  init(_ figure: SurfaceFigure) {
    self.figure = figure
    colors = FieldColors(figure.field)
    groups = figure.points.compactMap(\.group).reduce(into: []) { if !$0.contains($1), $0.count < 24 { $0.append($1) } }
    let field = figure.field
    let heights = (field.isConsistent ? field.values : []) + figure.points.map(\.z)
    let sides = field.isConsistent ? ([field.x.low, field.x.high], [field.y.low, field.y.high]) : ([], [])
    scales = [
      SpaceScene.scale(figure.x, showing: sides.0 + figure.points.map(\.x), padding: 0),
      SpaceScene.scale(figure.y, showing: sides.1 + figure.points.map(\.y), padding: 0),
      SpaceScene.scale(figure.z, showing: heights),
    ]
    let halves = [1, 1, 0.72]
    let axes = [figure.x, figure.y, figure.z]
    let scales = scales
    scene = SpaceScene(axes: (0..<3).map { SpaceScene.Axis(axes[$0], scales[$0], half: halves[$0]) })
    for axis in 0..<3 { (self.scales[axis].start, self.scales[axis].end) = (-halves[axis], halves[axis]) }
    addMesh()
    addPoints()
  }

  var keys: [Legend.Key] {
    groups.enumerated().map { index, group in
      let style = MarkStyle(color: index, shape: index)
      return Legend.Key(label: group, className: style.colorClass, series: nil, sampleWidth: 12) { markup, x, y in
        markup.mark(style, x: x + 6, y: y, radius: 5)
      }
    }
  }

  private mutating func addMesh() {
    let field = figure.field
    guard field.isConsistent else { return }
    let (columns, rows) = (Self.picks(field.columns), Self.picks(field.rows))
    var vertices: [Int?] = []
    var values: [Double] = []
    for row in rows {
      for column in columns {
        let value = field.values[row * field.columns + column]
        let place = SpaceScene.place(
          field.x.low + (field.x.high - field.x.low) * Double(column) / Double(field.columns - 1),
          field.y.low + (field.y.high - field.y.low) * Double(row) / Double(field.rows - 1), value, scales)
        vertices.append(place.map { scene.add($0) })
        values.append(value)
      }
    }
    for row in rows.indices.dropLast() {
      for column in columns.indices.dropLast() {
        let start = row * columns.count + column
        let around = [start, start + 1, start + columns.count + 1, start + columns.count]
        let corners = around.compactMap { vertices[$0] }
        // A face without a corner is a hole.
        guard corners.count == 4 else { continue }
        let mean = around.reduce(0) { $0 + values[$1] / 4 }
        guard let band = colors.band(of: mean) else { continue }
        scene.solid.append(.init(className: "quad \(colors.className(band))", vertices: corners))
      }
    }
  }

  private mutating func addPoints() {
    var previous: [String?: Int] = [:]
    for (number, point) in figure.points.enumerated() {
      guard let place = SpaceScene.place(point.x, point.y, point.z, scales) else { continue }
      let vertex = scene.add(place)
      let group = point.group.flatMap { groups.firstIndex(of: $0) }
      let style = MarkStyle(color: group, shape: group ?? 0)
      if figure.joinsPoints, let before = previous[point.group] {
        scene.above.append(.init(className: "way \(style.colorClass)", vertices: [before, vertex]))
      }
      previous[point.group] = vertex
      // A line down shows where over the plane the point stands, or how far it is from the surface.
      let foot = height(point.x, point.y) ?? -scene.axes[2].half
      if abs(foot - place.z) > 0.03 {
        scene.above.append(
          .init(className: "drop", vertices: [vertex, scene.add(SpacePoint(x: place.x, y: place.y, z: foot))]))
      }
      scene.above.append(
        .init(
          className: "ball \(style.colorClass)", vertices: [vertex], tip: reading(point, number), style: style,
          radius: figure.points.count > 60 ? 2.8 : 5))
    }
  }

  private func reading(_ point: SurfacePoint, _ number: Int) -> String {
    let coordinates = [(figure.x, point.x), (figure.y, point.y), (figure.z, point.z)].map { axis, value in
      "\(axis.label) \(axis.format.text(value))"
    }.joined(separator: ", ")
    return [point.label ?? "point \(number + 1)", point.group ?? "", coordinates].filter { !$0.isEmpty }
      .joined(separator: "\n")
  }

  /// The height of the surface in the box at a place, if it has one there.
  private func height(_ x: Double, _ y: Double) -> Double? {
    let field = figure.field
    guard field.isConsistent else { return nil }
    let u = (x - field.x.low) / (field.x.high - field.x.low) * Double(field.columns - 1)
    let v = (y - field.y.low) / (field.y.high - field.y.low) * Double(field.rows - 1)
    guard u >= 0, v >= 0, u <= Double(field.columns - 1), v <= Double(field.rows - 1) else { return nil }
    let (column, row) = (min(Int(u), field.columns - 2), min(Int(v), field.rows - 2))
    let (s, t) = (u - Double(column), v - Double(row))
    func value(_ right: Int, _ up: Int) -> Double { field.values[(row + up) * field.columns + column + right] }
    let below = value(0, 0) * (1 - s) + value(1, 0) * s
    let above = value(0, 1) * (1 - s) + value(1, 1) * s
    return SpaceScene.place(x, y, below * (1 - t) + above * t, scales)?.z
  }

  /// The nodes that are drawn of a number of them: all, or as many as the mesh has at even distances.
  static func picks(_ count: Int) -> [Int] {
    count <= resolution + 1 ? Array(0..<count) : (0...resolution).map { $0 * (count - 1) / resolution }
  }
}
