import Foundation
import Testing

@testable import VitroLab

/// Compares text for terminals with that kept in `Golden`; `RECORD=1` writes it anew.
@Suite struct TerminalGoldenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static let styles: [(name: String, report: Report, style: TerminalStyle)] = [
    ("report-80.txt", DemoReport.report, TerminalStyle(width: 80)),
    ("report-120.txt", DemoReport.report, TerminalStyle(width: 120)),
    ("report-color.ansi", DemoReport.report, TerminalStyle(width: 100, color: .trueColor)),
    ("report-ascii.txt", DemoReport.report, TerminalStyle(width: 80, charset: .ascii)),
    ("kinds-80.txt", TerminalFixtures.report(), TerminalStyle(width: 80)),
    ("kinds-ascii.txt", TerminalFixtures.report(), TerminalStyle(width: 72, charset: .ascii)),
    ("kinds-color.ansi", TerminalFixtures.report(), TerminalStyle(width: 80, color: .ansi256)),
  ]

  @Test(arguments: styles.map(\.name)) func reportsReadAsKept(name: String) throws {
    let (_, report, style) = try #require(Self.styles.first { $0.name == name })
    let text = TerminalRenderer(style: style).render(report)
    let url = Self.folder.appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD"] != nil {
      try text.write(to: url, atomically: true, encoding: .utf8)
    }
    let kept = try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    let found = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, (found, expected)) in zip(found, kept).enumerated() where found != expected {
      Issue.record("\(name):\(number + 1)\n  kept  \(expected)\n  found \(found)")
      return
    }
    #expect(found.count == kept.count, "\(name) has another length")
  }

  @Test func theBriefReportEndsWithItsFirstFigure() {
    let text = TerminalRenderer(isBrief: true).render(DemoReport.report)
    #expect(text.contains(DemoReport.report.title) && text.contains("1.45 %") && text.contains("Figure 1"))
    #expect(!text.contains("Figure 2") && !text.contains("Table 1") && !text.contains("Caveat"))
    #expect(text.split(separator: "\n").count < 60)
  }
}
