import Foundation
import Testing
import VitroCore
import VitroLab

@Suite struct ReportCodingTests {
  private func roundTrip(_ report: Report) throws -> Report { try Report(json: report.json()) }

  @Test func theDemoComesBackAsItWas() throws {
    let back = try roundTrip(DemoReport.report)
    #expect(try back.json() == DemoReport.report.json())
    #expect(back.sections[1] == DemoReport.report.sections[1])
    #expect(back.provenance == DemoReport.report.provenance)
    #expect(back.created == DemoReport.report.created)
  }

  @Test func numbersThatAreNotFiniteAreNullAndComeBackAsNaN() throws {
    let figure = LineFigure(
      categories: ["a", "b", "c"], y: Axis("y"),
      series: [LineSeries("s", y: [1.5, .nan, .infinity], low: [-.infinity, 1, 2], high: [2, 3, .nan])])
    let report = Report(
      id: "r", title: "t", metrics: [Metric("m", .nan, interval: Interval(-.infinity, 0.5))],
      sections: [
        ReportSection(
          "s",
          [
            .figure(Figure("f", caption: "c", .lines(figure))),
            .table(
              Table(
                columns: [.init("a", .standard)],
                rows: [[.number(.infinity)], [.missing()], [.missing("why")], [.number(.nan, Interval(0, .nan))]])),
          ])
      ])
    let text = String(decoding: try report.json(), as: UTF8.self)
    #expect(text.contains(#""y":[1.5,null,null]"#))
    #expect(
      text.contains(#""rows":[[null],[{"missing":""}],[{"missing":"why"}],[{"interval":[0,null],"value":null}]]"#))
    let back = try roundTrip(report)
    #expect(back.metrics[0].value.isNaN)
    #expect(back.metrics[0].interval?.high == 0.5)
    guard case .figure(let f) = back.sections[0].blocks[0], case .lines(let lines) = f.content,
      case .table(let table) = back.sections[0].blocks[1]
    else {
      Issue.record("the blocks changed their kind")
      return
    }
    #expect(lines.series[0].y[0] == 1.5)
    #expect(lines.series[0].y[1].isNaN && lines.series[0].y[2].isNaN && lines.series[0].high[2].isNaN)
    #expect(table.rows[1] == [.missing()] && table.rows[2] == [.missing("why")])
    guard case .number(let infinite, nil) = table.rows[0][0], case .number(let value, let interval?) = table.rows[3][0]
    else {
      Issue.record("the cells changed their kind")
      return
    }
    #expect(infinite.isNaN && value.isNaN && interval.low == 0 && interval.high.isNaN)
  }

  @Test func unknownFieldsArePassedOverAndAbsentListsAreEmpty() throws {
    let text = """
      {"schema":"vitro.report/1","id":"x","title":"T","created":"2026-07-24T09:30:00Z","later":{"a":[1]},
       "sections":[{"id":"s","title":"S","mood":3,"blocks":[
         {"type":"hologram","beams":7},
         {"type":"figure","figure":{"title":"F","content":{"kind":"hologram","hologram":[]}}},
         {"type":"figure","figure":{"title":"G","span":"third","content":{"kind":"lines","lines":{
           "x":{"label":"","scale":"linear","format":{"style":"integer"}},
           "y":{"label":"y","scale":"linear","format":{"style":"percent","digits":1}},"intervals":"automatic",
           "categories":["a"],"series":[{"name":"s","role":"measured","y":[1]}]}}}}]}]}
      """
    let report = try Report(json: Data(text.utf8))
    #expect(report.metrics.isEmpty && report.provenance == nil)
    let blocks = report.sections[0].blocks
    guard case .note(.warning, let first) = blocks[0], case .note(.warning, let second) = blocks[1],
      case .figure(let figure) = blocks[2], case .lines(let lines) = figure.content
    else {
      Issue.record("unknown blocks and figures should become warnings")
      return
    }
    #expect(first.plainText.contains("hologram"))
    #expect(second.plainText.contains("hologram") && second.plainText.contains("F"))
    #expect(lines.series[0].low.isEmpty && lines.references.isEmpty)
    #expect(HTMLRenderer().render(report).contains("hologram"))
  }

  @Test(arguments: [
    ("", "document"), ("[]", "document"), (#"{"schema":"vitro.report/1"}"#, ".id"),
    (#"{"schema":"vitro.report/1","id":"x","title":4,"created":"2026-07-24T09:30:00Z"}"#, ".title"),
    (#"{"schema":"vitro.report/1","id":"x","title":"t","created":"yesterday"}"#, ".created"),
    (
      #"{"schema":"vitro.report/1","id":"x","title":"t","created":"2026-07-24T09:30:00Z","sections":[{"id":"a"}]}"#,
      ".sections[0].title"
    ),
  ])
  func brokenJSONIsRefusedByField(text: String, field: String) {
    let error = #expect(throws: VitroError.self) { try Report(json: Data(text.utf8), file: "r.json") }
    #expect(error?.code == .malformed)
    #expect(error?.details["field"]?.contains(field) == true, "\(String(describing: error))")
    #expect(error?.details["file"] == "r.json")
  }

  @Test func aNewerSchemaIsRefused() {
    let error = #expect(throws: VitroError.self) { try Report(json: Data(#"{"schema":"vitro.report/2"}"#.utf8)) }
    #expect(error?.code == .unsupported)
  }

  @Test func figuresThatContradictThemselvesAreNotWritten() {
    func check(_ content: FigureContent, _ code: VitroError.Code) {
      let error = #expect(throws: VitroError.self) { try Figure("f", caption: "", content).validate() }
      #expect(error?.code == code, "\(String(describing: error))")
    }
    check(.lines(LineFigure(categories: ["a"], y: Axis("y"), series: [])), .argument)
    check(.lines(LineFigure(categories: ["a"], y: Axis("y"), series: [LineSeries("s", y: [1, 2])])), .shape)
    check(.lines(LineFigure(categories: ["a"], y: Axis("y"), series: [LineSeries("s", y: [1], low: [0])])), .shape)
    check(.lines(LineFigure(categories: ["a"], y: Axis("y"), series: [LineSeries("s", of: "r", y: [1])])), .argument)
    check(
      .lines(LineFigure(x: Axis("x", range: Interval(1, 0)), y: Axis("y"), series: [LineSeries("s", x: [1], y: [1])])),
      .argument)
    let field = ScalarField(
      "z", columns: .max, rows: .max, x: Interval(0, 1), y: Interval(0, 1), values: [1, 2])
    check(.plane(PlaneFigure(x: Axis("x"), y: Axis("y"), field: field)), .shape)
    check(.plane(PlaneFigure(x: Axis("x"), y: Axis("y"), lines: [PlaneLine([], extended: true)])), .shape)
    check(.bars(BarFigure(label: "", value: Axis("n"), bars: [])), .argument)
  }
}
