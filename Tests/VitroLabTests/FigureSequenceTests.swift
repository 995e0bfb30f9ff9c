import Testing
import VitroCore

@testable import VitroLab

@Suite struct FigureSequenceTests {
  private func map(_ values: [Double]) -> FigureContent {
    .heatMap(HeatMapFigure(rows: 1, columns: values.count, values: values, color: ColorScale("v")))
  }

  @Test func sequencesThatContradictThemselvesAreRefused() {
    func check(_ sequence: FigureSequence) {
      let error = #expect(throws: VitroError.self) { try Figure("f", caption: "", .sequence(sequence)).validate() }
      #expect(error?.code == .argument || error?.code == .shape, "\(String(describing: error))")
    }
    let bars = FigureContent.bars(BarFigure(label: "", value: Axis("v"), bars: [.init("a", 1)]))
    check(FigureSequence("t", frames: []))
    check(FigureSequence("t", frames: [.init("1", map([1])), .init("2", bars)]))
    check(FigureSequence("t", frames: [.init("1", .sequence(FigureSequence("u", frames: [.init("1", bars)])))]))
    check(FigureSequence("t", frames: [.init("1", bars)], start: 1))
    check(FigureSequence("t", frames: [.init("1", .bars(BarFigure(label: "", value: Axis("v"), bars: [])))]))
  }

  @Test func framesShareTheEndsOfAxesAndColours() {
    let maps = FigureSequence("t", frames: [.init("1", map([0, 1])), .init("2", map([5, -2]))]).alignedFrames
    let ranges = maps.compactMap { if case .heatMap(let figure) = $0.content { figure.color.range } else { nil } }
    #expect(ranges == [Interval(-2, 5), Interval(-2, 5)])
    func line(_ y: [Double]) -> FigureContent {
      .lines(LineFigure(x: Axis("x"), y: Axis("y"), series: [LineSeries("s", x: [0, Double(y.count)], y: y)]))
    }
    let lines = FigureSequence("t", frames: [.init("1", line([1, 2])), .init("2", line([7, 90]))]).alignedFrames
    let axes = lines.compactMap { if case .lines(let figure) = $0.content { figure.y.range } else { nil } }
    #expect(axes == [Interval(0, 100), Interval(0, 100)])
    let clouds = FigureSequence(
      "t", frames: [0.0, 1].map { .init("\($0)", .scatter(DemoReport.pentagon($0))) }
    ).alignedFrames.map { $0.content.drawing(.wide, id: "f") }
    #expect(clouds[0].height == clouds[1].height)
  }

  @Test func everyFrameIsOnThePageAndOneIsShown() {
    let sequence = FigureSequence(
      "epoch", frames: (0..<4).map { .init("e\($0)", map([Double($0), 1])) }, start: 2)
    var markup = Markup()
    markup.write(Figure("f", caption: "", span: .half, .sequence(sequence)), number: 1)
    #expect(markup.text.matches(of: /<div class="frame heatMap" data-name="e\d"/).count == 4)
    #expect(markup.text.matches(of: /hidden="hidden"/).count == 3)
    #expect(markup.text.contains("data-name=\"e2\"><p class=\"moment\">epoch e2</p>"))
    #expect(markup.text.matches(of: /<svg\s/).count == 4)
    #expect(!markup.text.contains("data-csv"))
  }

  @Test func framesShareATable() {
    let sequence = FigureSequence("epoch", frames: (0..<3).map { .init("e\($0)", map([Double($0)])) })
    #expect(sequence.tables.count == 1)
    #expect(sequence.tables[0].columns.map(\.name) == ["epoch", "", "0"])
    #expect(sequence.tables[0].rows[2] == [.text("e2"), .text("0"), .number(2)])
  }
}
