import Foundation
import Testing

@testable import VitroLab

@Suite struct TerminalFigureTests {
  private typealias Place = (x: Double, y: Double)?

  @Test func aPlantedLineHitsItsDots() {
    var grid = DotGrid(columns: 4, rows: 2)
    grid.polyline([(0, 7), (7, 0)] as [Place], .plain)
    for x in 0..<8 { for y in 0..<8 { #expect(grid.isSet(x, y) == (x + y == 7), "\(x) \(y)") } }
    #expect(grid.lines(.unicode).map { $0.runs[0].text } == ["  ⡠⠊", "⡠⠊  "])
    #expect(grid.lines(.ascii).map { $0.runs[0].text } == ["  .'", ".'  "])
  }

  @Test func aLineIsCutAtTheBordersOfItsGrid() {
    var grid = DotGrid(columns: 4, rows: 1)
    grid.polyline([(-1000, 2), (1000, 2), nil, (3, -50), (3, 50), nil, (50, 50), (60, 60)] as [Place], .plain)
    for x in 0..<8 { for y in 0..<4 { #expect(grid.isSet(x, y) == (y == 2 || x == 3)) } }
    var patterned = DotGrid(columns: 6, rows: 1)
    patterned.polyline([(0, 0), (4, 0), (11, 0)] as [Place], .plain, .sparse)
    #expect((0..<12).filter { patterned.isSet($0, 0) } == [0, 4, 8])
  }

  @Test func aPlotPutsItsPointsWhereTheAxesSay() throws {
    let figure = LineFigure(
      x: Axis("x", range: Interval(0, 10)), y: Axis("y", range: Interval(0, 10)),
      series: [LineSeries("s", x: [0, 10], y: [0, 10])])
    let lines = figure.terminalLines(TerminalCanvas(TerminalStyle(width: 60, color: .ansi256)))
    let plot = lines.map { $0.runs.map(\.text).joined() }.filter { $0.contains("│") || $0.contains("┤") }
    #expect(plot.first?.firstMatch(of: /10(\.0)? ┤/) != nil && plot.last?.firstMatch(of: /0(\.0)? ┤/) != nil)
    #expect(plot.first?.last == "■" || plot.first?.last == "●")
    #expect(plot.last?.split(separator: "┤").last?.first == "●")
  }

  @Test func shadesAndBarsAreInProportion() {
    let figure = BarFigure(
      label: "", value: Axis("", range: Interval(0, 8)), bars: [.init("a", 8), .init("b", 4), .init("c", 0)])
    let lines = figure.terminalLines(TerminalCanvas(TerminalStyle(width: 60, color: .ansi256)))
    let lengths = lines.map { $0.runs.map(\.text).joined().count { $0 == "█" } }
    #expect(abs(lengths[0] - 2 * lengths[1]) <= 1 && lengths[0] > 40 && lengths[2] == 0)
    let canvas = TerminalCanvas(TerminalStyle())
    #expect([0, 0.3, 0.5, 0.7, 1, 2, -1, .nan].map { canvas.shade($0) } == [" ", "░", "▒", "▓", "█", "█", " ", " "])
  }

  @Test func aMillionPointsAreDrawnAtOnce() {
    let x = (0..<1_000_000).map(Double.init)
    let figure = Figure(
      "f", caption: "",
      .lines(
        LineFigure(x: Axis("x"), y: Axis("y"), series: [LineSeries("s", x: x, y: x.map { sin($0 * 0.37) * $0 })])))
    let time = ContinuousClock().measure { _ = TerminalRenderer(style: TerminalStyle(width: 120)).render(figure) }
    #expect(time < .seconds(10))
    let scatter = Figure(
      "f", caption: "",
      .scatter(ScatterFigure(x: Axis("x"), y: Axis("y"), series: [ScatterSeries("s", x: x, y: x.map { sin($0) })])))
    let cloud = ContinuousClock().measure { _ = TerminalRenderer().render(scatter) }
    #expect(cloud < .seconds(10))
    if ProcessInfo.processInfo.environment["TIMES"] != nil { print("million points: line \(time), cloud \(cloud)") }
  }

  @Test func brokenFiguresAreDrawnAsFarAsTheyGo() {
    let wild: [Double] = [.nan, .infinity, -.infinity, 1e308, -1e308, .leastNonzeroMagnitude, 0]
    let axis = Axis("a")
    let contents: [FigureContent] = [
      .lines(
        LineFigure(x: axis, y: axis, series: [LineSeries("s", x: wild, y: wild.reversed(), low: wild, high: wild)])),
      .lines(LineFigure(categories: [], y: axis, series: [])),
      .lines(LineFigure(categories: ["a"], y: axis, series: [LineSeries("s", y: [1, 2, 3], low: [1], high: [])])),
      .lines(
        LineFigure(x: Axis("x", scale: .log), y: Axis("y", scale: .log), series: [LineSeries("s", x: wild, y: wild)])),
      .plane(
        PlaneFigure(
          x: axis, y: axis,
          field: ScalarField("z", columns: .max, rows: .max, x: Interval(1, 0), y: Interval(0, 0), values: []),
          regions: [PlaneRegion([])], lines: [PlaneLine([], extended: true, label: "l")])),
      .plane(
        PlaneFigure(
          x: axis, y: axis, lines: wild.map { PlaneLine(from: PlanePosition($0, 0), to: PlanePosition(0, $0)) },
          points: wild.map { PlanePoint($0, $0, label: "p") })),
      .bars(BarFigure(label: "", value: axis, bars: wild.map { .init("b", $0, interval: Interval($0, -$0)) })),
      .bars(BarFigure(label: "", value: Axis("", scale: .log), bars: wild.map { .init("b", $0) })),
      .scatter(ScatterFigure(x: axis, y: axis, z: axis, series: [ScatterSeries("s", x: wild, y: [], z: wild)])),
      .scatter(
        ScatterFigure(
          x: axis, y: axis, series: [ScatterSeries("s", x: wild, y: wild, values: wild)], color: ColorScale("c"),
          links: [.init(from: .init(0, -1), to: .init(9, 9))], fromOrigin: true)),
      .heatMap(HeatMapFigure(rows: .max, columns: .max, values: [1], color: ColorScale("c"))),
      .heatMap(HeatMapFigure(rows: 1, columns: 7, values: wild, rowLabels: ["a", "b"], color: ColorScale("c"))),
      .heatMap(HeatMapFigure(rows: -1, columns: 0, values: [], color: ColorScale("c"))),
      .graph(
        GraphFigure(
          nodes: [.init("a", layer: .max), .init("a", layer: -5), .init("b")],
          edges: [.init("a", "b"), .init("b", "a"), .init("zz", "b", weight: .nan), .init("b", "b")])),
      .graph(GraphFigure(nodes: [], edges: [.init("a", "b")])),
      .tokens(
        TokenFigure(
          rows: [.init(tokens: ["", "\n", " "], values: wild), .init(tokens: [], values: [])], color: ColorScale("c"))),
      .images(
        ImageGridFigure(
          images: [
            GridImage(width: .max, height: .max, values: [0]),
            GridImage(width: 1, height: 1, channels: 3, values: [0, .nan, 9]),
          ],
          columns: 0)),
      .images(
        ImageGridFigure(images: [GridImage(width: 1, height: 100_000, values: Array(repeating: 0, count: 100_000))])),
      .sequence(FigureSequence("s", frames: [])),
      .sequence(FigureSequence("s", frames: [.init("f", .graph(GraphFigure(nodes: [], edges: [])))], start: -7)),
    ]
    for content in contents {
      for style in TerminalPropertyTests.styles(width: 40) {
        let text = TerminalRenderer(style: style).render(Figure("f", caption: "", content))
        #expect(text.hasPrefix("f\n") || text.contains("f\u{1B}[0m\n"))
        TerminalPropertyTests.check(text, style)
      }
    }
  }
}
