internal import VitroCore

extension SurfaceFigure: FigureKind {
  static var kind: String { "surface" }
  var measures: [FigureDrawing.Measure] { [.compact] }

  var tables: [Table] { [] }

  func validate(_ operation: String) throws {}

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    FigureDrawing(width: 380, height: 40, body: Markup())
  }
}
