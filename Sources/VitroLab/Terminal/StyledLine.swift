/// How a stretch of text looks; a terminal without colours shows none of it.
struct TextStyle: Hashable, Sendable {
  var color: TerminalColor?
  var ground: TerminalColor?
  var isBold = false
  var isSoft = false
  var isUnderlined = false

  static let plain = TextStyle()
  static let bold = TextStyle(isBold: true)
  static let soft = TextStyle(isSoft: true)
  static let accent = TextStyle(color: TerminalPalette.accent)

  /// The escape sequence that turns the style on after a reset; empty for plain text.
  func sequence(_ depth: TerminalStyle.Color) -> String {
    guard depth != .none, self != .plain else { return "" }
    var codes: [String] = []
    if isBold { codes.append("1") }
    if isSoft { codes.append("2") }
    if isUnderlined { codes.append("4") }
    for (color, code) in [(color, 38), (ground, 48)] {
      guard let color else { continue }
      codes.append(
        depth == .trueColor ? "\(code);2;\(color.red);\(color.green);\(color.blue)" : "\(code);5;\(color.ansi256)")
    }
    return "\u{1B}[\(codes.joined(separator: ";"))m"
  }
}

/// A line for a terminal: runs of text with their styles, and its width in columns.
struct StyledLine: Hashable, Sendable {
  struct Run: Hashable, Sendable {
    var text: String
    var style: TextStyle
  }

  private(set) var runs: [Run] = []
  private(set) var width = 0

  init() {}

  init(_ text: String, _ style: TextStyle = .plain) { append(text, style) }

  /// Adds clean text; see ``TerminalText``.
  mutating func append(_ text: String, _ style: TextStyle = .plain) {
    guard !text.isEmpty else { return }
    width += DisplayWidth.of(text)
    if runs.last?.style == style {
      runs[runs.count - 1].text += text
    } else {
      runs.append(Run(text: text, style: style))
    }
  }

  mutating func append(_ line: StyledLine) {
    for run in line.runs { append(run.text, run.style) }
  }

  /// Adds spaces up to a column; none when the line is past it.
  mutating func pad(to column: Int) {
    if column > width { append(String(repeating: " ", count: column - width)) }
  }

  func indented(_ columns: Int) -> StyledLine {
    guard width > 0 else { return self }
    var line = StyledLine(String(repeating: " ", count: columns))
    line.append(self)
    return line
  }

  /// The line cut to a width, with "…" where something is missing.
  func truncated(to limit: Int, mark: String = "…") -> StyledLine {
    guard width > limit else { return self }
    var line = StyledLine()
    let room = max(0, limit - DisplayWidth.of(mark))
    cut: for run in runs {
      for character in run.text {
        guard line.width + DisplayWidth.of(character) <= room else { break cut }
        line.append(String(character), run.style)
      }
    }
    if limit >= DisplayWidth.of(mark) { line.append(mark, runs.last?.style ?? .plain) }
    return line
  }

  /// The line in its place among columns.
  func aligned(
    _ alignment: Table.Alignment, in columns: Int, filling style: TextStyle = .plain
  ) -> StyledLine {
    let gap = max(0, columns - width)
    let before = alignment == .leading ? 0 : alignment == .trailing ? gap : gap / 2
    var line = StyledLine(String(repeating: " ", count: before), style)
    line.append(self)
    line.append(String(repeating: " ", count: gap - before), style)
    return line
  }

  /// The line as a terminal reads it, without spaces at its end.
  func text(_ style: TerminalStyle) -> String {
    var result = ""
    var runs = runs
    while let last = runs.last, last.style.ground == nil, !last.style.isUnderlined {
      let trimmed = last.text.reversed().drop { $0 == " " || $0 == "\u{A0}" || $0 == "\u{202F}" }
      if !trimmed.isEmpty {
        runs[runs.count - 1].text = String(trimmed.reversed())
        break
      }
      runs.removeLast()
    }
    for run in runs {
      let on = run.style.sequence(style.color)
      result += on + Self.emitted(run.text, style.charset) + (on.isEmpty ? "" : "\u{1B}[0m")
    }
    return result
  }

  /// The last gate: whatever the way here, no control character leaves, and nothing but ASCII for an ASCII terminal.
  private static func emitted(_ text: String, _ charset: TerminalStyle.Charset) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var result = ""
    for character in text {
      if character == "\u{A0}" || character == "\u{202F}" {
        result.append(" ")
      } else if charset == .ascii, !character.isASCII {
        result += String(repeating: "?", count: DisplayWidth.of(character))
      } else {
        for scalar in character.unicodeScalars where scalar.properties.generalCategory != .control {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
