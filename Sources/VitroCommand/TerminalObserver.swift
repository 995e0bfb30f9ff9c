import Dispatch
import Foundation
import Synchronization
import VitroCore
import VitroLab

/// Shows progress on standard error: one line for each stage, alive on a terminal (rate, time left, a live number).
final class TerminalObserver: Observer {
  private let screen: Mutex<ProgressScreen>
  private let isQuiet: Bool
  private let style: TerminalStyle
  private let began = ContinuousClock.now

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    style = .detect(fileDescriptor: STDERR_FILENO)
    let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
    let isTerminal = isatty(STDERR_FILENO) == 1 && !isDumb
    screen = Mutex(ProgressScreen(isTerminal: isTerminal))
    if !isQuiet { keepTime() }
  }

  var shouldStop: Bool { Interrupts.isRequested }

  func update(_ progress: ProgressUpdate) {
    show { $0.update(progress, at: $1, style: $2) }
  }

  /// Closes the line of the last stage.
  func finish(_ outcome: ProgressLine.Outcome = .finished) {
    show { $0.close(outcome, at: $1, style: $2) }
  }

  /// Closes the line of a stage that did not end well.
  func finish(failingWith error: any Error) {
    finish((error as? VitroError)?.code == .interrupted ? .interrupted : .failed)
  }

  /// Lets the clock run on while a worker is silent.
  private func keepTime() {
    DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + 0.5) { [weak self] in
      guard let self else { return }
      show { $0.tick(at: $1, style: $2) }
      keepTime()
    }
  }

  private func show(_ change: (inout ProgressScreen, Double, TerminalStyle) -> String) {
    if isQuiet { return }
    screen.withLock { screen in
      // A terminal may be made wider or narrower at any time.
      var style = style
      if let columns = TerminalStyle.columns(of: STDERR_FILENO) { style.width = columns }
      let text = change(&screen, (ContinuousClock.now - began) / .seconds(1), style)
      if !text.isEmpty { Streams.error(text) }
    }
  }
}
