extension StyledLine {
  /// The line broken into lines no wider than `width`, at spaces, between wide characters, and, if there is no other
  /// way, within words.
  ///
  /// - Complexity: O(text).
  func wrapped(to width: Int) -> [StyledLine] {
    var breaker = LineBreaker(width: max(1, width))
    for run in runs {
      for character in run.text { breaker.take(character, run.style) }
    }
    return breaker.finish()
  }
}

/// Fills lines word by word.
private struct LineBreaker {
  let width: Int
  private var lines: [StyledLine] = []
  private var line = StyledLine()
  private var spaces = StyledLine()
  private var word = StyledLine()

  init(width: Int) { self.width = width }

  mutating func take(_ character: Character, _ style: TextStyle) {
    if character == " " {
      endWord()
      spaces.append(" ", style)
      return
    }
    let columns = DisplayWidth.of(character)
    // Scripts with wide characters break between any two of them.
    if columns == 2 { endWord() }
    if word.width + columns > width {
      endWord()
      endLine()
    }
    word.append(String(character), style)
    if columns == 2 || character == "-" && word.width > 2 { endWord() }
  }

  mutating func finish() -> [StyledLine] {
    endWord()
    if line.width > 0 || lines.isEmpty { lines.append(line) }
    return lines
  }

  private mutating func endWord() {
    guard word.width > 0 else { return }
    if line.width > 0, line.width + spaces.width + word.width > width { endLine() }
    if line.width > 0 { line.append(spaces) }
    spaces = StyledLine()
    line.append(word)
    word = StyledLine()
  }

  private mutating func endLine() {
    if line.width > 0 { lines.append(line) }
    line = StyledLine()
    spaces = StyledLine()
  }
}
