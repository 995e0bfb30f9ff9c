/// Times one case: warms up, finds out how often to call it in a round, then measures rounds.
struct Stopwatch {
  private let work: () throws -> Void
  private var calls = 1

  /// - Parameter seconds: The least duration of a round.
  init(_ timed: Case, seconds: Double) throws {
    work = try timed.prepare()
    try work()
    while true {
      let elapsed = try run()
      if elapsed >= seconds { break }
      let wanted = Double(calls) * min(seconds * 1.1 / max(elapsed, 1e-9), 10)
      calls = max(calls + 1, Int(wanted))
    }
  }

  /// The seconds that one call takes, on average over a round.
  func round() throws -> Double { try run() / Double(calls) }

  private func run() throws -> Double {
    let start = ContinuousClock.now
    for _ in 0..<calls { try work() }
    let elapsed = start.duration(to: .now).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
