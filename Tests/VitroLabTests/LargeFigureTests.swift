import Foundation
import Testing
import VitroCore

@testable import VitroLab

/// Figures with more numbers than a drawing has pixels.
@Suite struct LargeFigureTests {
  static func line(_ count: Int) -> LineFigure {
    LineFigure(
      x: Axis("step", format: .integer), y: Axis("loss", format: .fixed(3)),
      series: [
        LineSeries(
          "train", x: (0..<count).map(Double.init),
          y: (0..<count).map { 1 + 2 * exp(-Double($0) / 2e5) + DemoReport.noise($0) * 0.1 })
      ])
  }

  @Test func thinningKeepsEveryExtremeOfEveryColumn() {
    let count = 200_000
    let y = (0..<count).map { $0 == 77_777 ? 9 : $0 == 123_456 ? -9 : DemoReport.noise($0) }
    let runs = LineEnvelope.runs(count: count) { (Double($0) * 600 / Double(count), y[$0]) }
    #expect(runs.count == 1 && runs[0].count <= 4 * 601)
    var columns: [Int: (low: Double, high: Double)] = [:]
    for point in runs[0] {
      let column = Int(point.x)
      let known = columns[column] ?? (point.y, point.y)
      columns[column] = (min(known.low, point.y), max(known.high, point.y))
    }
    for column in 0..<600 {
      let part = (0..<count).filter { $0 * 600 / count == column }.map { y[$0] }
      #expect(columns[column]?.low == part.min() && columns[column]?.high == part.max(), "column \(column)")
    }
    #expect(runs[0].first?.x == 0 && runs[0].last.map { $0.y == y[count - 1] } == true)
    #expect(zip(runs[0], runs[0].dropFirst()).allSatisfy { $0.x <= $1.x })
  }

  @Test func gapsStayGapsWhereTheyCanBeSeen() {
    let count = 10_000
    let runs = LineEnvelope.runs(count: count) { (4000..<6000).contains($0) ? nil : (Double($0) / 10, 0) }
    #expect(runs.count == 2 && runs[0].last?.x == 399.9 && runs[1].first?.x == 600)
    let sieve = LineEnvelope.runs(count: count) { $0 % 2 == 0 ? (Double($0) / 100, 0) : nil }
    #expect(sieve.count == 1)
    #expect(LineEnvelope.runs(count: count) { _ in nil }.isEmpty)
    #expect(LineEnvelope.runs(count: 3) { $0 == 1 ? nil : (Double($0), 0) }.map(\.count) == [1, 1])
  }

  @Test func aLineThatWandersIsBoundedToo() {
    let runs = LineEnvelope.runs(count: 300_000) { (DemoReport.noise($0) * 600, DemoReport.noise($0, 1)) }
    #expect(runs.count == 1 && runs[0].count <= 24_000)
  }

  @Test func bandsKeepTheirOuterEdges() {
    let bands = LineEnvelope.bands(count: 10_000) { (Double($0) / 100, low: 50 + ($0 == 555 ? 9 : 0), high: 20) }
    #expect(bands.count == 1 && bands[0].count == 200)
    #expect(bands[0].contains { $0.x == 5 && $0.y == 59 })
  }

  @Test func aMillionPointsMakeASmallPageSoon() throws {
    let figure = Figure("Loss", caption: "c", .lines(Self.line(1_000_000)))
    let report = Report(id: "r", title: "t", sections: [ReportSection("s", [.figure(figure)])])
    var page = ""
    let clock = ContinuousClock()
    let time = (0..<2).map { _ in clock.measure { page = HTMLRenderer().render(report) } }.min() ?? .zero
    print("a line of 1 000 000 points: page of \(page.utf8.count) bytes in \(time)")
    #expect(page.utf8.count < 25_000_000)
    #expect(page.matches(of: /<tr>/).count < 250)
    #expect(!page.contains("data-csv"))
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-large-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    print("written in \(try clock.measure { try report.write(to: folder) })")
    if let kept = ProcessInfo.processInfo.environment["VITRO_DEMO"] {
      try page.write(toFile: "\(kept)/line.html", atomically: true, encoding: .utf8)
    }
  }

  @Test func aMillionCellsMakeASmallPageSoon() throws {
    let side = 1000
    let values = (0..<(side * side)).map {
      sin(Double($0 / side) / 40) * cos(Double($0 % side) / 25) + DemoReport.noise($0) * 0.3
    }
    let figure = Figure(
      "Products", caption: "c",
      .heatMap(
        HeatMapFigure(
          rows: side, columns: side, values: values, rowTitle: "feature", columnTitle: "feature",
          color: ColorScale("WᵀW", map: .diverging))))
    let report = Report(id: "r", title: "t", sections: [ReportSection("s", [.figure(figure)])])
    var page = ""
    let clock = ContinuousClock()
    let time = (0..<2).map { _ in clock.measure { page = HTMLRenderer().render(report) } }.min() ?? .zero
    print("a heat map of 1000 × 1000 cells: page of \(page.utf8.count) bytes in \(time)")
    #expect(figure.content.figure.payload.map { $0.text.utf8.count < 11_000_000 } == true)
    #expect(page.utf8.count < 25_000_000)
    if let kept = ProcessInfo.processInfo.environment["VITRO_DEMO"] {
      try page.write(toFile: "\(kept)/map.html", atomically: true, encoding: .utf8)
    }
  }

  @Test func aHundredThousandPointsMakeASmallPageSoon() throws {
    let series = (0..<4).map { number in
      ScatterSeries(
        "class \(number)", x: (0..<25_000).map { DemoReport.normal($0, number) + Double(number % 2) * 4 },
        y: (0..<25_000).map { DemoReport.normal($0, number + 9) + Double(number / 2) * 4 })
    }
    let figure = Figure("Cloud", caption: "c", .scatter(ScatterFigure(x: Axis("x"), y: Axis("y"), series: series)))
    let report = Report(id: "r", title: "t", sections: [ReportSection("s", [.figure(figure)])])
    var page = ""
    let clock = ContinuousClock()
    let time = (0..<2).map { _ in clock.measure { page = HTMLRenderer().render(report) } }.min() ?? .zero
    print("a cloud of 100 000 points: page of \(page.utf8.count) bytes in \(time)")
    #expect(page.utf8.count < 6_000_000)
    if let kept = ProcessInfo.processInfo.environment["VITRO_DEMO"] {
      try page.write(toFile: "\(kept)/cloud.html", atomically: true, encoding: .utf8)
    }
  }

  @Test func tablesOfLongLinesAreSamples() {
    let table = Self.line(12_345).table
    #expect(table.rows.count == 200 && table.title == "200 of 12345 rows. The CSV has all of them.")
    #expect(table.rows[0][0] == .number(0) && table.rows[199][0] == .number(12_344))
    let mixed = LineFigure(
      x: Axis("x"), y: Axis("y"),
      series: [
        LineSeries("a", x: (0..<300).map(Double.init), y: (0..<300).map(Double.init)),
        LineSeries("b", x: [299, .nan, 0], y: [1, 2, 3]),
      ])
    #expect(mixed.table.rows.count == 200 && mixed.table.rows[0] == [.number(0), .number(0), .number(3)])
    #expect(mixed.table.rows[199] == [.number(299), .number(299), .number(1)])
  }
}
