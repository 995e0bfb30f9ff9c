internal import VitroCore

extension FigureSequence: FigureKind {
  static var kind: String { "sequence" }
  var measures: [FigureDrawing.Measure] { frames.first?.content.measures ?? [.compact] }

  var tables: [Table] { [] }

  func validate(_ operation: String) throws {}

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    FigureDrawing(width: 380, height: 40, body: Markup())
  }
}
