/// An axis of a figure, where a scene has axes of its own.
typealias FigureAxis = Axis

extension SpaceScene {
  /// The scale of an axis of the box: the range asked for, or the values with a little room around them.
  static func scale(_ axis: FigureAxis, showing values: [Double], padding: Double = 0.04) -> AxisScale {
    var axis = axis
    if axis.range?.isDrawable != true, axis.scale == .linear {
      let shown = values.filter { abs($0) < 1e150 }
      let (low, high) = (shown.min() ?? 0, shown.max() ?? 1)
      let margin = high > low ? (high - low) * padding : max(abs(low) * 0.1, 0.5)
      axis.range = Interval(low - margin, high + margin)
    }
    return AxisScale(axis, showing: values, count: 5, rounded: false)
  }

  /// Half edges of a box in which a unit is as long on all axes, as far as no edge gets shorter than a quarter of another.
  static func equalHalves(_ scales: [AxisScale]) -> [Double] {
    let spans = scales.map { $0.domain.high - $0.domain.low }
    let longest = spans.max() ?? 1
    return spans.map { $0 > 0 && longest.isFinite ? max($0 / longest, 0.25) : 1 }
  }

  /// Where three numbers stand in the box, if they are in it.
  static func place(_ x: Double, _ y: Double, _ z: Double, _ scales: [AxisScale]) -> SpacePoint? {
    guard let x = scales[0].place(x), let y = scales[1].place(y), let z = scales[2].place(z) else { return nil }
    let point = SpacePoint(x: x, y: y, z: z)
    let isInside = (0..<3).allSatisfy { abs(point[$0]) <= scales[$0].end * 1.001 }
    return isInside ? point : nil
  }
}
