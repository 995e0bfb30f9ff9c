import Foundation
public import VitroCore

/// The words of a line of progress: pure, given the time and the width.
///
/// ```swift
/// var line = ProgressLine(stage: "training", at: 0)
/// line.note(ProgressUpdate("training", completed: 40, of: 600, detail: "loss 0.213"), at: 2)
/// let text = line.text(at: 2, style: TerminalStyle(width: 100))  // training … 40/600 · 20 it/s
/// ```
public struct ProgressLine: Sendable {
  /// How a stage ended.
  public enum Outcome: Sendable, Hashable, CaseIterable {
    /// It is done.
    case finished
    /// The user stopped it.
    case interrupted
    /// It failed.
    case failed
  }

  /// What is being done.
  public let stage: String
  /// When it began, in seconds.
  public let began: Double
  /// The last that was heard.
  public private(set) var last: ProgressUpdate
  private var rate = RateMeter()
  private var shownLeft: (seconds: Double, at: Double)?

  /// Begins a line at a time in seconds of any clock.
  public init(stage: String, at time: Double) {
    self.stage = stage
    began = time
    last = ProgressUpdate(stage, completed: 0)
    rate.note(0, at: time)
  }

  /// Hears of progress; a detail that is missing leaves the one before.
  public mutating func note(_ update: ProgressUpdate, at time: Double) {
    let detail = update.detail ?? last.detail
    last = update
    last.detail = detail
    rate.note(update.completed, at: time)
    guard let total = update.total, let speed = rate.perSecond(at: time), speed > 0, total >= update.completed else {
      shownLeft = nil
      return
    }
    let left = Double(total - update.completed) / speed
    if let shown = shownLeft {
      // The time left runs down with the clock and is drawn only slowly to what the rate says, so that it stands still.
      let expected = max(0, shown.seconds - (time - shown.at))
      let pull = 1 - exp(-max(0, time - shown.at) / 4)
      shownLeft = (expected + pull * (left - expected), time)
    } else {
      shownLeft = (left, time)
    }
  }

  /// The line while the stage runs, no wider than the style's width less one column.
  public func text(at time: Double, style: TerminalStyle) -> String {
    let canvas = TerminalCanvas(style)
    let elapsed = max(0, time - began)
    var facts: [String] = []
    if let detail = last.detail { facts.append(detail) }
    facts.append(countText)
    // A rate over less than half a second is noise.
    var speedText: String?
    if elapsed > 0.5, let speed = rate.perSecond(at: time), speed > 0 {
      let text = Self.rateText(speed)
      facts.append(text)
      speedText = text
    }
    if elapsed > 1, let shown = shownLeft, let total = last.total, last.completed < total {
      facts.append("\(NumberFormat.duration(max(0, shown.seconds - (time - shown.at)), rough: true)) left")
    } else if last.total == nil || elapsed > 1 {
      facts.append(NumberFormat.duration(elapsed))
    }
    var line = StyledLine("  ")
    line.append(canvas.text(stage), .bold)
    let bar = last.total.map { Self.bar(share: $0 > 0 ? Double(last.completed) / Double($0) : 1, canvas) }
    if let bar, style.width >= 60 {
      line.append("  ")
      line.append(bar)
    }
    facts.removeAll(where: \.isEmpty)
    // Where not everything fits, the time left is worth more than the rate.
    let needed = facts.reduce(line.width) { $0 + DisplayWidth.of(canvas.text($1)) + 3 } - 1
    if needed >= canvas.width { facts.removeAll { $0 == speedText } }
    return fitted(line, facts, canvas)
  }

