internal import Foundation
internal import VitroCore
internal import VitroFormats

/// What `activations.json` says: whose values lie in which shards.
struct ActivationIndex: Codable, Sendable, Equatable {
  /// One file of rows.
  struct Shard: Codable, Sendable, Equatable {
    var rows: Int
    /// The size of the file.
    var bytes: Int
    /// The xxHash of each value's bytes.
    var checksums: [String]
  }

  static let fileName = "activations.json"
  static let formatName = "vitro-activations"
  static let currentVersion = 1
  static let rowLimit = 1 << 44
  static let shardLimit = 100_000
  static let maximumBytes = 256 << 20

  var format = formatName
  var version = currentVersion
  /// The network's fingerprint.
  var network: String
  /// What the caller says of the examples.
  var identity: String
  var precision: ActivationStore.Precision
  /// The rows of the finished store.
  var count: Int
  var values: [ActivationStore.Value]
  /// What is on disk, in order; fewer rows than `count` while the recording goes on.
  var shards: [Shard] = []

  /// The first row of each shard, and last the number of all rows.
  var starts: [Int] { shards.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) } }

  var rowsOnDisk: Int { starts[shards.count] }

  /// The bytes of one row of all values.
  var rowBytes: Int { values.reduce(0) { $0 + $1.width } * precision.dtype.byteWidth }

  /// What every shard of this recording carries: a hash of all that must agree.
  func recording() throws -> String {
    var bare = self
    bare.shards = []
    return SHA256.hexDigest(of: try bare.encoded(pretty: false))
  }

  static func path(in directory: URL) -> String { directory.appending(path: fileName).path }

  static func shardPath(_ number: Int, in directory: URL) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return directory.appending(path: "activations-\(padded).safetensors").path
  }

  /// Reads the index of a directory; nothing when there is none.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read, `malformed` when it contradicts itself.
  static func read(in directory: URL) throws -> ActivationIndex? {
    let path = path(in: directory)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let size = try FileStamp(path).size
    guard size <= maximumBytes else {
      throw VitroError.malformed(
        file: path, field: "size", found: "\(size) bytes", expected: "at most \(maximumBytes)")
    }
    let bytes = try FileBytes(path: path).withBytes { Data($0) }
    do {
      struct Head: Decodable { var format: String, version: Int }
      let head = try JSONDecoder().decode(Head.self, from: bytes)
      guard head.format == formatName, head.version == currentVersion else {
        throw VitroError(
          .unsupported, "reading \(path)",
          "format: found '\(head.format.prefix(64))' version \(head.version), expected '\(formatName)' version 1",
          hint: head.version > currentVersion ? "A newer Vitro may have written it." : nil,
          details: ["file": path, "field": "format", "found": "\(head.version)", "expected": "\(currentVersion)"])
      }
      let index = try JSONDecoder().decode(ActivationIndex.self, from: bytes)
      try index.check(path)
      return index
    } catch let error as DecodingError {
      throw malformed(error, path)
    }
  }

  func write(in directory: URL) throws {
    try AtomicFile.write(encoded(pretty: true), to: Self.path(in: directory))
  }

  private func encoded(pretty: Bool) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return Array(try encoder.encode(self))
  }

  /// Checks what the decoder cannot: that the numbers are possible and agree.
  private func check(_ path: String) throws {
    func require(_ holds: Bool, _ field: String, _ found: @autoclosure () -> String, _ expected: String) throws {
      if !holds { throw VitroError.malformed(file: path, field: field, found: found(), expected: expected) }
    }
    try require((1...Self.rowLimit).contains(count), "count", "\(count)", "1 to 2⁴⁴ rows")
    try require((1...1 << 16).contains(values.count), "values", "\(values.count)", "1 to 65536 values")
    try require(Set(values.map(\.tap)).count == values.count, "values", "a tap twice", "each tap once")
    try require(shards.count <= Self.shardLimit, "shards", "\(shards.count)", "at most \(Self.shardLimit)")
    var rows = 0
    for (number, shard) in shards.enumerated() {
      try require(
        shard.rows >= 1 && shard.rows <= count - rows, "shards[\(number)].rows", "\(shard.rows) after \(rows)",
        "1 or more, and \(count) in all")
      rows += shard.rows
      try require(
        shard.checksums.count == values.count, "shards[\(number)].checksums", "\(shard.checksums.count)",
        "\(values.count), one for each value")
    }
  }

  private static func malformed(_ error: DecodingError, _ path: String) -> VitroError {
    let (keys, found): ([any CodingKey], String) =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
        (context.codingPath, context.debugDescription)
      case .keyNotFound(let key, let context): (context.codingPath + [key], "nothing")
      @unknown default: ([], "\(error)")
      }
    let field = keys.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
    return .malformed(
      file: path, field: field.isEmpty ? "the document" : String(field.dropFirst().prefix(200)),
      found: String(found.prefix(300)), expected: "an index of activations")
  }
}
