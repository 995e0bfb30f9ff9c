import Foundation

/// What the numbers were measured on.
enum Machine {
  /// The processor's name, and its widest vector instructions.
  static var processor: String {
    #if os(macOS)
    var size = 0
    sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
    var name = [UInt8](repeating: 0, count: size)
    sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0)
    return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    #else
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ name: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(name) }?
        .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }
    let flags = Set((field("flags") ?? "").split(separator: " "))
    let widest = flags.contains("avx512f") ? "AVX-512" : flags.contains("avx2") ? "AVX2" : nil
    return [field("model name") ?? "unknown processor", widest].compactMap(\.self).joined(separator: ", ")
    #endif
  }

  /// The load average of the last minute.
  static var load: Double {
    var averages = [Double](repeating: 0, count: 3)
    return getloadavg(&averages, 3) > 0 ? averages[0] : .nan
  }

  /// The directory of this program.
  static var programs: URL {
    (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
  }
}
