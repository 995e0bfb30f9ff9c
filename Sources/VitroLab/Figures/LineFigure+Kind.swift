extension LineFigure: FigureKind {
  static var kind: String { "lines" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }
  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    LineDrawing(self, measure, id: id).drawing()
  }

  /// Whether the page holds the numbers: over a numeric axis, as many as a page can carry.
  ///
  /// Over names each place is read from the drawing itself.
  var hasPayload: Bool {
    let count = series.reduce(0) { $0 + $1.x.count + $1.y.count + $1.low.count + $1.high.count }
    let isConsistent = series.allSatisfy { series in
      series.x.count == series.y.count && series.low.count == series.high.count
        && [0, series.y.count].contains(series.low.count)
    }
    return categories == nil && isConsistent && count <= FigurePayload.limit
  }

  var payload: FigurePayload? {
    guard hasPayload else { return nil }
    struct Side: Encodable {
      var label: String
      var title: String
      var format: NumberFormat
      /// Whether the ends are given, so that they stay where they are.
      var fixed: Bool
      init(_ axis: Axis) {
        (label, title, format, fixed) = (axis.label, axis.title, axis.format, axis.range != nil)
      }
    }
    struct Series: Encodable {
      var name: String
      var role: LineSeries.Role
      var shape: Int
      var x: FigurePayload.Reference
      var y: FigurePayload.Reference
      var low: FigurePayload.Reference?
      var high: FigurePayload.Reference?
    }
    struct Level: Encodable {
      var label: String
      var value: Double?
    }
    struct Description: Encodable {
      var kind = LineFigure.kind
      var x: Side
      var y: Side
      var band: Bool
      var series: [Series]
      var levels: [Level]
    }
    var payload = FigurePayload()
    let styles = LineDrawing.styles(of: series)
    var described: [Series] = []
    // Series over the same numbers share them.
    var known: [[Double]: FigurePayload.Reference] = [:]
    for (index, one) in series.enumerated() {
      let x = known[one.x] ?? payload.add(one.x)
      known[one.x] = x
      described.append(
        Series(
          name: one.name, role: one.role, shape: styles[index].shape, x: x, y: payload.add(one.y),
          low: one.low.isEmpty ? nil : payload.add(one.low), high: one.high.isEmpty ? nil : payload.add(one.high)))
    }
    payload.describe(
      Description(
        x: Side(x), y: Side(y), band: drawsBand, series: described,
        levels: references.map { Level(label: $0.label, value: $0.value.isFinite ? $0.value : nil) }))
    return payload
  }
}
