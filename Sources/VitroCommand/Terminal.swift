import VitroLab

/// Standard output, for people.
enum Terminal {
  private static let style = TerminalStyle.detect()

  /// A report, whole or only what it found.
  static func print(_ report: Report, isBrief: Bool = false) {
    write(TerminalRenderer(style: style, isBrief: isBrief).render(report))
  }

  /// Blocks without a report around them.
  static func print(_ blocks: [ReportBlock]) { write(TerminalRenderer(style: style).render(blocks)) }

  private static func write(_ text: String) { Streams.output(text) }
}
