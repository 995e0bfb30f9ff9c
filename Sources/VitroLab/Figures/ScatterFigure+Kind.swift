internal import VitroCore

extension ScatterFigure: FigureKind {
  static var kind: String { "scatter" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  var tables: [Table] { [] }

  func validate(_ operation: String) throws {}

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    if let space = spaceDrawing(measure, id: id) { return space }
    return FigureDrawing(width: 380, height: 40, body: Markup())
  }
}
