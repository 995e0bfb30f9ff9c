import Foundation
import Testing

@testable import VitroLab

/// Figures that hold far more than anyone can see, and axes that cannot be: drawn all the same, in time in proportion.
@Suite struct CrowdedFigureTests {
  private static let count = 20_000

  private static func plane() -> PlaneFigure {
    func corner(_ index: Int) -> PlanePosition {
      PlanePosition(Double(index % 141) / 141, Double(index * 37 % 139) / 139)
    }
    return PlaneFigure(
      x: Axis("x"), y: Axis("y"),
      field: ScalarField(
        "z", x: Interval(0, 1), y: Interval(0, 1), resolution: 192,
        contours: (0..<count).map { Double($0) / Double(count) }
      ) { $0 * $1 },
      regions: (0..<count).map { PlaneRegion([corner($0), corner($0 + 7), corner($0 + 60)], label: "r\($0)") },
      lines: (0..<count).map { PlaneLine(from: corner($0), to: corner($0 + 1), label: "l\($0)") },
      arrows: (0..<count).map { PlaneArrow(from: corner($0), to: corner($0 + 50), label: "a\($0)") },
      points: (0..<count).map { PlanePoint(corner($0).x, corner($0).y, group: "g\($0)", label: "p\($0)") })
  }

  private static let contents: [FigureContent] = {
    let names = (0..<count).map { "s\($0)" }
    let series = names.enumerated().map { index, name in
      LineSeries(
        name, role: index % 2 == 0 ? .measured : .control, of: index % 2 == 0 ? nil : names[index - 1], y: [1, 2],
        low: [0, 1], high: [2, 3])
    }
    let links = (0..<(5 * count)).map {
      ScatterFigure.Link(from: .init(0, $0 % 40), to: .init(0, ($0 * 7 + 3) % 40))
    }
    let points = (0..<40).map { Double($0 * $0 % 41) }
    return [
      .lines(LineFigure(categories: ["a", "b"], y: Axis("y"), series: series)),
      .lines(
        LineFigure(
          x: Axis("x"), y: Axis("y"),
          series: names.enumerated().map { LineSeries($1, x: [0, Double($0)], y: [1, 2]) })),
      .plane(plane()),
      .scatter(
        ScatterFigure(
          x: Axis("x"), y: Axis("y"),
          series: [ScatterSeries("s", x: points, y: points.reversed(), labels: points.map { "\($0)" })], links: links)),
      .graph(
        GraphFigure(
          nodes: (0..<5000).map { .init("\($0)") },
          edges: (0..<50_000).map { .init("\($0 % 5000)", "\($0 * 31 % 4999)", weight: 1, label: "e") })),
    ]
  }()

  @Test(arguments: contents.indices) func crowdsAreDrawnInTime(index: Int) throws {
    let figure = Figure("crowd", caption: "", Self.contents[index])
    try figure.validate()
    let section = ReportSection("s", [.figure(figure)])
    let time = ContinuousClock().measure {
      _ = HTMLRenderer().render(Report(id: "r", title: "t", sections: [section]))
      _ = TerminalRenderer(style: TerminalStyle(width: 80, color: .none, charset: .unicode)).render(figure)
    }
    #expect(time < .seconds(60), "\(figure.content.kind) \(index): \(time)")
  }

  @Test func manySourceFilesAreNamedInTime() {
    let files = (0..<Self.count).map {
      SourceFile(role: "data", name: "/data/\($0 / 2)/part/\($0 % 2).npz", byteCount: 1, sha256: "")
    }
    var short: [SourceFile] = []
    let time = ContinuousClock().measure { short = SourceFile.shortened(files) }
    #expect(short[0].name == "0/part/0.npz" && short[3].name == "1/part/1.npz" && time < .seconds(20), "\(time)")
    let deep = SourceFile(role: "", name: String(repeating: "a/", count: 100_000), byteCount: 1, sha256: "")
    var other = deep
    other.name = "b/" + deep.name
    #expect(SourceFile.shortened([deep, other]).map(\.name) != [deep.name, deep.name])
  }

  @Test(arguments: [
    Interval(.nan, .nan), Interval(.nan, 1), Interval(0, .nan), Interval(1, 0), Interval(1, 1),
    Interval(-.infinity, .infinity), Interval(-1.7e308, 1.7e308), Interval(1.7e308, 1.79e308),
    Interval(0, .leastNonzeroMagnitude),
  ])
  func axesThatCannotBeAreReplaced(range: Interval) {
    for scale in [Axis.Scale.linear, .log] {
      for values in [[], [.nan], [1, 2], [-1.79e308, 1.79e308], [1.79e308, 1.79e308]] as [[Double]] {
        let axis = Axis("a", scale: scale, range: range)
        let free = Axis("a", scale: scale)
        for (x, y) in [(axis, axis), (free, axis), (free, free)] {
          for figure in Self.figures(x, y, values, ColorScale("c", range: range)) {
            let svg = SVGRenderer().render(Figure("f", caption: "", figure))
            #expect(!svg.contains("nan") && !svg.contains("inf\"") && !svg.contains("data-space=\"{}\""))
            #expect(!svg.contains("class=\"pad\"") || svg.contains("data-view=\"{"))
            _ = TerminalRenderer(style: TerminalStyle(width: 80, color: .none, charset: .unicode))
              .render(Figure("f", caption: "", figure))
          }
        }
      }
    }
  }

  private static func figures(_ x: Axis, _ y: Axis, _ values: [Double], _ color: ColorScale) -> [FigureContent] {
    let field = ScalarField(
      "f", columns: 2, rows: 2, x: Interval(0, 1), y: Interval(0, 1),
      values: (values + values + [0, 1, 2, 3]).suffix(4),
      range: color.range)
    let series = ScatterSeries("s", x: values, y: values, z: values, values: values)
    return [
      .lines(LineFigure(x: x, y: y, series: [LineSeries("s", x: values, y: values)])),
      .scatter(ScatterFigure(x: x, y: y, series: [series], color: color)),
      .scatter(ScatterFigure(x: x, y: y, z: x, series: [series], color: color, fromOrigin: true)),
      .plane(PlaneFigure(x: x, y: y, field: field)),
      .plane(PlaneFigure(x: x, y: y, points: values.map { PlanePoint($0, $0) })),
      .surface(SurfaceFigure(x: x, y: y, z: x, field: field, points: values.map { SurfacePoint($0, $0, $0) })),
      .bars(BarFigure(label: "b", value: x, bars: values.map { .init("b", $0, interval: Interval($0, $0)) })),
      .heatMap(HeatMapFigure(rows: 2, columns: 2, values: field.values, color: color)),
    ]
  }
}
