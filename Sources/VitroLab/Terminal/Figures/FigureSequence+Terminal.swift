extension FigureSequence: TerminalDrawable {
  /// The frame that is shown at first, and the names of all.
  func terminalLines(_ canvas: TerminalCanvas) -> [StyledLine] {
    guard !frames.isEmpty else { return [] }
    let shown = min(max(start ?? frames.count - 1, 0), frames.count - 1)
    var list = canvas.line(label.isEmpty ? "" : "\(label): ", .soft)
    for (index, frame) in frames.enumerated() where index < 12 || index == shown || index == frames.count - 1 {
      if index > 0 { list.append(index > 12 ? canvas.text(" … ") : " ", .soft) }
      let name = canvas.text(frame.name)
      list.append(index == shown ? "[\(name)]" : name, index == shown ? .bold : .soft)
    }
    return frames[shown].content.figure.terminalLines(canvas) + [StyledLine()] + list.wrapped(to: canvas.width)
  }
}
