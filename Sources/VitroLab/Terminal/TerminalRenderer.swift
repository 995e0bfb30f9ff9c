/// Turns a report into text for a terminal: words, numbers, tables, and figures drawn in characters.
///
/// ```swift
/// let text = TerminalRenderer(style: .detect(), isBrief: true).render(report)
/// ```
///
/// No text of a report reaches the terminal as a control sequence, and no line is wider than the terminal.
public struct TerminalRenderer: ReportRenderer {
  /// What the terminal can show.
  public var style: TerminalStyle
  /// Whether only the title, the finding, its numbers and the first figure of numbers are written.
  public var isBrief: Bool

  /// Creates a renderer; without a style, one of text files 80 columns wide.
  public init(style: TerminalStyle = TerminalStyle(), isBrief: Bool = false) {
    self.style = style
    self.isBrief = isBrief
  }

  /// Always `txt`.
  public var fileExtension: String { "txt" }

  /// The report as text.
  ///
  /// - Complexity: O(report); tables are cut after 200 rows.
  public func render(_ report: Report) -> String {
    let margin = style.width >= 60 ? 2 : 0
    let canvas = TerminalCanvas(style, width: style.width - 2 * margin)
    var writer = TerminalReportWriter(canvas)
    writer.write(report, isBrief: isBrief)
    return Self.text(writer.lines.map { $0.indented(margin) }, style)
  }

  /// Blocks without a report around them, such as a single table.
  public func render(_ blocks: [ReportBlock]) -> String {
    var writer = TerminalReportWriter(TerminalCanvas(style))
    writer.countsBlocks = false
    writer.write(blocks)
    return Self.text(writer.lines, style)
  }

  /// A figure as text, without its caption.
  public func render(_ figure: Figure) -> String {
    let canvas = TerminalCanvas(style)
    return Self.text(
      [canvas.line(figure.title, .bold).truncated(to: canvas.width, mark: canvas.text("…"))]
        + TerminalReportWriter.drawing(figure, canvas), style)
  }

  static func text(_ lines: [StyledLine], _ style: TerminalStyle) -> String {
    lines.map { $0.text(style) + "\n" }.joined()
  }
}

/// Writes the parts of a report, one under the other.
struct TerminalReportWriter {
  let canvas: TerminalCanvas
  /// The canvas for running text, no wider than is good to read.
  let prose: TerminalCanvas
  private(set) var lines: [StyledLine] = []
  private var figureNumber = 0
  private var tableNumber = 0
  /// Whether figures and tables are numbered.
  var countsBlocks = true

  init(_ canvas: TerminalCanvas) {
    self.canvas = canvas
    prose = canvas.narrowed(to: 88)
  }

  mutating func write(_ report: Report, isBrief: Bool) {
    space()
    var kicker = canvas.line(report.kicker ?? "Vitro report", .accent)
    kicker.append(canvas.text("  ·  ") + HTMLRenderer.dateText(report.created), .soft)
    lines += kicker.wrapped(to: prose.width)
    lines += prose.wrapped(report.title, .bold)
    if let lede = report.lede {
      space()
      write(lede)
    }
    write(report.metrics, explained: !isBrief)
    if isBrief {
      // A graph is a list here; a figure of numbers says more.
      let figures = report.figures
      if let figure = figures.first(where: { $0.content.kind != GraphFigure.kind }) ?? figures.first {
        write(figure, captioned: false)
      }
      space()
      return
    }
    for (index, section) in report.sections.enumerated() {
      space(2)
      var heading = StyledLine("\(index + 1)  ", .accent)
      heading.append(canvas.text(section.title), .bold)
      let wrapped = heading.wrapped(to: prose.width)
      lines += wrapped
      lines.append(canvas.rule(wrapped.map(\.width).max() ?? 0))
      write(section.blocks)
    }
    if let provenance = report.provenance { write(provenance) }
    space()
  }

  /// At least so many empty lines before what follows.
  mutating func space(_ count: Int = 1) {
    let present = lines.reversed().prefix { $0.width == 0 }.count
    for _ in present..<max(count, present) { lines.append(StyledLine()) }
  }

  mutating func append(_ line: StyledLine) { lines.append(line) }
  mutating func append(_ more: [StyledLine]) { lines += more }
}

extension TerminalReportWriter {
  mutating func write(_ blocks: [ReportBlock]) {
    var index = 0
    while index < blocks.count {
      if case .figure(let first) = blocks[index], first.span == .half, index + 1 < blocks.count,
        case .figure(let second) = blocks[index + 1], second.span == .half, canvas.width >= 110
      {
        writePair(first, second)
        index += 2
        continue
      }
      write(blocks[index])
      index += 1
    }
  }

