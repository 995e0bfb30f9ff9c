import Testing
import VitroCore

@testable import VitroLab

@Suite struct ScatterTests {
  private func cloud(_ count: Int, color: ColorScale? = nil) -> ScatterFigure {
    let x = (0..<count).map { DemoReport.normal($0, 1) }
    return ScatterFigure(
      x: Axis("x"), y: Axis("y"),
      series: [
        ScatterSeries("s", x: x, y: (0..<count).map { DemoReport.normal($0, 2) }, values: color == nil ? [] : x)
      ], color: color)
  }

  @Test func cloudsThatContradictThemselvesAreRefused() {
    func check(_ figure: ScatterFigure, _ code: VitroError.Code) {
      let error = #expect(throws: VitroError.self) { try Figure("f", caption: "", .scatter(figure)).validate() }
      #expect(error?.code == code, "\(String(describing: error))")
    }
    func figure(_ series: [ScatterSeries], z: Axis? = nil, color: ColorScale? = nil) -> ScatterFigure {
      ScatterFigure(x: Axis("x"), y: Axis("y"), z: z, series: series, color: color)
    }
    check(figure([]), .argument)
    check(figure([ScatterSeries("s", x: [1, 2], y: [1])]), .shape)
    check(figure([ScatterSeries("s", x: [1], y: [1], labels: ["a", "b"])]), .shape)
    check(figure([ScatterSeries("s", x: [1], y: [1])], z: Axis("z")), .shape)
    check(figure([ScatterSeries("s", x: [1], y: [1])], color: ColorScale("v")), .shape)
    var linked = figure([ScatterSeries("s", x: [1], y: [1])])
    linked.links = [.init(from: .init(0, 0), to: .init(0, 1))]
    check(linked, .argument)
    linked.links = [.init(from: .init(-1, 0), to: .init(0, 0))]
    check(linked, .argument)
  }

  @Test func manyPointsAreOnePathOfDots() {
    let few = FigureContent.scatter(cloud(500)).drawing(.wide, id: "f").body.text
    #expect(few.contains("class=\"mark\"") && !few.contains("class=\"dots"))
    let many = FigureContent.scatter(cloud(100_000)).drawing(.wide, id: "f").body.text
    #expect(many.matches(of: /class="dots"/).count == 1)
    #expect(many.utf8.count < 1_200_000)
    let colored = FigureContent.scatter(cloud(5000, color: ColorScale("v"))).drawing(.wide, id: "f").body.text
    #expect(colored.matches(of: /class="dots q\d+"/).count > 8)
  }

  @Test func aUnitIsAsLongOnBothAxes() {
    let figure = ScatterFigure(
      x: Axis("x"), y: Axis("y"), series: [ScatterSeries("s", x: [0, 100], y: [0, 1])])
    for measure in FigureDrawing.Measure.allCases {
      let drawing = ScatterDrawing(figure, measure, id: "f")
      let across = (drawing.right - drawing.left) / (drawing.xScale.domain.high - drawing.xScale.domain.low)
      let up = (drawing.bottom - drawing.top) / (drawing.yScale.domain.high - drawing.yScale.domain.low)
      #expect(abs(across / up - 1) < 1e-6)
    }
  }

  @Test func theTableSaysWhatItLeavesOut() {
    let tables = FigureContent.scatter(cloud(1000)).figure.tables
    #expect(tables[0].rows.count == 200 && tables[0].title?.hasPrefix("200 of 1000 points.") == true)
    let two = ScatterFigure(
      x: Axis("x"), y: Axis("y"),
      series: [ScatterSeries("a", x: [1], y: [2], labels: ["p"]), ScatterSeries("b", x: [3], y: [4])])
    #expect(
      two.tables[0].rows == [
        [.text("a"), .text("p"), .number(1), .number(2)], [.text("b"), .missing(), .number(3), .number(4)],
      ])
  }
}
