import ArgumentParser
import COpenBLAS
import Foundation
import Vitro

/// Times the engine; `Benchmarks/run` puts it beside its peers.
@main
struct VitroBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitro-bench", abstract: "Times Vitro's engine.",
    discussion: "The script 'run' in this package compares it with PyTorch, OpenBLAS and memcpy in one run.")

  @Option(help: "Measure only cases whose name or family contains this.")
  var filter: String?

  @Option(help: "How many threads work. Default: the processors this process may use.")
  var threads: Int?

  @Option(help: "How many rounds to measure of each case.")
  var rounds = 7

  @Option(help: "The least duration of a round, in seconds.")
  var seconds = 0.2

  @Option(help: "Write the results to this file.")
  var json: String?

  @Option(help: "Who does the work: \(Implementation.allCases.map(\.rawValue).joined(separator: ", ")).")
  var implementation = Implementation.vitro

  @Option(help: "The folder in which sklearn_peer.py leaves the data of the family 'probes'.")
  var probeData: String?

  @Flag(help: "Measure rounds as they are asked for on standard input.")
  var serve = false

  func validate() throws {
    guard rounds >= 1, seconds > 0, (threads ?? 1) >= 1 else {
      throw ValidationError("rounds, seconds and threads must be above 0")
    }
  }

  func run() throws {
    if let threads { Threads.count = threads }
    let workers = Threads.count
    // The engine divides work itself; OpenBLAS's own threads are measured in a process of their own.
    openblas_set_num_threads(implementation == .openblas ? Int32(workers) : 1)
    let chosen = cases(of: implementation, threads: workers, probeData: probeData).filter { timed in
      filter.map { timed.name.contains($0) || timed.family.contains($0) } ?? true
    }
    let load = Machine.load
    func report(_ results: [CaseResult]) -> BenchmarkReport {
      BenchmarkReport(
        processor: Machine.processor, threads: workers, version: version, loadBefore: load, loadAfter: Machine.load,
        cases: results)
    }
    if serve { return try Server(cases: chosen, report: report([]), seconds: seconds).run() }

    print("\(version), \(Machine.processor), \(workers) threads, load \(load)")
    var results: [CaseResult] = []
    for timed in chosen {
      let stopwatch = try Stopwatch(timed, seconds: seconds)
      let result = CaseResult(timed, implementation, rounds: try (0..<rounds).map { _ in try stopwatch.round() })
      print(result.line)
      results.append(result)
    }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(report(results)).write(to: URL(filePath: json))
    }
  }

  private var version: String {
    switch implementation {
    case .vitro: "Vitro \(VitroVersion.current)"
    case .openblas: String(cString: openblas_get_config()).trimmingCharacters(in: .whitespaces)
    case .memcpy, .threadedMemcpy: "memcpy"
    }
  }
}

extension Implementation: ExpressibleByArgument {}
