import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroLab

@Suite struct HeatMapTests {
  private func map(_ rows: Int, _ columns: Int, _ values: [Double], range: Interval? = nil) -> HeatMapFigure {
    HeatMapFigure(rows: rows, columns: columns, values: values, color: ColorScale("v", range: range))
  }

  @Test func mapsThatContradictThemselvesAreRefused() {
    func check(_ figure: HeatMapFigure, _ code: VitroError.Code) {
      let error = #expect(throws: VitroError.self) { try Figure("f", caption: "", .heatMap(figure)).validate() }
      #expect(error?.code == code, "\(String(describing: error))")
    }
    check(map(2, 2, [1, 2, 3]), .shape)
    check(map(0, 0, []), .shape)
    check(map(.max, .max, [1]), .shape)
    check(map(-1, -1, [1]), .shape)
    var labelled = map(1, 2, [1, 2])
    labelled.columnLabels = ["a"]
    check(labelled, .shape)
    check(map(1, 1, [1], range: Interval(2, 1)), .argument)
    check(map(1, 1, [1], range: Interval(0, .infinity)), .argument)
  }

  @Test func bandsFollowTheValues() {
    let colors = FieldColors(ColorScale("v", range: Interval(0, 15)), values: [0])
    #expect(
      [-.infinity, -3, 0, 0.99, 1, 7.5, 14.5, 15, 99, .infinity].map { colors.band(of: $0) } == [
        0, 0, 0, 0, 1, 7, 14, 14, 14, 14,
      ])
    #expect(colors.band(of: .nan) == nil)
    // A diverging map is as long on both sides of zero.
    #expect(FieldColors(ColorScale("v", map: .diverging), values: [-1, 4]).range == Interval(-4, 4))
  }

  @Test func everyCellOfASmallMapIsAShapeAndEveryHoleIsHatched() {
    let text = FigureContent.heatMap(map(2, 3, [0, 1, 0, 1, .nan, 1])).drawing(.wide, id: "f").body.text
    let cells = text.matches(of: /<path class="q(\d+)" d="([^"]*)"/).map { ($0.1, $0.2.matches(of: /M/).count) }
    #expect(cells.map(\.0) == ["0", "14"] && cells.map(\.1) == [2, 3])
    #expect(text.matches(of: /class="holes"/).count == 1 && text.contains("f-hatch"))
  }

  @Test func aLargeMapIsAPictureForEachTheme() throws {
    let values = (0..<10_000).map { $0 == 5050 ? Double.nan : Double($0 % 100) }
    let text = FigureContent.heatMap(map(100, 100, values)).drawing(.wide, id: "f").body.text
    #expect(!text.contains("class=\"q0\" d="))
    for (name, theme) in [("on-light", FigureStyle.Theme.light), ("on-dark", .dark)] {
      let match = try #require(text.firstMatch(of: try Regex("\(name)\"[^>]*base64,([^\"]*)\"")))
      let data = try #require(Data(base64Encoded: String(match.output[1].substring ?? "")))
      let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).png").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      try data.write(to: URL(filePath: path))
      let image = try PNG.read(path)
      #expect(image.shape == [100, 100, 4])
      let pixels = image.withBytes { Array($0) }
      let palette = FigureStyle.colors(.sequential, theme)
      for cell in [0, 99, 1234, 9999] {
        let color = PNG.Color(hex: palette[min(14, (cell % 100) * 15 / 99)])
        #expect(
          Array(pixels[(4 * cell)..<(4 * cell + 4)]) == [color.red, color.green, color.blue, 255], "cell \(cell)")
      }
      #expect(pixels[4 * 5050 + 3] == 0)
    }
  }

  @Test func aHugeMapIsReducedByMeans() {
    let figure = map(3, 2048, (0..<(3 * 2048)).map { $0 % 2 == 0 ? 1 : $0 < 2048 ? .nan : 3 })
    let reduced = figure.reduced(to: 1024)
    #expect(reduced.rows == 3 && reduced.columns == 1024)
    #expect(reduced.values[..<1024].allSatisfy { $0 == 1 } && reduced.values[1024...].allSatisfy { $0 == 2 })
  }

  @Test func theTableHoldsTheMatrixOrItsBeginning() {
    var small = map(2, 2, [1, 2, 3, .nan])
    small.rowLabels = ["a", "b"]
    #expect(small.tables[0].rows[0] == [.text("a"), .number(1), .number(2)] && small.tables[0].rows.count == 2)
    let large = map(50, 60, [Double](repeating: 0, count: 3000)).tables[0]
    #expect(large.rows.count == 40 && large.columns.count == 41)
    #expect(large.title?.contains("40 × 40 of 50 × 60") == true)
  }

  @Test(arguments: [FigureStyle.Theme.light, .dark])
  func numbersStandOutFromTheirCells(theme: FigureStyle.Theme) {
    for color in FigureStyle.colors(.sequential, theme) + FigureStyle.colors(.diverging, theme) {
      let text = FigureStyle.textColor(on: color) == "#000" ? "#000000" : "#ffffff"
      #expect(FigureStyle.contrast(color, text) >= 4.5, "\(color)")
    }
  }

  @Test func anyShapeIsDrawnWithinItsMeasure() {
    for (rows, columns) in [(1, 1), (1, 3000), (3000, 1), (12, 768), (400, 400), (7, 2)] {
      let figure = map(rows, columns, (0..<(rows * columns)).map { Double($0 % 7) - 3 })
      for measure in FigureDrawing.Measure.allCases {
        let drawing = HeatMapDrawing(figure, measure, id: "f")
        #expect(drawing.right <= (measure == .wide ? 760 : 380) && drawing.left < drawing.right)
        #expect(drawing.drawing().height < 700)
      }
    }
  }
}
