import Testing
import VitroCore

@testable import VitroLab

@Suite struct TerminalProgressTests {
  private let plain = TerminalStyle(width: 100)

  private func training(steps: Int, secondsEach: Double, of total: Int?) -> ProgressLine {
    var line = ProgressLine(stage: "2/5 training", at: 100)
    for step in stride(from: 1, through: steps, by: 1) {
      line.note(
        ProgressUpdate("2/5 training", completed: step, of: total, detail: "loss 0.213"),
        at: 100 + Double(step) * secondsEach)
    }
    return line
  }

  @Test func aRunningLineSaysHowFarHowFastAndHowLong() {
    let line = training(steps: 200, secondsEach: 0.05, of: 1000)
    #expect(
      line.text(at: 110, style: plain)
        == "  2/5 training  ████················  loss 0.213 · 200/1000 · 20 it/s · 40 s left")
    #expect(
      line.text(at: 110, style: TerminalStyle(width: 75, charset: .ascii))
        == "  2/5 training  ####................  loss 0.213 - 200/1000 - 40 s left")
    let open = training(steps: 20, secondsEach: 2, of: nil)
    #expect(open.text(at: 140, style: plain) == "  2/5 training  loss 0.213 · 20 · 2.0 s/it · 40 s")
  }

  @Test func aClosedLineSaysHowItEnded() {
    let done = training(steps: 1000, secondsEach: 0.2, of: 1000)
    #expect(done.closing(.finished, at: 300, style: plain) == "✓ 2/5 training  3 min 20 s · loss 0.213")
    let half = training(steps: 500, secondsEach: 0.2, of: 1000)
    #expect(
      half.closing(.interrupted, at: 200, style: plain)
        == "‖ 2/5 training  interrupted · 1 min 40 s · 500/1000 · loss 0.213")
    #expect(half.closing(.failed, at: 200, style: plain).hasPrefix("✗ 2/5 training  failed"))
    for outcome in ProgressLine.Outcome.allCases {
      let text = half.closing(outcome, at: 200, style: TerminalStyle(width: 60, charset: .ascii))
      #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && text.contains("2/5 training"))
    }
  }

  @Test func theTimeLeftRunsDownSteadily() throws {
    // Steps take 0.1 s or 0.3 s by turns: the mean is 0.2 s, so that 1000 take 200 s.
    var line = ProgressLine(stage: "s", at: 0)
    var time = 0.0
    var left: [Double] = []
    for step in 1...500 {
      time += step % 2 == 0 ? 0.1 : 0.3
      line.note(ProgressUpdate("s", completed: step, of: 1000), at: time)
      let text = line.text(at: time, style: plain)
      if step > 50, let match = text.firstMatch(of: /(?:(\d+) min )?(\d+) s left/) {
        left.append((match.1.flatMap { Double($0) } ?? 0) * 60 + (Double(match.2) ?? 0))
        #expect(abs((left.last ?? 0) - (200 - time)) < 12, "\(text) at \(time)")
      }
    }
    #expect(left.count > 400)
    #expect(zip(left, left.dropFirst()).allSatisfy { $1 <= $0 + 5 })
  }

  @Test func aRateForgetsWhatIsLongAgo() {
    var rate = RateMeter()
    for step in 0...100 { rate.note(step, at: Double(step)) }
    for step in 1...300 { rate.note(100 + step * 10, at: 100 + Double(step) / 10) }
    #expect(abs((rate.perSecond(at: 130) ?? 0) - 100) < 1)
    // A worker that has gone silent is not as fast as it was.
    #expect((rate.perSecond(at: 160) ?? 0) < 30)
    rate.note(0, at: 161)
    #expect(rate.perSecond(at: 161) == nil)
  }

  @Test(arguments: [40, 47, 60, 81, 120]) func noLineReachesTheLastColumn(width: Int) {
    for stage in ["training", String(repeating: "訓練", count: 40), "\u{1B}[2J\nx", ""] {
      var line = ProgressLine(stage: stage, at: 0)
      for step in stride(from: 0, through: 50, by: 10) {
        line.note(
          ProgressUpdate(stage, completed: step * 1_000_000, of: 987_654_321, detail: "loss 猫 \(step)"),
          at: Double(step))
        for style in TerminalPropertyTests.styles(width: width) {
          var inner = style
          inner.width = max(40, width - 1)
          for text in [line.text(at: Double(step), style: style), line.closing(.failed, at: 99, style: style)] {
            #expect(!text.contains("\n"))
            if width > 40 { TerminalPropertyTests.check(text, inner) } else { TerminalPropertyTests.check(text, style) }
          }
        }
      }
    }
  }

  @Test func aTerminalHasOneLineForEachStage() {
    var screen = ProgressScreen(isTerminal: true)
    var written = ""
    for step in 0...40 {
      let time = Double(step) * 0.05
      written += screen.update(
        ProgressUpdate(step < 20 ? "first" : "second", completed: step % 20, of: 20), at: time, style: plain)
    }
    written += screen.close(.interrupted, at: 3, style: plain)
    #expect(screen.close(.finished, at: 4, style: plain).isEmpty)
    let lines = written.split(separator: "\n").map { $0.split(separator: "\r").map(String.init) }
    #expect(lines.count == 2)
    #expect(lines[0].last == "✓ first  1.0 s · 19/20\u{1B}[K" && lines[1].last?.hasPrefix("‖ second") == true)
    // Twenty notes in a second are drawn ten times and closed once.
    #expect((10...12).contains(lines[0].count))
    #expect(written.matches(of: /\r[^\r\n]*?\u{1B}\[K/).count == lines.map(\.count).reduce(0, +))
  }

  @Test func aFileGetsFewPlainLines() {
    var screen = ProgressScreen(isTerminal: false)
    var written = ""
    for second in 0...35 {
      written += screen.update(ProgressUpdate("training", completed: second, of: 35), at: Double(second), style: plain)
    }
    written += screen.update(ProgressUpdate("probing", completed: 0, of: 2), at: 36, style: plain)
    written += screen.close(.failed, at: 36.5, style: plain)
    let lines = written.split(separator: "\n").map(String.init)
    #expect(lines.count == 7)
    #expect(lines.first == "  training…" && lines[1].contains("10/35") && lines[1].contains("25 s left"))
    #expect(lines[4] == "✓ training  36 s" && lines[5] == "  probing…" && lines[6].hasPrefix("✗ probing  failed"))
    #expect(!written.contains("\r") && !written.contains("\u{1B}"))
  }

  @Test func timesReadAsPeopleSayThem() {
    let cases: [(Double, String, String)] = [
      (0.04, "0.0 s", "1 s"), (3.21, "3.2 s", "4 s"), (28.4, "28 s", "28 s"), (59.6, "1 min 00 s", "1 min 00 s"),
      (197, "3 min 17 s", "3 min 15 s"), (3599, "59 min 59 s", "1 h 00 min"), (7500, "2 h 05 min", "2 h 05 min"),
      (273_600, "3 d 4 h", "3 d 4 h"), (.infinity, "ages", "ages"), (.nan, "ages", "ages"), (-3, "0.0 s", "0 s"),
    ]
    for (seconds, exact, rough) in cases {
      #expect(NumberFormat.duration(seconds) == exact)
      #expect(NumberFormat.duration(seconds, rough: true) == rough)
    }
    #expect(
      ProgressLine.rateText(12_345) == "12\u{202F}300 it/s" || ProgressLine.rateText(12_345) == "12\u{202F}345 it/s")
    #expect(ProgressLine.rateText(0.25) == "4.0\u{A0}s/it")
  }
}