  private mutating func write(_ block: ReportBlock) {
    space()
    switch block {
    case .text(let text): write(text)
    case .metrics(let metrics): write(metrics, explained: true)
    case .table(let table):
      append(heading(of: table).wrapped(to: canvas.width))
      append(TerminalTable(table, canvas).lines())
    case .figure(let figure): write(figure, captioned: true)
    case .note(let kind, let text): write(kind, text)
    }
  }

  /// The number and the title of a table; what stands without a report has no numbers.
  private mutating func heading(of table: Table) -> StyledLine {
    var heading = StyledLine()
    if countsBlocks {
      tableNumber += 1
      heading = canvas.line("Table \(tableNumber)  ", .accent)
    }
    heading.append(canvas.text(table.title ?? ""), .bold)
    return heading
  }

  /// Paragraphs of rich text.
  mutating func write(_ text: RichText) {
    for (index, paragraph) in text.paragraphs.enumerated() {
      if index > 0 { space() }
      append(prose.line(paragraph).wrapped(to: prose.width))
    }
  }

  private mutating func write(_ kind: NoteKind, _ text: RichText) {
    let (label, style): (String, TextStyle) =
      switch kind {
      case .caveat: ("Caveat", .accent)
      case .warning: ("Warning", TextStyle(color: TerminalPalette.warning, isBold: true))
      case .remark: ("Remark", .soft)
      }
    let bar = kind == .warning ? canvas.sign("┃", "!") : canvas.sign("│", "|")
    var body = [StyledLine(label, style)]
    for (index, paragraph) in text.paragraphs.enumerated() {
      if index > 0 { body.append(StyledLine()) }
      body += prose.line(paragraph).wrapped(to: prose.width - 2)
    }
    for line in body {
      var marked = StyledLine(bar + " ", style)
      marked.append(line)
      append(marked)
    }
  }

  mutating func write(_ figure: Figure, captioned: Bool) {
    figureNumber += 1
    space()
    append(Self.figure(figure, number: figureNumber, canvas.narrowed(to: 112), captioned: captioned))
  }

  private mutating func writePair(_ first: Figure, _ second: Figure) {
    let gap = 6
    let half = canvas.narrowed(to: (canvas.width - gap) / 2)
    let left = Self.figure(first, number: figureNumber + 1, half, captioned: true)
    let right = Self.figure(second, number: figureNumber + 2, half, captioned: true)
    figureNumber += 2
    space()
    for index in 0..<max(left.count, right.count) {
      var line = index < left.count ? left[index] : StyledLine()
      if index < right.count, right[index].width > 0 {
        line.pad(to: half.width + gap)
        line.append(right[index])
      }
      append(line)
    }
  }

  /// A figure's title, its drawing and its caption.
  private static func figure(
    _ figure: Figure, number: Int, _ canvas: TerminalCanvas, captioned: Bool
  ) -> [StyledLine] {
    var title = canvas.line("Figure \(number)  ", .accent)
    title.append(canvas.text(figure.title), .bold)
    var lines = title.wrapped(to: canvas.width)
    lines.append(StyledLine())
    lines += drawing(figure, canvas)
    if captioned {
      let prose = canvas.narrowed(to: 88)
      lines.append(StyledLine())
      for paragraph in figure.caption.paragraphs { lines += prose.line(paragraph).wrapped(to: prose.width) }
    }
    return lines
  }

  /// A figure's drawing; where a kind has drawn past the canvas, it is cut.
  static func drawing(_ figure: Figure, _ canvas: TerminalCanvas) -> [StyledLine] {
    figure.content.figure.terminalLines(canvas).map { $0.truncated(to: canvas.width, mark: "") }
  }
}

extension TerminalCanvas {
  /// A paragraph: bold, code and links as the terminal can show them.
  func line(_ spans: [RichText.Span], bold: Bool = false) -> StyledLine {
    var line = StyledLine()
    for span in spans {
      switch span {
      case .plain(let text): line.append(self.text(text), bold ? .bold : .plain)
      case .bold(let spans): line.append(self.line(spans, bold: true))
      case .code(let text):
        let style = TextStyle(color: TerminalPalette.code, isBold: bold)
        line.append(hasColor ? self.text(text) : "`" + self.text(text) + "`", style)
      case .link(let text, let target):
        line.append(self.text(text), TextStyle(isBold: bold, isUnderlined: true))
        if !target.hasPrefix("#") { line.append(" <" + self.text(target) + ">", .soft) }
      }
    }
    return line
  }
}
