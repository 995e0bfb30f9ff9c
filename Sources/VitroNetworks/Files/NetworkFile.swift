internal import Foundation
internal import VitroCore
internal import VitroFormats

/// What `network.json` says: a graph, and how its parameters are held (docs/network-format.md).
struct NetworkFile: Codable {
  static let formatName = "vitro-network"
  static let version = 1
  static let maximumBytes = 64 << 20

  var format: String
  var version: Int
  var dtype: DType
  var instances: Int?
  var graph: Graph

  private enum Key: String, CodingKey { case format, version, dtype, instances }

  init(_ network: Network) {
    format = Self.formatName
    version = Self.version
    dtype = network.parameters.dtype
    instances = network.instances
    graph = network.graph
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    format = try container.decode(String.self, forKey: .format)
    version = try container.decode(Int.self, forKey: .version)
    guard format == Self.formatName, version == Self.version else {
      throw VitroError(
        .unsupported, "network.json",
        "it is '\(format.prefix(64))' version \(version), expected '\(Self.formatName)' version 1",
        hint: version > Self.version ? "A newer Vitro wrote it." : nil,
        details: ["field": "format", "found": "\(format.prefix(64)) \(version)", "expected": "\(Self.formatName) 1"])
    }
    dtype = try container.decode(DType.self, forKey: .dtype)
    instances = try container.decodeIfPresent(Int.self, forKey: .instances)
    graph = try Graph(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(format, forKey: .format)
    try container.encode(version, forKey: .version)
    try container.encode(dtype, forKey: .dtype)
    try container.encodeIfPresent(instances, forKey: .instances)
    try graph.encode(to: encoder)
  }

  /// A value as JSON with sorted keys: equal values give equal texts.
  static func json(_ value: some Encodable, pretty: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw VitroError(.argument, "writing JSON", "a number is not finite", hint: "JSON has no infinity and no NaN.")
    }
  }

  /// Reads a description; all that can be wrong with it is a ``/VitroCore/VitroError`` that names the place.
  static func read(_ bytes: FileBytes) throws -> NetworkFile {
    guard bytes.count <= maximumBytes else {
      throw VitroError.malformed(
        file: bytes.name, field: "size", found: "\(bytes.count) bytes", expected: "at most \(maximumBytes)")
    }
    do {
      return try VitroError.blaming(bytes.name) {
        try JSONDecoder().decode(NetworkFile.self, from: bytes.withBytes { Data($0) })
      }
    } catch let error as DecodingError {
      throw malformed(error, file: bytes.name)
    }
  }

  static func createDirectory(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw VitroError(
        .file, "creating \(path)", "the directory cannot be made",
        hint: "Is there a file of that name, or no permission?",
        details: ["file": path])
    }
  }

  private static func malformed(_ error: DecodingError, file: String) -> VitroError {
    func field(_ path: [any CodingKey], _ last: (any CodingKey)? = nil) -> String {
      let parts = (path + [last].compactMap(\.self)).map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
      return parts.isEmpty ? "the file" : parts.joined(separator: ".").replacing(".[", with: "[")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return .malformed(file: file, field: field(context.codingPath, key), found: "nothing", expected: "a value")
    case .typeMismatch(let type, let context):
      return .malformed(file: file, field: field(context.codingPath), found: "another type", expected: "\(type)")
    case .valueNotFound(let type, let context):
      return .malformed(file: file, field: field(context.codingPath), found: "null", expected: "\(type)")
    case .dataCorrupted(let context):
      return .malformed(
        file: file, field: field(context.codingPath), found: context.debugDescription, expected: "valid JSON")
    @unknown default:
      return .malformed(file: file, field: "the file", found: "\(error)", expected: "a network")
    }
  }
}
