import Foundation

/// Measures on request, so that a script can let two programs take turns.
///
/// On standard input `round NAME` measures one round and `drop NAME` lets go of the case's data; each answer is a line of JSON.
struct Server {
  let cases: [Case]
  let report: BenchmarkReport
  let seconds: Double

  private struct Hello: Encodable {
    struct Entry: Encodable {
      let name, family, unit: String
      let amount: Double
    }
    let processor, version: String
    let threads: Int
    let cases: [Entry]
  }

  private struct Answer: Encodable {
    let name: String
    var seconds: Double?
    var error: String?
  }

  func run() throws {
    try write(
      Hello(
        processor: report.processor, version: report.version, threads: report.threads,
        cases: cases.map { Hello.Entry(name: $0.name, family: $0.family, unit: $0.unit, amount: $0.amount) }))
    var stopwatches: [String: Stopwatch] = [:]
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2, let timed = cases.first(where: { $0.name == words[1] }) else {
        try write(Answer(name: line, error: "expected 'round NAME' or 'drop NAME' with a case's name"))
        continue
      }
      if words[0] == "drop" {
        stopwatches[timed.name] = nil
        try write(Answer(name: timed.name))
        continue
      }
      do {
        let stopwatch = try stopwatches[timed.name] ?? Stopwatch(timed, seconds: seconds)
        stopwatches[timed.name] = stopwatch
        try write(Answer(name: timed.name, seconds: stopwatch.round()))
      } catch {
        try write(Answer(name: timed.name, error: "\(error)"))
      }
    }
  }

  private func write(_ value: some Encodable) throws {
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(value) + [UInt8(ascii: "\n")])
  }
}
