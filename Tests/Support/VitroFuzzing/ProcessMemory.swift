#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The memory that this process has in use, and the most that it had.
public enum ProcessMemory {
  /// Forgets the peak, where the system can (Linux).
  public static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The bytes in use now.
  public static var current: Int { status("VmRSS:") ?? peak }

  /// The most bytes in use since the last reset, or since the start where there is none.
  public static var peak: Int {
    if let value = status("VmHWM:") { return value }
    #if canImport(Darwin)
    var usage = rusage()
    return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : 0
    #else
    return 0
    #endif
  }

  /// The most bytes that `body` adds to those in use, the least of several attempts: other threads only ever add.
  public static func peakGrowth(attempts: Int = 3, _ body: () throws -> Void) rethrows -> Int {
    var least = Int.max
    for _ in 0..<attempts {
      resetPeak()
      let before = current
      try body()
      least = min(least, max(0, peak - before))
    }
    return least
  }

  private static func status(_ key: String) -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix(key) else { continue }
      return text.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}
