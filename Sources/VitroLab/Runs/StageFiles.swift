#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import Foundation
internal import VitroCore

/// The files of a stage: written into a draft, flushed to the disk, and published in one step.
struct StageFiles {
  /// Where the finished stage's files are.
  let folder: URL
  /// Where they are written.
  let draft: URL
  /// What an interrupted stage goes on from.
  let checkpoints: URL

  private static let valueName = "value.json"

  init(name: String, run: URL) {
    let fileName = Self.fileName(name)
    folder = run.appending(path: "stages/\(fileName)", directoryHint: .isDirectory)
    draft = run.appending(path: "drafts/\(fileName)", directoryHint: .isDirectory)
    checkpoints = run.appending(path: "checkpoints/\(fileName)", directoryHint: .isDirectory)
  }

  /// A name that any file system takes; the digits keep apart names that differ only in what is replaced.
  static func fileName(_ name: String) -> String {
    let plain = String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(40))
    return plain == name && !name.isEmpty ? plain : "\(plain)-\(SHA256.hexDigest(of: Array(name.utf8)).prefix(16))"
  }

  /// Makes the directories; the draft is empty.
  func prepare() throws {
    try RunStore.reporting("making \(draft.path)") {
      if FileManager.default.fileExists(atPath: draft.path) { try FileManager.default.removeItem(at: draft) }
      for directory in [draft, checkpoints] {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      }
    }
  }

  /// Writes the stage's value into the draft.
  ///
  /// - Throws: `VitroError` (`argument`) when the stage has written a file of that name itself.
  func write(_ value: some Encodable) throws {
    guard !FileManager.default.fileExists(atPath: draft.appending(path: Self.valueName).path) else {
      throw VitroError(
        .argument, "writing \(draft.path)", "the name '\(Self.valueName)' is taken by the stage's own value")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try RunStore.reporting("writing \(draft.path)") {
      try encoder.encode(value).write(to: draft.appending(path: Self.valueName))
    }
  }

  /// The value of the finished stage.
  func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: Data(contentsOf: folder.appending(path: Self.valueName)))
  }

  /// Flushes the draft to the disk and puts it in its place; says what it holds.
  func publish() throws -> [ArtifactRecord] {
    for folder in try Self.contents(of: draft).directories { try Self.flush(draft.appending(path: folder)) }
    let artifacts = try Self.contents(of: draft).files.map { path in
      let url = draft.appending(path: path)
      try Self.flush(url)
      let source = try SourceFile(role: "artifact", reading: url)
      return ArtifactRecord(
        stage: "", path: path, byteCount: source.byteCount, sha256: source.sha256)
    }
    try RunStore.reporting("writing \(folder.path)") {
      if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
      try FileManager.default.createDirectory(
        at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.moveItem(at: draft, to: folder)
    }
    try Self.flush(folder)
    try Self.flush(folder.deletingLastPathComponent())
    return artifacts
  }

  func discardCheckpoints() { try? FileManager.default.removeItem(at: checkpoints) }

  /// Whether the finished stage's files are all there as they were written.
  func areWhole(_ artifacts: [ArtifactRecord]) throws -> Bool {
    guard artifacts.contains(where: { $0.path == Self.valueName }) else { return false }
    return try artifacts.allSatisfy { artifact in
      let url = folder.appending(path: artifact.path)
      guard FileManager.default.fileExists(atPath: url.path) else { return false }
      return try SourceFile(role: "artifact", reading: url).sha256 == artifact.sha256
    }
  }

  /// The paths of all files and directories in a directory and below, in alphabetic order.
  private static func contents(of directory: URL) throws -> (files: [String], directories: [String]) {
    let names = try RunStore.reporting("reading \(directory.path)") {
      try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    }
    var contents: (files: [String], directories: [String]) = ([], [])
    for name in names.sorted() {
      var isDirectory: ObjCBool = false
      guard
        FileManager.default.fileExists(atPath: directory.appending(path: name).path, isDirectory: &isDirectory)
      else { continue }
      if isDirectory.boolValue { contents.directories.append(name) } else { contents.files.append(name) }
    }
    return contents
  }

  /// Writes what the system still holds of a file or directory to the disk.
  private static func flush(_ url: URL) throws {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems do not flush directories and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw VitroError(.file, "writing \(url.path)", String(cString: strerror(errno)), details: ["file": url.path])
    }
  }
}
