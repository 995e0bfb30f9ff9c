import Foundation
import VitroFuzzing

/// Feeds damaged files to every reader: `vitro-fuzz [count for each format] [seed] [format]`.
@main
struct VitroFuzz {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let count = arguments.first.flatMap { Int($0) } ?? 2000
    let seed = arguments.dropFirst().first.flatMap { UInt64($0) } ?? 1
    let only = arguments.dropFirst(2).first
    var failed = false
    for target in try FuzzTarget.all() where only == nil || target.name == only {
      let result = FuzzCampaign(target, count: count, seed: seed)
      let codes = result.rejected.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      print(
        "\(result.name): \(result.accepted) accepted, \(result.rejectedCount) rejected (\(codes)), \(result.duration), "
          + "slowest \(result.slowest), peak +\(result.peakGrowth >> 10) KiB, files up to \(result.largestFile) bytes")
      for breach in result.breaches.prefix(10) { print("  BREACH: \(breach)") }
      failed = failed || !result.breaches.isEmpty
    }
    if failed { exit(1) }
  }
}
