import Foundation
import Synchronization
import VitroCore

/// Shows progress on standard error: one line for each stage, alive on a terminal (rate, time left, a live number).
final class TerminalObserver: Observer {
  private struct State {
    var stage: String?
    var started = ContinuousClock.now
    var lastDrawn = ContinuousClock.now
    var last: ProgressUpdate?
  }

  private let state = Mutex(State())
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  var shouldStop: Bool { Interrupts.isRequested }

  func update(_ progress: ProgressUpdate) {
    if isQuiet { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if state.stage != progress.stage {
        finishLine(&state)
        state = State(stage: progress.stage, started: now, lastDrawn: now - .seconds(1))
      }
      state.last = progress
      guard isTerminal, now - state.lastDrawn > .milliseconds(100) else { return }
      state.lastDrawn = now
      write("\r\u{1B}[K" + line(progress, elapsed: seconds(now - state.started), isFinal: false))
    }
  }

  /// Closes the line of the last stage.
  func finish() {
    if isQuiet { return }
    state.withLock { finishLine(&$0) }
  }

  private func finishLine(_ state: inout State) {
    guard state.stage != nil, let last = state.last else { return }
    let text = line(last, elapsed: seconds(ContinuousClock.now - state.started), isFinal: true)
    write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    state.stage = nil
    state.last = nil
  }

  private func line(_ progress: ProgressUpdate, elapsed: Double, isFinal: Bool) -> String {
    var parts = [progress.stage]
    if let total = progress.total {
      parts.append("\(progress.completed)/\(total)")
    } else if progress.completed > 0 {
      parts.append("\(progress.completed)")
    }
    if let detail = progress.detail { parts.append(detail) }
    if isFinal {
      parts.append(duration(elapsed))
    } else if elapsed > 0.5, progress.completed > 0 {
      let rate = Double(progress.completed) / elapsed
      parts.append(rate >= 10 ? "\(Int(rate))/s" : String(format: "%.1f/s", rate))
      if let total = progress.total, total > progress.completed {
        parts.append("\(duration(Double(total - progress.completed) / rate)) left")
      }
    }
    return "  " + parts.joined(separator: " · ")
  }

  private func duration(_ seconds: Double) -> String {
    seconds < 60 ? String(format: "%.1f s", seconds) : "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
