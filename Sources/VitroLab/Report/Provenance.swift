public import Foundation
internal import VitroCore

/// Where a report comes from: enough to make it again, and to tell whether the data is the same.
public struct Provenance: Codable, Sendable, Hashable {
  /// The command line, word by word.
  public var command: [String]
  /// The id of the run in its store, if it has one.
  public var run: String?
  /// The version of Vitro.
  public var version: String
  /// The git commit of Vitro, if known.
  public var commit: String?
  /// When the work began.
  @JSONDate public var date: Date
  /// The processor's model name.
  public var processor: String
  /// The number of processor cores in the machine.
  public var cores: Int
  /// The number of threads used.
  public var threads: Int
  /// The seed of the random numbers.
  public var seed: UInt64?
  /// The time that the work took, in seconds.
  @JSONNumber public var wallSeconds: Double
  /// The data and network files that were read.
  public var files: [SourceFile]

  /// Creates a provenance; the machine's facts are its own unless given.
  public init(
    command: [String], run: String? = nil, version: String, commit: String? = nil, date: Date = Date(),
    processor: String? = nil,
    cores: Int? = nil, threads: Int, seed: UInt64? = nil, wallSeconds: Double = .nan, files: [SourceFile] = []
  ) {
    self.command = command
    self.run = run
    self.version = version
    self.commit = commit
    self.date = JSONDate.wholeSeconds(date)
    self.processor = processor ?? Self.processorName
    self.cores = cores ?? ProcessInfo.processInfo.processorCount
    self.threads = threads
    self.seed = seed
    self.wallSeconds = wallSeconds
    self.files = files
  }

  /// The command line as one would type it, with words quoted where a shell needs it.
  public var commandLine: String { Self.commandLine(command) }

  /// Words as one would type them, quoted where a shell needs it.
  public static func commandLine(_ words: [String]) -> String {
    words.map { word in
      let safe =
        !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=:,@%+".contains($0)) }
      return safe ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }

  /// The model name of this machine's processor.
  public static var processorName: String {
    #if os(Linux)
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = lines.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
    if let name = model?.split(separator: ":", maxSplits: 1).last {
      return name.trimmingCharacters(in: .whitespaces)
    }
    #elseif canImport(Darwin)
    var size = 0
    if sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1 {
      var name = [UInt8](repeating: 0, count: size)
      if sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 {
        return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
    }
    #endif
    return "unknown"
  }
}

/// A file that was read, with its size and its SHA-256.
public struct SourceFile: Codable, Sendable, Hashable {
  /// What the file is for, such as "network" or "test images".
  public var role: String
  /// The file's name as it was given.
  public var name: String
  /// Its size in bytes.
  public var byteCount: Int
  /// Its SHA-256 as 64 hexadecimal digits.
  public var sha256: String

  /// Creates a record of a file whose hash is known.
  public init(role: String, name: String, byteCount: Int, sha256: String) {
    self.role = role
    self.name = name
    self.byteCount = byteCount
    self.sha256 = sha256
  }

  /// Reads a file through and records it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when it cannot be read.
  /// - Complexity: O(bytes) time, one mebibyte of memory.
  public init(role: String, reading url: URL) throws {
    self.role = role
    name = url.lastPathComponent
    var hash = SHA256()
    var byteCount = 0
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty {
        chunk.withUnsafeBytes { hash.update($0) }
        byteCount += chunk.count
      }
    } catch {
      throw VitroError(
        .file, "reading \(url.path)", "the file cannot be read: \(error.localizedDescription)",
        details: ["file": url.path])
    }
    self.byteCount = byteCount
    sha256 = hash.hexDigest
  }
}

extension SourceFile {
  /// The files under the shortest names that tell them apart: `train.npz`, or `2024/train.npz` where there are two.
  static func shortened(_ files: [SourceFile]) -> [SourceFile] {
    let parts = files.map { $0.name.split(separator: "/").map(String.init) }
    let different = Set(parts)
    var shortened = files
    var open = Array(files.indices)
    var count = 1
    while !open.isEmpty {
      func ending(_ parts: [String]) -> String { parts.suffix(count).joined(separator: "/") }
      let sharing = different.reduce(into: [:]) { $0[ending($1), default: 0] += 1 }
      for index in open { shortened[index].name = ending(parts[index]) }
      open = open.filter { parts[$0].count > count && sharing[ending(parts[$0]), default: 0] > 1 }
      // Names of absurd depth stay as long as they are.
      count = count < 64 ? count + 1 : .max
    }
    return shortened
  }
}
