import Foundation
import Testing

/// A run of a command that stands beside the tests: `vitro`, or `vitro-coin` with an experiment of its own.
struct CommandProcess {
  let status: Int32
  let output: String
  let errors: String

  init(
    _ arguments: String..., tool: String = "vitro", home: String? = nil, environment: [String: String] = [:],
    interruptAfter seconds: Double? = nil
  ) throws {
    try self.init(list: arguments, tool: tool, home: home, environment: environment, interruptAfter: seconds)
  }

  /// - Parameters:
  ///   - home: The store of runs; without it one that is gone afterwards.
  ///   - seconds: When a signal is sent.
  ///   - signal: Which one.
  init(
    list arguments: [String], tool: String = "vitro", home: String? = nil, environment: [String: String] = [:],
    interruptAfter seconds: Double? = nil, signal: Int32 = SIGINT
  ) throws {
    let process = Process()
    process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appendingPathComponent(tool)
    process.arguments = arguments
    // Files, not pipes: nothing can fill up while the other stream is read.
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let base = ["COLUMNS": "100", "LANG": "C.UTF-8", "VITRO_HOME": home ?? folder.appending(path: "home").path]
    process.environment = ProcessInfo.processInfo.environment.merging(base) { $1 }.merging(environment) { $1 }
    let streams = ["out", "err"].map { folder.appending(path: $0) }
    for stream in streams { try Data().write(to: stream) }
    process.standardOutput = try FileHandle(forWritingTo: streams[0])
    process.standardError = try FileHandle(forWritingTo: streams[1])
    try process.run()
    if let seconds {
      Thread.sleep(forTimeInterval: seconds)
      kill(process.processIdentifier, signal)
    }
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: try Data(contentsOf: streams[0]), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: streams[1]), as: UTF8.self)
  }

  /// Standard output as one JSON object.
  func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return try #require(object as? [String: Any], sourceLocation: sourceLocation)
  }
}

/// A directory of its own for one test, removed afterwards.
final class Workplace {
  let path: String
  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "vitro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
