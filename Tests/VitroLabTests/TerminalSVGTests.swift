import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@testable import VitroLab

@Suite struct TerminalSVGTests {
  private func isWellFormed(_ svg: String) -> Bool {
    let parser = XMLParser(data: Data(svg.utf8))
    return parser.parse() && parser.parserError == nil
  }

  @Test func aFigureStandsAlone() {
    for theme in [HTMLRenderer.Theme.automatic, .light, .dark] {
      let svg = SVGRenderer(theme: theme).render(DemoReport.errorPerLayer)
      #expect(isWellFormed(svg))
      #expect(svg.hasPrefix("<?xml") && svg.contains("xmlns=\"http://www.w3.org/2000/svg\""))
      #expect(svg.contains("<title id=\"title\">Test error of a linear probe at each layer</title>"))
      #expect(
        svg.contains("<desc id=\"description\">Line chart") && svg.contains("--s0:") && svg.contains("width=\"784\""))
      #expect(svg.contains("data-theme=\"") == (theme != .automatic))
    }
    #expect(SVGRenderer(isCompact: true).render(DemoReport.errorPerLayer).contains("width=\"404\""))
  }

  @Test(arguments: HostileTextTests.hostile + RandomReport.foul) func everyFileIsWellFormed(text: String) throws {
    var random = SplitMix(seed: 3)
    let report = RandomReport.make(&random, words: [text])
    for figure in report.figures { #expect(isWellFormed(SVGRenderer().render(figure)), "\(figure.content.kind)") }
    #expect(!isWellFormed("<svg><a></svg>"), "the parser can tell")
  }

  @Test func aReportWritesItsFiguresAndTheirData() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "vitro-figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let files = try DemoReport.report.writeFigures(to: directory)
    #expect(files.count == 2 * DemoReport.report.figures.count)
    #expect(
      files.prefix(2).map(\.lastPathComponent) == [
        "figure-1-test-error-of-a-linear-probe-at-each-layer.svg",
        "figure-1-test-error-of-a-linear-probe-at-each-layer.csv",
      ])
    for file in files where file.pathExtension == "svg" {
      #expect(isWellFormed(try String(contentsOf: file, encoding: .utf8)))
    }
    let data = try String(contentsOf: files[1], encoding: .utf8)
    #expect(data.hasPrefix(",trained,trained low,trained high,") && data.contains("\r\nconv1,0.081,"))
    #expect(
      Figure("../../etc/passwd", caption: "", .bars(BarFigure(label: "", value: Axis(""), bars: []))).slug
        == "etc-passwd")
    #expect(
      Figure("猫 und Äpfel!", caption: "", .bars(BarFigure(label: "", value: Axis(""), bars: []))).slug == "und-apfel")
  }
}
