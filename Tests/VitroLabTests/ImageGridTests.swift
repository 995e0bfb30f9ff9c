import Testing
import VitroCore

@testable import VitroLab

@Suite struct ImageGridTests {
  @Test func imagesThatContradictThemselvesAreRefused() {
    func check(_ figure: ImageGridFigure, _ code: VitroError.Code) {
      let error = #expect(throws: VitroError.self) { try Figure("f", caption: "", .images(figure)).validate() }
      #expect(error?.code == code, "\(String(describing: error))")
    }
    let sound = GridImage(width: 1, height: 1, values: [0])
    check(ImageGridFigure(images: []), .argument)
    check(ImageGridFigure(images: [sound, GridImage(width: 2, height: 2, values: [0])]), .shape)
    check(ImageGridFigure(images: [GridImage(width: 1, height: 1, channels: 2, values: [0, 0])]), .shape)
    check(ImageGridFigure(images: [GridImage(width: .max, height: .max, values: [])]), .shape)
    check(ImageGridFigure(images: [GridImage(width: -1, height: -1, values: [0])]), .shape)
    check(ImageGridFigure(images: [sound], columns: 0), .argument)
    check(ImageGridFigure(images: [sound], range: Interval(1, 1)), .argument)
    check(ImageGridFigure(images: [sound], range: Interval(0, .nan)), .argument)
  }

  @Test func imagesWrapByMeasureAndKeepTheirColumns() {
    func columns(_ wish: Int?, _ measure: FigureDrawing.Measure) -> Int {
      let images = (0..<40).map { GridImage(width: 8, height: 8, values: (0..<64).map(Double.init), label: "\($0)") }
      let text = FigureContent.images(ImageGridFigure(images: images, columns: wish)).drawing(measure, id: "f").body
        .text
      let tops = text.matches(of: /<image class="pixels" x="([^"]*)" y="([^"]*)"/).map { String($0.2) }
      return tops.filter { $0 == tops[0] }.count
    }
    #expect(columns(nil, .wide) == 2 * columns(nil, .compact) || columns(nil, .wide) == 2 * columns(nil, .compact) + 1)
    #expect(columns(5, .wide) == 5 && columns(5, .compact) == 5)
    #expect(columns(1000, .compact) < 12)
  }

  @Test func aColourScaleIsSharedAndDrawnForBothThemes() {
    let images = [
      GridImage(width: 1, height: 2, values: [-1, 0.5]), GridImage(width: 1, height: 2, values: [0, .nan]),
    ]
    let figure = ImageGridFigure(images: images, color: ColorScale("w", map: .diverging))
    let text = FigureContent.images(figure).drawing(.wide, id: "f").body.text
    #expect(text.matches(of: /on-light/).count == 2 && text.matches(of: /on-dark/).count == 2)
    #expect(text.contains("class=\"d14\""))
  }

  @Test func theTableHasTheExtremes() {
    let figure = ImageGridFigure(
      images: [GridImage(width: 2, height: 1, values: [.nan, 3], label: "a", group: "g")])
    #expect(
      figure.tables[0].rows == [
        [.text("a"), .text("g"), .number(1), .number(2), .number(1), .number(3), .number(3)]
      ])
  }
}
