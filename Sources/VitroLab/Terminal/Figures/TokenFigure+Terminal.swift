extension TokenFigure: TerminalDrawable {
  /// More words of a row than these are counted, not shown.
  private static let limit = 2000

  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    let ends = color.ends(of: rows.lazy.flatMap(\.values))
    var lines: [StyledLine] = []
    for (number, row) in rows.enumerated() {
      if number > 0, !canvas.hasColor || row.label != nil { lines.append(StyledLine()) }
      if let label = row.label { lines += canvas.wrapped(label, .soft) }
      lines += canvas.hasColor ? colored(row, ends, canvas) : numbered(row, canvas)
      if row.tokens.count > Self.limit {
        lines += canvas.wrapped("and \(row.tokens.count - Self.limit) more words", .soft)
      }
    }
    guard canvas.hasColor else { return canvas.wrapped("below each word: \(color.label)", .soft) + lines }
    return lines + [StyledLine()] + canvas.key(color.label, color.map, ends, color.format)
  }

  private func colored(_ row: Row, _ ends: Interval, _ canvas: TerminalCanvas) -> [StyledLine] {
    var paragraphs = [StyledLine()]
    for (index, token) in row.tokens.prefix(Self.limit).enumerated() {
      let value = index < row.values.count ? row.values[index] : .nan
      var style = TextStyle.plain
      if value.isFinite {
        let ground = TerminalPalette.color(color.map, (value - ends.low) / (ends.high - ends.low))
        style = TextStyle(color: ground.contrasting, ground: ground)
      }
      let words = token.split(separator: "\n", omittingEmptySubsequences: false)
      for (part, word) in words.enumerated() {
        if part > 0 { paragraphs.append(StyledLine()) }
        paragraphs[paragraphs.count - 1].append(canvas.text(String(word)), style)
      }
    }
    return paragraphs.flatMap { $0.wrapped(to: canvas.width) }
  }

  /// Words with their numbers underneath.
  private func numbered(_ row: Row, _ canvas: TerminalCanvas) -> [StyledLine] {
    var lines: [StyledLine] = []
    var (words, numbers) = (StyledLine(), StyledLine())
    func finish() {
      if words.width + numbers.width > 0 { lines += [words, numbers] }
      (words, numbers) = (StyledLine(), StyledLine())
    }
    for (index, token) in row.tokens.prefix(Self.limit).enumerated() {
      let word = canvas.shortened(token.filter { !$0.isNewline }, to: canvas.width)
      let value = index < row.values.count ? row.values[index] : .nan
      let number = value.isNaN ? "" : canvas.shortened(color.format.bare(value), to: canvas.width)
      let start = max(words.width, numbers.width == 0 ? 0 : numbers.width + 1)
      // A word that follows without a space stands close, unless the number before it is longer.
      if start + max(DisplayWidth.of(word), DisplayWidth.of(number)) > canvas.width { finish() }
      let column = words.width == 0 && numbers.width == 0 ? 0 : start
      words.pad(to: column)
      words.append(words.width == 0 ? word.trimmingPrefix(" ").description : word)
      let lead = column > 0 && word.hasPrefix(" ") ? 1 : 0
      numbers.pad(to: number.isEmpty ? numbers.width : column + lead)
      numbers.append(number, .soft)
      if token.contains(where: \.isNewline) { finish() }
    }
    finish()
    return lines.map { $0.truncated(to: canvas.width, mark: "") }
  }
}
