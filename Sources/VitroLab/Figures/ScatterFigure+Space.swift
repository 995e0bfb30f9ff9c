extension ScatterFigure {
  /// More points than these are not drawn; the script turns no more smoothly.
  static let spaceLimit = 20_000

  /// The drawing of a figure with a third axis; none in the plane.
  func spaceDrawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing? {
    guard let z else { return nil }
    let builder = ScatterSpace(self, z)
    let keys = series.count > 1 || color == nil && series.contains { !$0.name.isEmpty } ? builder.keys : []
    return SpaceDrawing(builder.scene, measure, keys: keys, colors: builder.colors, colorTitle: color?.label ?? "")
      .drawing()
  }
}

/// The points, lines and arrows of a figure, set into the box of its axes.
private struct ScatterSpace {
  let figure: ScatterFigure
  let colors: FieldColors?
  private(set) var scene: SpaceScene
  private var scales: [AxisScale]
  private let axes: [Axis]

  init(_ figure: ScatterFigure, _ z: Axis) {
    self.figure = figure
    axes = [figure.x, figure.y, z]
    colors = figure.color.map { FieldColors($0, values: figure.series.flatMap(\.values)) }
    let columns = [figure.series.flatMap(\.x), figure.series.flatMap(\.y), figure.series.flatMap(\.z)]
    scales = zip(axes, columns).map { axis, values in
      SpaceScene.scale(axis, showing: figure.fromOrigin && axis.scale == .linear ? values + [0] : values)
    }
    let halves =
      figure.equalUnits && axes.allSatisfy { $0.scale == .linear }
      ? SpaceScene.equalHalves(scales) : [1, 1, 0.85]
    let (axes, scales) = (axes, scales)
    scene = SpaceScene(axes: (0..<3).map { SpaceScene.Axis(axes[$0], scales[$0], half: halves[$0]) })
    for axis in 0..<3 { (self.scales[axis].start, self.scales[axis].end) = (-halves[axis], halves[axis]) }
    addPoints()
  }

  var keys: [Legend.Key] {
    figure.series.indices.map { index in
      let style = MarkStyle(color: colors == nil ? index : nil, shape: index)
      return Legend.Key(
        label: figure.series[index].name, className: style.colorClass, series: index, sampleWidth: 12
      ) { markup, x, y in markup.mark(style, x: x + 6, y: y, radius: 5) }
    }
  }

  private mutating func addPoints() {
    let total = figure.series.reduce(0) { $0 + $1.x.count }
    let radius = total > 2000 ? 2.4 : total > 400 ? 3.2 : 4.6
    let origin = figure.fromOrigin ? place(0, 0, 0).map { scene.add($0) } : nil
    var numbers: [ScatterFigure.PointReference: Int] = [:]
    var room = ScatterFigure.spaceLimit
    for (number, series) in figure.series.enumerated() {
      for index in 0..<min(series.x.count, series.y.count, series.z.count) {
        guard room > 0, let point = place(series.x[index], series.y[index], series.z[index]) else { continue }
        room -= 1
        let vertex = scene.add(point)
        numbers[.init(number, index)] = vertex
        let style = MarkStyle(color: number, shape: number)
        let value = index < series.values.count ? series.values[index] : .nan
        let color =
          colors.map { colors in colors.band(of: value).map { "tinted " + colors.className($0) } ?? "neutral" }
          ?? style.colorClass
        let isRay = origin != nil
        scene.solid.append(
          .init(
            className: "\(isRay ? "ray" : "ball") \(color)", vertices: (origin.map { [$0] } ?? []) + [vertex],
            tip: reading(series, index), style: style, radius: radius,
            series: figure.series.count > 1 ? number : nil))
      }
    }
    for link in figure.links {
      guard let from = numbers[link.from], let to = numbers[link.to] else { continue }
      scene.solid.append(.init(className: "stick", vertices: [from, to]))
    }
  }

  private func reading(_ series: ScatterSeries, _ index: Int) -> String {
    let label = index < series.labels.count ? series.labels[index] : ""
    let coordinates = zip(axes, [series.x[index], series.y[index], series.z[index]]).map { axis, value in
      "\(axis.label) \(axis.format.text(value))"
    }.joined(separator: ", ")
    let value = figure.color.flatMap { color in
      index < series.values.count ? "\(color.label) \(color.format.text(series.values[index]))" : nil
    }
    return [label, series.name, coordinates, value ?? ""].filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private func place(_ x: Double, _ y: Double, _ z: Double) -> SpacePoint? {
    SpaceScene.place(x, y, z, scales)
  }
}
