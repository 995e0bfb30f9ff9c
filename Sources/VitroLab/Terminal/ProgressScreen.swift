public import VitroCore

/// What to write as work goes on: a live line on a terminal, a few plain lines elsewhere; pure, given the time.
///
/// On a terminal each stage has one line that is written over, and that stays when the stage has ended. Elsewhere there
/// is a line when a stage begins, one about every ten seconds, and one at its end, all without control characters.
public struct ProgressScreen: Sendable {
  private let isTerminal: Bool
  private var line: ProgressLine?
  private var written = 0.0

  private static let redrawEvery = 0.1
  private static let repeatEvery = 10.0

  /// Creates a screen; `isTerminal` says whether lines can be written over.
  public init(isTerminal: Bool) {
    self.isTerminal = isTerminal
  }

  /// What to write when progress is heard of; a new stage closes the one before as finished.
  public mutating func update(_ progress: ProgressUpdate, at time: Double, style: TerminalStyle) -> String {
    var text = ""
    if line?.stage != progress.stage {
      text = close(.finished, at: time, style: style)
      let line = ProgressLine(stage: progress.stage, at: time)
      self.line = line
      // On a terminal the first drawing is due at once.
      written = isTerminal ? time - Self.redrawEvery : time
      if !isTerminal { text += line.opening(style: style) + "\n" }
    }
    line?.note(progress, at: time)
    return text + tick(at: time, style: style)
  }

  /// What to write when time has passed.
  public mutating func tick(at time: Double, style: TerminalStyle) -> String {
    guard let line, time - written >= (isTerminal ? Self.redrawEvery : Self.repeatEvery) - 1e-9 else { return "" }
    written = time
    let text = line.text(at: time, style: style)
    // Text first and then the erasing of what is left of the line before: nothing flickers.
    return isTerminal ? "\r\(text)\u{1B}[K" : text + "\n"
  }

  /// What to write when the running stage has ended; nothing when none runs.
  public mutating func close(_ outcome: ProgressLine.Outcome, at time: Double, style: TerminalStyle) -> String {
    guard let line else { return "" }
    self.line = nil
    let text = line.closing(outcome, at: time, style: style)
    return isTerminal ? "\r\(text)\u{1B}[K\n" : text + "\n"
  }
}
