internal import VitroLab
internal import VitroModels

/// Heat maps whose rows are a model's blocks.
enum ModelGrid {
  /// Blocks × heads.
  static func heads(
    _ title: String, caption: RichText, _ grid: [[Double]], color: ColorScale, span: Figure.Span = .half
  ) -> Figure {
    layers(
      title, caption: caption, grid, columns: (0..<(grid.first?.count ?? 0)).map { "H\($0)" }, columnTitle: "head",
      color: color, span: span)
  }

  /// Blocks × anything, the first block on top.
  static func layers(
    _ title: String, caption: RichText, _ grid: [[Double]], columns: [String], columnTitle: String, color: ColorScale,
    span: Figure.Span = .full, rows: [String]? = nil
  ) -> Figure {
    Figure(
      title, caption: caption, span: span,
      .heatMap(
        HeatMapFigure(
          rows: grid.count, columns: columns.count, values: grid.flatMap(\.self),
          rowLabels: rows ?? grid.indices.map { "L\($0)" }, columnLabels: columns, rowTitle: "layer",
          columnTitle: columnTitle, color: color)))
  }

  /// A scale about 0 that reaches to the largest value.
  static func diverging(
    _ label: String, _ values: some Sequence<Double>, atLeast: Double = 0, format: NumberFormat = .significant(3)
  ) -> ColorScale {
    let reach = values.reduce(atLeast) { $1.isFinite ? max($0, abs($1)) : $0 }
    return ColorScale(label, format: format, map: .diverging, range: reach > 0 ? Interval(-reach, reach) : nil)
  }
}
