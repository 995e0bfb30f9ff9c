internal import VitroCore

extension GraphFigure: FigureKind {
  static var kind: String { "graph" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  var tables: [Table] { [] }

  func validate(_ operation: String) throws {}

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    FigureDrawing(width: 380, height: 40, body: Markup())
  }
}
