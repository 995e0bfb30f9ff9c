import VitroCore
import VitroFormats

/// Feeds a reader many damaged files and counts what becomes of them.
public struct FuzzCampaign: Sendable {
  /// The format's name.
  public let name: String
  /// The files that gave values.
  public private(set) var accepted = 0
  /// The files that were refused, by the code of the error.
  public private(set) var rejected: [String: Int] = [:]
  /// The whole time, and the slowest case.
  public private(set) var duration = Duration.zero
  /// The slowest case's time.
  public private(set) var slowest = Duration.zero
  /// The size of the largest file tried.
  public private(set) var largestFile = 0
  /// What the campaign added to the process's memory at its peak.
  public private(set) var peakGrowth = 0
  /// What went against the rules, with what is needed to do it again.
  public private(set) var breaches: [String] = []

  /// The memory that a reader may take beyond four times the file.
  public static let memoryAllowance = 64 << 20

  /// Tries `count` damaged files; the same seed gives the same files.
  public init(_ target: FuzzTarget, count: Int, seed: UInt64) {
    name = target.name
    let clock = ContinuousClock()
    ProcessMemory.resetPeak()
    let before = ProcessMemory.current
    let start = clock.now
    for index in 0..<count {
      let caseSeed = seed &* 0x1_0000_0001 &+ UInt64(index)
      var mutator = Mutator(seed: caseSeed)
      let source = target.seeds[mutator.below(target.seeds.count)]
      let damaged = mutator.mutate(source.bytes)
      do {
        let bytes = try source.wrap(damaged)
        largestFile = max(largestFile, bytes.count)
        let file = try FileBytes(name: "\(name) case \(caseSeed)", bytes)
        let started = clock.now
        defer { note(clock.now - started, case: caseSeed) }
        try target.read(file)
        accepted += 1
      } catch let error as VitroError {
        rejected[error.code.description, default: 0] += 1
        if error.details["found"] == nil { breaches.append("case \(caseSeed): an error without details: \(error)") }
      } catch {
        breaches.append("case \(caseSeed): another kind of error: \(error)")
      }
    }
    duration = clock.now - start
    peakGrowth = max(0, ProcessMemory.peak - before)
    if peakGrowth > 4 * largestFile + FuzzCampaign.memoryAllowance {
      breaches.append("\(peakGrowth) bytes of memory for files of at most \(largestFile)")
    }
  }

  /// The files that were refused.
  public var rejectedCount: Int { rejected.values.reduce(0, +) }

  private mutating func note(_ time: Duration, case seed: UInt64) {
    slowest = max(slowest, time)
    if time > .seconds(1) { breaches.append("case \(seed): took \(time)") }
  }
}