  /// The line when the stage has ended.
  public func closing(_ outcome: Outcome, at time: Double, style: TerminalStyle) -> String {
    let canvas = TerminalCanvas(style)
    var line = StyledLine()
    switch outcome {
    case .finished: line.append(canvas.sign("✓ ", "+ "), canvas.ink(2))
    case .interrupted: line.append(canvas.sign("‖ ", "= "), canvas.ink(4))
    case .failed: line.append(canvas.sign("✗ ", "x "), canvas.ink(1))
    }
    line.append(canvas.text(stage), .bold)
    var facts = [NumberFormat.duration(max(0, time - began))]
    let isComplete = last.total.map { last.completed >= $0 } ?? true
    if !isComplete || last.total == nil { facts.append(countText) }
    if let detail = last.detail { facts.append(detail) }
    switch outcome {
    case .finished: break
    case .interrupted: facts.insert("interrupted", at: 0)
    case .failed: facts.insert("failed", at: 0)
    }
    return fitted(line, facts.filter { !$0.isEmpty }, canvas)
  }

  /// The line where a stage begins, for output that is not a terminal.
  public func opening(style: TerminalStyle) -> String {
    fitted(StyledLine("  "), [stage + TerminalText.clean("…", style.charset)], TerminalCanvas(style))
  }

  private var countText: String {
    if let total = last.total { return "\(last.completed)/\(total)" }
    return last.completed > 0 ? "\(last.completed)" : ""
  }

  /// The line with as many facts as fit; the first are the most important.
  private func fitted(_ head: StyledLine, _ facts: [String], _ canvas: TerminalCanvas) -> String {
    // The last column stays free: a terminal that is full to the edge may wrap.
    let limit = canvas.width - 1
    var line = head
    for (index, fact) in facts.enumerated() {
      var next = line
      let separator = index == 0 ? (head.width > 2 ? "  " : "") : canvas.isASCII ? " - " : " · "
      next.append(separator, .soft)
      next.append(canvas.text(fact), index == 0 ? .plain : .soft)
      if next.width <= limit || line.width <= 2 { line = next }
    }
    return line.truncated(to: limit, mark: canvas.text("…")).text(canvas.style)
  }

  private static func bar(share: Double, _ canvas: TerminalCanvas) -> StyledLine {
    let cells = 20
    let eighths = Int(min(max(share, 0), 1) * Double(cells) * 8)
    let full = eighths / 8
    var done = String(repeating: canvas.sign("█", "#"), count: full)
    if full < cells, eighths % 8 > 0, !canvas.isASCII { done += String(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1]) }
    var line = StyledLine(done, canvas.ink(0))
    line.append(String(repeating: canvas.sign("·", "."), count: cells - line.width), .soft)
    return line
  }
}

extension ProgressLine {
  /// "20/s", "1.5/s", "4.2 s each".
  static func rateText(_ perSecond: Double) -> String {
    if perSecond >= 1 { return NumberFormat.significant(perSecond < 100 ? 2 : 3).text(perSecond) + " it/s" }
    return NumberFormat.duration(1 / perSecond).replacing(" ", with: "\u{A0}") + "/it"
  }
}

/// How fast a count rises: over the last ten seconds or so.
struct RateMeter: Sendable {
  private var samples: [(time: Double, count: Int)] = []
  private static let window = 10.0

  mutating func note(_ count: Int, at time: Double) {
    // A count that falls back begins anew.
    if let last = samples.last, count < last.count { samples.removeAll() }
    // Samples closer than a fifth of a second replace one another.
    if samples.count > 2, time - samples[samples.count - 2].time < 0.2 { samples.removeLast() }
    samples.append((time, count))
    while samples.count > 2, time - samples[1].time > Self.window { samples.removeFirst() }
  }

  /// Steps in a second; `nil` before anything was heard twice.
  func perSecond(at time: Double) -> Double? {
    guard let first = samples.first, let last = samples.last, last.count > first.count else { return nil }
    // A count that has stood still for longer than it usually does is slower than it was.
    let span = last.time - first.time
    guard span > 0 else { return nil }
    let pace = span / Double(last.count - first.count)
    let silence = max(0, time - last.time - 2 * pace)
    return Double(last.count - first.count) / (span + silence)
  }
}
