extension ScatterFigure {
  /// The drawing of a figure with a third axis; none in the plane.
  func spaceDrawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing? {
    guard z != nil else { return nil }
    return nil
  }
}
